"""`tocsin rules explain`: which condition of a rule held or failed on an article, on what text, and why."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from msgspec.structs import asdict

from consumers.matching.compiling import fact_source
from consumers.matching.scan import read_article
from consumers.rules.authoring.explain import ExplainedCondition, Explanation, explain
from consumers.rules.authoring.explain_text import lines
from consumers.rules.engine.compiled import registry_with
from consumers.rules.language.loader import load_rules
from monitor.actors import load_catalogue
from monitor.cli.configuration import config_option
from monitor.cli.main import FAILED, FINE
from monitor.cli.rule_options import rule_named, rules_option, rules_path
from monitor.core.codec import encode
from monitor.core.errors import UsageError
from monitor.core.escape import clean
from monitor.text.reading import Reading, read


@click.command(
    "explain",
    short_help="Why a rule fires on an article, or does not.",
    epilog="Example: tocsin rules explain cable-cut < article.json",
)
@config_option
@rules_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.argument("rule_id", metavar="RULE")
def explain_rule(config_path: Path | None, rules_given: Path | None, as_json: bool, rule_id: str) -> int:
    """Say which conditions of RULE held or failed on the article on standard input, on what text, and why.

    The article is one JSON object as for `tocsin scan` (title, summary, body or text; lang, publisher, url,
    published_at; also facts made by hand), or plain text. Exits 0 when the rule fires, 1 when it does not.
    """
    registry = load_catalogue()
    rule_set = load_rules(rules_path(config_path, rules_given), registry)
    rule = rule_named(rule_set, rule_id)
    whole = registry_with(rule_set, registry)
    found = explain(rule, whole, _article(sys.stdin.buffer.read()), facts=fact_source([rule], whole))
    if as_json:
        print(encode(_as_json(found)).decode())
    else:
        print("\n".join(clean(line) for line in lines(found)))
    return FINE if found.fires else FAILED


def _article(raw: bytes) -> Reading:
    if raw.lstrip().startswith(b"{"):
        try:
            return read_article(raw)
        except ValueError as error:
            raise UsageError(f"standard input {error}") from error
    text = raw.decode("utf-8", "replace")
    if not text.strip():
        raise UsageError("standard input is empty (allowed: an article as JSON, or plain text)")
    return read({"text": text})


def _as_json(found: Explanation) -> dict[str, object]:
    return {
        "rule": found.rule.id,
        "fires": found.fires,
        "note": found.note,
        "when": _condition(found.when),
        "filters": {filter_id: _condition(condition) for filter_id, condition in found.filters},
    }


def _condition(found: ExplainedCondition) -> dict[str, object]:
    return {
        "condition": found.text,
        "held": found.held,
        "reason": found.reason,
        "defaults": found.defaults,
        "hits": [asdict(hit) for hit in found.hits],
        "parts": [_condition(child) for child in found.children],
    }
