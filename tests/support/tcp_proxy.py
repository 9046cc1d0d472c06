"""A TCP proxy on loopback whose connections can go dead without a word, as behind a firewall that forgot them."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

_PIECE_BYTES = 65_536


class TcpProxy:
    """Passes everything on to one port; a context manager.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        opened: How many connections there were.
    """

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.opened = 0
        self._sockets: list[socket.socket] = []
        self._dead = 0  # connections up to this number pass nothing on any more
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def deaden(self, first: int | None = None) -> None:
        """Pass nothing on any more on the first connections, or on all that there are; they stay open."""
        self._dead = self.opened if first is None else first

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target_port))
                self._sockets += [near, far]
                self.opened += 1
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other, self.opened), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, number: int) -> None:
        with suppress(OSError):
            while piece := one.recv(_PIECE_BYTES):
                if number > self._dead:
                    other.sendall(piece)
            other.shutdown(socket.SHUT_WR)
