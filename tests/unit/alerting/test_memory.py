from __future__ import annotations

import pytest

from consumers.alerting.memory import decode_entry, outbox_key, outbox_number, seen_key, story_key
from consumers.alerting.story import STORY_SCHEMA
from monitor.core.errors import BadRecordError, NewerSchemaError
from monitor.core.ids import ArticleId, StoryId
from tests.unit.alerting.samples import Desk, article, match


def test_entries_survive_the_store() -> None:
    desk = Desk()
    desk.sees(match(article("a")), match(article("b", backfill=True)))
    kinds = {type(decode_entry(key, raw)).__name__ for key, raw in desk.state.entries.items()}

    assert kinds == {"Seen", "Story", "PastMatch", "Alert"}
    assert desk.load().change().put == {}


def test_outbox_keys_sort_as_their_numbers() -> None:
    numbers = [0, 9, 10, 99_999, 100_000]

    assert sorted(map(outbox_key, numbers)) == [outbox_key(number) for number in numbers]
    assert [outbox_number(outbox_key(number)) for number in numbers] == numbers


def test_a_story_of_a_newer_schema_is_refused() -> None:
    raw = f'{{"schema": {STORY_SCHEMA + 1}}}'.encode()

    with pytest.raises(NewerSchemaError):
        decode_entry(story_key(StoryId("s")), raw)


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        pytest.param(seen_key("g", ArticleId("a")), b"{}", id="a seen article without its fields"),
        pytest.param(story_key(StoryId("s")), b"\xff", id="no JSON"),
        pytest.param("other:1", b"{}", id="a key nobody knows"),
    ],
)
def test_a_damaged_entry_is_told_with_its_key(key: str, raw: bytes) -> None:
    with pytest.raises(BadRecordError) as caught:
        decode_entry(key, raw)

    assert caught.value.subject == key
