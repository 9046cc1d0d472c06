"""Registries from YAML: the catalogue that ships with Tocsin, and the actors of rule packs beside it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

from monitor.actors.checks import pattern_problems, problems_across
from monitor.actors.entries import Entries, read_entries
from monitor.actors.registry import Registry
from monitor.actors.roles import ROLES_FILE, shipped_roles
from monitor.core.collecting import collecting_paused
from monitor.core.documents import Document, parse_document
from monitor.core.errors import SettingsError
from monitor.core.problems import Problem


@lru_cache(maxsize=1)
def load_catalogue() -> Registry:
    """The shipped actors; read once in each process.

    Raises:
        SettingsError: The catalogue is broken: a mistake of ours, held by a test.
    """
    with collecting_paused():
        entries = read_entries(catalogue_documents())
        return _registry(entries, None, [*entries.problems, *problems_across(entries, None, shipped_roles())])


def catalogue_documents() -> list[Document]:
    """The files of the catalogue, but for the roles."""
    folder = resources.files("monitor.actors") / "catalogue"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return [
        parse_document(file.read_text(encoding="utf-8"), file.name, ours=True)
        for file in files
        if file.name != ROLES_FILE
    ]


def read_actors(documents: Iterable[Document], base: Registry | None = None) -> Registry:
    """The entries of several files, beside those of `base` or in their place.

    Raises:
        SettingsError: With every problem in all of them.
    """
    entries = read_entries(documents)
    problems = [*entries.problems, *problems_across(entries, base, base.roles if base else shipped_roles())]
    return _registry(entries, base, [*problems, *pattern_problems(entries)])


def _registry(entries: Entries, base: Registry | None, problems: list[Problem]) -> Registry:
    if problems:
        raise SettingsError(sorted(problems, key=lambda problem: (problem.where, problem.line or 0)))
    return (base or Registry(())).extended(
        [actor for actor, _ in entries.actors],
        [office for office, _ in entries.offices],
        [one for one, _ in entries.sets],
    )
