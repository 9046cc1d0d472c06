"""`tocsin rules add-test`: makes a test of a text that a rule should, or should not, match."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from consumers.matching.compiling import fact_source
from consumers.rules.authoring.editing import EditError, with_test, written_test
from consumers.rules.authoring.testing import run_rule_tests
from consumers.rules.engine.compiled import registry_with
from consumers.rules.language.loader import load_rules
from consumers.rules.model import RuleSet
from monitor.actors import Registry, load_catalogue
from monitor.cli.backend import open_view
from monitor.cli.configuration import config_option, find_config
from monitor.cli.main import FINE
from monitor.cli.past_articles import articles_at, articles_by_id
from monitor.cli.rule_options import rule_named, rules_option, rules_path
from monitor.core.article import UNKNOWN_LANGUAGE, Article
from monitor.core.errors import SettingsError, UsageError
from monitor.core.escape import clean
from monitor.core.places import all_alerts
from monitor.core.settings import load_settings
from monitor.feeds.moments import day_of
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
    what comes on standard input (-): one article as a JSON object, facts made by hand included, or plain text.
    """
    registry = load_catalogue()
    path = rules_path(config_path, rules_given)
    rule = rule_named(load_rules(path, registry), rule_id)
    text = _from_input(sys.stdin.buffer.read()) if source == "-" else _of_article(_seen(source, config_path))
    file = Path(rule.file)
    after = _with_test(file, rule_id, text | {"expect": expect})
    checked = _checked(path, file, after, registry)
    changed, whole = rule_named(checked, rule_id), registry_with(checked, registry)
    _replace(file.resolve(), after)
    result = run_rule_tests(RuleSet((changed,)), whole, fact_source([changed], whole))[-1]
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
        except (ValueError, RecursionError) as error:
            raise UsageError(f"standard input is no JSON object: {error}") from error
    found = _texts(entry) | {key: entry[key] for key in ("lang", "publisher", "url", "facts") if entry.get(key)}
    if not any(key in found for key in _TEXTS):
        raise UsageError(f"standard input has no text (allowed: plain text, or JSON with {', '.join(_TEXTS)})")
    day = entry.get("published_at")
    return found | ({"published_at": day_of(day) or day} if day else {})  # what is none stays, for the problem to name


def _texts(entry: dict[str, Any]) -> dict[str, Any]:
    """The texts that are there, cleaned and cut; what is no text stays, for the problem to name it."""
    texts = {key: entry[key] for key in _TEXTS if entry.get(key)}
    cut = {
        key: clean(text).strip()[:MAX_TEXT_CHARACTERS] if isinstance(text, str) else text for key, text in texts.items()
    }
    return {key: text for key, text in cut.items() if text}


def _with_test(file: Path, rule_id: str, test: dict[str, Any]) -> str:
    try:
        return with_test(file.read_bytes().decode("utf-8"), rule_id, test)
    except EditError as error:
        raise UsageError(f"cannot add to {file}: {error}; write it by hand: {written_test(test)}") from error


def _checked(path: Path, file: Path, text: str, registry: Registry) -> RuleSet:
    """The rules with this text in the place of a file."""
    try:
        return load_rules(path, registry, instead={file: text})
    except SettingsError as error:
        problems = "; ".join(f"{problem.key.rpartition('.')[2]}: {problem.message}" for problem in error.problems)
        raise UsageError(f"that would be no test: {problems}") from error


def _replace(file: Path, text: str) -> None:
    """Write the file anew in one step, so that a daemon that looks at it never sees half."""
    temporary = file.with_name(f".{file.name}.new")
    try:
        temporary.write_bytes(text.encode("utf-8"))
        temporary.chmod(file.stat().st_mode)
        os.replace(temporary, file)  # noqa: PTH105 (replaces in one step on every system)
    finally:
        temporary.unlink(missing_ok=True)
