"""Writes the JSON Schemas beside this file, from the code that reads the files: python deploy/schemas/write.py."""

from __future__ import annotations

from pathlib import Path

from consumers.delivery.schema import subscriptions_schema
from consumers.rules.language.schema import rules_schema
from monitor.actors.schema import actors_schema
from monitor.core.json_schema import rendered

SCHEMAS = {"rules": rules_schema, "subscriptions": subscriptions_schema, "actors": actors_schema}

if __name__ == "__main__":
    for name, schema in SCHEMAS.items():
        path = Path(__file__).with_name(f"{name}.schema.json")
        path.write_text(rendered(schema()), encoding="utf-8")
