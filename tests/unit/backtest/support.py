"""Lines, archives and rule sets for the tests of backtests. Our own invented news."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from consumers.backtest.archive import Archive, Source, Span, UnreadableLine
from consumers.backtest.report import Report, report_of
from consumers.backtest.run import Plan, Side, run_backtest
from consumers.rules.language.loader import read_rules
from monitor.actors import load_catalogue
from monitor.cli.parts import gates_of
from monitor.core.alert import Alert
from monitor.core.documents import parse_document

REGISTRY = load_catalogue()
START = datetime(2031, 5, 4, 8, 0, tzinfo=UTC)
BRIDGE = "{id: bridge-closed, when: {query: '\"bridge closed\"'}}"
FERRY = "{id: ferry-stopped, when: {query: 'ferry AND (stopped OR halted)'}}"


def line(name: str, title: str, *, minutes: float | None = 0, **more: object) -> bytes:
    """A line of JSON, without a date where `minutes` is None."""
    dated = {} if minutes is None else {"published_at": (START + timedelta(minutes=minutes)).isoformat()}
    usual = {"id": name, "title": title, "url": f"https://{name}.example/1", "lang": "en"}
    return json.dumps(usual | dated | more, ensure_ascii=False).encode() + b"\n"


def side(*rules: str) -> Side:
    """A rule set of these rules in YAML flow style."""
    text = "rules:\n" + "".join(f"  - {rule}\n" for rule in rules)
    rule_set = read_rules([parse_document(text, "rules.yaml")], REGISTRY)
    return Side(rule_set, gates_of(rule_set))


@contextmanager
def archive(*lines: bytes, span: Span | None = None, bad: list[UnreadableLine] | None = None) -> Iterator[Archive]:
    """The lines as an archive of one source."""
    source = Source("news.jsonl", io.BytesIO(b"".join(lines)))
    on_unreadable = (lambda _: None) if bad is None else bad.append
    with Archive([source], span or Span(), on_unreadable=on_unreadable) as opened:
        yield opened


def backtest(
    *lines: bytes, rules: Side | None = None, against: Side | None = None, examples: int = 3
) -> tuple[Report, list[Alert]]:
    """The report on the lines by these rules, and the revisions; matched in this process."""
    alerts: list[Alert] = []
    plan = Plan(rules or side(BRIDGE), against, examples, timedelta(days=14), REGISTRY, workers=1)
    with archive(*lines) as opened:
        result = run_backtest(opened, plan, on_alert=alerts.append)
        return report_of(opened, plan, result, unreadable=opened.unreadable), alerts
