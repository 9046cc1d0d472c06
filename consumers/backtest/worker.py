"""What runs in the worker processes of a backtest: lines to matches. Writes nothing, asks no clock.

The compiled rules stand in a module-level variable, as in the workers of the match stage and for the same reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consumers.backtest.archive import Item
from consumers.backtest.lines import article_of, read_line
from consumers.matching.compiling import compile_rules
from consumers.matching.engine import match_article
from consumers.rules.model import RuleSet
from monitor.actors import Registry, load_catalogue
from monitor.core.article import Article
from monitor.core.codec import encode
from monitor.core.collecting import settle

_rules: tuple[Compiled, ...] | None = None


@dataclass(frozen=True)
class Matched:
    """What each rule set made of one article.

    Attributes:
        by_rule_set: Its encoded matches, and the rules that could not be evaluated on it, with the reason.
    """

    by_rule_set: tuple[tuple[tuple[bytes, ...], tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True)
class Failed:
    """An article that could not be matched."""

    article: str
    reason: str


class Compiled:
    """A rule set ready to match, in which every article is judged by itself.

    The service evaluates a rule that failed or cost too much no more; here the outcome would then depend on which
    worker met which article first.
    """

    def __init__(self, rule_set: RuleSet, registry: Registry) -> None:
        self._rules = compile_rules(rule_set, registry)
        self._never_compiled = self._taken()

    def match(self, article: Article) -> tuple[tuple[bytes, ...], tuple[tuple[str, str], ...]]:
        """The encoded matches, and which rules could not be evaluated, with the reason."""
        # The time of matching is for the latency split, which past articles do not have.
        matches = match_article(self._rules, article, matched_at=article.first_seen_at)
        return tuple(map(encode, matches)), (*self._never_compiled, *self._taken())

    def _taken(self) -> tuple[tuple[str, str], ...]:
        found = tuple((rule_id, why.reason) for rule_id, why in self._rules.set_aside.items())
        self._rules.set_aside.clear()
        return found


def compiled(rule_sets: Sequence[RuleSet], registry: Registry) -> tuple[Compiled, ...]:
    """The rule sets, ready to match."""
    return tuple(Compiled(rule_set, registry) for rule_set in rule_sets)


def prepare(rule_sets: Sequence[RuleSet]) -> None:
    """Compile the rules of this worker; run once, before its first task."""
    global _rules  # noqa: PLW0603 - see the module's docstring
    _rules = compiled(rule_sets, load_catalogue())
    settle()


def match_batch(items: Sequence[Item]) -> list[Matched | Failed]:
    """The outcome for each article, in order."""
    if _rules is None:
        raise RuntimeError("prepare() runs first")
    return match_items(_rules, items)


def match_items(rules: Sequence[Compiled], items: Sequence[Item]) -> list[Matched | Failed]:
    """The same by rules that are handed in."""
    return [_match(rules, item) for item in items]


def article_id(raw: bytes) -> str:
    """The id on a line, for errors."""
    line = read_line(raw)
    return "?" if isinstance(line, str) else str(line.id)


def _match(rules: Sequence[Compiled], item: Item) -> Matched | Failed:
    try:
        line = read_line(item.raw)
        if isinstance(line, str):
            raise ValueError(line)
        article = article_of(line, item.at)
        return Matched(tuple(each.match(article) for each in rules))
    except Exception as error:  # noqa: BLE001 - named and counted, as one that kills its worker; the rest goes on
        return Failed(article_id(item.raw), f"{type(error).__name__}: {error}")
