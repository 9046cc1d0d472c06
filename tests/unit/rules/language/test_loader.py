"""Rules as people write them: what is read, and how mistakes are told."""

from __future__ import annotations

import pickle
from datetime import timedelta
from pathlib import Path

import pytest

from consumers.rules.language.loader import load_rules
from consumers.rules.model import Gates
from monitor.core.canary import canary_key
from monitor.core.errors import SettingsError
from tests.unit.rules.support import catalogue, problems_of, rule_with, rules_of

WHOLE = """
rules:
  - id: speak
    title: Leaders speak
    status: shadow
    severity: high
    group: leaders
    when: {actor: [donald-trump, vladimir-putin], query: phone}
    update_at_most_every: 30m
    forget_after: 7d
    tests:
      - {text: Putin on the phone, lang: en, expect: match}
"""


def test_whole_rule_is_read() -> None:
    rule = rules_of(WHOLE).rule("speak")

    assert rule is not None
    assert (rule.title, rule.status, rule.severity, rule.group) == ("Leaders speak", "shadow", "high", "leaders")
    assert rule.gates == Gates(timedelta(minutes=30), timedelta(days=7))
    assert [(test.text, test.lang, test.expect) for test in rule.tests] == [("Putin on the phone", "en", "match")]
    assert (rule.file, rule.line) == ("rules.yaml", 3)


def test_rule_needs_only_id_and_condition() -> None:
    rule = rule_with("{query: war}").rule("r")

    assert rule is not None
    assert (rule.title, rule.status, rule.severity, rule.group) == ("r", "stable", "medium", "r")
    assert rule.gates == Gates(timedelta(minutes=15), timedelta(hours=48))


def test_unknown_rule_is_none() -> None:
    assert rule_with("{query: war}").rule("other") is None


@pytest.mark.parametrize(
    "other",
    [
        "{query: 'WAR  OR  (peace)'}",
        "{query: 'peace OR war'}",
        "{any: [{query: war}, {query: peace}]}",
        "{all: [{query: 'war OR peace'}]}",
    ],
)
def test_version_is_that_of_the_meaning(other: str) -> None:
    assert [rule.version for rule in rule_with(other)] == [rule.version for rule in rule_with("{query: war peace}")]


@pytest.mark.parametrize(
    "other", ["{query: war AND peace}", "{same: title, query: war peace}", "{query: war peace, lang: en}"]
)
def test_version_changes_with_the_meaning(other: str) -> None:
    assert [rule.version for rule in rule_with(other)] != [rule.version for rule in rule_with("{query: war peace}")]


def test_digest_changes_with_severity_though_the_version_does_not() -> None:
    high, low = rules_of(WHOLE), rules_of(WHOLE.replace("high", "low"))

    assert high.digest != low.digest
    assert [rule.version for rule in high] == [rule.version for rule in low]


def test_rule_set_survives_the_way_to_a_worker() -> None:
    rule_set = rules_of(WHOLE)
    digest = rule_set.digest
    copy = pickle.loads(pickle.dumps(rule_set))  # noqa: S301 - our own bytes

    assert copy == rule_set
    assert copy.digest == digest
    assert copy.rule("speak") == rule_set.rule("speak")


def test_all_problems_of_a_file_come_at_once_with_line_and_key() -> None:
    problems = problems_of("""terms:
  cable: {en: ['undersea cable', '...'], de: []}
rules:
  - id: cut
    when: {same: sentence, all: [{terms: cabel}, {query: 'cut OR /damage/'}]}
    corroborate: {voices: 2}
  - id: cut
    wen: {}
    when: {actr: donald-trump}
    severity: urgent
  - id: calls
    when: {actor: usa, casualties: {at_least: many}}
    tests: [{expect: match}]
""")

    assert [(line, key) for line, key, _ in problems] == [
        (2, "terms.cable.en[1]"),
        (5, "rules[0].when.all[0].terms"),
        (5, "rules[0].when.all[1].query"),
        (6, "rules[0].corroborate"),
        (7, "rules[1].id"),
        (8, "rules[1].wen"),
        (9, "rules[1].when.actr"),
        (10, "rules[1].severity"),
        (12, "rules[2].when.actor"),
        (12, "rules[2].when.casualties.at_least"),
        (13, "rules[2].tests[0]"),
    ]


