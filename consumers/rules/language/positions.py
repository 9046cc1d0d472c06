"""Actor positions as people write them: whether the registry knows them."""

from __future__ import annotations

from monitor.actors import Registry, UnknownActorError


def position_problem(registry: Registry, text: str) -> str | None:
    """What is wrong with a position; None when it names somebody."""
    try:
        registry.position(text)
    except UnknownActorError as error:
        return str(error)
    return None
