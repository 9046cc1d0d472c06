"""What `rule_warnings` says, and about what it keeps quiet."""

from __future__ import annotations

import pytest

from consumers.rules.authoring.warnings import rule_warnings
from tests.unit.rules.support import catalogue, rules_of

TESTS = "tests: [{text: a, expect: match}, {text: b, expect: none}]"


def _warnings(yaml: str) -> list[tuple[int | None, str, str]]:
    rule_set = rules_of(yaml)
    registry = catalogue().extended(rule_set.actors, rule_set.offices, rule_set.sets)
    return [(problem.line, problem.key, problem.message) for problem in rule_warnings(rule_set, registry)]


def _of_rule(when: str, terms: str = "{}") -> list[str]:
    """The messages about one rule with tests."""
    return [message for *_, message in _warnings(f"terms: {terms}\nrules: [{{id: r, when: {when}, {TESTS}}}]\n")]


@pytest.mark.parametrize(
    "when",
    [
        "{query: a}",
        "{same: title, query: 'title:a'}",
        "{same: sentence, query: 'title:(a AND b) OR body:(a AND b)'}",
        "{query: 'title:a AND body:b'}",
        "{query: a, lang: [en, de], not: {lang: de}}",
        "{all: [{query: a}, {not: {query: b}}]}",
        "{at_least: 1, of: [{query: 'title:a'}, {query: 'body:b'}], same: sentence}",
        "{casualties: {field: title}, same: title}",
        "{actor: [russia, ukraine]}",
        "{query: '=C++ =U.S. O’Neill cease-fire'}",
    ],
)
def test_sound_rule_gives_no_warning(when: str) -> None:
    assert _of_rule(when) == []


@pytest.mark.parametrize(
    ("when", "part"),
    [
        pytest.param("{same: title, query: 'body:a'}", "query: body:a", id="body-in-the-title"),
        pytest.param(
            "{same: sentence, query: 'title:a AND body:b'}", "title:a AND body:b", id="two-fields-one-sentence"
        ),
        pytest.param(
            "{same: paragraph, all: [{query: 'title:a'}, {query: 'summary:b'}]}", "title:a", id="across-queries"
        ),
        pytest.param(
            "{same: sentence, at_least: 2, of: [{query: 'title:a'}, {query: 'body:b'}]}", "title:a", id="at-least"
        ),
        pytest.param("{query: a, all: [{lang: en}, {lang: de}]}", "lang: en", id="two-languages"),
        pytest.param("{query: a, lang: en, not: {lang: en}}", "lang: en", id="language-and-not"),
        pytest.param("{query: a, not: {query: a}}", "query: a", id="word-and-not"),
        pytest.param("{query: a AND NOT a}", "query: a AND NOT a", id="word-and-not-in-a-query"),
        pytest.param("{any: [{query: c}, {same: title, query: 'body:a'}]}", "body:a", id="one-branch"),
        pytest.param("{same: title, casualties: {field: body}}", "fact(", id="fact-of-another-field"),
    ],
)
def test_part_that_can_never_hold_is_told(when: str, part: str) -> None:
    (message,) = _of_rule(when)

    assert message.startswith("a part can never hold")
    assert part in message


def test_list_in_no_language_of_its_rule_is_told_at_both() -> None:
    found = _warnings(f"""terms:
  fire: {{de: [Feuer]}}
rules:
  - {{id: r, when: {{terms: fire, lang: en}}, {TESTS}}}
""")

    assert [(line, key) for line, key, _ in found] == [(2, "terms.fire.de"), (4, "r")]


def test_language_that_only_some_rules_exclude_is_not_told() -> None:
    terms = "{fire: {de: [Feuer], en: [fire]}}"
    excluding, open_ = "{terms: fire, lang: en}", "{terms: fire, lang: [en, und]}"

    assert _of_rule(excluding, terms) == ["can never match: every rule that uses it excludes the language"]
    assert _of_rule(open_, terms) == []
    assert _of_rule(f"{{any: [{excluding}, {{terms: fire, query: a}}]}}", terms) == []


