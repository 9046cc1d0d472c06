"""Free ports on loopback, for servers that must be told theirs."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

# Below those that systems give to outgoing connections (Linux: from 32768 on). One of these could be in use by a client
# when the server starts, or starts again after a crash.
LOWEST, HIGHEST = 20_000, 32_767


def free_ports(count: int) -> list[int]:
    """Ports nobody listened on a moment ago, all different."""
    with ExitStack() as stack:
        return [_take_one(stack) for _ in range(count)]


def _take_one(stack: ExitStack) -> int:
    taken = stack.enter_context(socket.socket())
    while True:
        port = random.randint(LOWEST, HIGHEST)
        try:
            taken.bind(("127.0.0.1", port))
        except OSError:
            continue
        return port
