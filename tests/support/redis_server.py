"""A real Redis on loopback: Debian's `redis-server` in a folder, keeping what it acknowledged. Knows nothing of what
is stored on it."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis

from tests.support.certificates import Certificate
from tests.support.free_ports import free_ports
from tests.support.server_process import ServerProcess

START_SECONDS = 20.0
STOP_SECONDS = 10.0

USERS_FILE = Path(__file__).parents[2] / "deploy" / "redis" / "users.conf"
USERS_PASSWORD = "a long password"


def why_no_redis() -> str | None:
    """Why there can be no server on this machine; None when there can."""
    if shutil.which("redis-server") is None:
        return "redis-server is missing; `make services` says what to install"
    return None


def with_users(folder: Path) -> list[str]:
    """Options for a server that has the users an operator gets from us, all with `USERS_PASSWORD`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "users.conf"
    text = USERS_FILE.read_text(encoding="utf-8")
    path.write_text(text.replace(" on resetpass ", f' on ">{USERS_PASSWORD}" '), encoding="utf-8")
    return ["--include", str(path)]


class RedisServer(ServerProcess):
    """A server; a context manager. Killed and started again, it goes on with its data, on the same port.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        url: For clients, without TLS.
        tls_url: With TLS, where it has that.
    """

    def __init__(
        self,
        folder: Path,
        *,
        tls: Certificate | None = None,
        ca_file: Path | None = None,
        options: Sequence[str] = (),
    ) -> None:
        """Take free ports.

        Args:
            tls: Also speak TLS, as this certificate's owner; clients need none.
            ca_file: Whose certificates it trusts.
            options: As on the server's command line, over ours: append-only file, no eviction.
        """
        super().__init__(folder, name="Redis", start_seconds=START_SECONDS, stop_seconds=STOP_SECONDS)
        self.port, tls_port = free_ports(2)
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.tls_url = f"rediss://127.0.0.1:{tls_port}/0"
        self._options = [
            *("--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(folder)),
            *("--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction"),
            *(_tls_options(tls_port, tls, ca_file) if tls and ca_file else []),
            *options,
        ]

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

    def _command(self) -> list[str]:
        return ["redis-server", *self._options]

    def _is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                # One that asks for a user is up as well; one that still reads its files says LOADING.
                return connection.recv(64).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False


def _tls_options(port: int, certificate: Certificate, ca_file: Path) -> list[str]:
    return [
        *("--tls-port", str(port), "--tls-auth-clients", "no", "--tls-ca-cert-file", str(ca_file)),
        *("--tls-cert-file", str(certificate.certificate_file), "--tls-key-file", str(certificate.key_file)),
    ]
