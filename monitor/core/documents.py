"""YAML files that people write: loaded with line numbers, checked against a model, every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationError
from pydantic_core import ErrorDetails

from monitor.core.durations import parse_duration, render_duration
from monitor.core.errors import SettingsError
from monitor.core.escape import one_line
from monitor.core.problems import Problem, suggestion

try:
    from yaml import CSafeLoader as _CLoader
except ImportError:  # a PyYAML built without libyaml
    from yaml import SafeLoader as _CLoader  # type: ignore[assignment]

_TEXT, _LIST, _MAPPING = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))

PLAIN_ID = r"^[a-z0-9][a-z0-9-]{0,99}$"

Location = tuple[str | int, ...]
_Model = TypeVar("_Model", bound=BaseModel)
_SHOWN_VALUE_CHARACTERS = 80
# Pydantic's messages that speak of Python.
_WORDS = {"tuple_type": "is no list", "dict_type": "is no group of keys", "model_type": "is no group of keys"}

# Words of the YAML parser's complaints, and what most often leads to them.
_HINTS = {
    "character '\\t'": "indent with spaces, not tabs",
    "that cannot start any token": "put quotes around a text that begins with a sign",
    "undefined alias": "put quotes around a text that begins with *",
    "constructor for the tag": "put quotes around a text that begins with !",
    "mapping values are not allowed": "put quotes around a text with a colon in it",
    "but got ':'": "put quotes around a text with a colon in it",
    "another document": "a file holds one document, without --- inside",
    "<stream end>": "a bracket is not closed",
    "end of stream": "a quote is not closed",
}

Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(render_duration)]


class _OurLoader(_CLoader):
    """The loader in C without what we write nowhere: tags by place, merged and recursive mappings."""

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            for tag, written in self.yaml_implicit_resolvers.get(value[:1], ()) if implicit[0] else ():
                if written.match(value):
                    return str(tag)
            return _TEXT
        return _LIST if kind is yaml.SequenceNode else _MAPPING

    def construct_document(self, node: Any) -> Any:
        if isinstance(node, yaml.MappingNode):
            built = {self.construct_document(key): self.construct_document(value) for key, value in node.value}
            if len(built) < len(node.value):
                raise ValueError("a key stands twice")
            return built
        if isinstance(node, yaml.SequenceNode):
            return [self.construct_document(part) for part in node.value]
        return node.value if node.tag == _TEXT else self.construct_object(node)


class _LaterLines(Mapping[Location, int]):
    """The lines of a text, worked out when somebody asks: of one without problems nobody does."""

    def __init__(self, text: str, path: str) -> None:
        self._text = text
        self._path = path

    def __getitem__(self, location: Location) -> int:
        return self._known[location]

    def __iter__(self) -> Iterator[Location]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    @cached_property
    def _known(self) -> Mapping[Location, int]:
        return parse_document(self._text, self._path).lines


class Strict(BaseModel):
    """Base of everything people write: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class Document:
    """A parsed YAML file that knows on which line each of its keys stands."""

    path: str
    data: Any
    lines: Mapping[Location, int]

    def line(self, location: Location) -> int | None:
        """The one-based line of the key at `location`, else of the nearest key around it."""
        for end in range(len(location), -1, -1):
            if location[:end] in self.lines:
                return self.lines[location[:end]]
        return None

    def problem(self, location: Location, message: str) -> Problem:
        """A problem at that key."""
        return Problem(self.path, self.line(location), dotted(location), message)


