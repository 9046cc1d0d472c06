"""Values as the bytes that stores keep: structs as JSON, compressed when long."""

from __future__ import annotations

import zlib
from typing import TypeVar

import msgspec

from monitor.core.alert import Alert
from monitor.core.codec import decode_alert, encode
from monitor.core.errors import BadRecordError, StoreError

_Value = TypeVar("_Value")

COMPRESS_FROM_BYTES = 512  # below that zlib gains little
MAX_UNPACKED_BYTES = 64 * 1024**2  # far above anything we store: a damaged value must not fill the memory
_PLAIN, _COMPRESSED = b"j", b"z"


def pack(value: object) -> bytes:
    """A struct as bytes; the first byte tells whether the rest is compressed."""
    raw = encode(value)
    if len(raw) < COMPRESS_FROM_BYTES:
        return _PLAIN + raw
    return _COMPRESSED + zlib.compress(raw, 1)


def unpack(packed: bytes, decoder: msgspec.json.Decoder[_Value], subject: str) -> _Value:
    """The struct in `packed`; `subject` names it in errors.

    Raises:
        StoreError: It is damaged.
    """
    try:
        return decoder.decode(_unpacked(packed))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, zlib.error, ValueError, TypeError) as error:
        raise StoreError(f"cannot read store: {subject}: damaged: {error}") from error


def unpack_alert(raw: bytes, subject: str) -> Alert:
    """The alert in `raw`; raises as `unpack`, and `NewerSchemaError` for an alert of a newer Tocsin."""
    try:
        return decode_alert(raw, subject)
    except (BadRecordError, TypeError) as error:
        raise StoreError(f"cannot read store: {subject}: damaged: {error}") from error


def _unpacked(packed: bytes) -> bytes:
    kind, raw = packed[:1], packed[1:]
    if kind == _PLAIN:
        return raw
    if kind != _COMPRESSED:
        raise ValueError(f"unknown form {kind!r}")
    decompressor = zlib.decompressobj()
    unpacked = decompressor.decompress(raw, MAX_UNPACKED_BYTES)
    if not decompressor.eof:
        raise ValueError("cut short")
    return unpacked
