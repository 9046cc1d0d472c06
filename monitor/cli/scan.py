"""`tocsin scan`: rules over JSON Lines of any length."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from consumers.matching.compiling import compile_rules
from consumers.matching.lines import BadLine
from consumers.matching.scan import scan_lines
from consumers.rules.language.loader import load_rules
from monitor.actors import load_catalogue
from monitor.cli.json_lines import inputs, lines_with_progress, say_unreadable
from monitor.cli.main import FAILED, FINE
from monitor.core.codec import encode
from monitor.web.words import counted


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
    compiled = compile_rules(load_rules(rules_path, registry), registry)
    bad = 0
    for name, stream in inputs(files):
        for result in scan_lines(lines_with_progress(stream), compiled):
            if isinstance(result, BadLine):
                bad += 1
                say_unreadable(name, result.line, result.reason)
            else:
                sys.stdout.buffer.writelines(encode(hit) + b"\n" for hit in result.hits)
    sys.stdout.buffer.flush()
    if bad:
        print(f"tocsin: {counted(bad, 'line')} could not be read", file=sys.stderr)
    for rule_id, why in compiled.set_aside.items():
        print(f"tocsin: rule {rule_id} was set aside: it {why.reason}", file=sys.stderr)
    return FAILED if bad or compiled.set_aside else FINE