def test_unused_list_is_told_where_it_stands() -> None:
    found = _warnings(f"""terms:
  fire: {{en: [fire], include: [heat]}}
  heat: {{en: [heat]}}
  rain: {{en: [rain]}}
rules: [{{id: r, when: {{terms: fire}}, {TESTS}}}]
""")

    assert found == [(4, "terms.rain", "no rule and no filter uses this list")]


def test_list_that_only_a_filter_uses_is_used() -> None:
    found = _warnings(f"""terms: {{film: {{en: [film]}}}}
rules: [{{id: r, when: {{query: a}}, {TESTS}}}]
filters: [{{id: f, rules: [r], when: {{terms: film}}}}]
""")

    assert found == []


def test_phrase_that_stands_twice_is_told() -> None:
    found = _warnings(f"""terms:
  fire:
    en:
      - Fire
      - fire
    de: [fire]
rules: [{{id: r, when: {{terms: fire}}, {TESTS}}}]
""")

    assert found == [(5, "terms.fire.en[1]", "`fire` means the same as `Fire`")]


@pytest.mark.parametrize(
    ("word", "searched"), [("C++", "c"), ("AT&T", "at t"), ("U.S.", "u s"), ("R&D", "r d"), ("C#", "c")]
)
def test_name_with_signs_that_do_not_count_is_told(word: str, searched: str) -> None:
    expected = [f"`{word}` is searched for as `{searched}`: write `={word}` for this spelling"]

    assert _of_rule(f"{{query: '{word} report'}}") == expected
    assert _of_rule("{terms: a}", f"{{a: {{en: ['{word}']}}}}") == expected


def test_word_that_decides_nothing_is_told() -> None:
    assert _of_rule("{query: '+a b'}") == ["query +a b: `b` decides nothing beside `+a` (character 4)"]


def test_position_that_means_nobody_is_told() -> None:
    yaml = f"""
actors: [{{id: norland, kind: state, name: Norland, source: made up}}]
offices: [{{id: president@norland, role: president, of: norland, source: made up}}]
rules:
  - {{id: a, when: {{actor: president@norland}}, {TESTS}}}
  - {{id: b, when: {{leader_call: {{between: [russia, president@norland]}}}}, {TESTS}}}
"""
    message = "`president@norland` means nobody: no holder or member is known"

    assert _warnings(yaml) == [(5, "a", message), (6, "b", message)]


def test_rules_of_one_meaning_are_told() -> None:
    found = _warnings(f"""rules:
  - {{id: a, when: {{query: x y}}, {TESTS}}}
  - {{id: b, when: {{any: [{{query: y}}, {{query: x}}]}}, {TESTS}}}
""")

    assert found == [(3, "b", "means the same as a (rules.yaml:2)")]


def test_lacking_tests_are_told_but_for_disabled_rules() -> None:
    found = _warnings("""rules:
  - {id: a, when: {query: a}}
  - {id: b, when: {query: b}, tests: [{text: b, expect: match}]}
  - {id: c, when: {query: c}, status: disabled}
""")

    assert found == [(2, "a", "has no tests"), (3, "b", "has no test that expects none")]


@pytest.mark.parametrize("word", ["NEAR", "ADJ", "WITHIN", "XOR"])
def test_operators_of_other_query_languages_are_told(word: str) -> None:
    assert any(f"`{word}` is looked for as a word" in message for message in _of_rule(f"{{query: war {word} peace}}"))


@pytest.mark.parametrize("query", ['war AND "NEAR EAST"', "war =NEAR", "war near peace", r"war \NEAR"])
def test_words_that_only_look_like_operators_are_not(query: str) -> None:
    assert not any("is looked for as a word" in message for message in _of_rule(f"{{query: '{query}'}}"))
