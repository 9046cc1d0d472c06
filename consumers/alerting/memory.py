"""What a partition remembers, entry by entry: keys, values, bytes. Knows no store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from consumers.alerting.story import STORY_SCHEMA, Story
from monitor.core.alert import Alert
from monitor.core.codec import decode_alert
from monitor.core.errors import BadRecordError, NewerSchemaError
from monitor.core.ids import ArticleId, Digest, StoryId
from monitor.core.match import PAST_MATCH_PREFIX, PastMatch

SEEN_PREFIX = "seen:"
STORY_PREFIX = "story:"
OUTBOX_PREFIX = "out:"
_OUTBOX_DIGITS = 12  # so that keys sort as their numbers do


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The last version of an article that was decided on.

    Attributes:
        remembered_at: Stream time of that decision.
        signatures: Of the evidence, by rule id, for rules that held of it.
    """

    digest: Digest
    first_seen_at: datetime
    remembered_at: datetime
    signatures: dict[str, str] = {}


@dataclass(frozen=True)
class Known:
    """What is remembered and bears on one match; None where there is nothing."""

    seen: Seen | None = None
    past: PastMatch | None = None
    story: Story | None = None


Entry = Seen | Story | PastMatch | Alert


def seen_key(group: str, article_id: ArticleId) -> str:
    """The key of a remembered article."""
    return f"{SEEN_PREFIX}{group}:{article_id}"


def past_key(group: str, article_id: ArticleId) -> str:
    """The key of a past match."""
    return f"{PAST_MATCH_PREFIX}{group}:{article_id}"


def story_key(story_id: StoryId) -> str:
    """The key of a story."""
    return f"{STORY_PREFIX}{story_id}"


def outbox_key(number: int) -> str:
    """The key of the alert with that number in the outbox."""
    return f"{OUTBOX_PREFIX}{number:0{_OUTBOX_DIGITS}d}"


def outbox_number(key: str) -> int:
    """The number in an outbox key."""
    return int(key.removeprefix(OUTBOX_PREFIX))


class _Header(msgspec.Struct):
    schema: int = 1


_header_decoder = msgspec.json.Decoder(_Header)
_seen_decoder = msgspec.json.Decoder(Seen)
_past_decoder = msgspec.json.Decoder(PastMatch)
_story_decoder = msgspec.json.Decoder(Story)


def decode_entry(key: str, raw: bytes) -> Entry:
    """The value of an entry; its key tells of what kind it is.

    Raises:
        BadRecordError: It cannot be read: the state is damaged.
        NewerSchemaError: A newer Tocsin wrote it.
    """
    try:
        if key.startswith(OUTBOX_PREFIX):
            return decode_alert(raw, key)
        if key.startswith(SEEN_PREFIX):
            return _seen_decoder.decode(raw)
        if key.startswith(PAST_MATCH_PREFIX):
            return _past_decoder.decode(raw)
        if not key.startswith(STORY_PREFIX):
            raise BadRecordError(key[:80], "unknown kind of entry")
        schema = _header_decoder.decode(raw).schema
        if schema > STORY_SCHEMA:
            raise NewerSchemaError(key, schema, STORY_SCHEMA)
        return _story_decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRecordError(key, str(error)) from error
