"""A line's hold on its lease."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from consumers.delivery.follow import HistoryEnd
from consumers.delivery.line import Line, line_specs
from consumers.delivery.webhook import Refused, Retry
from monitor.core.ports import Lease
from monitor.core.sharing import LEASE_SECONDS
from tests.unit.delivery.bench import DESK, SETTINGS, Bench, a_subscription, eventually, subscribed
from tests.unit.delivery.samples import an_alert


@asynccontextmanager
async def a_line(bench: Bench) -> AsyncIterator[Line]:
    """A line that has begun."""
    async with bench.receivers.sender(SETTINGS) as send:
        end = HistoryEnd(bench.store.history, bench.receivers.sleep)
        line = Line(line_specs(DESK)["desk/hook"], bench.surroundings(end, send))
        tasks = [asyncio.create_task(end.run()), asyncio.create_task(line.run())]
        await asyncio.to_thread(eventually, lambda: bench.has_begun("desk/hook"))
        yield line
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def taken_by_another(bench: Bench) -> Lease | None:
    return bench.store.leases.acquire("send/desk/hook", "another", seconds=3600, now=bench.now)


async def test_lease_is_free_for_others_once_it_ran_out(bench: Bench) -> None:
    async with a_line(bench):
        bench.now += timedelta(seconds=LEASE_SECONDS + 1)

        assert taken_by_another(bench) is not None


async def test_renewed_lease_is_held_longer(bench: Bench) -> None:
    async with a_line(bench) as line:
        bench.now += timedelta(seconds=LEASE_SECONDS - 1)
        await line.renew()
        bench.now += timedelta(seconds=LEASE_SECONDS - 1)

        assert taken_by_another(bench) is None


async def test_line_that_cannot_renew_attempts_nothing_more(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    async with a_line(bench) as line:
        bench.now += timedelta(seconds=LEASE_SECONDS + 1)
        assert taken_by_another(bench) is not None
        await line.renew()

        bench.publish(an_alert())
        await asyncio.to_thread(eventually, lambda: "lease lost" in caplog.messages)

    assert bench.receivers.attempts == []
    assert not bench.is_through("desk/hook")


def test_each_channel_of_each_subscription_is_a_line() -> None:
    both = subscribed(a_subscription("desk", "hook", "chat"), a_subscription("archive", "hook"))

    assert set(line_specs(both)) == {"desk/hook", "desk/chat", "archive/hook"}


async def test_time_from_published_to_accepted_is_measured(bench: Bench) -> None:
    bench.receivers.scripts = {"hook": [Retry("busy")]}
    async with a_line(bench):
        bench.store.history.append([an_alert()], now=bench.now - timedelta(seconds=9))
        await asyncio.to_thread(eventually, lambda: bench.is_through("desk/hook"))

    assert bench.metrics.registry.get_sample_value("tocsin_deliver_latency_seconds_count") == 1
    assert bench.metrics.registry.get_sample_value("tocsin_deliver_latency_seconds_sum") == pytest.approx(9)


async def test_alert_that_is_given_up_was_not_delivered_in_any_time(bench: Bench) -> None:
    bench.receivers.scripts = {"hook": [Refused("410 Gone")]}
    async with a_line(bench):
        bench.publish(an_alert())
        await asyncio.to_thread(eventually, lambda: bench.is_through("desk/hook"))

    assert bench.metrics.registry.get_sample_value("tocsin_deliver_latency_seconds_count") == 0
