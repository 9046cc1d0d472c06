"""`tocsin backtest`: past articles through the rules, in stream time, by the code that decides on alerts."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click

from consumers.backtest.archive import Archive, Source, Span, UnreadableLine, open_sources
from consumers.backtest.from_log import copy_articles
from consumers.backtest.matching import FEWEST_FOR_WORKERS
from consumers.backtest.report import Report, report_of
from consumers.backtest.run import Plan, Side, run_backtest
from consumers.backtest.text import difference_lines, report_lines
from consumers.backtest.worker import Failed
from consumers.rules.language.loader import load_rules
from monitor.actors import Registry, load_catalogue
from monitor.cli.backend import open_view
from monitor.cli.configuration import config_option, find_config
from monitor.cli.junit import Case, write_junit
from monitor.cli.main import FAILED, FINE
from monitor.cli.parts import gates_of
from monitor.cli.rule_options import rules_option, rules_path
from monitor.core.alert import Alert
from monitor.core.codec import encode
from monitor.core.errors import UsageError
from monitor.core.escape import one_line
from monitor.core.settings import LogSettings, Settings, load_settings
from monitor.feeds.moments import moment_of
from monitor.web.words import counted


@dataclass(frozen=True)
class _Output:
    """What to print; neither: the report as text."""

    as_json: bool
    alerts: bool


@click.command(
    short_help="Past articles through the rules: what alerts there would have been.",
    epilog="Example: tocsin backtest --rules tocsin/rules --against old-rules archive.jsonl",
)
@config_option
@rules_option
@click.option(
    "--against",
    "against_path",
    type=click.Path(path_type=Path, exists=True),
    help="Older rules: print which alerts are added, removed, changed.",
)
@click.option("--fail-on-change", is_flag=True, help="With --against: exit 1 when an alert differs.")
@click.option("--log", "from_log", is_flag=True, help="Take the articles on the log of the settings file.")
@click.option("--since", help="Only articles from then on: 2026-11-01 or 2026-11-01T10:00Z.")
@click.option("--until", help="Only articles before then.")
@click.option(
    "--examples", type=click.IntRange(0, 1_000), default=3, show_default=True, help="Alerts shown for each rule."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text.")
@click.option("--alerts", is_flag=True, help="Each alert revision as a line of JSON, as tocsin subscribe --json does.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write JUnit XML to this file, too.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that match. [default: one for each core]")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def backtest(
    config_path: Path | None,
    rules_given: Path | None,
    against_path: Path | None,
    fail_on_change: bool,
    from_log: bool,
    since: str | None,
    until: str | None,
    examples: int,
    as_json: bool,
    alerts: bool,
    junit: Path | None,
    workers: int | None,
    files: Sequence[Path],
) -> int:
    """Say which alerts the rules would have raised over past articles.

    Reads FILES or standard input: one JSON object a line as for tocsin scan, and url, publisher (or source), lang,
    published_at (or date), first_seen_at, feed_id where they are known. Articles are taken in the order of their
    publication, an edit at the time it was seen, one without a date at the time of the article before it. All count as
    seen when published, so none is backfill. Timers fire up to the last article's time; what is open then stays open.

    With --against, alerts are compared by what they tell: severity, articles, revisions. In --junit each rule is a
    test case, and fails when its alerts differ. A line that cannot be read is reported with its number and the rest
    goes on; then, or when a rule could not be evaluated, the exit code is 1.
    """
    output = _Output(as_json, alerts)
    _check_use(output, against_path, fail_on_change=fail_on_change, from_log=from_log, files=files)
    span = Span(_moment(since, "--since"), _moment(until, "--until"))
    registry = load_catalogue()
    rules = _side(rules_path(config_path, rules_given), registry)
    against = _side(against_path, registry) if against_path else None
    with ExitStack() as stack:
        if from_log:
            found = _from_log(load_settings(find_config(config_path)), span, stack)
        else:
            found = _Input(open_sources(files, sys.stdin.buffer, stack), LogSettings().articles)
        archive = stack.enter_context(
            Archive(found.sources, span, on_unreadable=_say_unreadable, progress=_progress("lines read"))
        )
        plan = Plan(rules, against, examples, found.seen_retention, registry, _workers(workers, archive.articles))
        result = run_backtest(
            archive,
            plan,
            on_alert=_print_alert if alerts else _print_nothing,
            on_failed=_say_failed,
            progress=_progress(f"of {archive.articles:,} articles"),
        )
        report = report_of(archive, plan, result, unreadable=found.unreadable + archive.unreadable)
    _end_progress()
    _print(report, output)
    if junit is not None:
        write_junit(junit, "tocsin backtest", junit_cases(report, plan))
    differs = report.against is not None and report.against.is_any
    set_aside = any(rule.set_aside for rule in report.rules)
    is_incomplete = bool(report.articles.unreadable or report.articles.failed or set_aside)
    return FAILED if is_incomplete or (fail_on_change and differs) else FINE


def junit_cases(report: Report, plan: Plan) -> list[Case]:
    """A test case for each rule of either set; those fail whose alerts differ."""
    differences = {rule.rule: rule for rule in report.against.rules} if report.against else {}
    ordered = {rule.id: rule for side in plan.sides for rule in side.rule_set}
    rules = ordered | {rule.id: rule for rule in plan.rules.rule_set}  # of a rule in both, the one that is tried
    return [
        Case(
            group=rule.id,
            name="alerts",
            failure="\n".join(difference_lines(found)) if (found := differences.get(rule.id)) and found.is_any else "",
            skipped="disabled" if rule.status == "disabled" else "",
            file=rule.file,
            line=rule.line,
        )
        for rule in rules.values()
    ]


@dataclass(frozen=True)
class _Input:
    """What to read; `unreadable` counts records that were left out already."""

    sources: Sequence[Source]
    seen_retention: timedelta
    unreadable: int = 0


def _check_use(
    output: _Output, against: Path | None, *, fail_on_change: bool, from_log: bool, files: Sequence[Path]
) -> None:
    if from_log and files:
        raise UsageError("backtest: --log and files: allowed is one of them")
    if fail_on_change and against is None:
        raise UsageError("backtest: --fail-on-change needs --against")
    if output.alerts and (output.as_json or against is not None):
        raise UsageError("backtest: --alerts prints alerts of one rule set: allowed is neither --json nor --against")


def _moment(text: str | None, option: str) -> datetime | None:
    moment = None if text is None else moment_of(text)
    if text is not None and moment is None:
        raise UsageError(f"{option} {text!r}: allowed are 2026-11-01, 2026-11-01T10:00Z")
    return moment


def _side(path: Path, registry: Registry) -> Side:
    rule_set = load_rules(path, registry)
    return Side(rule_set, gates_of(rule_set))


def _from_log(settings: Settings, span: Span, stack: ExitStack) -> _Input:
    copy = stack.enter_context(tempfile.TemporaryFile(prefix="tocsin-backtest-"))  # noqa: SIM115 - the stack closes it
    with open_view(settings) as view:
        bad = copy_articles(view.log, span, copy, progress=_progress("records read"))
    if bad:
        _say(f"{counted(bad, 'record')} on the log could not be read")
    return _Input([Source("the log", copy)], settings.log.articles, bad)


def _workers(wanted: int | None, articles: int) -> int:
    if wanted is not None:
        return wanted
    return 1 if articles < FEWEST_FOR_WORKERS else len(os.sched_getaffinity(0))


def _print(report: Report, output: _Output) -> None:
    if output.as_json:
        print(encode(report).decode())
    elif not output.alerts:
        for line in report_lines(report):
            print(line)


def _print_alert(alert: Alert) -> None:
    print(encode(alert).decode())


def _print_nothing(_: Alert) -> None:
    """Only the report is wanted."""


def _say_unreadable(line: UnreadableLine) -> None:
    _say(f"{line.source}:{line.line}: {one_line(line.reason, 200)}")


def _say_failed(failed: Failed) -> None:
    _say(f"article {one_line(failed.article, 100)} cannot be matched: {one_line(failed.reason, 200)}")


def _say(text: str) -> None:
    _end_progress()
    print(f"tocsin: {text}", file=sys.stderr)


def _progress(words: str) -> Callable[[int], None]:
    """A count on a terminal's standard error."""

    def show(number: int) -> None:
        if sys.stderr.isatty():
            print(f"\r\033[K{number:,} {words}", end="", file=sys.stderr, flush=True)

    return show


def _end_progress() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
