"""Commands as a shell calls them, in this process, and a small configuration to call them on."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from monitor.cli.main import main

RULES = """\
rules:
  - id: bridge-closed
    when: {query: '"bridge closed"'}
    update_at_most_every: 1h
    tests:
      - {text: 'Old bridge closed for repairs', expect: match}
      - {text: 'Old bridge opened again', expect: none}
"""


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def call(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Ended:
    """Call `tocsin` with these arguments."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return Ended(ended.value.code, printed.out, printed.err)


def written(folder: Path, **files: str) -> Path:
    """A configuration in `folder`; files by name without ending, where they should differ. The settings file."""
    texts = {
        "tocsin": "{rules: rules.yaml, poll: {allow_private_addresses: true}}",
        "feeds": "feeds: []",
        "rules": RULES,
    } | files
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder / "tocsin.yaml"
