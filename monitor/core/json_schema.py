"""JSON Schemas of the files that people write, made from the models that read them; for editors.

Pydantic says what a model takes after its validators; here stands what people write before them: durations such as
`15m`, and days that may be months or years. Its titles, which repeat the keys, are left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from monitor.core.durations import ALLOWED

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DATE: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": r"^\d{4}(-\d{1,2}){0,2}([Tt ].*)?$"},
        {"type": "integer", "minimum": 1000, "maximum": 9999},
    ]
}
_DURATION: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*(ms|s|m|h|d)\s*$"},
        {"type": "number", "minimum": 0},
    ]
}
_NAMED = ("properties", "$defs")  # their keys are names, whatever they are called


def model_schema(model: type[BaseModel]) -> dict[str, Any]:
    """What a model takes, with `$defs` of the models inside it."""
    return tidied(model.model_json_schema(by_alias=True))


def tidied(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A generated schema as people need it."""
    if schema.get("format") == "duration":
        described = f"{schema.get('description', '')} ({ALLOWED})".strip()
        return {**_DURATION, "description": described}
    if schema.get("format") == "date":
        return {**DATE, **_kept(schema)}
    return {key: _part(key, value) for key, value in schema.items() if key != "title"}


def described(schema: dict[str, Any], help_: Mapping[str, Mapping[str, str]]) -> None:
    """Put a sentence to each key of each definition.

    Raises:
        KeyError: A definition has another key, or lacks one.
    """
    for name, sentences in help_.items():
        properties = schema["$defs"][name]["properties"]
        if set(properties) != set(sentences):
            raise KeyError(name, set(properties) ^ set(sentences))
        for key, sentence in sentences.items():
            properties[key]["description"] = sentence


def rendered(schema: Mapping[str, Any]) -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _part(key: str, value: Any) -> Any:
    if key in _NAMED:
        return {name: tidied(part) for name, part in value.items()}
    if key == "description":
        return " ".join(value.partition("\n\n")[0].split())
    if isinstance(value, dict) and key != "default":
        return tidied(value)
    if isinstance(value, list):
        return [tidied(part) if isinstance(part, dict) else part for part in value]
    return value


def _kept(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: schema[key] for key in ("description",) if key in schema}
