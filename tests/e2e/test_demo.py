"""`tocsin demo` as a newcomer starts it."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.support.tocsin_process import TOCSIN

pytestmark = pytest.mark.e2e


def test_the_demo_ends_with_0_when_all_sample_alerts_arrived() -> None:
    ended = subprocess.run(
        [*TOCSIN, "demo", "--port", "0"],
        env={**os.environ, "ONCE": "1"},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    lines = ended.stdout.splitlines()

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert lines[0].startswith("Live page http://127.0.0.1:")
    assert "expected sample alerts arrived" in lines[-2]
    assert lines[-1].startswith("Live page http://127.0.0.1:")
    assert "\x1b" not in ended.stdout