def load_document(path: Path) -> Document:
    """The YAML file at `path`.

    Raises:
        SettingsError: It cannot be read, is no YAML, or holds a key twice.
    """
    try:
        return parse_document(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise SettingsError([Problem(str(path), None, "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise SettingsError([Problem(str(path), None, "", "is not UTF-8 text")]) from error


def parse_document(text: str, path: str, *, ours: bool = False) -> Document:
    """The YAML in `text`; `path` names it in problems. Raises as `load_document`.

    Args:
        ours: The text ships with Tocsin, so the loader in C may read it: ten times as fast, but a text nested deeply
            enough makes it crash.
    """
    if ours:
        try:
            return Document(path, _data_of_ours(text), _LaterLines(text, path))
        except (yaml.YAMLError, ValueError, TypeError):
            pass  # read carefully, which says what is wrong
    lines: dict[Location, int] = {}
    problems: list[Problem] = []
    try:
        loader = yaml.SafeLoader(text)
        try:
            node = loader.get_single_node()
            if node is not None:
                _collect_lines(node, (), lines, problems, path)
            data = None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        cause = getattr(error, "problem", None) or getattr(error, "reason", None) or _cause(error)
        line = mark.line + 1 if mark else None
        place = f" (character {mark.column + 1})" if mark else ""
        raise SettingsError([Problem(path, line, "", f"is not valid YAML: {cause}{_hint(cause)}{place}")]) from error
    if problems:
        raise SettingsError(problems)
    return Document(path, data, lines)


def _hint(cause: str) -> str:
    """What people do about the YAML parser's complaint, where it is a common one."""
    return next((f": {hint}" for words, hint in _HINTS.items() if words in cause), "")


def _data_of_ours(text: str) -> Any:
    loader: Any = _OurLoader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _cause(error: Exception) -> str:
    return "is nested too deeply" if isinstance(error, RecursionError) else one_line(str(error), 200)


def validate(model: type[_Model], document: Document, at: Location = ()) -> _Model:
    """The part of a document at `at`, as the model.

    Raises:
        SettingsError: With every problem in it: file, line, key, the value and what is allowed.
    """
    part = document.data
    for step in at:
        part = part[step]
    try:
        return model.model_validate({} if part is None else part)
    except ValidationError as error:
        raise SettingsError(
            [
                document.problem(
                    (*at, *(step for step in detail["loc"] if _stands_in(document.data, at, detail, step))),
                    describe(detail, model),
                )
                for detail in error.errors()
            ]
        ) from error


def describe(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """One pydantic error in our words; unknown keys come with a suggestion."""
    if detail["type"] == "extra_forbidden":
        known = _fields_at(model, detail["loc"][:-1])
        return f"unknown key{suggestion(str(detail['loc'][-1]), known)}"
    if detail["type"] == "missing":
        return "is required"
    message = _WORDS.get(detail["type"]) or detail["msg"].removeprefix("Value error, ")
    if detail.get("ctx", {}).get("pattern") == PLAIN_ID:
        message = "is no id (allowed: small letters, digits, hyphens)"
    message = f"{message[:1].lower()}{message[1:]}"
    if isinstance(detail["input"], dict | list) or _is_secret(model, detail["loc"]):
        return message
    return f"{one_line(repr(detail['input']), _SHOWN_VALUE_CHARACTERS)}: {message}"


def dotted(location: Location) -> str:
    """`rules[2].when.all[0]` for a location."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _stands_in(data: Any, at: Location, detail: ErrorDetails, step: str | int) -> bool:
    """Whether a step of pydantic's location is one a reader of the file can see (unions add tags of their own)."""
    if isinstance(step, int) or step == detail["loc"][-1]:
        return True
    part: Any = data
    for seen in at:
        part = part[seen]
    return step in _keys_within(part)


def _keys_within(data: Any) -> set[str]:
    if isinstance(data, dict):
        return {str(key) for key in data} | set().union(*(_keys_within(value) for value in data.values()))
    if isinstance(data, list):
        return set().union(*(_keys_within(value) for value in data))
    return set()


def _fields_at(model: type[BaseModel], location: Location) -> set[str]:
    """The field names of the model that stands at a location inside `model`; empty when it is no model."""
    return {name for found in _models_at(model, location) for name in found.model_fields}


def _models_at(model: type[BaseModel], location: Location) -> list[type[BaseModel]]:
    current: list[Any] = [model]
    for step in location:
        if isinstance(step, int):
            continue
        fields = [m.model_fields[step] for m in current if step in m.model_fields]
        if fields:
            current = [inner for found in fields for inner in _models_in(found.annotation)]
    return current


def _is_secret(model: type[BaseModel], location: Location) -> bool:
    """Whether the value at a location must not be shown."""
    if not location:
        return False
    fields = [found.model_fields.get(str(location[-1])) for found in _models_at(model, location[:-1])]
    return any(field is not None and "SecretStr" in repr(field.annotation) for field in fields)


def _models_in(annotation: Any) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]


def _collect_lines(
    node: yaml.Node, at: Location, lines: dict[Location, int], problems: list[Problem], path: str
) -> None:
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in seen:
                problems.append(Problem(path, line, dotted((*at, name)), "stands here a second time"))
            seen.add(name)
            lines[(*at, name)] = line
            _collect_lines(value, (*at, name), lines, problems, path)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _collect_lines(value, (*at, index), lines, problems, path)
