"""Which articles of a document are new or edited, and what to remember. Knows no store, no network and no clock.

Why entries that left are remembered for a while: feeds drop entries and bring them back (a load balancer over two
caches, an entry pinned again). Such an entry is not new, and when it was edited meanwhile the edit needs the text
before it. Texts are large and go first; digests stay longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from monitor.core.article import Article
from monitor.core.feed import EntryState
from monitor.core.ids import ArticleId, content_hash

TEXT_KEPT_AFTER_LEAVING = timedelta(days=3)
DIGEST_KEPT_AFTER_LEAVING = timedelta(days=30)
MAX_REMEMBERED = 5_000  # entries per feed; those that left first are forgotten first
# Of entries that left, per feed: one with new large entries at each poll must fill neither disk nor memory.
MAX_TEXT_CHARACTERS_KEPT_AFTER_LEAVING = 4_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Changes:
    """What a document means against what is remembered.

    Attributes:
        publish: Articles to append, in the order to append them: the oldest (last in the document) first.
        put: Remembered entries to write; those that did not change are not among them.
        delete: Remembered entries to forget.
    """

    publish: tuple[Article, ...] = ()
    put: Mapping[ArticleId, EntryState] = field(default_factory=dict)
    delete: frozenset[ArticleId] = frozenset()


def changes(
    remembered: Mapping[ArticleId, EntryState],
    articles: Sequence[Article],
    *,
    is_first: bool,
    is_whole: bool,
    now: datetime,
    backfill_age: timedelta,
    known_since: datetime | None = None,
) -> Changes:
    """What is new or edited in a document.

    Args:
        articles: In document order, as parsed (revision 1).
        is_first: No document of this feed was parsed before: what is old or undated in it is backfill.
        is_whole: False for a document that holds only what is new (226): nothing can have left it.
        now: Aware UTC, when the document arrived.
        known_since: What was published before and is not remembered is backfill, too: see `FeedState`.
    """
    publish: list[Article] = []
    put: dict[ArticleId, EntryState] = {}
    present = distinct(remembered, articles)
    for article in reversed(present):
        before = remembered.get(article.id)
        is_past = (is_first and _is_old(article, now, backfill_age)) or _is_before(article, known_since)
        version = _version(article, before, is_past=is_past)
        if version is not None:
            publish.append(version)
        elif before is not None and before.left_at is None and before.text is not None:
            continue
        put[article.id] = EntryState(
            digest=article.digest,
            revision=version.revision if version else _revision(before),
            text=article.text(),
            last_in_feed_at=now,
        )
    ids = {article.id for article in present}
    delete: set[ArticleId] = set()
    if is_whole:
        absent = {entry_id: entry for entry_id, entry in remembered.items() if entry_id not in ids}
        left, delete = _departed(absent, now)
        put.update(left)
        put.update(_texts_beyond_limit({**absent, **left}, delete))
    delete |= _beyond_limit({**remembered, **put}, ids, delete)
    return Changes(
        tuple(publish),
        {entry_id: entry for entry_id, entry in put.items() if entry_id not in delete},
        frozenset(delete),
    )


def distinct(remembered: Mapping[ArticleId, EntryState], articles: Sequence[Article]) -> list[Article]:
    """The articles of a document, each id once.

    Entries that share an id and a URL are one article: its latest version counts, the first in the document among
    equally late ones. Entries that share an id but not the URL are different articles of a publisher whose ids are
    not unique: one keeps the id (the one remembered under it, else the last in the document), the others get an
    id that holds the URL too. An entry once known by such an id stays known by it.
    """
    pages: dict[tuple[ArticleId, str], Article] = {}
    for article in articles:
        key = (article.id, article.canonical_url)
        standing = pages.get(key)
        if standing is None or _date(article) > _date(standing):
            pages[key] = article
    sharing: dict[ArticleId, list[Article]] = {}
    for (shared_id, _), article in pages.items():
        sharing.setdefault(shared_id, []).append(article)
    keeps = {shared_id: _keeper(remembered, group) for shared_id, group in sharing.items()}
    return [
        article if keeps[article.id] is article else msgspec.structs.replace(article, id=_own_id(article))
        for article in pages.values()
    ]


def _keeper(remembered: Mapping[ArticleId, EntryState], group: Sequence[Article]) -> Article | None:
    """Which of the articles that share an id goes by it; None when each is known by an id of its own."""
    candidates = [article for article in group if _own_id(article) not in remembered]
    before = remembered.get(group[0].id)
    known = [article for article in candidates if before is not None and article.digest == before.digest]
    chosen = known or candidates
    return chosen[-1] if chosen else None


def _own_id(article: Article) -> ArticleId:
    return ArticleId(content_hash("shared", article.id, article.canonical_url))


def _date(article: Article) -> datetime:
    return article.published_at or _EPOCH


def _revision(before: EntryState | None) -> int:
    return 1 if before is None else before.revision


def _version(article: Article, before: EntryState | None, *, is_past: bool) -> Article | None:
    """The article as it is to be published; None when this version was published before."""
    if before is None:
        return msgspec.structs.replace(article, backfill=is_past)
    if before.digest == article.digest:
        return None
    return msgspec.structs.replace(article, revision=before.revision + 1, previous=before.text)


def _is_old(article: Article, now: datetime, backfill_age: timedelta) -> bool:
    return article.published_at is None or article.published_at < now - backfill_age


def _is_before(article: Article, known_since: datetime | None) -> bool:
    if known_since is None or article.published_at is None:
        return False
    return article.published_at < known_since


def _departed(
    absent: Mapping[ArticleId, EntryState], now: datetime
) -> tuple[dict[ArticleId, EntryState], set[ArticleId]]:
    """What changes in the memory of entries that are not in the document: rows to write, rows to forget."""
    put: dict[ArticleId, EntryState] = {}
    delete: set[ArticleId] = set()
    for entry_id, entry in absent.items():
        if entry.left_at is None:
            put[entry_id] = msgspec.structs.replace(entry, left_at=now)
        elif entry.left_at < now - DIGEST_KEPT_AFTER_LEAVING:
            delete.add(entry_id)
        elif entry.text is not None and entry.left_at < now - TEXT_KEPT_AFTER_LEAVING:
            put[entry_id] = msgspec.structs.replace(entry, text=None)
    return put, delete


def _texts_beyond_limit(absent: Mapping[ArticleId, EntryState], gone: set[ArticleId]) -> dict[ArticleId, EntryState]:
    """Entries that lose their text for its size: the longer an entry is away, the sooner."""
    put: dict[ArticleId, EntryState] = {}
    size = 0
    for entry_id, entry in sorted(absent.items(), key=lambda item: item[1].left_at or _EPOCH, reverse=True):
        if entry.text is None or entry_id in gone:
            continue
        size += len(entry.text.title) + len(entry.text.summary) + len(entry.text.body or "")
        if size > MAX_TEXT_CHARACTERS_KEPT_AFTER_LEAVING:
            put[entry_id] = msgspec.structs.replace(entry, text=None)
    return put


def _beyond_limit(
    entries: Mapping[ArticleId, EntryState], present: Iterable[ArticleId], gone: set[ArticleId]
) -> set[ArticleId]:
    surplus = len(entries) - len(gone) - MAX_REMEMBERED
    if surplus <= 0:
        return set()
    standing = set(present)
    left = [entry_id for entry_id in entries if entry_id not in standing and entry_id not in gone]
    return set(sorted(left, key=lambda entry_id: entries[entry_id].left_at or _EPOCH)[:surplus])
