"""Fact conditions as people write them, made into tests: checks each key and value, and adds the defaults.

A condition is a mapping of the keys of `fact_keys`; a list of values means any of them. `null` asks that the fact say
nothing there, `true` that it say something.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from consumers.rules.language.fact_keys import DEFAULTS, KEYS, OTHER_NAMES, Key, Takes
from consumers.rules.language.positions import position_problem
from consumers.rules.language.wording import pattern_problem
from consumers.rules.model import FactCondition, FactTest
from monitor.actors import Registry
from monitor.core.documents import Location
from monitor.core.problems import suggestion

MAX_ENTRIES = 4  # of `between`: all pairs of participants and entries are tried
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_LOOKS_LIKE_POSITION = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+|[a-z0-9-]+[@(][a-z0-9@()-]*")

Report = Callable[[Location, str], None]
_Value = str | int | bool | None


class FactReader:
    """Reads fact conditions; what is wrong goes to `report`."""

    def __init__(self, registry: Registry, report: Report) -> None:
        self._registry = registry
        self._report = report
        self._failed = False

    def any_type(self, value: Any, at: Location) -> FactCondition | None:
        """`fact: {type: T, ...}`."""
        if not isinstance(value, dict) or "type" not in value:
            self._report(at, f"needs a type (allowed: {', '.join(KEYS)})")
            return None
        type_ = value["type"]
        if not isinstance(type_, str) or type_ not in KEYS:
            self._report((*at, "type"), f"{_shown(type_)}: unknown type of fact{suggestion(str(type_), KEYS)}")
            return None
        return self.of_type(type_, {key: part for key, part in value.items() if key != "type"}, at)

    def of_type(self, type_: str, value: Any, at: Location) -> FactCondition | None:
        """`casualties: {...}`, `leader_call: {...}`; None when something is wrong."""
        keys = KEYS[type_]
        if not isinstance(value, dict):
            self._report(at, f"{_shown(value)}: is no group of keys (allowed: {', '.join(keys)})")
            return None
        self._failed = False
        tests: list[FactTest] = []
        for written, part in ((key_name(key), part) for key, part in value.items()):
            name = OTHER_NAMES.get(written, written)
            if name not in keys:
                self._problem((*at, written), f"unknown key{_key_hint(name, keys)}")
            elif name != written and name in value:
                self._problem((*at, written), f"is another name of `{name}`, which stands here too")
            else:
                tests += self._tests(name, keys[name], part, (*at, written))
        self._check_bounds(tests, at)
        if self._failed:
            return None
        given = {test.key for test in tests}
        defaults = [FactTest(key, values, is_default=True) for key, values in DEFAULTS[type_] if key not in given]
        return FactCondition(type_, (*tests, *defaults))

    def _tests(self, name: str, key: Key, value: Any, at: Location) -> list[FactTest]:
        listed = value if isinstance(value, list) else [value]
        if not listed:
            self._problem(at, "is an empty list")
            return []
        places: list[Location] = [(*at, index) if isinstance(value, list) else at for index in range(len(listed))]
        if key.entries:
            if len(listed) > MAX_ENTRIES:
                self._problem(at, f"has more than {MAX_ENTRIES} entries (a list inside an entry means any of)")
            pairs = zip(listed, places, strict=True)
            return [test for entry, place in pairs for test in self._tests(name, _ANY_OF, entry, place)]
        if name in ("at_least", "at_most") and isinstance(value, list):
            self._problem(at, "takes one number")
            return []
        values = [self._value(key, part, place) for part, place in zip(listed, places, strict=True)]
        return [FactTest(name, tuple(dict.fromkeys(values)))]

    def _value(self, key: Key, value: Any, at: Location) -> _Value:
        if key.optional and (value is None or value is True):
            return value
        problem = None if _is_plain(value) else f"{_shown(value)}: is no single value"
        if value is None:
            problem = "null: every such fact says something here"
        if problem is None:
            problem = self._value_problem(key, value)
        if problem is not None:
            self._problem(at, problem)
            return None
        return str(value) if key.takes is Takes.DATE else value

    def _value_problem(self, key: Key, value: Any) -> str | None:
        match key.takes:
            case Takes.CHOICE:
                allowed = [*key.choices, *(("null", "true") if key.optional else ())]
                return None if value in key.choices else f"{_shown(value)}: unknown{_choice_hint(value, allowed)}"
            case Takes.NUMBER:
                is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
                return None if is_count else f"{_shown(value)}: is no count (allowed: whole numbers from 0)"
            case Takes.BOOLEAN:
                return None if isinstance(value, bool) else f"{_shown(value)}: allowed: true, false"
            case Takes.DATE:
                return _date_problem(value)
            case _:
                return self._text_problem(key, value)

    def _text_problem(self, key: Key, value: Any) -> str | None:
        if not isinstance(value, str) or not value.strip():
            return f"{_shown(value)}: is no text (put quotes around it)"
        if key.takes is Takes.WORDS:
            return pattern_problem(value)
        problem = position_problem(self._registry, value)
        if problem is None or key.takes is Takes.POSITION:
            return problem
        if _LOOKS_LIKE_POSITION.fullmatch(value):
            return f"{problem}; words have spaces and no hyphen"
        return pattern_problem(value)

    def _check_bounds(self, tests: list[FactTest], at: Location) -> None:
        bounds = {test.key: test.values[0] for test in tests if test.key in ("at_least", "at_most")}
        low, high = bounds.get("at_least"), bounds.get("at_most")
        if isinstance(low, int) and isinstance(high, int) and low > high:
            self._problem((*at, "at_most"), f"is less than at_least ({high} and {low}): no figure can be so")

    def _problem(self, at: Location, message: str) -> None:
        self._failed = True
        self._report(at, message)


def key_name(key: Any) -> str:
    """A key as it was written: YAML reads a bare `on` as true."""
    return "on" if key is True else str(key)


_ANY_OF = Key(Takes.POSITION, "")  # one entry of `between`


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | date) and not isinstance(value, datetime)


def _date_problem(value: Any) -> str | None:
    """Days, months and years in the form of ISO 8601; YAML gives a day as a date and a year as a number."""
    allowed = "(allowed: 2024, 2024-05, 2024-05-17)"
    if isinstance(value, bool) or not _DATE.fullmatch(str(value)):
        return f"{_shown(value)}: is no date {allowed}"
    try:
        date.fromisoformat(f"{value}-01-01"[:10] if len(str(value)) == 4 else f"{value}-01"[:10])
    except ValueError:
        return f"{_shown(value)}: is no date {allowed}"
    return None


def _key_hint(name: str, keys: Mapping[str, Key]) -> str:
    return suggestion(name, keys) or f" (allowed: {', '.join(keys)})"


def _choice_hint(value: Any, allowed: list[str]) -> str:
    return suggestion(str(value), allowed) or f" (allowed: {', '.join(allowed)})"


def _shown(value: Any) -> str:
    shown = str(value) if isinstance(value, date) else repr(value)
    return shown if len(shown) <= 80 else shown[:80] + "…"