@pytest.mark.parametrize(
    ("when", "message"),
    [
        pytest.param("{actr: x}", "unknown key (did you mean 'actor'?)", id="key"),
        pytest.param("{actor: usa}", "unknown actor 'usa' (did you mean 'united-states'?)", id="actor"),
        pytest.param("{actor: presidnt@france}", "unknown", id="office"),
        pytest.param("{named: usa}", "unknown actor 'usa' (did you mean 'united-states'?)", id="named"),
        pytest.param("{terms: cables}", "unknown terms 'cables'", id="terms"),
        pytest.param("{same: sentense, query: x}", "unknown scope (did you mean 'sentence'?)", id="scope"),
        pytest.param("{same: sentence}", "`same` needs a condition beside it", id="scope-alone"),
        pytest.param("{all: []}", "is no list of conditions", id="empty-list"),
        pytest.param("{}", "is no condition", id="empty"),
        pytest.param("war", "'war': is no condition", id="text"),
        pytest.param("{query: [a]}", "is no text", id="query-list"),
        pytest.param("{lang: no, query: x}", "put quotes around it", id="norwegian-is-false-in-yaml"),
        pytest.param("{spike: {}}", "is not supported by this version", id="later-condition"),
        pytest.param("{at_least: 2, of: [{query: a}]}", "2 of 1 conditions can never hold", id="more-than-all"),
        pytest.param("{at_least: 0, of: [{query: a}]}", "0: is no number of conditions", id="none-of"),
        pytest.param("{at_least: 1}", "needs `of` beside it", id="at-least-alone"),
        pytest.param("{query: a, of: [{query: a}]}", "needs `at_least` beside it", id="of-alone"),
        pytest.param("{at_least: 1, of: a}", "'a': is no list of conditions", id="of-text"),
        pytest.param("{lang: en-GB, query: x}", "is no primary language (write 'en')", id="regional-language"),
        pytest.param("{lang: English, query: x}", "`English` is no primary language (such as en", id="language-name"),
        pytest.param("{url: 'live*', query: x}", "addresses are searched for plain words", id="url-wildcard"),
    ],
)
def test_condition_is_refused(when: str, message: str) -> None:
    (problem,) = problems_of(f"rules:\n  - id: r\n    when: {when}\n")

    assert message in problem[2]


@pytest.mark.parametrize(
    "when",
    [
        "{lang: en}",
        "{not: {query: war}}",
        "{query: NOT war}",
        "{publisher: bbc, not: {query: war}}",
        "{any: [{query: war}, {not: {query: peace}}]}",
    ],
)
def test_rule_that_could_match_without_any_of_its_words_is_refused(when: str) -> None:
    (problem,) = problems_of(f"rules:\n  - id: r\n    when: {when}\n")

    assert "none of its words" in problem[2]


@pytest.mark.parametrize(
    "key", ["corroborate", "escalate", "collect_for", "remind_every", "spike", "absence", "status"]
)
def test_key_of_a_later_version_is_named_as_such(key: str) -> None:
    value = "counted" if key == "status" else "1"
    problems = problems_of(f"rules:\n  - id: r\n    when: {{query: x}}\n    {key}: {value}\n")

    assert [(line, key_, "not supported by this version" in message) for line, key_, message in problems] == [
        (4, f"rules[0].{key}", True)
    ]


def test_subscriptions_in_a_rule_file_are_sent_to_their_own() -> None:
    assert problems_of("subscriptions: []\n") == [(1, "subscriptions", "belongs in the subscriptions file")]


