"""Tests that need a server that is not there: skipped aloud, and with CI=true that fails the run. Knows no server."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

import pytest

MARKER = "external_service"


def count_skipped(reports: Iterable[pytest.TestReport | pytest.CollectReport]) -> int:
    """How many of the skipped tests needed a server."""
    return sum(MARKER in report.keywords for report in reports)


def must_not_skip(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a skip of these is a failure: the gate has the servers."""
    return environment.get("CI", "").lower() == "true"


def last_line(skipped: int, *, is_failure: bool) -> str:
    """What the run ends with."""
    verdict = "FAILED, as CI=true" if is_failure else "run `make services` to have them"
    return f"{skipped} tests skipped that need a server ({MARKER}): {verdict}"
