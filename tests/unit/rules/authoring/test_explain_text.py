"""An explanation as a person reads it: the nearest reason first, and nothing at length that says nothing."""

from __future__ import annotations

from consumers.rules.authoring.explain import explain
from consumers.rules.authoring.explain_text import lines
from consumers.rules.model import RuleSet
from monitor.core.fact import Casualties
from monitor.text.reading import Reading, read
from tests.unit.rules.support import catalogue, rule_with, rules_of

MANY_WORDS = " OR ".join(["film", "movie", "novel", "album", "podcast", "playoff*", "goalkeeper", "rugby", "cricket"])


def _shown(rules: RuleSet, reading: Reading) -> list[str]:
    return lines(explain(rules.rules[0], catalogue(), reading))


def _article(text: str, lang: str = "en", title: str = "News") -> Reading:
    return read({"title": title, "body": text}, lang=lang)


def test_filter_that_does_not_hold_is_one_line() -> None:
    rules = rules_of(
        f"filters: [{{id: fun, rules: ['*'], when: {{query: 'title:({MANY_WORDS})'}}}}]\n"
        "rules: [{id: r, when: {query: war}}]\n"
    )

    shown = _shown(rules, _article("War."))

    assert shown[0] == "r: fires"
    assert [line for line in shown if "fun" in line or "film" in line] == ["  filter fun: does not hold"]


def test_filter_that_holds_is_the_first_reason_with_its_words() -> None:
    rules = rules_of(
        f"filters: [{{id: fun, rules: ['*'], when: {{query: 'title:({MANY_WORDS})'}}}}]\n"
        "rules: [{id: r, when: {query: war}}]\n"
    )

    shown = _shown(rules, _article("War.", title="A rugby film"))

    assert shown[1] == "  because filter fun holds: query: film ('film' in the title)"
    assert "      held  query: rugby" in shown
    assert "      (7 more do not hold)" in shown


def test_list_of_which_nothing_stands_is_one_line_with_a_count() -> None:
    shown = _shown(rule_with(f"{{query: '{MANY_WORDS}'}}"), _article("Peace."))

    assert shown[-1] == ("  not held  query: none of 9 stands: film, movie, novel, album, podcast, playoff* and 3 more")
    assert len(shown) == 3


def test_of_an_any_that_failed_what_stands_nowhere_is_one_line_beside_what_is_near() -> None:
    shown = _shown(rule_with("{query: 'film OR movie OR =WHO'}"), _article("Who?"))

    assert shown == [
        "r: does not fire",
        "  because query: =WHO: stands there as 'Who', and =WHO asks for that spelling",
        "  not held  query: film OR movie OR =WHO",
        "    not held  query: =WHO",
        "        stands there as 'Who', and =WHO asks for that spelling",
        "    not held  none of 2 stands: film, movie",
    ]


def test_actors_of_a_long_list_are_counted() -> None:
    names = "iran, iraq, israel, jordan, lebanon, syria, yemen, turkey, egypt"

    shown = _shown(rule_with(f"{{actor: [{names}]}}"), _article("Nobody."))

    assert shown[-1] == (
        "  not held  actor: iran, iraq, israel, jordan, lebanon, syria and 3 more (none of 9 is named)"
    )


def test_nearest_way_to_hold_is_the_reason() -> None:
    rules = rule_with(
        "{any: [{all: [{query: war}, {query: sea}, {query: ship}]}, {all: [{query: war}, {query: peace}]}]}"
    )

    shown = _shown(rules, _article("War."))

    assert shown[1] == "  because query: peace: stands nowhere"


def test_of_at_least_so_many_only_as_many_reasons_as_are_missing() -> None:
    rules = rule_with("{at_least: 2, of: [{query: war}, {query: sea}, {query: ship}]}")

    shown = _shown(rules, _article("War."))

    assert shown[1] == "  because query: sea: stands nowhere"
    assert shown[2] == "  not held  at least 2 of 3"
    assert "    not held  none of 2 stands: sea, ship" in shown


def test_what_is_excluded_and_there_is_the_reason() -> None:
    shown = _shown(rule_with("{query: war, not: {query: film OR novel}}"), _article("A war film."))

    assert shown[1] == "  because what it excludes is there: query: film ('film' in the body)"


def test_exclusion_that_held_is_one_line() -> None:
    shown = _shown(rule_with("{query: war, not: {query: film OR novel}}"), _article("A war."))

    assert shown[-1] == "    held  not: film, novel"


def test_phrase_of_another_language_is_the_reason_before_what_stands_nowhere() -> None:
    rules = rules_of(
        "terms: {cable: {en: [undersea cable], de: [Seekabel]}, cut: {de: [gekappt]}}\n"
        "rules: [{id: r, when: {all: [{terms: cut}, {terms: cable}]}}]\n"
    )

    shown = _shown(rules, _article("Ein undersea cable.", lang="de"))

    assert shown[1] == (
        "  because terms: cable: 'undersea cable' counts only in articles in en; this one is in de; "
        "terms: cut: stands nowhere"
    )


def test_fact_shows_what_decides_of_it() -> None:
    fact = Casualties(role="killed", low=120, high=120, side="russia", field="body", span=(0, 7))
    reading = read({"body": "120 men died"}, facts=[fact])

    shown = _shown(rule_with("{casualties: {role: killed, at_least: 100}}"), reading)

    assert "[role killed, low 120, high 120, side russia, modality happened]" in shown[-1]


def test_text_that_steers_terminals_is_shown_clean() -> None:
    shown = "\n".join(_shown(rule_with("{query: war}"), _article("\x1b[31mWar\u202e is\x07 over")))

    assert not set("\x1b\u202e\x07") & set(shown)


def test_words_near_one_another_that_all_stand_nowhere_are_no_near_reason() -> None:
    shown = _shown(rule_with("""{query: '"oil spill"~3 OR "war film"~2'}"""), _article("War."))

    assert shown[1] == "  because query: war film~2: 'film' stands nowhere"


def test_name_in_another_spelling_is_told() -> None:
    rules = rules_of(
        "actors: [{id: union, kind: organisation, name: Dockers United, exact: [DUX], source: our desk}]\n"
        "rules: [{id: r, when: {actor: union}}]\n"
    )
    registry = catalogue().extended(rules.actors, rules.offices, rules.sets)

    shown = lines(explain(rules.rules[0], registry, _article("The dux met.")))

    assert shown[1] == "  because actor: union: 'dux' is not union: it counts only as DUX"
