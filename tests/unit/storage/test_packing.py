"""Values as the bytes that stores keep."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.errors import StoreError
from monitor.storage.packing import pack, unpack, unpack_alert


class Note(msgspec.Struct, frozen=True):
    """Something to store."""

    text: str


DECODER = msgspec.json.Decoder(Note)


@given(st.text(max_size=2000).filter(lambda text: text.isprintable()))
def test_values_survive_packing(text: str) -> None:
    assert unpack(pack(Note(text)), DECODER, "note 1") == Note(text)


def test_long_values_take_less_room() -> None:
    assert len(pack(Note("storm " * 1000))) < 500


@pytest.mark.parametrize(
    "damaged",
    [b"", b"j", b"j{}", b"j{]", b"x{}", b"z", b"zgarbage", pack(Note("storm " * 1000))[:-9], b'j{"text":"\xff"}'],
    ids=["empty", "nothing", "no text", "no json", "unknown form", "cut", "no zlib", "cut short", "no utf-8"],
)
def test_a_damaged_value_is_named(damaged: bytes) -> None:
    with pytest.raises(StoreError, match="note 7: damaged") as error:
        unpack(damaged, DECODER, "note 7")

    assert not error.value.retriable


def test_a_damaged_alert_is_named() -> None:
    with pytest.raises(StoreError, match="alert 5-0: damaged"):
        unpack_alert(b'{"schema": 1}', "alert 5-0")
