"""Who gets which alerts, and over which channels: the subscriptions file. Knows no network and no alert.

Why some checks are not pydantic's: its messages show the value they refuse, and here that may be a password in a URL
or a secret written where its variable's name belongs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr

from monitor.core.alert import CHANGE_KINDS, ChangeKind, Severity
from monitor.core.documents import Document, Strict, load_document, validate
from monitor.core.errors import SettingsError
from monitor.core.problems import Problem, suggestion

_NAME = r"^[^\s/]{1,64}$"  # a slash parts subscription and channel in the names of cursors and leases
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_MAX_URL_CHARACTERS = 2000
_Part = TypeVar("_Part", bound=Strict)


def _language(value: object) -> object:
    if value is False:
        raise ValueError("is how YAML reads a bare no (allowed: 'no' in quotes, for Norwegian)")
    return value


Name = Annotated[str, Field(pattern=_NAME)]
Glob = Annotated[str, Field(min_length=1, max_length=200)]
Language = Annotated[str, BeforeValidator(_language), Field(pattern=r"^[a-z]{2,3}$")]


class Scope(Strict):
    """What an alert must be for a subscription to want it."""

    severity: Severity = Field(default="low", description="the least severity")
    lang: tuple[Language, ...] = Field(
        default=(), description="some article of the story is in one of these; empty: any"
    )


class Subscription(Strict):
    """Who wants which revisions, over which channels."""

    name: Name = Field(description="names its cursors: renamed, it begins anew")
    rules: tuple[Glob, ...] = Field(min_length=1, description="rule ids, with * ? [] as in file names")
    scope: Scope = Scope()
    revisions: tuple[ChangeKind, ...] = Field(default=CHANGE_KINDS, min_length=1, description="the kinds of change")
    channels: tuple[Name, ...] = Field(min_length=1, description="names of channels")


@dataclass(frozen=True)
class Channel:
    """A webhook and the secret that signs what is sent to it. Neither shows in `repr`: many URLs are secrets too."""

    name: str
    url: str = field(repr=False)
    secret: SecretStr = field(repr=False)


@dataclass(frozen=True)
class Subscriptions:
    """Everything in the file; every channel that a subscription names is there."""

    subscriptions: tuple[Subscription, ...] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)


class _ChannelEntry(Strict):
    webhook: object  # checked by `_url_problem`
    secret_env: object  # checked by `_secret_problem`


class _File(Strict):
    subscriptions: list[object] | None = None  # each is checked by itself, for all problems at once
    channels: dict[str, object] | None = None


def load_subscriptions(
    path: Path, *, environment: Mapping[str, str], rule_ids: Collection[str] | None = None
) -> Subscriptions:
    """The subscriptions in a file; none when there is no such file.

    Args:
        environment: Where the channels' secrets are.
        rule_ids: The rules there are, to find rule names that fit none; None does not check.

    Raises:
        SettingsError: With every problem in the file.
    """
    if not path.exists():
        return Subscriptions()
    return read_subscriptions(load_document(path), environment=environment, rule_ids=rule_ids)


def read_subscriptions(
    document: Document, *, environment: Mapping[str, str], rule_ids: Collection[str] | None = None
) -> Subscriptions:
    """The subscriptions in a document that is parsed already; arguments and errors as `load_subscriptions`."""
    data = {} if document.data is None else document.data
    if not isinstance(data, dict):
        raise SettingsError([document.problem((), "holds no subscriptions (allowed: subscriptions and channels)")])
    entries, channels = _entries(data)
    problems: list[Problem] = []
    _part(_File, document, (), problems)
    subscriptions = [_part(Subscription, document, ("subscriptions", index), problems) for index in range(len(entries))]
    for name in channels:
        _part(_ChannelEntry, document, ("channels", name), problems)
    problems += _channel_problems(document, channels, environment)
    problems += _name_problems(document, entries)
    problems += _reference_problems(document, entries, channels, rule_ids)
    if problems:
        raise SettingsError(sorted(problems, key=lambda problem: problem.line or 0))
    return Subscriptions(
        tuple(part for part in subscriptions if part is not None),
        {name: _channel(name, entry, environment) for name, entry in channels.items()},
    )


def _entries(data: Mapping[str, Any]) -> tuple[list[object], dict[str, object]]:
    """Subscriptions and channels as they were written, as far as they can be told."""
    entries, channels = data.get("subscriptions"), data.get("channels")
    return (
        entries if isinstance(entries, list) else [],
        {name: entry for name, entry in channels.items() if isinstance(name, str)}
        if isinstance(channels, dict)
        else {},
    )


def _part(model: type[_Part], document: Document, at: tuple[str | int, ...], problems: list[Problem]) -> _Part | None:
    raw: Any = document.data
    for step in at:
        raw = raw[step]
    if raw is not None and not isinstance(raw, dict):
        problems.append(document.problem(at, f"is no group of keys (allowed: {', '.join(model.model_fields)})"))
        return None
    try:
        return validate(model, document, at)
    except SettingsError as error:
        problems.extend(error.problems)
        return None


def _channel(name: str, entry: Any, environment: Mapping[str, str]) -> Channel:
    return Channel(name, entry["webhook"], SecretStr(environment[entry["secret_env"]]))


def _channel_problems(
    document: Document, channels: Mapping[str, object], environment: Mapping[str, str]
) -> Iterator[Problem]:
    for name, entry in channels.items():
        if not re.fullmatch(_NAME, name):
            yield document.problem(("channels", name), f"'{name[:64]}' is no name (allowed: no spaces, no slashes)")
        if not isinstance(entry, dict):
            continue
        messages = {
            "webhook": _url_problem(entry["webhook"]) if "webhook" in entry else None,
            "secret_env": _secret_problem(entry["secret_env"], environment) if "secret_env" in entry else None,
        }
        for key, message in messages.items():
            if message:
                yield document.problem(("channels", name, key), message)


def _url_problem(url: object) -> str | None:
    """What is wrong with a webhook's URL, without showing it."""
    allowed = "(allowed: http://... or https://...)"
    if not isinstance(url, str) or len(url) > _MAX_URL_CHARACTERS or re.search(r"[\s\x00-\x1f\x7f]", url):
        return f"is no URL {allowed}"
    try:
        parts = urlsplit(url)
        has_address = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return f"is no URL {allowed}"
    if parts.scheme not in {"http", "https"} or not has_address:
        return f"is no web address {allowed}"
    if "@" in parts.netloc:
        return "carries a user name or password (allowed: a URL without; receivers check the signature)"
    return None


