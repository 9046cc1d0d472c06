"""The JSON Schema of files of actors, offices and sets: the catalogue's, and those keys of rule files."""

from __future__ import annotations

from typing import Any

from monitor.actors.entries import _File as ActorFile
from monitor.core.json_schema import DIALECT, described, model_schema

_CHECKED = "The day on which somebody last checked the entry."
_SOURCE = "Where the facts are from."
_HELP = {
    "_ActorEntry": {
        "id": "Names the actor: small letters, digits, hyphens.",
        "kind": "What it is.",
        "name": "The usual English name; a name that counts by itself, unless it stands in exact, surnames or weak.",
        "source": _SOURCE,
        "aliases": "Names by script (latin, cyrillic, arabic, han, kana, hangul...), each of which counts by itself.",
        "exact": "Names that count only in exactly this spelling, such as WHO and U.S.",
        "blocked_by": "Phrases that swallow a name inside them, such as Georgia Tech.",
        "surnames": "Surnames by script, which count unless somebody else of that name is named.",
        "weak": "Names by script that count only beside a full name, a title, the state or a word of context.",
        "context": "Words that support weak names in the same sentence.",
        "person_like": "The name is a given name or surname too (Jordan).",
        "demonyms": "Adjectives and inhabitants by language, which name the state too.",
        "capital": "The capital, which names the state too.",
        "capital_counts": "false where the capital means other things too often (London).",
        "since": "The day, month or year in which it came to be.",
        "until": "The day, month or year in which it ceased to be.",
        "checked": _CHECKED,
    },
    "_OfficeEntry": {
        "id": "role@actor, such as president@ukraine.",
        "role": "A role of roles.yaml.",
        "of": "The id of the state or organisation.",
        "source": _SOURCE,
        "titles": "Titles by language beside those that every such role has.",
        "titles_alone": "Titles by language that need no state beside them (Taoiseach, Kremlchef).",
        "seats": "Places by which the news means the office (the Kremlin).",
        "leads": "The office leads the state or organisation: its holder is one of its leaders(...).",
        "shared": "Several people hold it together.",
        "holders": "Who held it, and when.",
        "checked": _CHECKED,
    },
    "_HoldingEntry": {
        "person": "The id of a person.",
        "from": "The first day in office; a month or a year means its first day.",
        "until": "The day on which the next begins; left out while it lasts.",
        "acting": "In the place of somebody elected or appointed.",
    },
    "_SetEntry": {
        "id": "Names the set: small letters, digits, hyphens.",
        "source": _SOURCE,
        "members": "Actor ids, or an id with from and until.",
        "checked": _CHECKED,
    },
    "_MemberEntry": {
        "actor": "The id of an actor.",
        "from": "The first day in the set.",
        "until": "The day after the last in the set.",
    },
    "_File": {
        "actors": "People, states, organisations and armed groups.",
        "offices": "Offices and who held them when.",
        "sets": "Sets of actors under one name.",
    },
}
_NAMES = {
    "ActorKind": "kind",
    "_ActorEntry": "actor",
    "_OfficeEntry": "office",
    "_HoldingEntry": "holding",
    "_SetEntry": "set",
    "_MemberEntry": "member",
}


def actor_definitions() -> dict[str, Any]:
    """`$defs` of everything in such a file, with `actor`, `office` and `set` among them."""
    schema = model_schema(ActorFile)
    schema["$defs"]["_File"] = {"properties": schema["properties"]}
    described(schema, _HELP)
    members = schema["$defs"]["_SetEntry"]["properties"]["members"]
    members["items"] = {"anyOf": [{"type": "string"}, members["items"]]}
    return {_NAMES[name]: _renamed(part) for name, part in schema["$defs"].items() if name in _NAMES}


def actors_schema() -> dict[str, Any]:
    """The schema of a whole file."""
    return {
        "$schema": DIALECT,
        "title": "Actors of Tocsin",
        "type": "object",
        "additionalProperties": False,
        "properties": actor_properties(),
        "$defs": actor_definitions(),
    }


def actor_properties() -> dict[str, Any]:
    """The keys `actors`, `offices` and `sets`."""
    kinds = {"actors": "actor", "offices": "office", "sets": "set"}
    return {
        key: {"description": _HELP["_File"][key], "type": "array", "items": {"$ref": f"#/$defs/{kind}"}}
        for key, kind in kinds.items()
    }


def _renamed(part: Any) -> Any:
    """References by the names that readers of the schema see."""
    if isinstance(part, dict):
        return {
            key: f"#/$defs/{_NAMES[value.rpartition('/')[2]]}"
            if key == "$ref" and value.rpartition("/")[2] in _NAMES
            else _renamed(value)
            for key, value in part.items()
        }
    return [_renamed(value) for value in part] if isinstance(part, list) else part
