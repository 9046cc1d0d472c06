"""docker-compose.yml as compose would read it, with its variables filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

TOP = Path(__file__).parents[2]
TEXT = (TOP / "docker-compose.yml").read_text(encoding="utf-8")
REQUIRED = frozenset(re.findall(r"\$\{(\w+):\?", TEXT))  # refused with a sentence when not set
SAMPLE = {name: f"a sample of {name}".replace(" ", "-") for name in REQUIRED}


def filled(value: Any, variables: Mapping[str, str] = SAMPLE) -> Any:
    """A part of the file with `${NAME:?...}` replaced and `$$` made `$`.

    Raises:
        KeyError: A variable that is not there, or that the file does not insist on.
    """
    if isinstance(value, dict):
        return {key: filled(part, variables) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, variables) for part in value]
    if not isinstance(value, str):
        return value
    return re.sub(r"\$(\$|\{(\w+)(:\?[^}]*)?\}|\w*)", lambda found: _replacement(found, variables), value)


def _replacement(found: re.Match[str], variables: Mapping[str, str]) -> str:
    if found[1] == "$":
        return "$"
    if not found[3]:
        raise KeyError(found[0])
    return variables[found[2]]


DOCUMENT: Mapping[str, Any] = yaml.safe_load(TEXT)
SERVICES: Mapping[str, Mapping[str, Any]] = filled(DOCUMENT["services"])


def environment(service: str, variables: Mapping[str, str] = SAMPLE) -> dict[str, str]:
    """What the processes of a service find in their environment."""
    given = filled(DOCUMENT["services"][service].get("environment", {}), variables)
    return {name: str(value) for name, value in given.items()}


def published(service: str) -> dict[int, int]:
    """Ports inside by the ports of this machine's loopback.

    Raises:
        ValueError: One is published elsewhere.
    """
    ports = {}
    for entry in SERVICES[service].get("ports", ()):
        host, outside, inside = entry.split(":")
        if host != "127.0.0.1":
            raise ValueError(f"{service} publishes {entry} (allowed: 127.0.0.1)")
        ports[int(outside)] = int(inside)
    return ports
