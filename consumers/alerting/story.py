"""A story and its alerts as the alert stage keeps them. Values and questions to them; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice

import msgspec
from msgspec.structs import replace

from consumers.alerting.facts import bounded_fact
from monitor.core.alert import Severity, StoryArticle
from monitor.core.escape import one_line
from monitor.core.fact import Fact
from monitor.core.ids import AlertId, ArticleId, Digest, StoryId, content_hash
from monitor.core.match import Evidence, Fired, MatchedArticle

STORY_SCHEMA = 1
MAX_MEMBERS = 200  # articles kept in one story; more are only counted
MAX_DIGESTS = 4  # versions of one article by whose words a late copy is still recognised
MAX_EVIDENCE = 8  # per article and rule, and so per alert
MAX_FACTS = 16  # per alert
MAX_ACTORS = 16  # per article and rule, and per alert
MEMBERS_IN_FULL = 10  # later articles of a story keep one piece of evidence: a story stays under about 200 kB

_MAX_TITLE = 300
_MAX_URL = 2_048
_MAX_NAME = 200
_MAX_WORDS = 300
_MAX_SENTENCE = 500


class Support(msgspec.Struct, frozen=True, kw_only=True):
    """Why one article supports the alert of one rule: the evidence in its present version.

    Attributes:
        actors: Of all evidence that the matcher gave, also of what is not kept; sorted.
        facts: On which the rule stands in the article, with bounded texts.
    """

    rule_version: str
    evidence: tuple[Evidence, ...]
    actors: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """An article in a story.

    Attributes:
        page: Hash of the canonical URL; empty when it has none.
        digests: Of its latest versions, newest last.
        support: By rule id; a rule that was withdrawn is not in it.
    """

    article: StoryArticle
    page: str
    digests: tuple[Digest, ...]
    first_seen_at: datetime
    support: dict[str, Support] = {}

    @property
    def id(self) -> ArticleId:
        """The article's id."""
        return self.article.id


class AlertState(msgspec.Struct, frozen=True, kw_only=True):
    """How far the alert of one rule in one story has got.

    Attributes:
        opening: 0 for the rule's first alert in the story, one more for each after a close.
        last_update_at: When it last opened or told of a new voice: what the throttle counts from.
        pending: Articles of new voices that wait for the throttle.
        held_back: Since the last revision, by reason.
        title, severity, is_shadow: The rule's, as of the last revision: a removed rule's alert still has to close.
        headline, quote, rule_version: As shown last: a withdrawn alert has nothing else to show.
        actors: All that it was ever shown to be about, sorted.
    """

    alert_id: AlertId
    opening: int
    revision: int
    is_open: bool
    last_revision_at: datetime
    last_update_at: datetime
    title: str
    severity: Severity
    is_shadow: bool
    rule_version: str
    headline: str
    quote: str
    pending: tuple[ArticleId, ...] = ()
    actors: tuple[str, ...] = ()
    held_back: dict[str, int] = {}


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """Articles of one event, for one rule group.

    Attributes:
        opened_at: Stream time of its beginning: the order of stories.
        last_activity_at: Stream time when an article last joined or changed.
        more: Articles that joined when it was full: counted only.
        alerts: By rule id; none in a story of past matches.
    """

    schema: int = STORY_SCHEMA
    id: StoryId
    group: str
    opened_at: datetime
    first_seen_at: datetime
    last_activity_at: datetime
    members: tuple[Member, ...] = ()
    more: int = 0
    alerts: dict[str, AlertState] = {}

    def member(self, article_id: ArticleId) -> Member | None:
        """The member with that id."""
        return next((member for member in self.members if member.id == article_id), None)

    def supporting(self, rule_id: str) -> list[Member]:
        """The members that support the rule's alert, in the order in which they joined."""
        return [member for member in self.members if rule_id in member.support]

    def facts(self, rule_id: str) -> tuple[Fact, ...]:
        """The facts on which the rule's alert stands, each once, those of the first articles first."""
        members = self.supporting(rule_id)
        return tuple(dict.fromkeys(fact for member in members for fact in member.support[rule_id].facts))[:MAX_FACTS]

    def actors(self, rule_id: str) -> Iterator[str]:
        """The actors that the rule's alert is about by now, those of the first articles first; may repeat."""
        return chain.from_iterable(member.support[rule_id].actors for member in self.supporting(rule_id))

    def open_alerts(self) -> Iterator[tuple[str, AlertState]]:
        """Rule id and state of each open alert, by rule id."""
        return ((rule_id, state) for rule_id, state in sorted(self.alerts.items()) if state.is_open)

    def open_alert(self, rule_id: str) -> AlertState | None:
        """The rule's alert, when it is open."""
        state = self.alerts.get(rule_id)
        return state if state and state.is_open else None

    def has_ended(self) -> bool:
        """Nothing can come of it any more: its alerts are closed, or it never had one and nothing supports one."""
        if self.alerts:
            return not any(state.is_open for state in self.alerts.values())
        return not any(member.support for member in self.members)


def page_of(article: MatchedArticle) -> str:
    """What is equal for the same page in two feeds: a hash, since URLs have any length; empty without a URL."""
    return content_hash("page", article.canonical_url) if article.canonical_url else ""


def support_of(fired: Fired, *, in_full: bool) -> Support:
    """What is kept of a rule that fired, with bounded texts."""
    kept = fired.evidence[: MAX_EVIDENCE if in_full else 1]
    facts = dict.fromkeys(evidence.fact for evidence in kept if evidence.fact is not None)
    return Support(
        rule_version=fired.rule_version,
        evidence=tuple(_bounded_evidence(evidence) for evidence in kept),
        actors=bounded_actors(evidence.actor for evidence in fired.evidence if evidence.actor),
        facts=tuple(map(bounded_fact, facts)),
    )


def bounded_actors(actors: Iterable[str]) -> tuple[str, ...]:
    """The first `MAX_ACTORS`, each once, sorted."""
    return tuple(sorted(islice(dict.fromkeys(actors), MAX_ACTORS)))


def story_article(article: MatchedArticle, copy_of: ArticleId | None) -> StoryArticle:
    """The article as messages show it, with bounded texts."""
    return StoryArticle(
        id=article.id,
        url=article.url[:_MAX_URL],
        title=one_line(article.title, _MAX_TITLE),
        publisher=one_line(article.publisher, _MAX_NAME),
        lang=article.lang[:_MAX_NAME],
        published_at=article.published_at,
        copy_of=copy_of,
    )


def bounded(article: MatchedArticle) -> MatchedArticle:
    """The article with texts short enough to keep and to show in a list."""
    return replace(
        article,
        publisher=one_line(article.publisher, _MAX_NAME),
        url=article.url[:_MAX_URL],
        canonical_url=article.canonical_url[:_MAX_URL],
        title=one_line(article.title, _MAX_TITLE),
        summary=one_line(article.summary, _MAX_SENTENCE),
        lang=article.lang[:_MAX_NAME],
    )


def _bounded_evidence(evidence: Evidence) -> Evidence:
    return Evidence(
        condition=one_line(evidence.condition, _MAX_NAME),
        field=evidence.field,
        span=evidence.span,
        text=one_line(evidence.text, _MAX_WORDS),
        sentence=one_line(evidence.sentence, _MAX_SENTENCE),
        actor=evidence.actor,
    )
