"""`tocsin topics` and `tocsin run` where there is no cluster."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.free_ports import free_ports
from tests.support.tocsin_process import TOCSIN
from tests.unit.cli.support import call, written


def test_topics_need_the_cluster_back_end(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = written(tmp_path)

    ended = call(capsys, "topics", "check", "--config", str(config))

    assert ended.code == 2
    assert "backend: embedded (allowed here: cluster)" in ended.err


@pytest.mark.parametrize("command", [["topics", "check"], ["topics", "create"], ["run"]], ids=" ".join)
def test_a_cluster_that_is_away_is_a_sentence_and_no_traceback(tmp_path: Path, command: list[str]) -> None:
    port = free_ports(1)[0]
    settings = f"{{backend: cluster, rules: rules.yaml, kafka: {{bootstrap: ['127.0.0.1:{port}']}}, web: {{port: 0}}}}"
    config = written(tmp_path, tocsin=settings)

    # In a process of its own: the client leaves refused sockets to the garbage collector.
    ended = subprocess.run(
        [*TOCSIN, *command, "--config", str(config)], capture_output=True, text=True, timeout=60, check=False
    )

    assert ended.returncode == 1
    assert f"tocsin: cannot reach Kafka at 127.0.0.1:{port}" in ended.stderr
    assert "Traceback" not in ended.stderr
