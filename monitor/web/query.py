"""What callers ask for in a URL's query, checked; and which alerts they want. Knows no server and no store."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from monitor.core.alert import CHANGE_KINDS, SEVERITIES, Alert, ChangeKind, Severity
from monitor.core.errors import UsageError
from monitor.core.problems import suggestion
from monitor.core.stream import StreamId

MAX_GLOB_CHARACTERS = 200
MAX_URL_CHARACTERS = 2_000
MAX_LIMIT = 1_000
MAX_ACTOR_CHARACTERS = 100
FILTER_KEYS = frozenset({"rule", "actor", "severity", "change", "shadow"})


class BadParameterError(UsageError):
    """A parameter that is not what it may be: what is wrong, where, what is allowed."""

    def __init__(self, what: str, where: str, allowed: str) -> None:
        self.what = what
        self.where = where
        self.allowed = allowed
        super().__init__(f"{where}: {what} (allowed: {allowed})")


@dataclass(frozen=True)
class AlertFilter:
    """Which alerts a caller wants.

    Attributes:
        rule: A glob over rule ids.
        actor: The id of an actor that the alert is about; empty for any.
        severity: The least severity.
        changes: The kinds of change.
        shadow: Also alerts of rules on trial, which are not for receivers.
    """

    rule: str = "*"
    actor: str = ""
    severity: Severity = "low"
    changes: frozenset[ChangeKind] = frozenset(CHANGE_KINDS)
    shadow: bool = False

    def passes(self, alert: Alert) -> bool:
        """Whether the caller wants this one."""
        data = alert.data
        return (
            (self.shadow or not data.shadow)
            and data.change.kind in self.changes
            and SEVERITIES.index(data.severity) >= SEVERITIES.index(self.severity)
            and fnmatchcase(data.rule, self.rule)
            and (not self.actor or self.actor in data.actors)
        )


def check_keys(parameters: Mapping[str, str], known: Collection[str]) -> None:
    """Refuse parameters that would be ignored: a misspelt filter must not pass for none.

    Raises:
        BadParameterError: A key is not in `known`.
    """
    for key in parameters:
        if key not in known:
            allowed = ", ".join(sorted(known)) or "none"
            near = suggestion(key, known) if known else ""
            hint = near if "did you mean" in near else ""
            raise BadParameterError(f"unknown parameter {key[:60]!r}{hint}", key[:60], allowed)


def alert_filter(parameters: Mapping[str, str]) -> AlertFilter:
    """The filter in `rule`, `actor`, `severity`, `change` and `shadow`.

    Raises:
        BadParameterError: One of them is not what it may be.
    """
    rule = parameters.get("rule") or "*"
    if len(rule) > MAX_GLOB_CHARACTERS:
        raise BadParameterError("too long", "rule", f"a rule id with * and ?, up to {MAX_GLOB_CHARACTERS} characters")
    actor = parameters.get("actor") or ""
    if len(actor) > MAX_ACTOR_CHARACTERS:
        raise BadParameterError("too long", "actor", f"the id of an actor, up to {MAX_ACTOR_CHARACTERS} characters")
    return AlertFilter(
        rule=rule,
        actor=actor,
        severity=_severity(parameters),
        changes=_changes(parameters),
        shadow=_switch(parameters, "shadow"),
    )


def stream_id(parameters: Mapping[str, str], key: str) -> StreamId | None:
    """A place in the history; None when it is not given.

    Raises:
        BadParameterError: It is none.
    """
    text = parameters.get(key)
    if not text:
        return None
    try:
        return StreamId.parse(text)
    except ValueError as error:
        raise BadParameterError(f"not a stream id: {text[:60]!r}", key, "milliseconds-number, such as 0-0") from error


def limit(parameters: Mapping[str, str], default: int) -> int:
    """How many; raises BadParameterError when it is no number from 1 to `MAX_LIMIT`."""
    text = parameters.get("limit")
    if not text:
        return default
    number = int(text) if len(text) <= 4 and text.isascii() and text.isdigit() else 0
    if not 1 <= number <= MAX_LIMIT:
        raise BadParameterError(f"not a limit: {text[:60]!r}", "limit", f"a whole number from 1 to {MAX_LIMIT}")
    return number


def article_url(parameters: Mapping[str, str]) -> str:
    """The address of an article; raises BadParameterError when it is none."""
    url = parameters.get("url", "").strip()
    if not url.startswith(("http://", "https://")) or len(url) > MAX_URL_CHARACTERS:
        raise BadParameterError(
            f"not the address of an article: {url[:60]!r}",
            "url",
            f"http:// or https://, to {MAX_URL_CHARACTERS} characters",
        )
    return url


def _severity(parameters: Mapping[str, str]) -> Severity:
    wanted = parameters.get("severity") or "low"
    for severity in SEVERITIES:
        if severity == wanted:
            return severity
    raise BadParameterError(f"not a severity: {wanted[:60]!r}", "severity", ", ".join(SEVERITIES))


def _changes(parameters: Mapping[str, str]) -> frozenset[ChangeKind]:
    text = parameters.get("change")
    if not text:
        return frozenset(CHANGE_KINDS)
    wanted = {part.strip() for part in text.split(",")}
    known = frozenset(kind for kind in CHANGE_KINDS if kind in wanted)
    if len(known) != len(wanted):
        raise BadParameterError(
            f"not a change: {text[:60]!r}", "change", ", ".join(CHANGE_KINDS) + "; several with commas"
        )
    return known


def _switch(parameters: Mapping[str, str], key: str) -> bool:
    text = parameters.get(key) or "false"
    if text not in {"true", "false"}:
        raise BadParameterError(f"neither true nor false: {text[:60]!r}", key, "true, false")
    return text == "true"
