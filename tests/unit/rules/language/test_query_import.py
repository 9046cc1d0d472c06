"""The library behind queries says nothing of its own when it is loaded."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import luqum


def test_making_the_tables_of_the_grammar_prints_nothing(tmp_path: Path) -> None:
    shipped = Path(luqum.__path__[0])
    shutil.copytree(
        shipped, tmp_path / "luqum", ignore=shutil.ignore_patterns("parsetab*", "parser.out", "__pycache__")
    )

    done = subprocess.run(
        [sys.executable, "-c", "import luqum, consumers.rules.language.query; print(luqum.__file__)"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(str(tmp_path))
    assert (tmp_path / "luqum" / "parsetab.py").exists()
