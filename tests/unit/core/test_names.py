"""Questions to the resolver: answered, refused, and never waited for at the end."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from monitor.core.names import ThreadResolver


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names asked for; no question is answered while the test runs."""
    names: list[str] = []
    over = threading.Event()

    def ask(host: str, *_: Any, **__: Any) -> list[Any]:
        names.append(host)
        over.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    yield names
    over.set()


async def until_asked(names: list[str], count: int) -> None:
    """Let the loop run until so many were asked for."""
    async with asyncio.timeout(10):
        while len(names) < count:  # noqa: ASYNC110 - the asking threads have no event of the loop's
            await asyncio.sleep(0.001)


async def test_an_address_is_its_own_answer() -> None:
    found = await ThreadResolver().resolve("127.0.0.1", 8080, socket.AF_UNSPEC)

    assert [(each["host"], each["port"], each["family"]) for each in found] == [("127.0.0.1", 8080, socket.AF_INET)]


@pytest.mark.parametrize("name", ["x" * 300, "a..b"], ids=["too long", "an empty label"])
async def test_what_is_no_host_name_is_an_error_of_the_network(name: str) -> None:
    with pytest.raises(OSError, match=r"(?i)name|host"):
        await ThreadResolver().resolve(name)


def test_event_loop_ends_without_waiting_for_a_silent_name_server(asked: list[str]) -> None:
    async def ask_and_give_up() -> None:
        question = asyncio.create_task(ThreadResolver().resolve("gazette.example"))
        await until_asked(asked, 1)
        question.cancel()

    began = time.monotonic()
    asyncio.run(ask_and_give_up())

    assert time.monotonic() - began < 5


async def test_no_more_questions_are_under_way_than_allowed(asked: list[str]) -> None:
    resolver = ThreadResolver(at_once=2)
    questions = [asyncio.create_task(resolver.resolve(f"h{number}.example")) for number in range(5)]
    await until_asked(asked, 2)
    for question in questions:
        question.cancel()
    await asyncio.wait(questions)

    assert len(asked) == 2
