"""A place in an article that might be a fact, what it became and why: what `tocsin extract --explain` shows."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.core.fact import Fact, Field


@dataclass(frozen=True)
class Candidate:
    """A place that might be a fact.

    Attributes:
        type: Of the fact: `casualties` or `leader_call`.
        span: Code points of `field`.
        text: The words there.
        why: Short steps in the order in which they were taken: what was recognised, or what spoke against it.
        fact: What it became; None where it was refused (`why` says for what).
    """

    type: str
    field: Field
    span: tuple[int, int]
    text: str
    why: tuple[str, ...]
    fact: Fact | None = None
