"""A match: what one article means to one rule group, with the evidence. One per article and group."""

from __future__ import annotations

from datetime import datetime

import msgspec

from monitor.core.article import Article
from monitor.core.fact import Fact, Field
from monitor.core.ids import ArticleId, Digest, FeedId

MATCH_SCHEMA = 1
MAX_SUMMARY_CHARACTERS = 2_000  # some feeds hold the whole text there, and there is one match for each rule group


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place in the text on which a condition stands.

    Attributes:
        condition: The condition as its author would name it (`actor: donald-trump`, `query: phone`).
        field: The field that the span counts in.
        span: Start and end in Unicode code points of that field's text.
        text: The words at the span.
        sentence: The sentence around them.
        actor: The id of the actor, where the condition asks for one.
        indirect: The actor is meant and not named ("his Russian counterpart").
        fact: The fact, where the condition asks for one.
    """

    condition: str
    field: Field
    span: tuple[int, int]
    text: str
    sentence: str
    actor: str | None = None
    indirect: bool = False
    fact: Fact | None = None


class Fired(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that holds of the article or, `withdrawn`, held of the version before and holds no more."""

    rule_id: str
    rule_version: str
    withdrawn: bool = False
    evidence: tuple[Evidence, ...] = ()


class MatchedArticle(msgspec.Struct, frozen=True, kw_only=True):
    """An article as later stages need it: everything but the body and the version before; long summaries are cut."""

    id: ArticleId
    feed_id: FeedId
    publisher: str
    url: str
    canonical_url: str
    title: str
    summary: str
    lang: str
    published_at: datetime | None
    first_seen_at: datetime
    revision: int
    digest: Digest
    backfill: bool

    @classmethod
    def of(cls, article: Article) -> MatchedArticle:
        """The article without its body."""
        fields = {name: getattr(article, name) for name in cls.__struct_fields__}
        return cls(**fields | {"summary": article.summary[:MAX_SUMMARY_CHARACTERS]})


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """All that one rule group has to say of one article.

    Attributes:
        matched_at: Wall clock of the matcher, for the latency split only; no decision looks at it.
        facts: On which the rules of the group stand, each once, in the order of the evidence.
    """

    schema: int = MATCH_SCHEMA
    group: str
    article: MatchedArticle
    fired: tuple[Fired, ...]
    matched_at: datetime
    facts: tuple[Fact, ...] = ()


class PastMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A match of an article that was there before we began to watch: shown, but no alert.

    The alert stage keeps these among a partition's entries, under keys that start with `PAST_MATCH_PREFIX`.
    """

    rules: tuple[str, ...]
    article: MatchedArticle


PAST_MATCH_PREFIX = "past:"
