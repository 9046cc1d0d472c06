"""Actor positions as people write them: whether the registry knows them."""

from __future__ import annotations

from monitor.actors import Registry


def position_problem(registry: Registry, text: str) -> str | None:
    """What is wrong with a position; None when it names somebody."""
    if text in registry:
        return None
    if "@" in text or "(" in text:
        return f"unknown position {_shown(text)}"
    return f"unknown actor {_shown(text)}{registry.suggest(text)}"


def _shown(text: str) -> str:
    shown = repr(text)
    return shown if len(shown) <= 80 else shown[:80] + "…"
