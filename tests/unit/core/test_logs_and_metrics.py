"""What the service says of itself: log lines and metrics."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
from prometheus_client import generate_latest

from monitor.core.alert import HeldBackReason
from monitor.core.feed import PollStatus
from monitor.core.logs import set_up_logging
from monitor.core.metrics import MAX_RULE_LABELS, Metrics
from monitor.core.settings import LoggingSettings


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_json_line_holds_the_event_and_its_fields(stream: io.StringIO) -> None:
    set_up_logging(LoggingSettings(format="json"), stream=stream)
    logging.getLogger("monitor.test").info("feed polled", extra={"feed": "bbc", "new": 3})
    line = json.loads(stream.getvalue())

    assert {key: line[key] for key in ("level", "event", "logger", "feed", "new")} == {
        "level": "info",
        "event": "feed polled",
        "logger": "monitor.test",
        "feed": "bbc",
        "new": 3,
    }


def test_hostile_text_cannot_break_a_text_line(stream: io.StringIO) -> None:
    set_up_logging(LoggingSettings(format="text"), stream=stream)
    logging.getLogger("monitor.test").warning("feed failed", extra={"error": "x\n00:00:00 INFO forged\x1b[2J"})

    assert stream.getvalue().count("\n") == 1
    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "text", ["a\x1b[2Jb", "a\x9b2Jb", "a\u202eb", "a\ud800b", "a\x00b", "a\r\nb", "x" * 100_000], ids=ascii
)
def test_hostile_field_neither_steers_a_terminal_nor_floods_the_log(
    text: str, form: Literal["text", "json"], stream: io.StringIO
) -> None:
    set_up_logging(LoggingSettings(format=form), stream=stream)
    logging.getLogger("monitor.test").warning("feed failed", extra={"error": text})
    line = stream.getvalue()

    assert line.count("\n") == 1
    assert line.rstrip("\n").isprintable()
    assert len(line) < 3_000


def test_a_malformed_request_makes_no_line(stream: io.StringIO) -> None:
    set_up_logging(LoggingSettings(format="json"), stream=stream)
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")

    assert stream.getvalue() == ""


def test_a_bug_is_logged_with_its_traceback(stream: io.StringIO) -> None:
    set_up_logging(LoggingSettings(format="json"), stream=stream)
    try:
        raise KeyError("lost")
    except KeyError:
        logging.getLogger("monitor.test").exception("stage failed")

    assert "KeyError: 'lost'" in json.loads(stream.getvalue())["traceback"]


def test_what_never_happened_is_visible_as_zero() -> None:
    shown = generate_latest(Metrics().registry).decode()

    assert 'tocsin_feed_polls_total{status="not_modified"} 0.0' in shown
    assert all(f'tocsin_feed_polls_total{{status="{status}"}} 0.0' in shown for status in PollStatus)
    assert all(f'tocsin_alerts_held_back_total{{reason="{reason}"}} 0.0' in shown for reason in HeldBackReason)


def test_counters_come_without_a_second_series_of_their_making() -> None:
    assert "_created" not in generate_latest(Metrics().registry).decode()


def test_past_the_limit_rules_share_one_label() -> None:
    metrics = Metrics()
    metrics.expect_rules((f"rule-{number}", "low") for number in range(MAX_RULE_LABELS))

    assert metrics.rule_label("rule-7") == "rule-7"
    assert metrics.rule_label("one-more") == "other"


def test_only_the_rule_set_in_force_is_named() -> None:
    metrics = Metrics()
    metrics.set_rule_digest("aaa")
    metrics.set_rule_digest("bbb")
    shown = generate_latest(metrics.registry).decode()

    assert 'tocsin_rule_set_info{digest="bbb"} 1.0' in shown
    assert "aaa" not in shown
