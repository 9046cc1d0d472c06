"""A real Redis on loopback: Debian's `redis-server` in a folder, keeping what it acknowledged. Knows nothing of what
is stored on it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import redis

from tests.support.free_ports import free_ports

START_SECONDS = 20.0
STOP_SECONDS = 10.0


def why_no_redis() -> str | None:
    """Why there can be no server on this machine; None when there can."""
    if shutil.which("redis-server") is None:
        return "redis-server is missing; `make services` says what to install"
    return None


class RedisServer:
    """A server; a context manager. Killed and started again, it goes on with its data, on the same port.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        url: For clients, without TLS.
    """

    def __init__(self, folder: Path, *, options: Sequence[str] = ()) -> None:
        """Take a free port; `options` as on the server's command line, over ours: append-only file, no eviction."""
        folder.mkdir(parents=True, exist_ok=True)
        [self.port] = free_ports(1)
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._output = folder / "output.txt"
        self._options = [
            *("--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(folder)),
            *("--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction"),
            *options,
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers; nothing happens when it runs.

        Raises:
            RuntimeError: It ended, or was not ready in time; what it wrote is in the text.
        """
        if self._process is not None:
            return
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                ["redis-server", *self._options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C at the tests ends it through us, after the clients
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Ask it to end, then make it; safe to call twice."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
            self._process = None
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, as a crash would; safe to call twice."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Freeze it, as a stalled machine would; it still holds its connections."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    @contextmanager
    def admin(self) -> Iterator[redis.Redis]:
        """A plain client, for looking and meddling from outside."""
        client = redis.Redis.from_url(self.url)
        try:
            yield client
        finally:
            client.close()

    def command(self, *words: str | int) -> Any:
        """The answer to one command."""
        with self.admin() as client:
            return client.execute_command(*words)  # type: ignore[no-untyped-call]  # the library's gap

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            os.kill(self._process.pid, number)

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            ended = self._process.poll()
            if ended is not None or time.monotonic() > deadline:
                cause = "it is not ready in time" if ended is None else f"it ended with {ended}"
                raise RuntimeError(f"cannot start Redis: {cause}\n{self._output.read_text(errors='replace')[-4000:]}")
            time.sleep(0.02)

    def _is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                # One that asks for a user is up as well; one that still reads its files says LOADING.
                return connection.recv(64).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False
