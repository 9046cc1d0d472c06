"""`tocsin rules schema`: the JSON Schemas by which editors help while people write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from consumers.delivery.schema import subscriptions_schema
from consumers.rules.language.schema import rules_schema
from monitor.actors.schema import actors_schema
from monitor.cli.main import FINE
from monitor.core.json_schema import rendered

_SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "rules": rules_schema,
    "subscriptions": subscriptions_schema,
    "actors": actors_schema,
}


@click.command(
    "schema", short_help="JSON Schemas, for editors.", epilog="Example: tocsin rules schema > rules.schema.json"
)
@click.argument("which", type=click.Choice(sorted(_SCHEMAS)), default="rules")
def print_schema(which: str) -> int:
    """Print the JSON Schema of rule files, or of subscriptions or actors files."""
    print(rendered(_SCHEMAS[which]()), end="")
    return FINE
