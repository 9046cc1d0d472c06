"""Facts as people write them in rule tests: the keys of `monitor.core.fact`, checked, with short forms.

A participant, source or topic may be a text alone: an actor's id, an office (`president@france`), or words. Where a
casualty figure is exact, `high` is `low` unless it is written.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from consumers.rules.language.fact_conditions import Report, key_name
from monitor.actors import Registry
from monitor.core.documents import Location
from monitor.core.fact import FACT_TYPES, Fact, Participant, Source, Topic
from monitor.core.problems import suggestion

_PARTS: dict[str, type[Participant | Source | Topic]] = {
    "participants": Participant,
    "others": Participant,
    "attributed_to": Source,
    "topics": Topic,
}
_PATH = re.compile(r" - at `\$\.?(.*?)`$")


def read_fact(raw: Any, at: Location, registry: Registry, report: Report) -> Fact | None:
    """The fact; None when something is wrong with it, which goes to `report`."""
    if not isinstance(raw, dict) or raw.get("type") not in list(FACT_TYPES):  # which may hold anything, lists too
        report(at, f"is no fact (allowed: {{type: {' | '.join(FACT_TYPES)}, ...}})")
        return None
    values = {key_name(key): value for key, value in raw.items()}
    known = _keys(FACT_TYPES[values["type"]])
    unknown = [(key, known) for key in values if key not in {*known, "type"}]
    for name, part in _PARTS.items():
        if isinstance(values.get(name), list):
            values[name] = [_whole(entry, part, registry) for entry in values[name]]
            unknown += [(key, _keys(part)) for entry in values[name] if isinstance(entry, dict) for key in entry]
    wrong = [(key, names) for key, names in unknown if key not in names]
    for key, names in wrong:
        report((*at, key), f"unknown key{suggestion(str(key), names) or _allowed(names)}")
    if wrong:
        return None
    if values["type"] == "casualties" and values.get("qualifier", "exact") == "exact":
        values.setdefault("high", values.get("low"))
    try:
        return msgspec.convert(values, Fact)  # type: ignore[no-any-return] # a union is no type to mypy
    except msgspec.ValidationError as error:
        message = str(error)
        path = _PATH.search(message)
        within = (path[1],) if path and path[1] else ()
        cause = _PATH.sub("", message)
        report((*at, *within), f"{cause[:1].lower()}{cause[1:]}")
        return None


def _keys(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    return struct.__struct_fields__


def _allowed(names: tuple[str, ...]) -> str:
    return f" (allowed: {', '.join(names)})"


def _whole(entry: Any, part: type[msgspec.Struct], registry: Registry) -> Any:
    """The mapping that a text alone stands for."""
    if not isinstance(entry, str):
        return {"span": [0, 0], **entry} if part is Topic and isinstance(entry, dict) else entry
    if part is Topic:
        return {"text": entry, "span": [0, 0]}
    if entry in registry:
        return {"text": entry, "actor": entry}
    role, _, of = entry.partition("@")
    if part is Participant and of in registry and role:
        return {"text": entry, "state": of, "office": entry}
    return {"text": entry, "office": entry} if of in registry else {"text": entry}
