"""A feed that is watched, and what is remembered of it between polls."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from monitor.core.article import ArticleText
from monitor.core.ids import ArticleId, Digest, FeedId


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed as its user wrote it.

    Attributes:
        id: Stable name, key of its articles on the log: given, or derived from the URL.
        publisher: Owner family, when the user knows better than the shipped table and the domain.
        lang: Language of articles that do not say theirs.
        interval_seconds: How often to poll, when the user wishes other than the default.
    """

    id: FeedId
    url: str
    title: str = ""
    publisher: str | None = None
    lang: str | None = None
    interval_seconds: float | None = None
    enabled: bool = True


class Validators(msgspec.Struct, frozen=True, kw_only=True):
    """What a server gave us to ask "changed since?" with, verbatim (RFC 9110 section 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


class PollStatus(StrEnum):
    """How a poll ended: the closed set that metrics and pages use."""

    OK = "ok"  # parsed; articles may or may not have changed
    NOT_MODIFIED = "not_modified"  # 304
    UNCHANGED = "unchanged"  # 200 with the same bytes as last time
    NETWORK = "network"  # could not connect, or the connection broke
    DNS = "dns"
    TLS = "tls"
    TIMEOUT = "timeout"
    HTTP_STATUS = "http_status"  # an answer that is neither 2xx, 304 nor a followed redirect
    BLOCKED_ADDRESS = "blocked_address"  # not a public address
    TOO_BIG = "too_big"
    BAD_CONTENT = "bad_content"  # not decodable
    NOT_A_FEED = "not_a_feed"
    PARSE_TIMEOUT = "parse_timeout"
    PARSE_CRASH = "parse_crash"

    @property
    def is_failure(self) -> bool:
        """Whether the feed gave us nothing to go on."""
        return self not in {PollStatus.OK, PollStatus.NOT_MODIFIED, PollStatus.UNCHANGED}


class FeedState(msgspec.Struct, frozen=True, kw_only=True):
    """What one feed's last polls left behind; small, saved after every poll.

    Attributes:
        url: Where it was fetched from; what a server said of another address does not count.
        body_hash: Of the last body that was parsed.
        failures: Failed polls in a row.
        status: How the last poll ended, with `detail` in words for a person.
        polled_once: False until a poll was parsed: the next one is the first, whose old entries are backfill.
        known_since: Set when the memory was rebuilt from a log that reaches back no further: what was published before
            and is not remembered was seen all the same. Until the next poll that is parsed.
        last_success_at: When the feed last answered as it should.
        last_new_at: When it last brought a new or changed article.
        entries: Entries in the feed document at the last parse.
    """

    url: str = ""
    validators: Validators = Validators()
    body_hash: str | None = None
    next_poll_at: datetime | None = None
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    failures: int = 0
    status: PollStatus | None = None
    detail: str = ""
    polled_once: bool = False
    known_since: datetime | None = None
    title: str = ""
    entries: int = 0
    articles_total: int = 0


class EntryState(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of one entry: enough to tell an edit, and to carry the text before it.

    Attributes:
        text: The last text; dropped (None) some time after the entry left the feed document.
        last_in_feed_at: When a parsed document last held it, as of the last time this was written.
        left_at: When a parsed document was first without it; None while it stands in the feed.
    """

    digest: Digest
    revision: int
    text: ArticleText | None
    last_in_feed_at: datetime
    left_at: datetime | None = None


class FeedChange(msgspec.Struct, frozen=True, kw_only=True):
    """One save after a poll: the feed's state, and the entries that changed with it."""

    feed_id: FeedId
    state: FeedState
    put: dict[ArticleId, EntryState] = {}
    delete: frozenset[ArticleId] = frozenset()
