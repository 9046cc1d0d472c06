"""The loop from the history to the channels."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from consumers.delivery.send import SendLoop
from consumers.delivery.subscriptions import Scope, Subscriptions
from consumers.delivery.webhook import Delivered, Outcome, Refused, Retry, verify_signature, webhook_sender
from monitor.core.alert import Alert
from monitor.core.sharing import LEASE_SECONDS, holder_of
from tests.unit.delivery.bench import (
    DESK,
    SECRET,
    AwayAtFirst,
    Bench,
    FlakyDeliveries,
    Hangs,
    a_subscription,
    eventually,
    subscribed,
)
from tests.unit.delivery.samples import NOW, an_alert


@contextmanager
def running(loop: SendLoop) -> Iterator[Future[None]]:
    """The loop in a thread; its failure is raised at the end, and so is an end that takes longer than promised."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(loop.run, stop)
        try:
            yield ended
        finally:
            stop.set()
            ended.result(timeout=2)


def send_all(bench: Bench, subscriptions: Subscriptions, alerts: Sequence[Alert], *lines: str) -> None:
    """Run until these lines have dealt with these alerts."""
    send_over(bench.loop(subscriptions), bench, alerts, *lines)


def send_over(loop: SendLoop, bench: Bench, alerts: Sequence[Alert], *lines: str) -> None:
    """As `send_all`, over a given loop."""
    with running(loop):
        eventually(lambda: bench.has_begun(*lines))
        bench.publish(*alerts)
        eventually(lambda: all(bench.is_through(line) for line in lines))


def test_new_subscription_gets_what_comes_and_not_the_past(bench: Bench) -> None:
    bench.publish(an_alert("past"))

    send_all(bench, DESK, [an_alert("a1"), an_alert("a1", 2, change="updated")], "desk/hook")

    assert bench.receivers.at("hook") == ["a1-1", "a1-2"]
    assert bench.deliveries_total("delivered") == 2


def test_alert_published_while_the_loop_starts_is_not_the_past(bench: Bench) -> None:
    bench.publish(an_alert("past"))
    loop = bench.loop(DESK)
    bench.publish(an_alert("a1"))

    with running(loop):
        eventually(lambda: bench.is_through("desk/hook"))

    assert bench.receivers.at("hook") == ["a1-1"]


def test_restart_goes_on_at_the_cursor(bench: Bench) -> None:
    send_all(bench, DESK, [an_alert("a1")], "desk/hook")
    bench.publish(an_alert("a2"))

    send_all(bench, DESK, [an_alert("a3")], "desk/hook")

    assert bench.receivers.at("hook") == ["a1-1", "a2-1", "a3-1"]


def test_what_was_not_asked_for_is_counted_and_passed_over(bench: Bench) -> None:
    picky = subscribed(a_subscription(scope=Scope(severity="high")))

    send_all(bench, picky, [an_alert("a1"), an_alert("a2", severity="high", shadow=True)], "desk/hook")

    assert bench.receivers.attempts == []
    assert bench.held_back_total("out_of_scope") == 1
    assert bench.held_back_total("shadow") == 1


def test_more_alerts_than_one_read_brings_are_all_sent_in_order(bench: Bench) -> None:
    alerts = [an_alert(f"a{number}") for number in range(250)]

    send_all(bench, DESK, alerts, "desk/hook")

    assert bench.receivers.at("hook") == [alert.id for alert in alerts]


def test_failed_attempt_is_repeated_before_the_next_alert(bench: Bench) -> None:
    bench.receivers.scripts["hook"] = [Retry("HTTP status 500"), Retry("timed out")]

    send_all(bench, DESK, [an_alert("a1"), an_alert("a2")], "desk/hook")

    assert bench.receivers.at("hook") == ["a1-1", "a1-1", "a1-1", "a2-1"]
    assert bench.deliveries_total("retried") == 2
    assert bench.deliveries_total("delivered") == 2
    first, second = bench.receivers.waits
    assert 2.5 <= first <= 5
    assert 5 <= second <= 10


def test_retry_after_is_honoured_and_capped(bench: Bench) -> None:
    bench.receivers.scripts["hook"] = [Retry("HTTP status 429", 42.0), Retry("HTTP status 429", 86_400.0)]

    send_all(bench, DESK, [an_alert()], "desk/hook")

    assert bench.receivers.waits == [42.0, 60.0]


def test_alert_is_put_aside_after_the_last_attempt_and_the_next_one_sent(bench: Bench) -> None:
    bench.receivers.scripts["hook"] = [Retry("HTTP status 500")] * 3

    send_all(bench, DESK, [an_alert("a1"), an_alert("a2")], "desk/hook")

    assert bench.receivers.at("hook") == ["a1-1", "a1-1", "a1-1", "a2-1"]
    (dead,) = bench.store.deliveries.dead(10)
    assert (dead.subscription, dead.channel, dead.alert.id) == ("desk", "hook", "a1-1")
    assert (dead.reason, dead.attempts, dead.failed_at) == ("HTTP status 500", 3, NOW)
    assert bench.deliveries_total("dead") == 1
    assert bench.deliveries_total("delivered") == 1


