"""The polling loop: which feed is polled when, one at a time per host. Decides nothing about articles.

Several pollers share the feeds by shards of registrable domains, each held under a lease (see `shard_leases`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from monitor.core.clock import Clock
from monitor.core.errors import LeaseLostError, StoreUnavailableError
from monitor.core.feed import Feed
from monitor.core.ids import FeedId
from monitor.core.metrics import Metrics
from monitor.core.ports import FeedStates, Leases, Log
from monitor.core.retries import Trouble
from monitor.core.settings import PollSettings
from monitor.core.sharing import LOOK_SECONDS
from monitor.core.stopping import is_set_within
from monitor.feeds.document_parser import DocumentParser
from monitor.feeds.fetch import DocumentFetcher
from monitor.feeds.forgetting import FORGET_EVERY, forget_removed
from monitor.feeds.network_watch import NetworkChange, NetworkWatch
from monitor.feeds.patience import PatientCalls
from monitor.feeds.poll import FeedPoll, PollOutcome
from monitor.feeds.poll_log import tell
from monitor.feeds.running_polls import Ended, RunningPoll, RunningPolls
from monitor.feeds.schedule import START_WINDOW
from monitor.feeds.shard_leases import ShardLeases
from monitor.feeds.watched_feeds import WatchedFeeds

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")

_LONGEST_PAUSE_SECONDS = 1.0  # the clock may step, and a store may come back
_AFTER_RUNNING_POLL = timedelta(seconds=1)
_CLOCK_STEP = timedelta(seconds=1)  # a clock that goes back further was set, not slowed down


class Poller:
    """Polls feeds until stopped. Closes nothing of what it was given.

    Attributes:
        first_round_done: Set when each feed of its shards was polled at least once, by whomever, whatever came.
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
        shards: int = 1,
        calls: PatientCalls | None = None,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """Poll nothing before `run`.

        Args:
            owner: Who we are to the other pollers; no two may have one name.
            shards: Into how many the feeds are parted; the same for all pollers on one store.
            look_seconds: How often to look who else polls.
        """
        self._settings = settings
        self._states = states
        self._clock = clock
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
        self._leases = ShardLeases(leases, owner=owner, shards=shards, clock=clock)
        self._look_seconds = look_seconds
        # A thread of its own: those that all share may be taken up by appends that hang, and leases would run out.
        self._lease_thread = ThreadPoolExecutor(1, thread_name_prefix="shards")
        self._polling_until = self._latest = clock()
        self._has_shards = asyncio.Event()
        self._feeds = WatchedFeeds(feeds, shards=shards, settings=settings, metrics=metrics)
        self._schedule = self._feeds.schedule
        self._network = NetworkWatch()
        self._wake = asyncio.Event()
        self._running = RunningPolls(on_end=self._wake.set)
        self._poll_delay = metrics.poll_delay
        metrics.feeds_silent.set_function(lambda: self._feeds.silence.count(clock()))
        self.first_round_done = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set; then appends under way are finished, the rest is dropped, all shards given up."""
        helpers = [asyncio.create_task(self._keep_shards()), asyncio.create_task(self._keep_forgetting())]
        stopping = asyncio.create_task(stop.wait())
        for task in (*helpers, stopping):
            task.add_done_callback(lambda _: self._wake.set())
        try:
            while not stop.is_set():
                self._follow_clock()
                self._start_due()
                await self._pause()
                self._collect()
                for helper in helpers:
                    if helper.done():
                        helper.result()
        finally:
            for task in (*helpers, stopping):
                task.cancel()
            await self._running.drain()
            await asyncio.gather(*helpers, stopping, return_exceptions=True)
            await self._release()

    def set_feeds(self, feeds: Sequence[Feed]) -> None:
        """Watch these from now on; new and changed ones are polled soon. Call it on the event loop's thread."""
        self._feeds.set_feeds(feeds, self._clock())
        self._note_first_round()
        self._wake.set()

    async def _keep_shards(self) -> None:
        """Look every while who else polls; a store that is away is asked again, and what was ours stays so until then.

        This waits for no other call: what keeps an article from being appended must not cost us our shards.
        """
        trouble = Trouble(_log, "shards wait for their store")
        while True:
            try:
                await self._share_out()
            except StoreUnavailableError as error:
                trouble.failed(str(error))
            else:
                trouble.ended()
            self._wake.set()
            await asyncio.sleep(self._look_seconds)

    async def _share_out(self) -> None:
        """Hold the shards that should be ours: drop what is not, give up what is idle, take what is free."""
        look = await self._in_lease_thread(self._leases.look)
        self._drop(self._feeds.mine.keys() - self._leases.held.keys())
        self._running.drop_fetches(lambda poll: poll.shard in look.lost)
        self._polling_until = look.until  # not before: what was lost must not be polled meanwhile
        idle = self._leases.leaving - self._running.shards
        await self._in_lease_thread(lambda: self._leases.exchange(idle))
        gained = {shard: lease for shard, lease in self._leases.held.items() if shard not in self._feeds.mine}
        if gained:
            # Loaded after they were taken: up to then another poller may have saved.
            self._feeds.begin(gained, await self._in_lease_thread(self._states.load_all), self._clock())
            self._has_shards.set()
            self._note_first_round()

    def _drop(self, shards: Collection[int]) -> None:
        """Poll the feeds of these shards no more; polls under way may end."""
        for feed_id in self._feeds.drop(shards):
            self._network.forget(feed_id)

    async def _release(self) -> None:
        try:
            await self._in_lease_thread(self._leases.release_all)  # after what is being done there
        except StoreUnavailableError as error:  # they run out by themselves
            _log.debug("leases not released", extra={"error": str(error)})
        finally:
            self._lease_thread.shutdown(wait=False)

    async def _in_lease_thread(self, step: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._lease_thread, step)

    async def _keep_forgetting(self) -> None:
        while True:
            await self._has_shards.wait()
            await forget_removed(
                self._states,
                self._calls,
                is_wished=self._feeds.is_wished,
                lease_of=self._feeds.lease_at,
                now=self._clock(),
            )
            await asyncio.sleep(FORGET_EVERY.total_seconds())

    def _follow_clock(self) -> None:
        """A clock set back must not leave the feeds waiting until it is where it was."""
        now = self._clock()
        if now < self._latest - _CLOCK_STEP:
            _log.warning("the clock was set back", extra={"seconds": round((self._latest - now).total_seconds())})
            self._schedule.shift(now - self._latest)
        self._latest = now

    def _may_start(self) -> bool:
        """Whether one more poll may begin.

        Not while the store is away: nothing could be kept. Nor while our leases may have run out, to which a process
        that was paused wakes up: another may poll those hosts by now.
        """
        is_ours = self._clock() < self._polling_until
        return is_ours and not self._calls.is_down and len(self._running) < self._settings.concurrency

    def _start_due(self) -> None:
        """Start polls that are due; drop those under way whose host may be another's."""
        if self._clock() >= self._polling_until:
            self._running.drop_fetches()
        while self._may_start():
            due_at, now = self._schedule.next_due(), self._clock()
            due = self._schedule.due(now, limit=1)
            if due_at is None or not due:
                return
            feed = self._feeds.get(due[0])
            if feed is None:
                continue
            if self._running.has(feed.id):
                # Reloaded with another URL while its old one is being polled: two polls must not compare at once.
                self._schedule.add(feed.id, self._clock() + _AFTER_RUNNING_POLL)
                continue
            shard = self._feeds.shard(feed)
            poll = RunningPoll(feed, shard, self._feeds.mine[shard], due_at)
            if self._running.start(poll, self._poll_once):
                self._poll_delay.observe(self._running.seconds_late(poll, now))

    async def _poll_once(self, poll: RunningPoll) -> PollOutcome:
        feed = poll.feed
        before = await self._poll.load(feed)
        now = self._clock()
        in_full = self._feeds.is_full_due(feed, now)
        obtained = await self._poll.obtain(feed, before, in_full=in_full)
        if in_full:
            self._feeds.asked_in_full(feed, now)
        excused = self._network.excuses(obtained.status)
        # A stop must not part the append from the save: what began to be stored is stored.
        poll.storing = asyncio.create_task(self._poll.keep(feed, before, obtained, poll.lease, excused=excused))
        return await asyncio.shield(poll.storing)

    async def _pause(self) -> None:
        """Until something ends or changes, the next feed is due, or a second has gone."""
        seconds = _LONGEST_PAUSE_SECONDS
        next_due = self._schedule.next_due()
        if next_due is not None and self._may_start():
            seconds = min(seconds, max(0.0, (next_due - self._clock()).total_seconds()))
        await is_set_within(self._wake, seconds)
        self._wake.clear()

    def _collect(self) -> None:
        """Take in polls that ended; what they raised is raised here."""
        now = self._clock()
        for ended in self._running.take_ended(now):
            for waiting in ended.waiting:
                # By when they were due, or a site that cannot keep up with its feeds would starve the last of them.
                self._feeds.schedule_at(waiting.feed.id, waiting.due_at)
            outcome = self._outcome(ended)
            if outcome is not None:
                self._take_in(outcome)
            self._feeds.schedule_next(ended.poll.feed.id, None if outcome is None else outcome.state, now)

    def _outcome(self, ended: Ended) -> PollOutcome | None:
        """What a poll came to; None when it was dropped, or its shard is another's by now and nothing was saved."""
        if ended.task.cancelled():
            return None
        try:
            return ended.task.result()
        except LeaseLostError as error:
            _log.warning("poll dropped", extra={"feed": ended.poll.feed.id, "error": str(error)})
        shard = ended.poll.shard
        if self._feeds.mine.get(shard) == ended.poll.lease:
            self._leases.doubt(shard)
            self._running.drop_fetches(lambda poll: poll.lease == ended.poll.lease)
            self._drop([shard])
        return None

    def _take_in(self, outcome: PollOutcome) -> None:
        feed_id = outcome.feed.id
        change = NetworkChange.NONE
        if self._feeds.get(feed_id) is not None:
            self._feeds.polled(feed_id, outcome.state, self._clock())
            self._note_first_round()
            change = self._network.record(feed_id, outcome.status, feeds=len(self._feeds))
        tell(outcome, is_excused=self._network.excuses(outcome.status))
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
        if self._feeds.was_each_polled:
            self.first_round_done.set()
