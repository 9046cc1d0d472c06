"""Opening the embedded file: its one owner, and files that are not ours to open."""

from __future__ import annotations

import errno
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.core.clock import utc_now
from monitor.core.errors import StoreError, StoreInUseError, StoreUnavailableError
from monitor.core.record import NewRecord, Topic
from monitor.core.stream import BEGINNING
from monitor.storage.sqlite import EmbeddedStore, open_embedded, open_reader
from monitor.storage.sqlite.schema import SCHEMA_VERSION

# A process that appends a record at a time and says each offset once it is durable.
APPENDING = """
import sys
from pathlib import Path
from monitor.core.clock import utc_now
from monitor.core.record import NewRecord, Topic
from monitor.storage.sqlite import open_embedded

store = open_embedded(Path(sys.argv[1]), prefix="test", article_partitions=4, clock=utc_now)
while True:
    [position] = store.log.append([NewRecord(Topic.DEADLETTERS, "k", b"x" * 1000)])
    print(position.offset, flush=True)
"""


def opened(path: Path, prefix: str = "test", article_partitions: int = 4) -> EmbeddedStore:
    return open_embedded(path, prefix=prefix, article_partitions=article_partitions, clock=utc_now)


@contextmanager
def appending_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that owns the file and has appended at least ten records."""
    process = subprocess.Popen([sys.executable, "-c", APPENDING, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        while process.stdout.readline().strip() != "9":
            assert process.poll() is None, "the process died"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_what_was_written_is_there_after_reopening(tmp_path: Path) -> None:
    with opened(tmp_path / "t.db") as store:
        store.log.append([NewRecord(Topic.DEADLETTERS, "k", b"kept")])
        epoch = store.history.epoch()

    with opened(tmp_path / "t.db") as store:
        assert [record.value for record in store.log.read(Topic.DEADLETTERS, 0, 0, 10)] == [b"kept"]
        assert store.history.epoch() == epoch


def test_each_file_has_an_epoch_of_its_own(tmp_path: Path) -> None:
    with opened(tmp_path / "1.db") as one, opened(tmp_path / "2.db") as two:
        assert one.history.epoch() != two.history.epoch()


def test_closing_twice_is_safe_and_leaves_one_file_beside_the_lock(tmp_path: Path) -> None:
    store = opened(tmp_path / "t.db")
    store.close()
    store.close()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.db", "t.db.lock"]


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = opened(tmp_path / "t.db")
    store.close()

    with pytest.raises(StoreError, match="closed"):
        store.log.bounds(Topic.DEADLETTERS, 0)
    with pytest.raises(StoreError, match="closed"):
        store.log.append([NewRecord(Topic.DEADLETTERS, "k", b"")])


def test_a_second_owner_in_the_same_process_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    with opened(tmp_path / "t.db"):
        link.symlink_to(tmp_path / "t.db")
        for path in (tmp_path / "t.db", link):
            with pytest.raises(StoreInUseError, match=f"process {os.getpid()}"):
                opened(path)


def test_a_second_process_is_refused_and_what_the_first_made_durable_survives_its_killing(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with appending_process(path) as process:
        with pytest.raises(StoreInUseError) as refused:
            opened(path)
        os.kill(process.pid, signal.SIGKILL)
        assert process.stdout is not None
        said = process.stdout.read().split()

    assert (refused.value.path, refused.value.owner) == (str(path), f"process {process.pid}")
    last = int(said[-1]) if said else 9
    with opened(path) as store:
        first, end = store.log.bounds(Topic.DEADLETTERS, 0)
        assert first == 0
        assert end in {last + 1, last + 2}  # the one being written may be there, unsaid
        offsets = [record.position.offset for record in store.log.read(Topic.DEADLETTERS, 0, 0, end)]
        assert offsets == list(range(end))


def test_a_reader_sees_what_another_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with appending_process(path) as process, open_reader(path) as reader:
        assert process.stdout is not None
        offset = int(process.stdout.readline())
        [record] = reader.log.read(Topic.DEADLETTERS, 0, offset, 1)

        assert record.position.offset == offset
        assert reader.log.bounds(Topic.DEADLETTERS, 0)[1] > offset


def test_a_file_of_a_newer_tocsin_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    opened(path).close()
    _execute(path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")

    for opening in (opened, open_reader):
        with pytest.raises(StoreError, match=r"made by a newer Tocsin .*; upgrade") as error:
            opening(path)
        assert not error.value.retriable


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    path.write_text("feeds: []\n" * 500)

    for opening in (opened, open_reader):
        with pytest.raises(StoreError, match=f"cannot open {re.escape(str(path))}: file is not a database"):
            opening(path)
    assert path.read_text() == "feeds: []\n" * 500


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    _execute(path, "CREATE TABLE theirs (x)")
    before = path.read_bytes()

    for opening in (opened, open_reader):
        with pytest.raises(StoreError, match="another program"):
            opening(path)
    assert path.read_bytes() == before


def test_a_refused_opening_gives_the_lock_back(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    opened(path).close()
    with pytest.raises(StoreError, match="belongs to prefix 'test', not 'other'"):
        opened(path, prefix="other")
    with pytest.raises(StoreError, match="4 partitions, more than the 3 wished for"):
        opened(path, article_partitions=3)

    opened(path).close()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        opened(tmp_path / "nowhere" / "t.db")


def test_articles_may_grow(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with opened(path) as store:
        store.log.append([NewRecord(Topic.ARTICLES, f"feed-{n}", b"old") for n in range(20)])

    with opened(path, article_partitions=6) as store:
        assert store.log.partitions(Topic.ARTICLES) == 6
        assert sum(store.log.bounds(Topic.ARTICLES, p)[1] for p in range(6)) == 20
        store.log.append([NewRecord(Topic.ARTICLES, f"feed-{n}", b"new") for n in range(40)])
        assert store.log.bounds(Topic.ARTICLES, 5)[1] > 0


def test_there_is_no_partition_past_the_last(tmp_path: Path) -> None:
    with opened(tmp_path / "t.db") as store, pytest.raises(StoreError, match=r"articles\[4\]: there is no such"):
        store.log.read(Topic.ARTICLES, 4, 0, 1)


def test_a_reader_needs_a_file_on_which_something_ran(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with pytest.raises(StoreError, match="there is no such file"):
        open_reader(path)
    path.touch()
    with pytest.raises(StoreUnavailableError, match="it is empty"):
        open_reader(path)


def test_a_reader_opens_a_file_that_nobody_owns(tmp_path: Path) -> None:
    path = tmp_path / "with space #1?.db"
    opened(path).close()

    with open_reader(path) as reader:
        assert reader.log.partitions(Topic.MATCHES) == 32
        assert reader.history.read(BEGINNING, limit=1) == []
    opened(path).close()


def _execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_lock_is_held_also_where_its_owner_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", no_space)
    with opened(tmp_path / "t.db"), pytest.raises(StoreInUseError, match="another process"):
        opened(tmp_path / "t.db")
