"""A small validator of JSON Schemas (draft 2020-12): the keywords that our schemas use, and an error for any other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
_SILENT = {"$schema", "$defs", "title", "description", "default", "format"}


def from_yaml(data: Any) -> Any:
    """YAML data as an editor's reader has them: YAML 1.2 has no dates, and `on` and `no` are texts."""
    if isinstance(data, dict):
        return {{True: "on", False: "no"}.get(key, key): from_yaml(value) for key, value in data.items()}
    if isinstance(data, list):
        return [from_yaml(value) for value in data]
    return data.isoformat() if isinstance(data, date) else data


def problems(schema: Mapping[str, Any], data: Any) -> list[str]:
    """What is wrong with the data, each with its place; empty where they fit the schema."""
    return list(_problems(schema, schema, data, "$"))


def _problems(root: Mapping[str, Any], schema: Mapping[str, Any] | bool, data: Any, at: str) -> Iterator[str]:
    if isinstance(schema, bool):
        if not schema:
            yield f"{at}: nothing is allowed here"
        return
    for keyword, value in schema.items():
        if keyword not in _SILENT:
            yield from _CHECKS[keyword](root, schema, value, data, at)


Check = Callable[[Mapping[str, Any], Mapping[str, Any], Any, Any, str], Iterator[str]]


def _ref(root: Mapping[str, Any], _: Mapping[str, Any], ref: Any, data: Any, at: str) -> Iterator[str]:
    yield from _problems(root, root["$defs"][ref.removeprefix("#/$defs/")], data, at)


def _type(_: Mapping[str, Any], __: Mapping[str, Any], types: Any, data: Any, at: str) -> Iterator[str]:
    allowed = types if isinstance(types, list) else [types]
    if not any(_TYPES[name](data) for name in allowed):
        yield f"{at}: is no {' or '.join(allowed)}"


def _enum(_: Mapping[str, Any], __: Mapping[str, Any], values: Any, data: Any, at: str) -> Iterator[str]:
    if not any(data == value and type(data) is type(value) for value in values):
        yield f"{at}: {data!r} is none of {values}"


def _any_of(root: Mapping[str, Any], _: Mapping[str, Any], schemas: Any, data: Any, at: str) -> Iterator[str]:
    found = [list(_problems(root, schema, data, at)) for schema in schemas]
    if all(found):
        yield from min(found, key=len)


def _properties(root: Mapping[str, Any], _: Mapping[str, Any], known: Any, data: Any, at: str) -> Iterator[str]:
    for key, value in data.items() if isinstance(data, dict) else ():
        if key in known:
            yield from _problems(root, known[key], value, f"{at}.{key}")


def _pattern_properties(root: Mapping[str, Any], _: Mapping[str, Any], known: Any, data: Any, at: str) -> Iterator[str]:
    for key, value in data.items() if isinstance(data, dict) else ():
        for pattern, schema in known.items():
            if re.search(pattern, key):
                yield from _problems(root, schema, value, f"{at}.{key}")


def _additional(root: Mapping[str, Any], schema: Mapping[str, Any], other: Any, data: Any, at: str) -> Iterator[str]:
    for key, value in data.items() if isinstance(data, dict) else ():
        is_known = key in schema.get("properties", {})
        if not is_known and not any(re.search(pattern, key) for pattern in schema.get("patternProperties", {})):
            yield from _problems(root, other, value, f"{at}.{key}")


def _required(_: Mapping[str, Any], __: Mapping[str, Any], keys: Any, data: Any, at: str) -> Iterator[str]:
    yield from (f"{at}: lacks {key}" for key in keys if isinstance(data, dict) and key not in data)


def _dependent(_: Mapping[str, Any], __: Mapping[str, Any], needs: Any, data: Any, at: str) -> Iterator[str]:
    for key, others in needs.items():
        if isinstance(data, dict) and key in data:
            yield from (f"{at}: {key} lacks {other}" for other in others if other not in data)


def _items(root: Mapping[str, Any], schema: Mapping[str, Any], inner: Any, data: Any, at: str) -> Iterator[str]:
    for index, value in enumerate(data if isinstance(data, list) else ()):
        if index >= len(schema.get("prefixItems", ())):
            yield from _problems(root, inner, value, f"{at}[{index}]")


def _prefix_items(root: Mapping[str, Any], _: Mapping[str, Any], schemas: Any, data: Any, at: str) -> Iterator[str]:
    for index, (schema, value) in enumerate(zip(schemas, data if isinstance(data, list) else (), strict=False)):
        yield from _problems(root, schema, value, f"{at}[{index}]")


def _size(kind: type, is_wrong: Callable[[int, int], bool]) -> Check:
    def check(_: Mapping[str, Any], __: Mapping[str, Any], bound: Any, data: Any, at: str) -> Iterator[str]:
        if isinstance(data, kind) and is_wrong(len(data), bound):  # type: ignore[arg-type] # the kinds have sizes
            yield f"{at}: has {len(data)} parts"  # type: ignore[arg-type] # as above

    return check


def _bound(is_wrong: Callable[[float, float], bool]) -> Check:
    def check(_: Mapping[str, Any], __: Mapping[str, Any], bound: Any, data: Any, at: str) -> Iterator[str]:
        if _TYPES["number"](data) and is_wrong(data, bound):
            yield f"{at}: {data} is out of bounds"

    return check


def _pattern(_: Mapping[str, Any], __: Mapping[str, Any], pattern: Any, data: Any, at: str) -> Iterator[str]:
    if isinstance(data, str) and not re.search(pattern, data):
        yield f"{at}: {data!r} does not fit {pattern}"


def _const(_: Mapping[str, Any], __: Mapping[str, Any], value: Any, data: Any, at: str) -> Iterator[str]:
    if data != value:
        yield f"{at}: {data!r} is not {value!r}"


_CHECKS: dict[str, Check] = {
    "$ref": _ref,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "anyOf": _any_of,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional,
    "required": _required,
    "dependentRequired": _dependent,
    "items": _items,
    "prefixItems": _prefix_items,
    "pattern": _pattern,
    "minLength": _size(str, lambda size, bound: size < bound),
    "maxLength": _size(str, lambda size, bound: size > bound),
    "minItems": _size(list, lambda size, bound: size < bound),
    "maxItems": _size(list, lambda size, bound: size > bound),
    "minProperties": _size(dict, lambda size, bound: size < bound),
    "minimum": _bound(lambda value, bound: value < bound),
    "maximum": _bound(lambda value, bound: value > bound),
}
