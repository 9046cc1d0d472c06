"""The JSON Schemas: they are those that the code gives, they fit what ships, and they know what the readers know."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from consumers.delivery.schema import subscriptions_schema
from consumers.rules.language.conditions import CONDITION_KEYS, ConditionReader
from consumers.rules.language.entries import RuleFile
from consumers.rules.language.fact_keys import KEYS, OTHER_NAMES
from consumers.rules.language.schema import keys_of, rules_schema
from monitor.actors.schema import actors_schema
from monitor.core.documents import Document
from monitor.core.json_schema import DIALECT, rendered
from tests.json_schema import from_yaml, problems
from tests.unit.rules.support import catalogue, problems_of

ROOT = Path(__file__).parents[4]
SCHEMAS = {"rules": rules_schema, "subscriptions": subscriptions_schema, "actors": actors_schema}
RULES = rules_schema()
SHIPPED_RULES = [ROOT / "monitor/demo/rules.yaml", *sorted((ROOT / "monitor/cli/templates/rules").glob("*.yaml"))]


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_in_deploy_is_the_one_the_code_gives(name: str) -> None:
    shipped = (ROOT / f"deploy/schemas/{name}.schema.json").read_text(encoding="utf-8")

    assert shipped == rendered(SCHEMAS[name]()), "run: python deploy/schemas/write.py"


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_has_a_sentence_and_every_reference_a_definition(name: str) -> None:
    schema = SCHEMAS[name]()

    assert schema["$schema"] == DIALECT
    assert _undescribed(schema, schema) == []
    assert _references(schema) <= set(schema["$defs"])


def _undescribed(root: dict[str, Any], schema: Any, at: str = "$") -> list[str]:
    """Keys without a description, of what people write; facts in tests are those of the wire."""
    if isinstance(schema, list):
        return [found for index, part in enumerate(schema) for found in _undescribed(root, part, f"{at}[{index}]")]
    if not isinstance(schema, dict):
        return []
    named = schema.get("properties", {}) if isinstance(schema.get("properties"), dict) else {}
    lacking = [f"{at}.{key}" for key, part in named.items() if "description" not in part]
    inner = [(key, part) for key, part in schema.items() if key not in _WIRE and key != "default"]
    return lacking + [found for key, part in inner for found in _undescribed(root, part, f"{at}.{key}")]


_WIRE = {"Casualties", "LeaderCall", "Participant", "Source", "Topic"}


def _references(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return {ref for part in schema for ref in _references(part)}
    if not isinstance(schema, dict):
        return set()
    own = {schema["$ref"].removeprefix("#/$defs/")} if isinstance(schema.get("$ref"), str) else set()
    return own.union(*(_references(part) for part in schema.values()))


@pytest.mark.parametrize("path", SHIPPED_RULES, ids=lambda path: path.name)
def test_shipped_rules_fit_the_schema(path: Path) -> None:
    assert problems(RULES, from_yaml(yaml.safe_load(path.read_text(encoding="utf-8")))) == []


def test_shipped_actors_fit_the_schema() -> None:
    schema = actors_schema()
    folder = resources.files("monitor.actors") / "catalogue"
    files = [file for file in folder.iterdir() if file.name.endswith(".yaml") and file.name != "roles.yaml"]

    assert files
    for file in files:
        assert problems(schema, from_yaml(yaml.safe_load(file.read_text(encoding="utf-8")))) == [], file.name


def test_sample_subscriptions_fit_the_schema() -> None:
    (path,) = (ROOT / "monitor/cli/templates").glob("subscriptions.yaml")

    assert problems(subscriptions_schema(), from_yaml(yaml.safe_load(path.read_text(encoding="utf-8")))) == []


def test_schema_and_reader_know_the_same_keys() -> None:
    reader = ConditionReader(Document("rules.yaml", {}, {}), catalogue(), {})

    assert set(keys_of(RULES, "condition")) == set(CONDITION_KEYS)
    assert reader.keys() == set(CONDITION_KEYS)
    assert set(RULES["properties"]) == set(RuleFile.model_fields)
    for type_, keys in KEYS.items():
        assert set(keys_of(RULES, type_)) == set(keys) | {old for old, new in OTHER_NAMES.items() if new in keys}


WHOLE = """
terms: {fire: {en: [fire], include: [heat]}, heat: {und: [heat]}}
actors: [{id: norland, kind: state, name: Norland, source: made up, since: 1990}]
offices:
  - {id: president@norland, role: president, of: norland, source: test, holders: [{person: joe-biden, from: 2020-05}]}
sets: [{id: pact, source: made up, members: [norland, {actor: russia, from: 2010}]}]
rules:
  - id: r
    title: All of it
    status: shadow
    severity: low
    group: g
    update_at_most_every: 90s
    forget_after: 7d
    when:
      same: sentence
      at_least: 1
      of: [{terms: [fire, heat]}, {not: {any: [{query: a}, {url: live}]}}, {all: [{terms: fire}]}]
      actor: [norland, pact]
      named: russia
      lang: [en, und]
      publisher: BBC
      casualties: {role: [killed], at_least: 2, at_most: 9, per: [null, day], side: norland, as_of: 2024-05, main: true}
      leader_call: {between: [norland, [russia, pact]], topics: grain, on: 2024-05-16, confirmed_by: true}
      fact: {type: casualties, low: [2, null], attributed_to: [norland, the ministry], place: true}
    tests:
      - {text: fire, lang: en, expect: match, published_at: 2024-05-17, url: 'https://example.org', evidence: [fire]}
      - expect: none
        facts:
          - {type: casualties, role: killed, low: 2, attributed_to: [norland, {text: x}], as_of: 2024-05-16}
          - {type: leader_call, participants: [russia, {text: y}], topics: [grain], on: 2024-05-16}
filters: [{id: f, rules: ['*'], when: {query: film}}]
"""


def test_file_with_every_key_is_read_and_fits_the_schema() -> None:
    assert problems_of(WHOLE) == []
    assert problems(RULES, from_yaml(yaml.safe_load(WHOLE))) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("same: sentence", "same: sentense"),
        ("terms: [fire, heat]", "terms: []"),
        ("at_least: 1\n", "at_last: 1\n"),
        ("of: [{terms", "off: [{terms"),
        ("role: [killed]", "role: [dead]"),
        ("at_least: 2", "at_least: many"),
        ("as_of: 2024-05,", "as_of: May,"),
        ("main: true", "main: yes please"),
        ("per: [null, day]", "per: [hour]"),
        ("type: casualties, low", "type: casualty, low"),
        ("lang: [en, und]", "lang: [english]"),
        ("include: [heat]", "english: [heat]"),
        ("severity: low", "severity: urgent"),
        ("update_at_most_every: 90s", "update_at_most_every: soon"),
        ("expect: none", "expect: nothing"),
        ("participants: [russia, {text: y}]", "participants: [russia, {txt: y}]"),
        ("kind: state", "kind: country"),
        ("from: 2020-05", "since: 2020-05"),
        ("rules: ['*']", "rules: []"),
    ],
)
def test_what_the_reader_refuses_does_not_fit_the_schema(right: str, wrong: str) -> None:
    text = WHOLE.replace(right, wrong)

    assert text != WHOLE
    assert problems_of(text) != []
    assert problems(RULES, from_yaml(yaml.safe_load(text))) != []
