"""What a fetch and a parse hand over: values only. Knows no network, no parser and no store."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.core.feed import PollStatus, Validators


@dataclass(frozen=True)
class Exchange:
    """What every answer tells, whatever it is.

    Attributes:
        url: Where the answer came from in the end, redirects followed.
        redirects: Status and target of each redirect on the way; 301 and 308 are meant to last.
    """

    url: str
    duration_seconds: float
    redirects: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Fetched:
    """A document.

    Attributes:
        content_type: Media type in lower case, without parameters; empty when the server names none.
        charset: As the server named it; empty when it did not.
        is_delta: The server sent only what is new (226, RFC 3229): entries that are missing have not left.
    """

    exchange: Exchange
    body: bytes
    content_type: str
    charset: str
    validators: Validators
    is_delta: bool = False


@dataclass(frozen=True)
class NotModified:
    """The document is the one that our validators name (304)."""

    exchange: Exchange


@dataclass(frozen=True)
class FetchFailed:
    """There is no document; `detail` says why, in words for a person.

    Attributes:
        http_status: Where the server answered with one.
        retry_after_seconds: The server's wish, where it named one.
    """

    exchange: Exchange
    status: PollStatus
    detail: str
    http_status: int | None = None
    retry_after_seconds: float | None = None


FetchResult = Fetched | NotModified | FetchFailed


@dataclass(frozen=True)
class Markup:
    """A text as it stands in a feed; `is_html` when the feed (or its parser) says that it is HTML."""

    value: str
    is_html: bool = False


@dataclass(frozen=True, kw_only=True)
class ParsedEntry:
    """An entry as it stands in a feed document. Dates are the publisher's own words.

    Attributes:
        entry_id: `guid` or `atom:id`, verbatim; empty when there is none.
        url: Absolute, http(s); empty when there is none.
        lang: As written, of the entry itself; empty when it does not say.
        source_url: The feed or site that an aggregator took the entry from.
    """

    entry_id: str = ""
    url: str = ""
    title: Markup = Markup("")
    summary: Markup = Markup("")
    content: Markup = Markup("")
    published: str = ""
    updated: str = ""
    lang: str = ""
    authors: tuple[str, ...] = ()
    source_url: str = ""


@dataclass(frozen=True, kw_only=True)
class ParsedFeed:
    """A feed document, read.

    Attributes:
        entries_cut: Entries beyond the limit, which were left out.
    """

    title: str = ""
    lang: str = ""
    link: str = ""
    entries: tuple[ParsedEntry, ...] = field(default_factory=tuple)
    entries_cut: int = 0


@dataclass(frozen=True)
class NotAFeed:
    """The bytes are no feed; `reason` says in words what they are."""

    reason: str
