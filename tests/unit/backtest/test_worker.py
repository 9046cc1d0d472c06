"""Rules that cannot be evaluated, and articles that cannot be matched, spoil no others."""

from __future__ import annotations

from consumers.backtest.archive import Item
from consumers.backtest.worker import Compiled, Failed, Matched, match_items
from consumers.rules.engine.compiled import SetAside
from tests.unit.backtest.support import BRIDGE, FERRY, REGISTRY, START, line, side


def test_a_rule_that_is_set_aside_is_tried_again_on_the_next_article() -> None:
    compiled = Compiled(side(BRIDGE, FERRY).rule_set, REGISTRY)
    compiled._rules.set_aside["bridge-closed"] = SetAside("too_costly", "takes too long")
    items = [Item(START, line("a", "Old bridge closed")), Item(START, line("b", "Old bridge closed"))]

    first, second = match_items([compiled], items)

    assert isinstance(first, Matched)
    assert isinstance(second, Matched)
    assert (first.by_rule_set[0][0], first.by_rule_set[0][1]) == ((), (("bridge-closed", "takes too long"),))
    assert (len(second.by_rule_set[0][0]), second.by_rule_set[0][1]) == (1, ())


def test_a_line_that_is_none_any_more_is_a_failure_of_its_own() -> None:
    compiled = Compiled(side(BRIDGE).rule_set, REGISTRY)

    first, second = match_items([compiled], [Item(START, b""), Item(START, line("b", "Old bridge closed"))])

    assert isinstance(first, Failed)
    assert isinstance(second, Matched)
