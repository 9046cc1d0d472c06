"""The actors that rule files bring with them, and the registry with these in it."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.actors import Actor, Registry
from monitor.actors.shipped import read_actors
from monitor.core.documents import Document
from monitor.core.errors import SettingsError
from monitor.core.problems import Problem

ACTOR_KEYS = ("actors", "offices", "sets")


def pack_actors(
    documents: Iterable[Document], registry: Registry, problems: list[Problem]
) -> tuple[tuple[Actor, ...], Registry]:
    """The actors of some documents, and the registry with them; what is wrong goes to `problems`."""
    parts = [_actor_part(document) for document in documents]
    try:
        found = tuple(read_actors(part for part in parts if part.data))
    except SettingsError as error:
        problems += error.problems
        return (), registry
    kept = {actor.id: actor for actor in registry}
    return found, Registry({**kept, **{actor.id: actor for actor in found}}.values())


def _actor_part(document: Document) -> Document:
    data = document.data if isinstance(document.data, dict) else {}
    return Document(document.path, {key: data[key] for key in ACTOR_KEYS if data.get(key)}, document.lines)
