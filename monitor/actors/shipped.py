"""The catalogue of actors that ships with Tocsin, read from its YAML files."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from typing import Annotated

from pydantic import Field

from monitor.actors.model import Actor, ActorKind, Registry
from monitor.core.documents import Document, Strict, parse_document, validate
from monitor.core.errors import SettingsError
from monitor.core.problems import Problem

_Name = Annotated[str, Field(min_length=1, max_length=100)]
_Names = tuple[_Name, ...]


class _ActorEntry(Strict):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,80}$")
    kind: ActorKind
    name: _Name
    source: str = Field(min_length=3)
    aliases: dict[str, _Names] = Field(default_factory=dict)
    exact: _Names = ()
    blocked_by: _Names = ()


class _ActorFile(Strict):
    actors: tuple[_ActorEntry, ...]


def load_catalogue() -> Registry:
    """The shipped actors.

    Raises:
        SettingsError: The catalogue is broken: a mistake of ours, held by a test.
    """
    folder = resources.files("monitor.actors") / "catalogue"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return read_actors(parse_document(file.read_text(encoding="utf-8"), file.name) for file in files)


def read_actors(documents: Iterable[Document]) -> Registry:
    """The actors of several files.

    Raises:
        SettingsError: With every problem in all of them.
    """
    actors: dict[str, Actor] = {}
    problems: list[Problem] = []
    for document in documents:
        try:
            entries = validate(_ActorFile, document).actors
        except SettingsError as error:
            problems += error.problems
            continue
        for index, entry in enumerate(entries):
            if entry.id in actors:
                problems.append(document.problem(("actors", index, "id"), f"{entry.id!r} is taken: ids are unique"))
            actors[entry.id] = Actor(**{name: getattr(entry, name) for name in _ActorEntry.model_fields})
    if problems:
        raise SettingsError(problems)
    return Registry(actors.values())
