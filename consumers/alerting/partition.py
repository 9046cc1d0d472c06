"""One partition's state in memory: applies matches and timers in stream order, keeps what is not saved yet.

Why seen articles expire by stream time only: they guard against repeats in the stream, and a stream that stands
still must not lose them. Stories and past matches are for people, so these also end by the wall clock.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from consumers.alerting.decisions import Decision, decide
from consumers.alerting.finder import StoryFinder
from consumers.alerting.gates import Gates
from consumers.alerting.memory import (
    Entry,
    Known,
    Seen,
    decode_entry,
    outbox_key,
    outbox_number,
    past_key,
    seen_key,
    story_key,
)
from consumers.alerting.story import Story
from consumers.alerting.timers import decide_due, decide_removed, next_due, past_due
from consumers.alerting.timetable import Timetable
from monitor.core.alert import Alert, HeldBackReason
from monitor.core.canary import canary_alert, is_canary
from monitor.core.codec import encode
from monitor.core.match import Match, PastMatch
from monitor.core.ports import Head, PartitionChange, PartitionState


@dataclass
class Outcome:
    """What was decided since the last save."""

    revisions: list[Alert] = field(default_factory=list)
    held_back: Counter[HeldBackReason] = field(default_factory=Counter)


class Partition:
    """The state of one partition of `matches`, decoded; belongs to one thread.

    The round is: `apply` and `fire`, then save `change()`, then `saved()`, then append `outbox()`, then `appended()`.
    """

    def __init__(self, number: int, state: PartitionState, gates: Gates, seen_retention: timedelta) -> None:
        """Take over a stored state.

        Raises:
            BadRecordError: The state is damaged.
            NewerSchemaError: A newer Tocsin wrote it.
        """
        self.number = number
        self._head = state.head
        self._offset = state.head.offset
        self._clock = state.head.clock
        self._gates = gates
        self._seen_retention = seen_retention
        self._entries: dict[str, Entry] = {}
        self._changed: set[str] = set()
        self._finder = StoryFinder()
        self._timers = Timetable()
        self._expiries = Timetable()
        self._acknowledged: set[str] = set()
        self._outcome = Outcome()
        for key in sorted(state.entries):
            self._set(key, decode_entry(key, state.entries[key]))
        self._outbox = [key for key, entry in sorted(self._entries.items()) if isinstance(entry, Alert)]
        self._next_number = outbox_number(self._outbox[-1]) + 1 if self._outbox else 0
        self._changed.clear()

    @property
    def offset(self) -> int:
        """The next record to read."""
        return self._offset

    def set_gates(self, gates: Gates) -> None:
        """Decide by these from now on; alerts of rules that are gone close at once."""
        self._gates = gates
        for key, entry in self._entries.items():
            self._schedule(key, entry)
        self.close_removed()

    def close_removed(self) -> None:
        """Close the alerts whose rules are no longer in force: after a load, since rules may have gone meanwhile."""
        for entry in [entry for entry in self._entries.values() if isinstance(entry, Story)]:
            decision = decide_removed(entry, self._gates, self._not_before_clock(entry.last_activity_at))
            if decision.revisions:
                self._put_story(entry, decision)

    def apply(self, match: Match, offset: int, decided_at: datetime) -> None:
        """Decide on the match at `offset`, after the timers due before it."""
        moment = match.article.first_seen_at
        self.fire(moment)
        self._expire_seen(moment)
        self._clock = self._not_before_clock(moment)
        self._offset = offset + 1
        if is_canary(match.group):
            self._send(canary_alert(match))  # no revision of a story: nothing is remembered or told of it
            return
        group, article = match.group, match.article
        seen, past = seen_key(group, article.id), past_key(group, article.id)
        known = self._known(seen, past, self._finder.find(group, article))
        decision = decide(known, match, self._gates, now=self._clock, decided_at=decided_at)
        self._put(seen, known.seen, decision.known.seen)
        self._put(past, known.past, decision.known.past)
        self._put_story(known.story, decision)

    def skip(self, offset: int) -> None:
        """Leave out the record at `offset`."""
        self._offset = offset + 1

    def fire(self, until: datetime) -> None:
        """Fire all timers due at `until`, in order, each at its due time."""
        while (timer := self._timers.pop(until)) is not None:
            due, key = timer
            entry = self._entries[key]
            if isinstance(entry, Story):
                decision = decide_due(entry, self._gates, self._not_before_clock(due))
                self._put_story(entry, decision)
            else:
                self._put(key, entry, None)

    def next_due(self) -> datetime | None:
        """When the next timer fires that the wall clock may fire."""
        return self._timers.next_due()

    def has_changes(self) -> bool:
        """Whether there is anything to save, but for acknowledged alerts: those can wait for the next real change."""
        return bool(self._changed) or self._offset != self._head.offset

    def has_acknowledged(self) -> bool:
        """Whether the stored outbox still holds alerts that the log has."""
        return bool(self._acknowledged)

    def change(self) -> PartitionChange:
        """All that is not saved yet."""
        put = {key: encode(self._entries[key]) for key in sorted(self._changed) if key in self._entries}
        return PartitionChange(
            partition=self.number,
            head=Head(offset=self._offset, version=self._head.version + 1, clock=self._clock),
            put=put,
            delete=frozenset(self._changed - put.keys()) | self._acknowledged,
        )

    def saved(self) -> Outcome:
        """Note that the last `change()` was saved; what had been decided in it."""
        self._head = Head(offset=self._offset, version=self._head.version + 1, clock=self._clock)
        self._changed.clear()
        self._acknowledged.clear()
        outcome, self._outcome = self._outcome, Outcome()
        return outcome

    def outbox(self) -> list[Alert]:
        """The saved alerts that the log has not acknowledged, in order. Ask only when all is saved."""
        return [entry for key in self._outbox if isinstance(entry := self._entries[key], Alert)]

    def appended(self) -> None:
        """Note that the log has all of `outbox()`; the next save forgets them."""
        self._acknowledged.update(self._outbox)
        for key in self._outbox:
            del self._entries[key]
        self._outbox.clear()

    def _known(self, seen: str, past: str, story: Story | None) -> Known:
        seen_entry, past_entry = self._entries.get(seen), self._entries.get(past)
        return Known(
            seen_entry if isinstance(seen_entry, Seen) else None,
            past_entry if isinstance(past_entry, PastMatch) else None,
            story,
        )

    def _put_story(self, before: Story | None, decision: Decision) -> None:
        after = decision.known.story
        either = after or before
        if either:
            self._put(story_key(either.id), before, after)
        self._outcome.held_back.update(decision.held_back)
        self._outcome.revisions.extend(decision.revisions)
        for alert in decision.revisions:
            self._send(alert)

    def _send(self, alert: Alert) -> None:
        """Put it into the outbox."""
        key = outbox_key(self._next_number)
        self._next_number += 1
        self._outbox.append(key)
        self._put(key, None, alert)

    def _put(self, key: str, before: Entry | None, after: Entry | None) -> None:
        if after is not before:
            self._changed.add(key)
            self._set(key, after)

    def _set(self, key: str, entry: Entry | None) -> None:
        if isinstance(entry, Story):
            self._finder.put(entry)
        elif entry is None and isinstance(old := self._entries.get(key), Story):
            self._finder.remove(old.id)
        if entry is None:
            self._entries.pop(key, None)
        else:
            self._entries[key] = entry
        self._schedule(key, entry)

    def _schedule(self, key: str, entry: Entry | None) -> None:
        if isinstance(entry, Seen):
            self._expiries.set(key, entry.remembered_at + self._seen_retention)
        elif isinstance(entry, Story):
            self._timers.set(key, next_due(entry, self._gates))
        elif isinstance(entry, PastMatch):
            self._timers.set(key, past_due(entry, self._gates))
        elif entry is None:
            self._expiries.set(key, None)
            self._timers.set(key, None)

    def _expire_seen(self, until: datetime) -> None:
        while (expired := self._expiries.pop(until)) is not None:
            self._put(expired[1], self._entries[expired[1]], None)

    def _not_before_clock(self, moment: datetime) -> datetime:
        return max(moment, self._clock) if self._clock else moment