def test_refused_alert_is_put_aside_at_once(bench: Bench) -> None:
    bench.receivers.scripts["hook"] = [Refused("HTTP status 404")]

    send_all(bench, DESK, [an_alert("a1"), an_alert("a2")], "desk/hook")

    assert bench.receivers.at("hook") == ["a1-1", "a2-1"]
    assert [(dead.alert.id, dead.attempts) for dead in bench.store.deliveries.dead(10)] == [("a1-1", 1)]


def test_receiver_that_hangs_holds_up_nobody_else(bench: Bench) -> None:
    both = subscribed(a_subscription("desk", "slow", "quick"), a_subscription("other", "quick"))
    bench.receivers.scripts["slow"] = [Hangs()]
    with running(bench.loop(both)):
        eventually(lambda: bench.has_begun("desk/slow", "desk/quick", "other/quick"))

        bench.publish(an_alert("a1"), an_alert("a2"))

        eventually(lambda: bench.is_through("desk/quick") and bench.is_through("other/quick"))
        assert bench.receivers.at("slow") == ["a1-1"]


def test_attempt_dropped_by_a_stop_is_repeated_by_the_next_run(bench: Bench) -> None:
    bench.receivers.scripts["hook"] = [Hangs()]
    with running(bench.loop(DESK)):
        eventually(lambda: bench.has_begun("desk/hook"))
        bench.publish(an_alert("a1"))
        eventually(lambda: bench.receivers.at("hook") == ["a1-1"])

    with running(bench.loop(DESK)):
        eventually(lambda: bench.is_through("desk/hook"))

    assert bench.receivers.at("hook") == ["a1-1", "a1-1"]


def test_stop_gives_up_the_lease(bench: Bench) -> None:
    send_all(bench, DESK, [an_alert()], "desk/hook")

    assert bench.store.leases.acquire("send/desk/hook", "another", seconds=30, now=NOW) is not None


def test_lease_of_another_process_is_waited_for(bench: Bench) -> None:
    theirs = bench.store.leases.acquire("send/desk/hook", "another", seconds=30, now=NOW)
    assert theirs is not None
    with running(bench.loop(DESK)):
        eventually(lambda: len(bench.receivers.waits) > 2)
        assert not bench.has_begun("desk/hook")

        bench.store.leases.release(theirs)

        eventually(lambda: bench.has_begun("desk/hook"))


def test_several_processes_share_the_lines_and_one_that_stops_hands_its_own_over(bench: Bench) -> None:
    channels = [f"hook-{number}" for number in range(12)]
    subscriptions = subscribed(a_subscription("desk", *channels))
    lines = [f"desk/{channel}" for channel in channels]

    def holders() -> Mapping[str, str]:
        return bench.store.leases.holders("send/", bench.now)

    with running(bench.loop(subscriptions, owner="a")):
        eventually(lambda: bench.has_begun(*lines))
        with running(bench.loop(subscriptions, owner="b")):
            eventually(lambda: set(holders().values()) == {"a", "b"} and len(holders()) == len(lines))
            shared = holders()
            bench.publish(an_alert("a1"), an_alert("a2"))
            eventually(lambda: all(bench.is_through(line) for line in lines))
        eventually(lambda: set(holders().values()) == {"a"} and len(holders()) == len(lines))
        bench.publish(an_alert("a3"))
        eventually(lambda: all(bench.is_through(line) for line in lines))

    assert shared == {f"send/{line}": holder_of(f"send/{line}", ["a", "b"]) for line in lines}
    assert {channel: bench.receivers.at(channel) for channel in channels} == {
        channel: ["a1-1", "a2-1", "a3-1"] for channel in channels
    }


def test_lines_of_a_dead_process_move_when_its_leases_ran_out(bench: Bench) -> None:
    for name in ("sender/dead", "send/desk/hook"):
        assert bench.store.leases.acquire(name, "dead", seconds=LEASE_SECONDS, now=NOW) is not None
    with running(bench.loop(DESK)):
        eventually(lambda: bench.store.leases.holders("sender/tester", bench.now) != {})
        is_dead_still_there = not bench.has_begun("desk/hook")
        bench.now += timedelta(seconds=LEASE_SECONDS)
        eventually(lambda: bench.has_begun("desk/hook"))

    assert is_dead_still_there


