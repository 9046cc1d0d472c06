"""Commands and scripts on one Redis server, under one prefix. Knows no adapters.

Why scripts: what an adapter promises as one step (check, then write) is one Lua script each, which Redis runs alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import redis
from redis.exceptions import NoScriptError

from monitor.storage.redis.translate import translating

Argument = str | bytes | int


class Script:
    """A Lua script, sent by its digest."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


class Link:
    """A server and a prefix. Does not own the client.

    Every method raises `StoreUnavailableError` when trying again can help, else `StoreError`.
    """

    def __init__(self, client: redis.Redis, *, address: str, prefix: str) -> None:
        self._client = client
        self.address = address
        self.prefix = prefix

    def key(self, *parts: str | int) -> str:
        """The name of a key or channel of this tenant."""
        return key_of(self.prefix, *parts)

    def call(self, *command: Argument) -> Any:
        """One command's answer."""
        with translating(self.address):
            return self._client.execute_command(*command)  # type: ignore[no-untyped-call]  # the library's gap

    def together(self, *commands: Sequence[Argument]) -> list[Any]:
        """The answers to several commands that see one moment (MULTI)."""
        with translating(self.address), self._client.pipeline(transaction=True) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)  # type: ignore[no-untyped-call]  # the library's gap
            return pipeline.execute()

    def run(self, script: Script, keys: Sequence[str], *arguments: Argument) -> Any:
        """The script's answer."""
        with translating(self.address):
            try:
                return self._client.evalsha(script.digest, len(keys), *keys, *arguments)
            except NoScriptError:  # the server has not seen it since it started
                return self._client.eval(script.text, len(keys), *keys, *arguments)


def key_of(prefix: str, *parts: str | int) -> str:
    """The name of a key or channel of a tenant."""
    return ":".join([prefix, *map(str, parts)])
