"""A story while one decision is made on it: makes revisions and counts what is held back. Decides nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain

from msgspec.structs import replace

from consumers.alerting import rendering
from consumers.alerting.facts import confidence_of
from consumers.alerting.gates import Gates, is_in_force
from consumers.alerting.rendering_facts import facts_sentence
from consumers.alerting.story import AlertState, Story, bounded_actors
from monitor.core.alert import (
    Alert,
    AlertData,
    AlertStory,
    Change,
    HeldBackReason,
    Latency,
    StoryArticle,
    event_id,
    event_type,
)
from monitor.core.ids import AlertId, ArticleId, StoryId, content_hash

MAX_ARTICLES_SHOWN = 50  # of a story, in one message


class Draft:
    """Collects what one decision changes in one story, and what goes out. Lives within one call.

    Attributes:
        story: As it stands by now.
        gates: Of all rules.
        revisions: What goes out, in order.
        held_back: What does not, once per reason and case.
    """

    def __init__(self, story: Story, gates: Gates, now: datetime, latency: Latency | None = None) -> None:
        self.story = story
        self.revisions: list[Alert] = []
        self.held_back: list[HeldBackReason] = []
        self.gates = gates
        self._now = now
        self._latency = latency or Latency()

    def open(self, rule_id: str, change: Change) -> None:
        """Open the alert of a rule in force: its first in this story, or one more after a close, under a new id."""
        gates = self.gates[rule_id]
        before = self.story.alerts.get(rule_id)
        opening = before.opening + 1 if before else 0
        state = AlertState(
            alert_id=alert_id_of(self.story.id, rule_id, opening),
            opening=opening,
            revision=0,
            is_open=True,
            last_revision_at=self._now,
            last_update_at=self._now,
            title=gates.title,
            severity=gates.severity,
            is_shadow=False,
            rule_version="",
            headline="",
            quote="",
        )
        self._set(rule_id, state)
        self.revise(rule_id, change)

    def revise(self, rule_id: str, change: Change) -> None:
        """Give the alert its next revision, which shows all that is known by now."""
        state = self._as_shown(rule_id, self.story.alerts[rule_id])
        # A timer fired by the wall clock may be ahead of stream time: the times of one alert never go back.
        at = max(self._now, state.last_revision_at)
        state = replace(state, revision=state.revision + 1, last_revision_at=at, is_open=change.kind != "closed")
        if change.kind != "corrected":
            state = replace(state, last_update_at=at, pending=())
        if state.is_shadow:
            self.held_back.append(HeldBackReason.SHADOW)
        self.revisions.append(_alert(self.story, rule_id, state, change, self._latency))
        self._set(rule_id, replace(state, held_back={}))

    def hold_back(self, rule_id: str, reason: HeldBackReason) -> None:
        """Count something held back; the alert's next revision, if it is open, tells of it."""
        self.held_back.append(reason)
        state = self.story.open_alert(rule_id)
        if state:
            counts = state.held_back | {reason.value: state.held_back.get(reason.value, 0) + 1}
            self._set(rule_id, replace(state, held_back=counts))

    def wait(self, rule_id: str, articles: Sequence[ArticleId]) -> None:
        """Set which articles wait for the throttle."""
        self._set(rule_id, replace(self.story.alerts[rule_id], pending=tuple(articles)))

    def _set(self, rule_id: str, state: AlertState) -> None:
        self.story = replace(self.story, alerts=self.story.alerts | {rule_id: state})

    def _as_shown(self, rule_id: str, state: AlertState) -> AlertState:
        if is_in_force(self.gates, self.story.group, rule_id):
            gates = self.gates[rule_id]
            state = replace(state, title=gates.title, severity=gates.severity, is_shadow=gates.status == "shadow")
        best = next(iter(self.story.supporting(rule_id)), None)
        if best is None:
            return state
        # Those shown before come first and stay: who was told of the alert as theirs is told how it goes on.
        actors = bounded_actors(chain(state.actors, self.story.actors(rule_id)))
        support = best.support[rule_id]
        quote = support.evidence[0].sentence if support.evidence else best.article.title
        return replace(
            state, headline=best.article.title, quote=quote, rule_version=support.rule_version, actors=actors
        )


def voices_of(story: Story, rule_id: str) -> list[str]:
    """The publishers that support the rule's alert, each once, the first to say so first."""
    return list(dict.fromkeys(member.article.publisher for member in story.supporting(rule_id)))


def alert_id_of(story_id: StoryId, rule_id: str, opening: int) -> AlertId:
    """The id of a rule's alert in a story; `opening` counts from 0, one more for each after a close."""
    again = [str(opening)] if opening else []
    return AlertId(content_hash("alert", story_id, rule_id, *again))


def _alert(story: Story, rule_id: str, state: AlertState, change: Change, latency: Latency) -> Alert:
    voices = voices_of(story, rule_id)
    best = next(iter(story.supporting(rule_id)), None)
    facts = story.facts(rule_id)
    return Alert(
        id=event_id(state.alert_id, state.revision),
        type=event_type(change.kind),
        subject=rule_id,
        time=state.last_revision_at,
        data=AlertData(
            alert_id=state.alert_id,
            revision=state.revision,
            change=change,
            rule=rule_id,
            rule_title=state.title,
            rule_version=state.rule_version,
            severity=state.severity,
            headline=state.headline,
            summary=facts_sentence(facts, voices) or rendering.summary_sentence(state.headline, voices),
            confidence=confidence_of(facts, len(voices)),
            quote=state.quote,
            story=AlertStory(
                id=story.id,
                articles=_shown(story, change.articles),
                voices=len(voices),
                first_seen_at=story.first_seen_at,
            ),
            # Spans count in an article's text, so all are of one article: the best source's.
            evidence=best.support[rule_id].evidence if best else (),
            facts=facts,
            held_back=state.held_back,
            latency=latency,
            shadow=state.is_shadow,
            actors=state.actors,
        ),
    )


def _shown(story: Story, news: Sequence[ArticleId]) -> tuple[StoryArticle, ...]:
    """The articles a message shows: those that brought the change for sure, else the first ones; in story order."""
    wanted = set(news[:MAX_ARTICLES_SHOWN])
    room = MAX_ARTICLES_SHOWN - len(wanted)
    others = [member.id for member in story.members if member.id not in wanted][:room]
    wanted.update(others)
    return tuple(member.article for member in story.members if member.id in wanted)
