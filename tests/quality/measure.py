"""How good the facts are that we find in the gold texts: `make quality`.

Prints a line for each type and half, and of the open half each fact that was missed, is none, or is wrong in a key. Of
the held-out half only the numbers are for looking at: whoever learns from its texts measures nothing with them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from consumers.facts.extractor import FactExtractor
from consumers.facts.printing import fact_line
from monitor.actors import load_catalogue
from tests.quality.gold_texts import HALVES, TYPE_OF_FILE, GoldFact, GoldText, load_gold
from tests.quality.scoring import Score, Scored, score, score_text

FLOORS = Path(__file__).parent / "floors.json"

Scores = dict[str, Score]


def measured(texts: Sequence[GoldText]) -> list[Scored]:
    """What is found in each text."""
    extractor = FactExtractor(load_catalogue())
    return [score_text(text, extractor.facts(text.reading())) for text in texts]


def scores_of(scored: Sequence[Scored]) -> Scores:
    """The score of each type and half that has texts."""
    groups = {
        f"{kind} {half}": [one for one in scored if (one.text.type, one.text.half) == (kind, half)]
        for kind in TYPE_OF_FILE.values()
        for half in HALVES
    }
    return {name: score(group) for name, group in groups.items() if group}


def figures_of(scores: Scores) -> dict[str, dict[str, float]]:
    """All figures as `floors.json` holds them: to a tenth of a point."""
    return {name: {figure: round(value, 3) for figure, value in one.figures().items()} for name, one in scores.items()}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show-held-out", action="store_true", help="misses of the held-out half, too")
    parser.add_argument("--no-misses", action="store_true", help="only the numbers")
    parser.add_argument("--tag", help="only texts with this tag")
    parser.add_argument("--write-floors", action="store_true", help="the figures as they are become the floors")
    arguments = parser.parse_args()
    texts = [text for text in load_gold() if not arguments.tag or arguments.tag in text.tags]
    scored = measured(texts)
    scores = scores_of(scored)
    for one in () if arguments.no_misses else scored:
        if one.text.half == "open" or arguments.show_held_out:
            for line in _misses(one):
                print(line)
    for line in _table(scores):
        print(line)
    if arguments.write_floors:
        FLOORS.write_text(json.dumps(figures_of(scores), indent=2) + "\n", encoding="utf-8")
    return 0


def _table(scores: Scores) -> Iterator[str]:
    yield f"{'':<22} {'texts':>5} {'right':>5} {'traps':>7} {'facts':>5} {'recall':>6} {'precis.':>7} {'F1':>5}"
    for name, one in scores.items():
        yield (
            f"{name:<22} {one.texts:>5} {one.texts_right:>5} "
            f"{f'{one.traps_right}/{one.traps}':>7} {one.facts:>5} "
            f"{one.recall:>6.3f} {one.precision:>7.3f} {one.f1:>5.3f}"
        )
    for name, one in scores.items():
        keys = ", ".join(f"{key} {one.accuracy(key):.2f} of {one.checked[key]}" for key in sorted(one.checked))
        yield f"{name}: {keys}"


def _misses(one: Scored) -> Iterator[str]:
    for gold in one.missed:
        yield f"missed  {one.text.id}: {_gold_line(gold)}"
    for fact in one.false:
        yield f"false   {one.text.id}: “{fact.quote}”: {fact_line(fact)}"
    for gold, _, wrong in one.found:
        for key in wrong:
            yield f"wrong   {one.text.id}: {key.key} {key.expected!r}, found {key.found!r} ({_gold_line(gold)})"


def _gold_line(gold: GoldFact) -> str:
    return ", ".join(f"{key} {value}" for key, value in gold.items())


if __name__ == "__main__":
    sys.exit(main())
