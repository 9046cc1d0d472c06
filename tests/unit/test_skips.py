"""Tests without their server: skipped with the count as the last line; with CI=true the run fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("ci", "code"), [("false", 0), ("true", 1)], ids=["at-home", "at-the-gate"])
def test_a_run_without_servers_ends_with_the_count_and_the_gate_refuses_it(ci: str, code: int) -> None:
    # No programs on the PATH: no Java, no Redis.
    environment = {**os.environ, "PATH": "/nonexistent", "CI": ci}
    one_test = "tests/contract/test_log.py::test_appending_nothing_gives_no_positions"

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", one_test],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert "2 passed, 1 skipped" in run.stdout
    assert run.stdout.splitlines()[-1].startswith("1 tests skipped that need a server (external_service)")
    assert run.returncode == code
