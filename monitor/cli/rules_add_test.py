"""`tocsin rules add-test`: makes a test of a text that a rule should, or should not, match."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from consumers.rules.editing import EditError, with_test
from consumers.rules.loader import load_rules
from consumers.rules.model import RuleSet
from consumers.rules.testing import run_rule_tests
from monitor.actors import load_catalogue
from monitor.cli.backend import open_view
from monitor.cli.configuration import config_option, find_config
from monitor.cli.main import FINE
from monitor.cli.past_articles import articles_at, articles_by_id
from monitor.cli.rule_options import rule_named, rules_option, rules_path
from monitor.core.article import UNKNOWN_LANGUAGE, Article
from monitor.core.errors import UsageError
from monitor.core.escape import clean
from monitor.core.places import all_alerts
from monitor.core.settings import load_settings
from monitor.web.query import article_url

MAX_TEXT_CHARACTERS = 4_000  # people read tests; what decides stands near the beginning of nearly every article
_TEXTS = ("title", "summary", "body", "text")


@click.command(
    "add-test",
    short_help="Make a test of an article, an alert or a text.",
    epilog="Example: tocsin rules add-test cable-cut https://example.org/news/1 --expect none",
)
@config_option
@rules_option
@click.argument("rule_id", metavar="RULE")
@click.argument("source", metavar="(ALERT|URL|-)")
@click.option("--expect", type=click.Choice(["match", "none"]), required=True, help="What the rule is to say of it.")
def add_test(config_path: Path | None, rules_given: Path | None, rule_id: str, source: str, expect: str) -> int:
    """Add a test to RULE in its file, and say whether it passes.

    The text is that of the article at URL as the service saw it last, of the first article of an ALERT (by its id), or
    what comes on standard input (-): one article as a JSON object, or plain text.
    """
    registry = load_catalogue()
    path = rules_path(config_path, rules_given)
    rule = rule_named(load_rules(path, registry), rule_id)
    text = _from_input(sys.stdin.buffer.read()) if source == "-" else _of_article(_seen(source, config_path))
    _write(Path(rule.file), rule_id, text | {"expect": expect})
    changed = rule_named(load_rules(path, registry), rule_id)
    result = run_rule_tests(RuleSet((changed,)), registry)[-1]
    verdict = "passes" if result.passed else f"fails as long as the rule says {'match' if result.matched else 'none'}"
    print(f"{rule.file}: added test {result.number} of {rule_id}, which {verdict}")
    return FINE


def _seen(source: str, config_path: Path | None) -> Article:
    """The last version of the article that an address or an alert's id names."""
    settings = load_settings(find_config(config_path))
    with open_view(settings) as view:
        if "/" in source or "." in source:
            found = list(articles_at(article_url({"url": source}), view.log))
        else:
            alert = next((alert for alert in all_alerts(view.history) if alert.data.alert_id == source), None)
            if alert is None:
                raise UsageError(f"no alert {source!r} in the history (allowed: an alert's id, an address, or -)")
            found = list(articles_by_id({alert.data.story.articles[0].id}, view.log))
    if not found:
        raise UsageError(f"no article for {source!r} is on the log any more; give its text on standard input (-)")
    return max(found, key=lambda article: (article.revision, article.first_seen_at))


def _of_article(article: Article) -> dict[str, Any]:
    entry: dict[str, Any] = _texts({"title": article.title, "summary": article.summary, "body": article.body or ""})
    if article.lang != UNKNOWN_LANGUAGE:
        entry["lang"] = article.lang
    entry["publisher"] = article.publisher
    entry["url"] = article.url
    entry["published_at"] = (article.published_at or article.first_seen_at).date()
    return entry


def _from_input(raw: bytes) -> dict[str, Any]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError("standard input is not UTF-8 text") from error
    entry: dict[str, Any] = {"text": text}
    if text.lstrip().startswith("{"):
        try:
            entry = json.loads(text)
        except ValueError as error:
            raise UsageError(f"standard input is no JSON object: {error}") from error
    known = (*_TEXTS, "lang", "publisher", "url")
    found = _texts(entry) | {key: entry[key] for key in known[4:] if isinstance(entry.get(key), str) and entry[key]}
    if not any(key in found for key in _TEXTS):
        raise UsageError(f"standard input has no text (allowed: plain text, or JSON with {', '.join(_TEXTS)})")
    return found


def _texts(entry: dict[str, Any]) -> dict[str, Any]:
    """The texts that are there, cleaned and cut; with `text` there is no other."""
    wanted: Iterable[str] = _TEXTS
    texts = {key: clean(str(entry[key])).strip()[:MAX_TEXT_CHARACTERS] for key in wanted if entry.get(key)}
    return {key: text for key, text in texts.items() if text}


def _write(path: Path, rule_id: str, test: dict[str, Any]) -> None:
    """Write the file anew in one step, so that a daemon that looks at it never sees half."""
    before = path.read_text(encoding="utf-8")
    try:
        after = with_test(before, rule_id, test)
    except EditError as error:
        raise UsageError(f"cannot add to {path}: {error}; write it by hand: {test}") from error
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(after, encoding="utf-8")
    temporary.chmod(path.stat().st_mode)
    os.replace(temporary, path)  # noqa: PTH105 (replaces in one step on every system)