def _secret_problem(name: object, environment: Mapping[str, str]) -> str | None:
    if not isinstance(name, str) or not _VARIABLE.fullmatch(name):
        return "is no name of an environment variable (allowed: letters, digits, underscores)"
    if not environment.get(name):
        return f"environment variable {name} is not set (allowed: the secret that signs what is sent)"
    return None


def _name_problems(document: Document, subscriptions: list[object]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, entry in enumerate(subscriptions):
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            yield document.problem(("subscriptions", index, "name"), f"'{name}' names another subscription already")
        seen.add(name)


def _reference_problems(
    document: Document, entries: list[object], channels: Collection[str], rule_ids: Collection[str] | None
) -> Iterator[Problem]:
    for index, entry in enumerate(entries):
        at = ("subscriptions", index)
        seen: set[str] = set()
        for place, name in _strings(entry, "channels"):
            if name not in channels:
                yield document.problem((*at, *place), f"unknown channel '{name}'{suggestion(name, channels)}")
            elif name in seen:
                yield document.problem((*at, *place), f"channel '{name}' stands here a second time")
            seen.add(name)
        for place, glob in _strings(entry, "rules"):
            if rule_ids is not None and not any(fnmatchcase(rule_id, glob) for rule_id in rule_ids):
                yield document.problem((*at, *place), f"no rule fits '{glob}'{suggestion(glob, rule_ids)}")


def _strings(entry: object, key: str) -> Iterator[tuple[tuple[str, int], str]]:
    """The texts in a list of an entry that may be wrong in other places; each with where it stands."""
    values = entry.get(key) if isinstance(entry, dict) else None
    for index, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, str):
            yield (key, index), value
