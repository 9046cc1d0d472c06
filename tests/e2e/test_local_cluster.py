"""`make cluster`: Kafka, Redis and the service on them from one command, and nothing of it left after a signal."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.compose import TOP
from tests.support.feeds import FeedServer
from tests.support.free_ports import free_ports
from tests.support.kafka_server import why_no_kafka
from tests.support.load import RULE, Load
from tests.support.redis_server import why_no_redis
from tests.support.service import Service
from tests.support.tocsin_process import wait_until

WHY_NOT = why_no_kafka() or why_no_redis()
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.external_service,
    pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT)),
]

COMMAND = [sys.executable, str(TOP / "deploy/local_cluster.py")]
PORTS = ("KAFKA_PORT", "KAFKA_CONTROLLER_PORT", "REDIS_PORT")
START_SECONDS = 90
STOP_SECONDS = 60


def environment_of(service: Service, ports: Mapping[str, int]) -> dict[str, str]:
    numbers = {name: str(port) for name, port in ports.items()}
    return {**service.environment, **numbers, "PYTHONPATH": str(TOP), "TOCSIN_CONFIG": str(service.config)}


@contextmanager
def started(service: Service, ports: Mapping[str, int]) -> Iterator[subprocess.Popen[bytes]]:
    """The starter in a folder; ready. What a failed test leaves is stopped."""
    with service.log_path.open("ab") as log:
        starter = subprocess.Popen(
            COMMAND, cwd=service.folder, env=environment_of(service, ports), stdout=log, stderr=log
        )
    service.process = starter  # so that waiting ends when it has ended
    try:
        wait_until(service.is_ready, seconds=START_SECONDS, what="ready")
        yield starter
    finally:
        starter.terminate()
        starter.wait(STOP_SECONDS)


def processes_in(folder: Path) -> list[str]:
    """The command lines of all processes that work in the folder: they may well not name it."""
    lines = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                lines.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it has ended meanwhile, or is another user's
            continue
    return lines


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def headlines(service: Service) -> int:
    return len(service.get_json("/api/alerts/latest?limit=100")["alerts"])


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_one_command_runs_the_service_on_both_and_a_signal_ends_all_three(tmp_path: Path) -> None:
    first, second = (dict(zip(PORTS, free_ports(3), strict=True)) for _ in range(2))
    with FeedServer() as feeds:
        load = Load(feeds, rate=20, total=3, feeds=1)
        service = Service(tmp_path, feeds=load.feeds(), rules=[RULE])
        with started(service, first) as starter, load:
            wait_until(lambda: headlines(service) == 3, seconds=60, what="three alerts")
            while_it_runs = len(processes_in(tmp_path))
            began = time.monotonic()
            starter.send_signal(signal.SIGTERM)
            code, seconds = starter.wait(STOP_SECONDS), time.monotonic() - began
        left = processes_in(tmp_path), [port for port in first.values() if is_listening(port)]
        with started(service, second) as starter:
            kept = headlines(service)
            starter.send_signal(signal.SIGINT)
            again = starter.wait(STOP_SECONDS)

    assert while_it_runs >= 4  # the starter, both servers, the service and its workers
    assert (code, left) == (0, ([], []))
    assert seconds < 30
    assert (kept, again, processes_in(tmp_path)) == (3, 0, [])


def refused(folder: Path, **variables: str) -> tuple[int, str]:
    ended = subprocess.run(
        COMMAND,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(TOP), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stderr


@pytest.mark.parametrize("name", PORTS)
def test_a_busy_port_is_a_sentence_that_names_the_variable(name: str, tmp_path: Path) -> None:
    wished = dict(zip(PORTS, map(str, free_ports(3)), strict=True))
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        code, said = refused(tmp_path, **{**wished, name: str(port)})

    assert code == 2
    assert said == f"cluster: port {port} on 127.0.0.1 is in use; set another: {name}={port + 1} make cluster\n"
    assert processes_in(tmp_path) == []


def test_what_is_no_port_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, REDIS_PORT="none") == (2, "cluster: REDIS_PORT is none (allowed: a port, 1 to 65535)\n")


def test_two_at_a_time_in_one_folder_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    with (folder / "lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        code, said = refused(tmp_path, CLUSTER_FOLDER=str(folder))

    assert code == 2
    assert said.startswith(f"cluster: {folder} is in use by another one")
