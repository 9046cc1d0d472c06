"""What one article means to the rules: matches with evidence. Pure.

An edited article is matched as it is and as it was: a rule that held of the version before and holds no more gives a
withdrawn entry, with the evidence that is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from consumers.rules.engine.compiled import CompiledRules, RuleHits
from consumers.rules.engine.evidence import evidence_of
from consumers.rules.model import Rule
from monitor.core.article import Article, ArticleText
from monitor.core.fact import Fact, Field
from monitor.core.match import Fired, Match, MatchedArticle
from monitor.text.reading import Reading, read


def match_article(rules: CompiledRules, article: Article, *, matched_at: datetime) -> tuple[Match, ...]:
    """One match for each group in which a rule fired or was withdrawn, in the order of the rules."""
    fired = [(found.rule, _fired(reading, found)) for reading, found in _held(rules, article, article.text())]
    if article.previous is not None:
        now = {rule.id for rule, _ in fired}
        before = _held(rules, article, article.previous)
        fired += [
            (found.rule, _fired(reading, found, withdrawn=True))
            for reading, found in before
            if found.rule.id not in now
        ]
    return _by_group(fired, article, matched_at)


def _held(rules: CompiledRules, article: Article, text: ArticleText) -> list[tuple[Reading, RuleHits]]:
    fields: dict[Field, str] = {"title": text.title, "summary": text.summary, "body": text.body or ""}
    day = (article.published_at or article.first_seen_at).date()
    reading = read(fields, lang=article.lang, publisher=article.publisher, url=article.url, on=day)
    return [(reading, found) for found in rules.match(reading)]


def _fired(reading: Reading, found: RuleHits, *, withdrawn: bool = False) -> Fired:
    rule = found.rule
    return Fired(
        rule_id=rule.id,
        rule_version=rule.version,
        withdrawn=withdrawn,
        evidence=evidence_of(reading, found.hits),
    )


def facts_of(fired: Iterable[Fired]) -> tuple[Fact, ...]:
    """The facts on which rules stand that hold, each once."""
    found = (evidence.fact for entry in fired if not entry.withdrawn for evidence in entry.evidence)
    return tuple(dict.fromkeys(fact for fact in found if fact is not None))


def _by_group(fired: Sequence[tuple[Rule, Fired]], article: Article, matched_at: datetime) -> tuple[Match, ...]:
    groups: dict[str, list[Fired]] = {}
    for rule, entry in fired:
        groups.setdefault(rule.group, []).append(entry)
    if not groups:
        return ()
    matched = MatchedArticle.of(article)
    return tuple(
        Match(group=group, article=matched, fired=tuple(entries), matched_at=matched_at, facts=facts_of(entries))
        for group, entries in groups.items()
    )
