"""The fast engine against the slow and obvious one on many random pairs of rule and text, spans included.

`python -m tests.bench.engine_equals_reference 10000` prints how many pairs of each script were compared and how many
of the rules held; exit code 1 and the first case in which the two differ.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from consumers.rules.engine.compiled import CompiledRules
from tests.unit.rules.random_rules import REGISTRY, Case, case
from tests.unit.rules.reference import ReferenceRules


def main() -> int:
    """Compare, print, and say whether they agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=int, nargs="?", default=10_000, help="pairs of rule and text (default 10000)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    seed = arguments.seed
    while counts["all scripts", "pairs"] < arguments.pairs:
        if not _agree(case(seed), counts):
            print(f"the engines differ: see above (seed {seed})", file=sys.stderr)
            return 1
        seed += 1
    _print(counts)
    return 0


def _agree(drawn: Case, counts: Counter[tuple[str, str]]) -> bool:
    engine = CompiledRules(drawn.rules, REGISTRY, drawn.facts)
    found = engine.match(drawn.reading)
    expected = ReferenceRules(drawn.rules, REGISTRY, drawn.facts).match(drawn.reading)
    if found != expected or engine.set_aside:
        for rule in drawn.rules:
            mine = [one.hits for one in found if one.rule is rule]
            theirs = [one.hits for one in expected if one.rule is rule]
            if mine != theirs or rule.id in engine.set_aside:
                print(f"{rule.effective}\n{drawn.reading}\nengine: {mine} {engine.set_aside}\nreference: {theirs}")
        return False
    for script in (*drawn.scripts, "all scripts"):
        counts[script, "pairs"] += len(drawn.rules)
        counts[script, "held"] += len(found)
        counts[script, "spans"] += sum(len(one.hits) for one in found)
    return True


def _print(counts: Counter[tuple[str, str]]) -> None:
    print(f"{'script':<12} {'pairs':>7} {'held':>7} {'spans':>7}   (a case of two scripts counts for both)")
    scripts = sorted({script for script, _ in counts} - {"all scripts"})
    for script in (*scripts, "all scripts"):
        print(f"{script:<12} {counts[script, 'pairs']:>7} {counts[script, 'held']:>7} {counts[script, 'spans']:>7}")
    print("engine and reference agree on all of them")


if __name__ == "__main__":
    sys.exit(main())
