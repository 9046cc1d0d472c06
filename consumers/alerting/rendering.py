"""Sentences for people: what an alert says and what is new in it. Knows values only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from monitor.core.durations import render_duration
from monitor.core.escape import one_line
from monitor.core.match import Evidence

_SHORT = 160


def summary_sentence(headline: str, publishers: Sequence[str]) -> str:
    """`<headline>; BBC and 2 others (3 voices)`.

    Args:
        publishers: The voices, each once, the first to say so first.
    """
    if not publishers:
        return f"{headline}; nobody says so any more"
    count = len(publishers)
    return f"{headline}; {names(publishers)} ({count} {'voice' if count == 1 else 'voices'})"


def names(publishers: Sequence[str]) -> str:
    """`BBC`, `BBC and Reuters`, `BBC and 2 others`."""
    first, *others = publishers
    if not others:
        return first
    return f"{first} and {others[0]}" if len(others) == 1 else f"{first} and {len(others)} others"


def first_report(publisher: str) -> str:
    """The text of an opening."""
    return f"{publisher} reports it."


def new_voices(publishers: Sequence[str]) -> str:
    """The text of an update."""
    return f"{names(publishers)} {'reports' if len(publishers) == 1 else 'report'} it too."


def evidence_changed(publisher: str, old: Sequence[Evidence], new: Sequence[Evidence]) -> str:
    """The text of a correction: the first sentence that went and the first that came."""
    went, came = _first_missing(old, new), _first_missing(new, old)
    if not went:
        return f"{publisher} now says: “{came}”" if came else f"{publisher} changed its words."
    return f"{publisher} changed “{went}” → “{came}”" if came else f"{publisher} no longer says: “{went}”"


def evidence_gone(publisher: str, title: str) -> str:
    """The text of a correction after which an article supports the alert no more."""
    return f"{publisher} no longer says so: “{one_line(title, _SHORT)}”"


def forgotten(forget_after: timedelta) -> str:
    """The text of a close for silence."""
    return f"Nothing new for {render_duration(forget_after)}."


WITHDRAWN = "No article supports it any more."
RULE_REMOVED = "Its rule was removed."


def _first_missing(here: Sequence[Evidence], there: Sequence[Evidence]) -> str:
    known = {evidence.sentence for evidence in there}
    return next((one_line(evidence.sentence, _SHORT) for evidence in here if evidence.sentence not in known), "")
