"""The wire: values to bytes and back. The only place, with the adapters, where bytes stand for values."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from monitor.core.alert import ALERT_SCHEMA, Alert
from monitor.core.article import ARTICLE_SCHEMA, Article
from monitor.core.errors import BadRecordError, NewerSchemaError
from monitor.core.match import MATCH_SCHEMA, Match, PastMatch

_Value = TypeVar("_Value", Article, Match, Alert)
_encoder = msgspec.json.Encoder(order="deterministic")


class _Header(msgspec.Struct):
    schema: int


_header_decoder = msgspec.json.Decoder(_Header)
_article_decoder = msgspec.json.Decoder(Article)
_match_decoder = msgspec.json.Decoder(Match)
_alert_decoder = msgspec.json.Decoder(Alert)
_past_match_decoder = msgspec.json.Decoder(PastMatch)


def encode(value: object) -> bytes:
    """The JSON of a value of ours, keys in a fixed order."""
    return _encoder.encode(value)


def decode_article(raw: bytes, subject: str) -> Article:
    """The article in a record; `subject` names the record in errors.

    Raises:
        BadRecordError: It is no article.
        NewerSchemaError: A newer Tocsin wrote it.
    """
    return _decode(raw, subject, _article_decoder, ARTICLE_SCHEMA)


def decode_match(raw: bytes, subject: str) -> Match:
    """The match in a record; errors as `decode_article`."""
    return _decode(raw, subject, _match_decoder, MATCH_SCHEMA)


def decode_alert(raw: bytes, subject: str) -> Alert:
    """The alert in a record; errors as `decode_article`."""
    return _decode(raw, subject, _alert_decoder, ALERT_SCHEMA)


def decode_past_match(raw: bytes, subject: str) -> PastMatch:
    """The past match in an entry of a partition's state; `subject` names the entry in errors.

    Raises:
        BadRecordError: It is none.
    """
    try:
        return _past_match_decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRecordError(subject, str(error)) from error


def _decode(raw: bytes, subject: str, decoder: msgspec.json.Decoder[_Value], known: int) -> _Value:
    # Schema first: a newer record may not fit our types, and must not be taken for a bad one.
    try:
        schema = _header_decoder.decode(raw).schema
        if schema > known:
            raise NewerSchemaError(subject, schema, known)
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRecordError(subject, str(error)) from error