def test_store_that_is_away_at_the_start_is_waited_for(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    away = AwayAtFirst(bench.store.leases, failures=3)
    with running(bench.loop(DESK, leases=away)):
        eventually(lambda: bench.has_begun("desk/hook"))

    assert away.failures == 0
    assert caplog.messages.count("sharing of deliveries waits for its store") == 1


def test_line_whose_lease_was_taken_moves_no_cursor(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    def taken_meanwhile() -> Outcome:
        bench.now += timedelta(minutes=5)
        assert bench.store.leases.acquire("send/desk/hook", "another", seconds=3600, now=bench.now) is not None
        return Delivered()

    bench.receivers.scripts["hook"] = [taken_meanwhile]
    with running(bench.loop(DESK)):
        eventually(lambda: bench.has_begun("desk/hook"))
        bench.publish(an_alert("a1"), an_alert("a2"))
        eventually(lambda: "lease lost" in caplog.messages)

    assert bench.receivers.at("hook") == ["a1-1"]
    assert not bench.is_through("desk/hook")


def test_store_that_fails_for_a_time_does_not_repeat_an_alert(bench: Bench) -> None:
    deliveries = FlakyDeliveries(bench.store.deliveries, failures=3)
    with running(bench.loop(DESK, deliveries=deliveries)):
        eventually(lambda: bench.has_begun("desk/hook"))
        bench.publish(an_alert("a1"))
        eventually(lambda: bench.is_through("desk/hook"))

    assert deliveries.failures == 0
    assert bench.receivers.at("hook") == ["a1-1"]


def test_trouble_is_logged_once_per_change(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="consumers.delivery")
    bench.receivers.scripts["hook"] = [Retry("timed out"), Retry("timed out"), Delivered(), Retry("timed out")]

    send_all(bench, DESK, [an_alert("a1"), an_alert("a2")], "desk/hook")

    assert caplog.messages.count("delivery failed") == 2
    assert caplog.messages.count("works again") == 2


def test_bug_ends_the_loop(bench: Bench) -> None:
    bench.receivers.scripts["hook"] = [ZeroDivisionError("a bug")]

    def run_into_it() -> None:
        with running(bench.loop(DESK)) as ended:
            eventually(lambda: bench.has_begun("desk/hook"))
            bench.publish(an_alert())
            eventually(ended.done)

    with pytest.raises(ZeroDivisionError, match="a bug"):
        run_into_it()


def test_removed_subscription_gets_nothing_more_and_an_added_one_what_comes(bench: Bench) -> None:
    loop = bench.loop(subscribed(a_subscription("old", "old-hook")))
    with running(loop):
        eventually(lambda: bench.has_begun("old/old-hook"))
        bench.publish(an_alert("a1"))
        eventually(lambda: bench.is_through("old/old-hook"))

        loop.set_subscriptions(subscribed(a_subscription("new", "new-hook")))
        eventually(lambda: bench.has_begun("new/new-hook"))
        bench.publish(an_alert("a2"))
        eventually(lambda: bench.is_through("new/new-hook"))

    assert bench.receivers.attempts == [("old-hook", "a1-1"), ("new-hook", "a2-1")]


def test_changed_subscription_goes_on_at_its_cursor(bench: Bench) -> None:
    loop = bench.loop(DESK)
    bench.receivers.scripts["hook"] = [Hangs()]
    with running(loop):
        eventually(lambda: bench.has_begun("desk/hook"))
        bench.publish(an_alert("a1"), an_alert("a2", severity="high"))
        eventually(lambda: bench.receivers.at("hook") == ["a1-1"])

        loop.set_subscriptions(subscribed(a_subscription(scope=Scope(severity="high"))))
        eventually(lambda: bench.is_through("desk/hook"))

    assert bench.receivers.at("hook") == ["a1-1", "a2-1"]
    assert bench.held_back_total("out_of_scope") == 1


def test_reload_does_not_disturb_lines_that_stay(bench: Bench) -> None:
    loop = bench.loop(DESK)
    bench.receivers.scripts["hook"] = [Hangs()]
    with running(loop):
        eventually(lambda: bench.has_begun("desk/hook"))
        bench.publish(an_alert("a1"))
        eventually(lambda: bench.receivers.at("hook") == ["a1-1"])

        loop.set_subscriptions(subscribed(a_subscription(), a_subscription("new", "new-hook")))
        eventually(lambda: bench.has_begun("new/new-hook"))

        assert bench.receivers.at("hook") == ["a1-1"]


def test_alert_reaches_a_real_receiver(bench: Bench) -> None:
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if len(got) == 1 else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, ThreadPoolExecutor(1) as pool:
        serving = pool.submit(server.serve_forever, 0.01)
        url = f"http://127.0.0.1:{server.server_port}/hook"
        loop = bench.loop(subscribed(a_subscription(), url=url), sender=webhook_sender)
        send_over(loop, bench, [an_alert()], "desk/hook")
        server.shutdown()
        serving.result()

    assert len(got) == 2
    for headers, body in got:
        assert verify_signature(SECRET, headers, body, now=NOW)
    assert got[0][0]["Idempotency-Key"] == got[1][0]["Idempotency-Key"] == "a1-1"
