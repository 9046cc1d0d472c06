"""What time alone changes in a story: waiting updates go out, quiet stories close, alerts of removed rules close.

Why nothing about timers is stored: when a story is due follows from the story and the gates, so a timer can neither
be lost nor disagree with its story, and new gates take effect at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from consumers.alerting import rendering
from consumers.alerting.decisions import Decision, tell_new_voices
from consumers.alerting.draft import Draft
from consumers.alerting.gates import Gates, is_in_force
from consumers.alerting.memory import Known
from consumers.alerting.story import AlertState, Story
from monitor.core.alert import Change
from monitor.core.match import PastMatch


def next_due(story: Story, gates: Gates) -> datetime | None:
    """When time next changes the story; None while only removed rules' alerts are left in it."""
    if not story.alerts:
        rules = {rule_id for member in story.members for rule_id in member.support}
        return story.last_activity_at + _longest(gates, rules)
    return min(
        (due for rule_id, state in story.open_alerts() for due in _dues(story, rule_id, state, gates)), default=None
    )


def past_due(past: PastMatch, gates: Gates) -> datetime:
    """When a past match is forgotten."""
    return past.article.first_seen_at + _longest(gates, past.rules)


def decide_due(story: Story, gates: Gates, now: datetime) -> Decision:
    """Do what is due in the story by `now`."""
    draft = Draft(story, gates, now)
    for rule_id, state in story.open_alerts():
        if not is_in_force(gates, story.group, rule_id):
            continue
        rule = gates[rule_id]
        if state.pending and now >= state.last_update_at + rule.update_at_most_every:
            tell_new_voices(draft, rule_id, (), now)
        if now >= story.last_activity_at + rule.forget_after:
            text = rendering.forgotten(rule.forget_after)
            draft.revise(rule_id, Change(kind="closed", reason="forgotten", text=text))
    is_past = not story.alerts and now >= (next_due(story, gates) or now)
    return _decision(draft, is_over=is_past)


def decide_removed(story: Story, gates: Gates, now: datetime) -> Decision:
    """Close the alerts whose rules are no longer in force."""
    draft = Draft(story, gates, now)
    for rule_id, _ in story.open_alerts():
        if not is_in_force(gates, story.group, rule_id):
            draft.revise(rule_id, Change(kind="closed", reason="rule_removed", text=rendering.RULE_REMOVED))
    return _decision(draft, is_over=False)


def _decision(draft: Draft, *, is_over: bool) -> Decision:
    kept = None if is_over or draft.story.has_ended() else draft.story
    return Decision(Known(story=kept), tuple(draft.revisions), tuple(draft.held_back))


def _dues(story: Story, rule_id: str, state: AlertState, gates: Gates) -> Iterator[datetime]:
    if not is_in_force(gates, story.group, rule_id):
        return
    rule = gates[rule_id]
    yield story.last_activity_at + rule.forget_after
    if state.pending:
        yield state.last_update_at + rule.update_at_most_every


def _longest(gates: Gates, rule_ids: set[str] | tuple[str, ...]) -> timedelta:
    """The longest `forget_after` of those rules that are there; nothing when none is."""
    return max((gates[rule_id].forget_after for rule_id in rule_ids if rule_id in gates), default=timedelta(0))
