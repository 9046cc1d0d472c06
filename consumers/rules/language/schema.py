"""The JSON Schema of rule files, for editors: the models that read them, and the conditions, which are read by hand.

It is a little wider than the reader: what needs knowledge of other entries (names of terms, actors, rules) or of texts
(queries, phrases) it cannot check.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from consumers.rules.language.conditions import CONDITION_KEYS
from consumers.rules.language.entries import RuleFile
from consumers.rules.language.fact_conditions import MAX_ENTRIES
from consumers.rules.language.fact_keys import KEYS, OTHER_NAMES, Key, Takes
from consumers.rules.language.term_lists import INCLUDE
from consumers.rules.model import Scope
from monitor.actors.schema import actor_definitions, actor_properties
from monitor.core.fact import FACT_TYPES
from monitor.core.json_schema import DATE, DIALECT, model_schema, tidied

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_LANGUAGE = "^[a-z]{2,3}$"
_SHORT_FORMS = ("Participant", "Source", "Topic")


def rules_schema() -> dict[str, Any]:
    """The schema of a rule file."""
    schema = model_schema(RuleFile)
    definitions = schema.pop("$defs")
    definitions["RuleEntry"]["properties"]["when"]["$ref"] = "#/$defs/condition"
    definitions["FilterEntry"]["properties"]["when"]["$ref"] = "#/$defs/condition"
    definitions["TestEntry"]["properties"]["facts"]["items"] = {"$ref": "#/$defs/written_fact"}
    schema["properties"]["terms"]["additionalProperties"] = {"$ref": "#/$defs/term_list"}
    return {
        "$schema": DIALECT,
        "title": "Watch rules of Tocsin",
        **schema,
        "type": ["object", "null"],
        "properties": schema["properties"] | actor_properties(),
        "$defs": {
            **definitions,
            "condition": _condition(),
            "conditions": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/condition"}},
            "term_list": _term_list(),
            **{type_: _fact_condition(KEYS[type_], "") for type_ in KEYS},
            **_written_facts(),
            **actor_definitions(),
        },
    }


def _condition() -> dict[str, Any]:
    conditions = {"$ref": "#/$defs/conditions"}
    names = _one_or_many(_TEXT)
    takes: dict[str, dict[str, Any]] = {
        "all": conditions,
        "any": conditions,
        "not": {"$ref": "#/$defs/condition"},
        "at_least": {"type": "integer", "minimum": 1},
        "of": conditions,
        "same": {"enum": [scope.value for scope in Scope]},
        "query": _TEXT,
        "terms": names,
        "actor": names,
        "named": names,
        "lang": _one_or_many({"type": "string", "pattern": _LANGUAGE}),
        "publisher": names,
        "url": names,
        "fact": {"anyOf": [_fact_condition(keys, type_) for type_, keys in KEYS.items()]},
        **{type_: {"$ref": f"#/$defs/{type_}"} for type_ in KEYS},
    }
    return {
        "description": "What must hold of an article; all keys side by side.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "dependentRequired": {"at_least": ["of"], "of": ["at_least"]},
        "properties": {key: {"description": help_, **takes[key]} for key, help_ in CONDITION_KEYS.items()},
    }


def _fact_condition(keys: dict[str, Key], type_: str) -> dict[str, Any]:
    """The keys of a fact condition; with its type among them, unless that is empty."""
    properties = {name: {"description": key.help, **_fact_values(name, key)} for name, key in keys.items()}
    other = {written: properties[name] for written, name in OTHER_NAMES.items() if name in keys}
    typed = {"type": {"description": "The type of the fact.", "const": type_}} if type_ else {}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": typed | properties | other,
        **({"required": ["type"]} if type_ else {}),
    }


def _fact_values(name: str, key: Key) -> dict[str, Any]:
    if name in ("at_least", "at_most"):
        return {"type": "integer", "minimum": 0}
    value = _fact_value(key)
    if key.optional:
        value = {"anyOf": [value, {"enum": [None, True]}]}
    if key.entries:
        return {
            "anyOf": [value, {"type": "array", "minItems": 1, "maxItems": MAX_ENTRIES, "items": _one_or_many(value)}]
        }
    return _one_or_many(value)


def _fact_value(key: Key) -> dict[str, Any]:
    match key.takes:
        case Takes.CHOICE:
            return {"enum": list(key.choices)}
        case Takes.NUMBER:
            return {"type": "integer", "minimum": 0}
        case Takes.BOOLEAN:
            return {"type": "boolean"}
        case Takes.DATE:
            return DATE
        case _:
            return _TEXT


def _term_list() -> dict[str, Any]:
    return {
        "description": "Phrases by language; und: in all languages.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {INCLUDE: {"description": "Other lists, whose phrases count too.", **_several(_TEXT)}},
        "patternProperties": {_LANGUAGE: _several(_TEXT)},
    }


def _written_facts() -> dict[str, Any]:
    """Facts as rule tests write them; a participant, source or topic may be a text alone."""
    refs, found = msgspec.json.schema_components(list(FACT_TYPES.values()), ref_template="#/$defs/{name}")
    definitions = {name: {**tidied(part), "additionalProperties": False} for name, part in found.items()}
    for name in _SHORT_FORMS:
        full = definitions[name]
        full["required"] = ["text"]
        definitions[name] = {"anyOf": [_TEXT, full]}
    return {"written_fact": {"description": "A fact of the article.", "anyOf": list(refs)}, **definitions}


def _one_or_many(value: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [value, _several(value)]}


def _several(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": value}


def keys_of(schema: dict[str, Any], definition: str) -> Sequence[str]:
    """The keys that a definition of a schema knows."""
    return tuple(schema["$defs"][definition]["properties"])
