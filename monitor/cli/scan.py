"""`tocsin scan`: rules over JSON Lines of any length."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import click

from consumers.matching.scan import MAX_LINE_BYTES, BadLine, scan_lines
from consumers.rules.engine.compiled import CompiledRules
from consumers.rules.language.loader import load_rules
from monitor.actors import load_catalogue
from monitor.cli.main import FAILED, FINE
from monitor.core.codec import encode
from monitor.web.words import counted

_PROGRESS_EVERY = 10_000


@click.command(
    short_help="Rules over JSON Lines: one line per rule fired.",
    epilog="Example: tocsin scan --rules tocsin/rules < articles.jsonl > matches.jsonl",
)
@click.option("--rules", "rules_path", type=click.Path(path_type=Path, exists=True), required=True)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def scan(rules_path: Path, files: Sequence[Path]) -> int:
    """Print one JSON line per article and rule fired.

    Reads FILES or standard input: one JSON object a line with at least id and title, and text, summary or body.
    A line that cannot be read is reported with its number and the rest goes on; a rule that costs too much on an
    article is named at the end and left out from there on. Then the exit code is 1.
    """
    registry = load_catalogue()
    compiled = CompiledRules(load_rules(rules_path, registry), registry)
    bad = 0
    for name, stream in _inputs(files):
        for result in scan_lines(_with_progress(stream), compiled):
            if isinstance(result, BadLine):
                bad += 1
                print(f"tocsin: {name}:{result.line}: {result.reason}", file=sys.stderr)
            else:
                sys.stdout.buffer.writelines(encode(hit) + b"\n" for hit in result.hits)
    sys.stdout.buffer.flush()
    if bad:
        print(f"tocsin: {counted(bad, 'line')} could not be read", file=sys.stderr)
    for rule_id, why in compiled.set_aside.items():
        print(f"tocsin: rule {rule_id} was set aside: it {why.reason}", file=sys.stderr)
    return FAILED if bad or compiled.set_aside else FINE


def _inputs(files: Sequence[Path]) -> Iterator[tuple[str, BinaryIO]]:
    if not files:
        yield "standard input", sys.stdin.buffer
    with ExitStack() as stack:
        for path in files:
            yield str(path), stack.enter_context(path.open("rb"))


def _bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines; of one that is too long, so much that it is seen to be: a file may be one line of any length."""
    while line := stream.readline(MAX_LINE_BYTES + 1):
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE_BYTES + 1)
        yield line


def _with_progress(stream: BinaryIO) -> Iterator[bytes]:
    """The lines, with a count on a terminal's standard error."""
    shown = sys.stderr.isatty() and not sys.stdout.isatty()
    for number, line in enumerate(_bounded_lines(stream), 1):
        if shown and number % _PROGRESS_EVERY == 0:
            print(f"\r{number:,} lines", end="", file=sys.stderr, flush=True)
        yield line
    if shown:
        print("\r\033[K", end="", file=sys.stderr)
