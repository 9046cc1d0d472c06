"""Articles, rules, an in-process pool and a store for the tests of the match stage."""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

from consumers.matching.compiling import compile_rules
from consumers.rules.engine.compiled import CompiledRules
from consumers.rules.language.loader import read_rules
from consumers.rules.model import RuleSet
from monitor.actors import Registry, load_catalogue
from monitor.core.article import Article, ArticleText
from monitor.core.documents import parse_document
from monitor.core.ids import ArticleId, Digest, FeedId

NOW = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)


@functools.cache
def catalogue() -> Registry:
    """The shipped actors, read once."""
    return load_catalogue()


def rules_of(yaml: str) -> RuleSet:
    """The rules in a YAML text."""
    return read_rules([parse_document(yaml, "rules.yaml")], catalogue())


def compiled(yaml: str) -> CompiledRules:
    """The same, ready to match."""
    return compile_rules(rules_of(yaml), catalogue())


def article(
    title: str, summary: str = "", body: str | None = None, *, previous: ArticleText | None = None, key: str = "1"
) -> Article:
    """An article first seen at `NOW`."""
    return Article(
        id=ArticleId(key),
        feed_id=FeedId("feed"),
        publisher="Example Press",
        url=f"https://example.org/{key}",
        canonical_url=f"https://example.org/{key}",
        title=title,
        summary=summary,
        body=body,
        lang="en",
        first_seen_at=NOW,
        digest=Digest(f"digest-{key}"),
        previous=previous,
    )


class InlinePool:
    """Runs each task at once, in this process; `faults` raise instead, one for each task, None for none."""

    def __init__(self, *faults: Exception | None) -> None:
        self._faults = list(faults)
        self.closed = False
        self.sizes: list[int] = []

    def submit(self, _deadline: float, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run it now; the future is done."""
        future: Future[Any] = Future()
        if not args[0]:  # the warming-up batch of nothing is no batch of the tests
            future.set_result(function(*args, **kwargs))
            return future
        self.sizes.append(len(args[0]))
        fault = self._faults.pop(0) if self._faults else None
        try:
            if fault is not None:
                raise fault
            future.set_result(function(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - as a real pool: whatever a task raises goes into its future
            future.set_exception(error)
        return future

    def close(self) -> None:
        """Remember it."""
        self.closed = True
