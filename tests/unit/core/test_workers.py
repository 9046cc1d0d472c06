"""Worker processes: deadlines kill, crashes are told, nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.core.errors import WorkerDiedError, WorkFailedError, WorkTimedOutError
from monitor.core.workers import WorkerPool, result_of

_prepared: list[str] = []


def prepare(word: str) -> None:
    _prepared.append(word)


def prepared_words() -> list[str]:
    return _prepared


def double(number: int) -> int:
    return 2 * number


def hang() -> None:
    while True:
        time.sleep(1)


def crash() -> None:
    os._exit(7)


def refuse_to_start(flag: str) -> None:
    if Path(flag).exists():
        os._exit(3)


def fail() -> None:
    raise ZeroDivisionError("of our own")


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    made = WorkerPool(1, prepare=prepare, prepare_with=("ready",))
    yield made
    made.close()


def test_a_result_comes_back_from_a_prepared_worker(pool: WorkerPool) -> None:
    assert result_of(pool.submit(30, double, 21)) == 42
    assert result_of(pool.submit(30, prepared_words)) == ["ready"]


def test_past_its_deadline_a_task_is_killed_and_the_pool_goes_on(pool: WorkerPool) -> None:
    with pytest.raises(WorkTimedOutError):
        result_of(pool.submit(0.2, hang))

    assert result_of(pool.submit(30, double, 2)) == 4


def test_a_task_that_takes_its_worker_down_is_told_and_the_pool_goes_on(pool: WorkerPool) -> None:
    with pytest.raises(WorkerDiedError, match="exit code 7"):
        result_of(pool.submit(30, crash))

    assert result_of(pool.submit(30, double, 3)) == 6


def test_an_error_in_a_task_is_told_with_its_name(pool: WorkerPool) -> None:
    with pytest.raises(WorkFailedError, match="ZeroDivisionError: of our own"):
        result_of(pool.submit(30, fail))


def test_pool_goes_on_after_a_worker_was_killed_between_two_tasks() -> None:
    pool = WorkerPool(1)
    try:
        os.kill(result_of(pool.submit(30, os.getpid)), signal.SIGKILL)

        assert _result_in_the_end(pool) == 14
    finally:
        pool.close()


def test_workers_that_cannot_start_are_told_and_work_once_they_can(tmp_path: Path) -> None:
    flag = tmp_path / "refuse"
    flag.touch()
    pool = WorkerPool(1, prepare=refuse_to_start, prepare_with=(str(flag),))
    try:
        with pytest.raises(WorkerDiedError):
            result_of(pool.submit(30, double, 7))
        flag.unlink()

        assert _result_in_the_end(pool) == 14
    finally:
        pool.close()


def test_a_closed_pool_takes_nothing_and_may_be_closed_again() -> None:
    pool = WorkerPool(1)
    pool.close()
    pool.close()

    with pytest.raises(RuntimeError):
        pool.submit(30, double, 7)


def _result_in_the_end(pool: WorkerPool) -> int:
    """The result of a small task; what dies with the workers of before is tried again, a few times."""
    for _ in range(3):
        try:
            return result_of(pool.submit(30, double, 7))
        except WorkerDiedError:
            continue
    raise AssertionError("the pool did not recover")


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, time\n"
        "from monitor.core.workers import WorkerPool, result_of\n"
        "if __name__ == '__main__':\n"
        "    pool = WorkerPool(1)\n"
        "    print(result_of(pool.submit(30, os.getpid)), flush=True)\n"
        "    time.sleep(60)\n",
        encoding="utf-8",
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while _is_alive(worker) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert not _is_alive(worker)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
