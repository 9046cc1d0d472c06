"""The polling loop: which feed is polled when, one at a time per host. Decides nothing about articles."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.core.clock import Clock
from monitor.core.errors import LeaseLostError, StoreUnavailableError
from monitor.core.feed import Feed, FeedState
from monitor.core.ids import FeedId
from monitor.core.metrics import Metrics
from monitor.core.ports import FeedStates, Lease, Leases, Log
from monitor.core.settings import PollSettings
from monitor.core.stopping import is_set_within, unless_stopped
from monitor.feeds.document_parser import DocumentParser
from monitor.feeds.domains import polite_key
from monitor.feeds.fetch import DocumentFetcher
from monitor.feeds.network_watch import NetworkChange, NetworkWatch
from monitor.feeds.patience import PatientCalls
from monitor.feeds.poll import FULL_FETCH_EVERY, FeedPoll, PollOutcome
from monitor.feeds.schedule import START_WINDOW, Schedule, due_again_at, first_due_times
from monitor.feeds.silence import SilenceWatch

_log = logging.getLogger(__name__)

LEASE_NAME = "poll/0"
LEASE_SECONDS = 30.0
_LEASE_RENEWAL_SECONDS = 10.0
_LEASE_RETRY_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 1.0  # the clock may step, and a store may come back
_AFTER_RUNNING_POLL = timedelta(seconds=1)
_CLOCK_STEP = timedelta(seconds=1)  # a clock that goes back further was set, not slowed down
FORGET_REMOVED_AFTER = timedelta(days=30)  # a feed that comes back later is new again: its past is no news
_FORGET_EVERY = timedelta(days=1)
_DRAIN_SECONDS = 1.5  # appends and saves under way at a stop; the rest is dropped and fetched again


class Poller:
    """Polls feeds until stopped. Closes nothing of what it was given.

    Attributes:
        first_round_done: Set when each feed was polled at least once, in this or an earlier process, whatever came.
    """

    def __init__(
        self,
        feeds: Sequence[Feed],
        *,
        settings: PollSettings,
        fetcher: DocumentFetcher,
        parser: DocumentParser,
        log: Log,
        states: FeedStates,
        leases: Leases,
        metrics: Metrics,
        clock: Clock,
        owner: str,
        calls: PatientCalls | None = None,
    ) -> None:
        self._settings = settings
        self._states = states
        self._leases = leases
        self._metrics = metrics
        self._clock = clock
        self._owner = owner
        self._calls = calls or PatientCalls()
        self._poll = FeedPoll(
            settings=settings,
            fetcher=fetcher,
            parser=parser,
            log=log,
            states=states,
            metrics=metrics,
            clock=clock,
            calls=self._calls,
        )
        self._feeds: dict[FeedId, Feed] = {feed.id: feed for feed in feeds}
        self._schedule = Schedule()
        self._network = NetworkWatch()
        self._silence = SilenceWatch(settings.silent_after)
        metrics.feeds_silent.set_function(lambda: self._silence.count(self._enabled(), clock()))
        self._running: dict[asyncio.Task[PollOutcome], tuple[Feed, str]] = {}
        self._storing: set[asyncio.Task[PollOutcome]] = set()
        self._busy: set[str] = set()
        self._waiting: dict[str, deque[FeedId]] = {}
        self._asked_in_full: dict[FeedId, datetime] = {}
        self._conditions: dict[FeedId, str] = {}
        self._unseen: set[FeedId] = set(self._enabled())
        self._wake = asyncio.Event()
        self._is_running = False
        self._latest = clock()
        self.first_round_done = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set; then appends under way are finished, the rest is dropped.

        Raises:
            LeaseLostError: Another process polls these feeds now.
        """
        lease = await unless_stopped(stop, self._acquire())
        if lease is None:
            return
        helpers = [asyncio.create_task(self._renew(lease)), asyncio.create_task(self._forget_removed(lease))]
        stopping = asyncio.create_task(stop.wait())
        for task in (*helpers, stopping):
            task.add_done_callback(lambda _: self._wake.set())
        try:
            states = await unless_stopped(stop, self._calls.call(self._states.load_all))
            if states is not None:
                self._begin(states)
            while not stop.is_set():
                self._follow_clock()
                self._start_due(lease)
                await self._pause()
                self._collect()
                for helper in helpers:
                    if helper.done():
                        helper.result()
        finally:
            self._is_running = False
            for task in (*helpers, stopping):
                task.cancel()
            await self._drain()
            await asyncio.gather(*helpers, stopping, return_exceptions=True)
            await self._release(lease)

    def set_feeds(self, feeds: Sequence[Feed]) -> None:
        """Watch these from now on; new and changed ones are polled soon. Call it on the event loop's thread."""
        before, self._feeds = self._feeds, {feed.id: feed for feed in feeds}
        enabled = self._enabled()
        for feed_id in before:
            if feed_id not in enabled:
                self._schedule.remove(feed_id)
        self._unseen = {feed_id for feed_id in self._unseen if feed_id in enabled} | (enabled.keys() - before.keys())
        if self._is_running:
            changed = [feed for feed in enabled.values() if before.get(feed.id) != feed]
            for feed_id, due_at in first_due_times(changed, {}, self._settings, self._clock()).items():
                self._schedule.add(feed_id, due_at)
        self._conditions = {feed_id: self._conditions.get(feed_id, "new") for feed_id in enabled}
        self._show_conditions()
        self._note_first_round()
        self._wake.set()

    def _enabled(self) -> dict[FeedId, Feed]:
        return {feed.id: feed for feed in self._feeds.values() if feed.enabled}

    def _begin(self, states: Mapping[FeedId, FeedState]) -> None:
        enabled = self._enabled()
        for feed_id, due_at in first_due_times(enabled.values(), states, self._settings, self._clock()).items():
            self._schedule.add(feed_id, due_at)
        self._unseen -= {feed_id for feed_id, state in states.items() if state.last_poll_at is not None}
        for feed_id, state in states.items():
            self._silence.note(feed_id, state, self._clock())
        self._conditions = {feed_id: _condition(states.get(feed_id)) for feed_id in enabled}
        self._is_running = True
        self._show_conditions()
        self._note_first_round()

    async def _acquire(self) -> Lease:
        """The right to poll, once no other process has it."""
        is_told = False
        while True:
            lease = await self._calls.call(
                self._leases.acquire, LEASE_NAME, self._owner, seconds=LEASE_SECONDS, now=self._clock()
            )
            if lease is not None:
                return lease
            if not is_told:
                _log.info("another process polls, waiting for it to end")
                is_told = True
            await asyncio.sleep(_LEASE_RETRY_SECONDS)

    async def _release(self, lease: Lease) -> None:
        try:
            await asyncio.to_thread(self._leases.release, lease)
        except StoreUnavailableError as error:  # it runs out by itself
            _log.debug("lease not released", extra={"error": str(error)})

    async def _renew(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(_LEASE_RENEWAL_SECONDS)
            if not await self._calls.call(self._leases.renew, lease, seconds=LEASE_SECONDS, now=self._clock()):
                raise LeaseLostError(lease.name)

    async def _forget_removed(self, lease: Lease) -> None:
        """Forget feeds that nobody has wished for in a long time, or what is stored would only grow."""
        while True:
            states = await self._calls.call(self._states.load_all)
            before = self._clock() - FORGET_REMOVED_AFTER
            for feed_id, state in states.items():
                is_old = state.last_poll_at is None or state.last_poll_at < before
                if is_old and feed_id not in self._feeds:
                    await self._calls.call(self._states.forget, feed_id, lease)
                    _log.info("removed feed forgotten", extra={"feed": feed_id})
            await asyncio.sleep(_FORGET_EVERY.total_seconds())

    def _follow_clock(self) -> None:
        """A clock set back must not leave the feeds waiting until it is where it was."""
        now = self._clock()
        if now < self._latest - _CLOCK_STEP:
            _log.warning("the clock was set back", extra={"seconds": round((self._latest - now).total_seconds())})
            self._schedule.shift(now - self._latest)
        self._latest = now

    def _start_due(self, lease: Lease) -> None:
        """Start polls that are due; none while the store is away, since nothing could be kept."""
        while len(self._running) < self._settings.concurrency and not self._calls.is_down:
            due_at, now = self._schedule.next_due(), self._clock()
            due = self._schedule.due(now, limit=1)
            if due_at is None or not due:
                return
            feed = self._enabled_feed(due[0])
            if feed is None:
                continue
            if any(running.id == feed.id for running, _ in self._running.values()):
                # Reloaded with another URL while its old one is being polled: two polls must not compare at once.
                self._schedule.add(feed.id, self._clock() + _AFTER_RUNNING_POLL)
                continue
            key = polite_key(feed.url)
            if key in self._busy:
                self._waiting.setdefault(key, deque()).append(feed.id)
                continue
            self._busy.add(key)
            self._metrics.poll_delay.observe((now - due_at).total_seconds())
            task = asyncio.create_task(self._poll_once(feed, lease), name=f"poll {feed.id}")
            task.add_done_callback(lambda _: self._wake.set())
            self._running[task] = (feed, key)

    def _enabled_feed(self, feed_id: FeedId) -> Feed | None:
        feed = self._feeds.get(feed_id)
        return feed if feed is not None and feed.enabled else None

    async def _poll_once(self, feed: Feed, lease: Lease) -> PollOutcome:
        before = await self._poll.load(feed)
        now = self._clock()
        in_full = now - self._asked_in_full.setdefault(feed.id, now) >= FULL_FETCH_EVERY
        obtained = await self._poll.obtain(feed, before, in_full=in_full)
        if in_full:
            self._asked_in_full[feed.id] = now
        excused = self._network.excuses(obtained.status)
        # A stop must not part the append from the save: what began to be stored is stored.
        storing = asyncio.create_task(self._poll.keep(feed, before, obtained, lease, excused=excused))
        self._storing.add(storing)
        storing.add_done_callback(self._storing.discard)
        return await asyncio.shield(storing)

    async def _pause(self) -> None:
        """Until something ends or changes, the next feed is due, or a second has gone."""
        seconds = _LONGEST_PAUSE_SECONDS
        next_due = self._schedule.next_due()
        if next_due is not None and len(self._running) < self._settings.concurrency and not self._calls.is_down:
            seconds = min(seconds, max(0.0, (next_due - self._clock()).total_seconds()))
        await is_set_within(self._wake, seconds)
        self._wake.clear()

    def _collect(self) -> None:
        """Take in polls that ended; what they raised is raised here."""
        for task in [task for task in self._running if task.done()]:
            feed, key = self._running.pop(task)
            self._busy.discard(key)
            for waiting in self._waiting.pop(key, ()):
                self._schedule.add(waiting, self._clock())
            self._take_in(task.result())
            if self._enabled_feed(feed.id) is not None and feed.id not in self._schedule:
                now = self._clock()
                self._schedule.add(feed.id, due_again_at(task.result().state, now) or now)

    def _take_in(self, outcome: PollOutcome) -> None:
        feed_id = outcome.feed.id
        self._silence.note(feed_id, outcome.state, self._clock())
        if feed_id in self._feeds:
            condition = _condition(outcome.state)
            if self._conditions.get(feed_id) != condition:
                self._conditions[feed_id] = condition
                self._show_conditions()
            self._unseen.discard(feed_id)
            self._note_first_round()
        watched = sum(feed.enabled for feed in self._feeds.values())
        change = self._network.record(feed_id, outcome.status, feeds=max(1, watched))
        _tell(outcome, is_excused=self._network.excuses(outcome.status))
        if change is NetworkChange.DOWN:
            _log.warning("no feed answers: is the network down?", extra={"feeds": len(self._network.silent)})
        elif change is NetworkChange.BACK:
            _log.info("feeds answer again")
            self._poll_again_soon(self._network.was_silent)

    def _poll_again_soon(self, feed_ids: Sequence[FeedId]) -> None:
        """After an outage the feeds that were silent need not sit out their waits."""
        now = self._clock()
        for index, feed_id in enumerate(feed_ids):
            if feed_id in self._schedule:
                self._schedule.add(feed_id, now + START_WINDOW * (index / len(feed_ids)))

    def _note_first_round(self) -> None:
        if self._is_running and not self._unseen:
            self.first_round_done.set()

    def _show_conditions(self) -> None:
        counts = Counter(self._conditions.values())
        counts["disabled"] = len(self._feeds) - len(self._enabled())
        for condition in ("ok", "failing", "new", "disabled"):
            self._metrics.feeds.labels(condition).set(counts[condition])

    async def _drain(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running.clear()
        if not self._storing:
            return
        done, late = await asyncio.wait(self._storing, timeout=_DRAIN_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        for task in done:
            task.result()


def _condition(state: FeedState | None) -> str:
    if state is None or state.status is None:
        return "new"
    return "failing" if state.status.is_failure else "ok"


def _tell(outcome: PollOutcome, *, is_excused: bool) -> None:
    """One line per poll: at INFO when it brought something, failed newly or works again; else at DEBUG."""
    fields: dict[str, object] = {
        "feed": outcome.feed.id,
        "status": outcome.status.value,
        "duration_seconds": round(outcome.fetch_seconds, 3),
    }
    if outcome.status.is_failure:
        level = logging.INFO if outcome.failed_newly and not is_excused else logging.DEBUG
        _log.log(level, "feed failed", extra={**fields, "error": outcome.detail, "attempt": outcome.state.failures})
        return
    was_failing = outcome.before.status is not None and outcome.before.status.is_failure
    level = logging.INFO if outcome.published or was_failing else logging.DEBUG
    counts = {"new": outcome.new, "changed": outcome.changed, "backfill": outcome.backfill}
    _log.log(level, "feed polled", extra={**fields, **counts})
