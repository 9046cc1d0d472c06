"""The fast engine against the slow and obvious one on many random pairs of rule and text, spans included.

`python -m tests.bench.engine_equals_reference 10000` prints how many pairs of each script were compared and how many
of the rules held; exit code 1 and the smallest case found where the two differ.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings

from consumers.rules.compiled import CompiledRules
from tests.unit.rules.random_rules import REGISTRY, Case, cases
from tests.unit.rules.reference import ReferenceRules

_ROUND = 250  # cases drawn between two looks at the count


def main() -> int:
    """Compare, print, and say whether they agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=int, nargs="?", default=10_000, help="pairs of rule and text (default 10000)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    number = 0
    try:
        while counts["all scripts", "pairs"] < arguments.pairs:
            _compare_some(arguments.seed + number, counts)
            number += 1
    except AssertionError as error:
        print(f"the engines differ: {error}", file=sys.stderr)
        return 1
    _print(counts)
    return 0


def _compare_some(number: int, counts: Counter[tuple[str, str]]) -> None:
    @seed(number)
    @settings(
        max_examples=_ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases())
    def compare(case: Case) -> None:
        engine = CompiledRules(case.rules, REGISTRY)
        found = engine.match(case.reading)
        expected = ReferenceRules(case.rules, REGISTRY).match(case.reading)
        assert (found, engine.set_aside) == (expected, {}), f"{case}\nengine: {found}\nreference: {expected}"
        for script in (*case.scripts, "all scripts"):
            counts[script, "pairs"] += len(case.rules)
            counts[script, "held"] += len(found)
            counts[script, "spans"] += sum(len(one.hits) for one in found)

    compare()


def _print(counts: Counter[tuple[str, str]]) -> None:
    print(f"{'script':<12} {'pairs':>7} {'held':>7} {'spans':>7}   (a case of two scripts counts for both)")
    scripts = sorted({script for script, _ in counts} - {"all scripts"})
    for script in (*scripts, "all scripts"):
        print(f"{script:<12} {counts[script, 'pairs']:>7} {counts[script, 'held']:>7} {counts[script, 'spans']:>7}")
    print("engine and reference agree on all of them")


if __name__ == "__main__":
    sys.exit(main())
