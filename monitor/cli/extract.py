"""`tocsin extract`: the facts of articles in JSON Lines of any length."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import click

from consumers.matching.extract import Failed, Form, InputLine, extract_all
from monitor.cli.json_lines import inputs, lines_with_progress, say_unreadable
from monitor.cli.main import FAILED, FINE
from monitor.web.words import counted


@click.command(
    short_help="Facts of JSON Lines: casualties, leader calls.",
    epilog="Example: tocsin extract < articles.jsonl > facts.jsonl",
)
@click.option("--explain", is_flag=True, help="Each place that might be a fact, what it became and why, for people.")
@click.option("--json", "as_json", is_flag=True, help="With --explain: one JSON object a line.")
@click.option("--jobs", type=click.IntRange(1, 64), help="Processes that work. [default: one for each core]")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def extract(explain: bool, as_json: bool, jobs: int | None, files: Sequence[Path]) -> int:
    """Print the facts of each article: casualty figures, and calls of leaders by telephone or video.

    Reads FILES or standard input: one JSON object a line with id, any of title, summary, body and text, and lang and
    published_at (or date) where they are known: it tells what day "Thursday" is, and who holds an office. Prints one
    JSON object a line with the id and facts, a list, in the order of the input. A line that cannot be read
    is reported with its number and the rest goes on; then the exit code is 1.
    """
    form: Form = ("explanation_json" if as_json else "explanation") if explain else "facts"
    bad = 0
    workers = jobs or len(os.sched_getaffinity(0))
    with closing(extract_all(_lines(files), form, workers=workers)) as outcomes:
        for line, outcome in outcomes:
            if isinstance(outcome, Failed):
                bad += 1
                say_unreadable(line.source, line.number, outcome.reason)
            else:
                sys.stdout.buffer.write(outcome.text)
    sys.stdout.buffer.flush()
    if bad:
        print(f"tocsin: {counted(bad, 'line')} could not be read", file=sys.stderr)
    return FAILED if bad else FINE


def _lines(files: Sequence[Path]) -> Iterator[InputLine]:
    for name, stream in inputs(files):
        for number, raw in enumerate(lines_with_progress(stream), start=1):
            if raw.strip():
                yield InputLine(name, number, raw)
