"""Which share of the surface forms that people were seen to use for somebody is resolved to that actor.

`python -m tests.bench.observed_forms FORMS.jsonl CANDIDATES.jsonl` reads two files of your own: lines of
`{"id": ..., "forms": [{"form": ..., "langs": {"en": 12}}]}`, and lines of `{"id": ..., "name": ..., "aliases": [...]}`
that say who the ids are. An id is the actor of the catalogue whom its name names, else most of its aliases.

A form is right if it, as a whole text, means the actor on a day on which that actor held an office (of several
offices, on one of the days), and wrong if it means some other person on the last such day. With support means: alone,
or in a sentence that holds the demonym of the actor's state, too. Exits 1 if a form is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from monitor.actors import Actor, ActorKind, ActorScanner, Registry, load_catalogue
from monitor.text.reading import read

INTO_AN_OFFICE = timedelta(days=30)  # when the news has got used to the holder
SHOWN_FORMS = 60


@dataclass(frozen=True)
class Form:
    """A surface form in a language, of an actor, as often as it was seen."""

    actor: str
    text: str
    lang: str
    times: int


@dataclass(frozen=True)
class Outcome:
    """What the scanner makes of a form; `others` are other people it means."""

    form: Form
    alone: bool
    supported: bool
    others: tuple[str, ...]


class Resolver:
    """The scanner, asked about forms."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._scanner = ActorScanner(registry)

    def actor_of(self, names: Sequence[str]) -> str | None:
        """Whom the first name names, else whom most names name."""
        named = [self._meant(name, "und", None, whole=True) for name in names]
        if named and len(named[0]) == 1:
            return min(named[0])
        votes = Counter(actor for actors in named for actor in actors)
        return votes.most_common(1)[0][0] if votes else None

    def outcome(self, form: Form) -> Outcome:
        """What becomes of a form."""
        days = self._days(form.actor)
        meant = [self._meant(form.text, form.lang, day) for day in days]
        alone = any(form.actor in actors for actors in meant)
        beside = self._beside(form.actor, form.lang)
        supported = alone or any(
            form.actor in self._meant(form.text, form.lang, day, beside=word) for day in days for word in beside
        )
        right = next((actors for actors in meant if form.actor in actors), meant[0])
        others = tuple(sorted(actor for actor in right if actor != form.actor and self._is_person(actor)))
        return Outcome(form, alone, supported, others)

    def _meant(self, text: str, lang: str, day: date | None, *, beside: str = "", whole: bool = False) -> set[str]:
        """Who is meant inside a form (or by the whole), with or without a word behind it in the same sentence."""
        words = len(read({"title": text}).fields[0].tokens.words) if text else 0
        reading = read({"title": f"{text} ({beside})" if beside else text}, lang=lang, on=day)
        least = words if whole else 0
        return {
            one.actor
            for one in self._scanner.scan(reading).all()
            if least <= one.after - one.first and one.after <= words
        }

    def _days(self, actor: str) -> list[date | None]:
        """A day in each holding of the actor's offices, the last first."""
        held = [holding for _, holding in self._registry.holdings_of(actor)]
        ends = [min(one.since + INTO_AN_OFFICE, (one.until or date.max) - timedelta(days=1)) for one in held]
        return [*sorted(ends, reverse=True)] or [None]

    def _beside(self, actor: str, lang: str) -> list[str]:
        """How the states of an actor are called in a language."""
        states = [self._registry.get(office.of) for office, _ in self._registry.holdings_of(actor)]
        return [word for state in dict.fromkeys(states) if state is not None for word in _demonym(state, lang)]

    def _is_person(self, actor_id: str) -> bool:
        actor = self._registry.get(actor_id)
        return actor is not None and actor.kind is ActorKind.PERSON


def _demonym(state: Actor, lang: str) -> list[str]:
    """The first demonym that is no stem; else the name."""
    return [next((word for word in state.demonyms.get(lang, ()) if word.isalpha()), state.name)]


def forms(path: Path, actors: dict[str, str]) -> Iterator[Form]:
    """The forms of known actors in a file."""
    for line in _lines(path):
        actor = actors.get(line["id"])
        for form in line["forms"] if actor else ():
            for lang, times in form["langs"].items():
                yield Form(actor or "", form["form"], lang, times)


def actors_of(path: Path, resolver: Resolver) -> tuple[dict[str, str], list[str]]:
    """The catalogue's ids of a file's, and those that are nobody in the catalogue."""
    found = {line["id"]: resolver.actor_of([line["name"], *line["aliases"]]) for line in _lines(path)}
    return {one: actor for one, actor in found.items() if actor}, [one for one, actor in found.items() if not actor]


def report(outcomes: Sequence[Outcome]) -> str:
    """The shares, then the forms that are wrong or missed, the most frequent first."""
    lines = [
        f"forms alone: {_share(outcomes, [one for one in outcomes if one.alone])}",
        f"with support: {_share(outcomes, [one for one in outcomes if one.supported])}",
    ]
    wrong = [one for one in outcomes if one.others]
    lines.append(f"wrong: {len(wrong)}")
    lines += [f"  wrong {_shown(one)}: {', '.join(one.others)}" for one in _frequent(wrong)]
    missed = [one for one in outcomes if not one.alone and not one.others]
    for one in _frequent(missed)[:SHOWN_FORMS]:
        lines.append(f"  {'needs support' if one.supported else 'not resolved'} {_shown(one)}")
    return "\n".join(lines)


def _share(outcomes: Sequence[Outcome], right: Sequence[Outcome]) -> str:
    times, all_times = (sum(one.form.times for one in some) for some in (right, outcomes))
    return (
        f"{len(right)} of {len(outcomes)} distinct ({len(right) / len(outcomes):.4f}); "
        f"{times} of {all_times} occurrences ({times / all_times:.4f})"
    )


def _frequent(outcomes: Iterable[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda one: (-one.form.times, one.form.text, one.form.lang))


def _shown(one: Outcome) -> str:
    return f"{one.form.times:>6}  {one.form.text!r} ({one.form.lang}) of {one.form.actor}"


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the report; 1 when a form is resolved to somebody else, or there are none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("forms", type=Path)
    parser.add_argument("candidates", type=Path)
    given = parser.parse_args(argv)
    resolver = Resolver(load_catalogue())
    actors, unknown = actors_of(given.candidates, resolver)
    outcomes = [resolver.outcome(form) for form in forms(given.forms, actors)]
    print(f"ids in the catalogue: {len(actors)}; not: {', '.join(unknown) or 'none'}")
    if not outcomes:
        print("no forms of known actors")
        return 1
    print(report(outcomes))
    return 1 if any(one.others for one in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