def test_folder_is_read_in_order_and_shares_terms(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "late.yaml").write_text("terms: {fire: {en: [blaze]}}\nrules: [{id: z, when: {query: x}}]\n")
    (tmp_path / "a.yaml").write_text("rules: [{id: y, when: {terms: fire}}]\n")
    (tmp_path / "notes.txt").write_text("no rules")

    assert [rule.id for rule in load_rules(tmp_path, catalogue())] == ["y", "z"]


def test_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("rules: [{id: r, when: {query: x}}]\n")
    (tmp_path / "b.yaml").write_text("rules: [{id: r, when: {query: y}}]\n")
    (tmp_path / "c.yaml").write_text("rules: [\n")

    with pytest.raises(SettingsError) as caught:
        load_rules(tmp_path, catalogue())

    problems = caught.value.problems
    assert sorted(Path(problem.where).name for problem in problems) == ["b.yaml", "c.yaml"]
    assert any(f"taken by the rule at {tmp_path / 'a.yaml'}:1" in problem.message for problem in problems)


def test_terms_of_one_name_in_two_files_are_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("terms: {fire: {en: [blaze]}}\n")

    with pytest.raises(SettingsError, match="stands in another file too"):
        load_rules(tmp_path, catalogue())


def test_missing_file_and_empty_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_rules(tmp_path / "none.yaml", catalogue())
    with pytest.raises(SettingsError, match=r"holds no \*\.yaml files"):
        load_rules(tmp_path, catalogue())


def test_file_that_is_no_mapping_is_told() -> None:
    assert problems_of("- a\n- b\n") == [
        (1, "", "holds no rules (allowed: the keys terms, actors, offices, sets, rules, filters)")
    ]


@pytest.mark.parametrize("key", ["id", "group"])
def test_no_rule_can_be_taken_for_a_canary(key: str) -> None:
    names = {"id": "r", key: canary_key(7, 32)}
    problems = problems_of(f"rules: [{{id: '{names['id']}', group: '{names.get('group', 'g')}', when: {{query: x}}}}]")

    assert [name for _, name, _ in problems] == [f"rules[0].{key}"]


@pytest.mark.parametrize(("written", "meant"), [("jp", "ja"), ("cn", "zh"), ("ua", "uk"), ("gr", "el")])
def test_country_in_the_place_of_a_language_is_told(written: str, meant: str) -> None:
    expected = f"`{written}` is a country and no language (did you mean '{meant}'?)"

    in_condition = problems_of(f"rules: [{{id: r, when: {{query: a, lang: {written}}}}}]")
    in_terms = problems_of(f"terms: {{a: {{{written}: [war]}}}}\nrules: [{{id: r, when: {{terms: a}}}}]")
    in_test = problems_of(
        f"rules: [{{id: r, when: {{query: a}}, tests: [{{text: a, lang: {written}, expect: match}}]}}]"
    )

    assert [message.partition(": ")[2] or message for *_, message in in_test] == [expected]
    assert [message for *_, message in in_condition + in_terms] == [expected, expected]


def test_language_of_a_test_may_have_a_region_and_must_be_one() -> None:
    rules = "rules: [{id: r, when: {query: a}, tests: [{text: a, lang: %s, expect: match}]}]"

    assert problems_of(rules % "en-US") == []
    assert "`english` is no primary language" in problems_of(rules % "english")[0][2]


def test_id_that_is_none_says_what_is_allowed() -> None:
    (problem,) = problems_of("rules: [{id: 'Größe x', when: {query: a}}]")

    assert problem == (1, "rules[0].id", "'Größe x': is no id (allowed: small letters, digits, hyphens)")


def test_key_without_a_list_speaks_no_python() -> None:
    assert problems_of("rules:\n") == [(1, "rules", "None: is no list")]


@pytest.mark.parametrize(
    ("when", "hint"),
    [("war", "; words are `query: ...`"), ("[{query: a}]", "; a list stands behind `all:` or `any:`"), ("{}", ")")],
)
def test_what_is_no_condition_says_how_it_is_written(when: str, hint: str) -> None:
    (problem,) = problems_of(f"rules: [{{id: r, when: {when}}}]")

    assert problem[2].endswith(hint)
