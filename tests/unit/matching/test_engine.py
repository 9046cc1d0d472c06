"""From an article to its matches."""

from __future__ import annotations

from consumers.matching.engine import match_article
from consumers.rules.engine.compiled import CompiledRules
from consumers.rules.engine.evidence import MAX_EVIDENCE, MAX_SENTENCE_CHARACTERS
from monitor.actors.scanner import Mentions
from monitor.core.article import ArticleText
from monitor.core.fact import Casualties, Fact
from monitor.core.match import Evidence, Fired
from monitor.text.reading import Reading, read
from tests.unit.matching.support import NOW, article, catalogue, compiled, rules_of

WAR = "rules: [{id: war, when: {query: war}}]"


def test_article_that_means_nothing_gives_no_match() -> None:
    assert match_article(compiled(WAR), article("Peace"), matched_at=NOW) == ()


def test_evidence_names_condition_field_span_words_and_sentence() -> None:
    rules = compiled("rules: [{id: r, when: {actor: donald-trump, query: phone}}]")
    found = article("Leaders talk", "First. Trump’s aide picked up the phone. Last.")

    (match,) = match_article(rules, found, matched_at=NOW)

    sentence = "Trump’s aide picked up the phone."
    assert match.group == "r"
    assert match.article.id == found.id
    assert match.matched_at == NOW
    assert match.fired[0].evidence == (
        Evidence(
            condition="actor: donald-trump",
            field="summary",
            span=(7, 12),
            text="Trump",
            sentence=sentence,
            actor="donald-trump",
        ),
        Evidence(condition="query: phone", field="summary", span=(34, 39), text="phone", sentence=sentence),
    )


def test_rules_of_one_group_share_a_match() -> None:
    rules = compiled("""
rules:
  - {id: a, group: g, when: {query: war}}
  - {id: b, when: {query: war}}
  - {id: c, group: g, when: {query: war}, status: shadow}
  - {id: d, group: g, when: {query: war}, status: disabled}
""")

    matches = match_article(rules, article("War"), matched_at=NOW)

    assert [(match.group, [fired.rule_id for fired in match.fired]) for match in matches] == [
        ("g", ["a", "c"]),
        ("b", ["b"]),
    ]


def test_rule_that_held_of_the_version_before_is_withdrawn_with_its_evidence() -> None:
    edited = article("Calm", previous=ArticleText(title="War!", summary=""))
    rules = compiled(WAR)

    (match,) = match_article(rules, edited, matched_at=NOW)

    assert match.fired == (
        Fired(
            rule_id="war",
            rule_version=rules.rule_set.rules[0].version,
            withdrawn=True,
            evidence=(Evidence(condition="query: war", field="title", span=(0, 3), text="War", sentence="War!"),),
        ),
    )


def test_rule_that_holds_of_both_versions_is_not_withdrawn() -> None:
    edited = article("War goes on", previous=ArticleText(title="War", summary=""))

    (match,) = match_article(compiled(WAR), edited, matched_at=NOW)

    assert [(fired.withdrawn, fired.evidence[0].sentence) for fired in match.fired] == [(False, "War goes on")]


def test_evidence_is_capped_but_shows_every_condition() -> None:
    found = article("x", "war " * 30 + "peace")

    (match,) = match_article(compiled("rules: [{id: r, when: {query: war AND peace}}]"), found, matched_at=NOW)

    assert len(match.fired[0].evidence) == MAX_EVIDENCE
    assert match.fired[0].evidence[-1].text == "peace"


def test_long_sentence_is_cut_around_the_evidence() -> None:
    found = article("x", body="word " * 200 + "war " + "word " * 200)

    (match,) = match_article(compiled(WAR), found, matched_at=NOW)

    sentence = match.fired[0].evidence[0].sentence
    assert len(sentence) == MAX_SENTENCE_CHARACTERS
    assert "war" in sentence


def test_actor_who_is_meant_and_not_named_is_marked() -> None:
    rules = compiled("""
actors:
  - {id: norland, kind: state, name: Norland, demonyms: {en: [Norlandic]}, source: ours}
  - {id: ada-roe, kind: person, name: Ada Roe, source: ours}
offices:
  - {id: president@norland, role: president, of: norland, source: ours, holders: [{person: ada-roe, from: 2030-01-01}]}
rules:
  - {id: r, when: {actor: president@norland}}
""")

    (match,) = match_article(rules, article("Ada Roe speaks", "The Norlandic president spoke."), matched_at=NOW)

    assert [(one.text, one.actor, one.indirect) for one in match.fired[0].evidence] == [
        ("Ada Roe", "ada-roe", False),
        ("Norlandic president", "ada-roe", True),
    ]


def test_words_of_the_address_are_asked_of_the_articles_own() -> None:
    rules = compiled("rules: [{id: r, when: {query: war, url: example}}, {id: s, when: {query: war, url: other}}]")

    (match,) = match_article(rules, article("War"), matched_at=NOW)

    assert match.group == "r"


class _Facts:
    """A source that finds one fact in everything."""

    def may_have(self, reading: Reading) -> frozenset[str]:
        return frozenset({"casualties"})

    def facts(self, reading: Reading, mentions: Mentions | None = None) -> tuple[Fact, ...]:
        return (Casualties(role="killed", low=12, high=12, field="summary", span=(0, 10)),)


def test_fact_on_which_a_rule_stands_is_evidence() -> None:
    rule_set = rules_of("rules: [{id: r, when: {casualties: {role: killed, at_least: 10}}}]")
    rules = CompiledRules(rule_set, catalogue(), _Facts())

    (match,) = match_article(rules, article("x", "Twelve men died. More."), matched_at=NOW)

    (evidence,) = match.fired[0].evidence
    assert (evidence.condition, evidence.text) == ("casualties: role killed, at_least 10", "Twelve men")
    assert evidence.sentence == "Twelve men died."
    assert evidence.fact == _Facts().facts(read({}))[0]
