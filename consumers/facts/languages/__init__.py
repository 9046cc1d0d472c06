"""The words and patterns of each language: one folder a language, one YAML file a part, unknown keys are errors."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TypeVar

import msgspec
import yaml

_Part = TypeVar("_Part", bound=msgspec.Struct)

LANGUAGES = ("en",)


class LanguageDataError(ValueError):
    """A file of a language is not as its part asks."""


@lru_cache
def load_part(lang: str, part: str, kind: type[_Part]) -> _Part:
    """One part of a language, as `kind` says: a msgspec struct with `forbid_unknown_fields=True`.

    Raises:
        LanguageDataError: The file is not as `kind` says; the sentence names file and place.
        FileNotFoundError: The language has no such part.
    """
    path = files(__name__) / lang / f"{part}.yaml"
    try:
        return msgspec.convert(yaml.load(path.read_text(encoding="utf-8"), _WordsLoader), kind)  # noqa: S506 - safe
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise LanguageDataError(f"languages/{lang}/{part}.yaml: {error}") from error


class _WordsLoader(yaml.SafeLoader):
    """The safe loader, to which "no" and "on" are words and not truth values."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as the base class has it
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
