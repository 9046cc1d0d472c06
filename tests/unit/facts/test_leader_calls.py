"""Calls of leaders: who spoke with whom, by what means, whether it took place, when and of what."""

from __future__ import annotations

from datetime import date

import pytest

from consumers.facts.languages import load_part
from consumers.facts.leader_calls.binding import Binder
from consumers.facts.leader_calls.data import CallData
from consumers.facts.leader_calls.finder import LeaderCallFinder
from consumers.facts.leader_calls.parties import PartyReader
from monitor.core.fact import LeaderCall
from tests.unit.facts.support import article, calls, reading

A_THURSDAY = date(2026, 3, 5)


def who(call: LeaderCall) -> set[str]:
    """Those who take part, by id, or by office and state."""
    return {one.actor or (f"{one.office}@{one.state}" if one.state else one.text) for one in call.participants}


def whys(text: str, *, title: str = "") -> str:
    """Why each candidate is none, or what it became."""
    return " | ".join(why for one in LeaderCallFinder("en").find(article(text, title=title)) for why in one.why)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Macron phoned Merz over the steel tariffs.", {"emmanuel-macron", "friedrich-merz"}, id="phoned"),
        pytest.param("Merz was telephoned by Macron at noon.", {"emmanuel-macron", "friedrich-merz"}, id="passive"),
        pytest.param("Macron and Merz talked by telephone.", {"emmanuel-macron", "friedrich-merz"}, id="row"),
        pytest.param("Merz received a call from Macron.", {"emmanuel-macron", "friedrich-merz"}, id="received"),
        pytest.param("Merz took Macron's call on Tuesday.", {"emmanuel-macron", "friedrich-merz"}, id="took"),
        pytest.param(
            "A phone call took place between Macron and Merz.",
            {"emmanuel-macron", "friedrich-merz"},
            id="between",
        ),
        pytest.param(
            "In a phone call, Macron told Merz of the strike.",
            {"emmanuel-macron", "friedrich-merz"},
            id="in-a-call",
        ),
        pytest.param(
            "Macron raised milk prices with Merz in a phone call.",
            {"emmanuel-macron", "friedrich-merz"},
            id="raised",
        ),
        pytest.param(
            "Macron had Merz on the line for an hour.",
            {"emmanuel-macron", "friedrich-merz"},
            id="on-the-line",
        ),
        pytest.param("Macron, who rang Merz on Monday, is well.", {"emmanuel-macron", "friedrich-merz"}, id="who-rang"),
        pytest.param("Macron put it to Merz in a telephone call.", {"emmanuel-macron", "friedrich-merz"}, id="put-it"),
        pytest.param(
            "It was Macron's call with Merz on Monday.",
            {"emmanuel-macron", "friedrich-merz"},
            id="call-on-a-day",
        ),
        pytest.param("Macron called Merz after the vote.", {"emmanuel-macron", "friedrich-merz"}, id="called"),
        pytest.param(
            "The French president rang his German counterpart Friedrich Merz.",
            {"emmanuel-macron", "friedrich-merz"},
            id="offices",
        ),
        pytest.param(
            "Mr Macron says he spoke by phone with the German chancellor.",
            {"emmanuel-macron", "friedrich-merz"},
            id="he",
        ),
        pytest.param(
            "The president of Palau, Ann Example, spoke by phone with Macron.",
            {"president@palau", "emmanuel-macron"},
            id="unknown-holder",
        ),
        pytest.param(
            "Macron spoke by phone with the leaders of Greece and Cyprus.",
            {"emmanuel-macron", "kyriakos-mitsotakis", "nikos-christodoulides"},
            id="leaders-of",
        ),
        pytest.param("Macron held a video call with world leaders.", {"emmanuel-macron", "world leaders"}, id="group"),
    ],
)  # fmt: skip
def test_parties_are_found(text: str, expected: set[str]) -> None:
    found = calls(text)

    assert [who(call) for call in found] == [expected]
    assert found[0].modality == "happened"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("Macron called Merz a good neighbour.", "", id="calls-somebody-something"),
        pytest.param("Macron called on Merz to pay.", "", id="calls-on"),
        pytest.param("Macron called for talks with Merz.", "", id="calls-for"),
        pytest.param("Macron called Merz to account.", "", id="calls-to-account"),
        pytest.param("Erdogan calls Macron Napoleon", "somebody is called", id="calls-a-name"),
        pytest.param("Macron's foreign minister spoke by phone with Merz.", "no leader", id="minister"),
        pytest.param("Defence minister Boris Pistorius phoned Macron.", "no leader", id="minister-by-name"),
        pytest.param("Macron spoke with Merz at the summit in Toulouse.", "no telephone, but", id="meeting"),
        pytest.param(
            "Macron and Merz met by video link with nine others at the summit.",
            "meeting by video",
            id="video-summit",
        ),
        pytest.param("A man posing as Macron reached Merz by phone.", "prank", id="prank"),
        pytest.param("Macron rang the captain of the rugby team.", "", id="citizen"),
        pytest.param("Asked whether Macron would talk to Merz, she shrugged.", "only supposed", id="supposed"),
    ],
)  # fmt: skip
def test_what_is_no_call_of_leaders_says_why(text: str, reason: str) -> None:
    assert calls(text) == []
    assert reason in whys(text)


def test_title_of_a_press_call_is_of_no_call() -> None:
    title = "Background press call on President Macron's call with Chancellor Merz"

    assert calls("", title=title) == []
    assert "a press call" in whys("", title=title)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("macron merz call steel", {"emmanuel-macron", "friedrich-merz"}, id="row"),
        pytest.param("macron tells merz in call to buy trains", {"emmanuel-macron", "friedrich-merz"}, id="told"),
        pytest.param("macron dials merz after vote", {"emmanuel-macron", "friedrich-merz"}, id="dials"),
        pytest.param("macron seeks phone call with xi", {"emmanuel-macron", "xi-jinping"}, id="short-name"),
        pytest.param("MACRON, MERZ DISCUSS STEEL BY PHONE", {"emmanuel-macron", "friedrich-merz"}, id="capitals"),
        pytest.param(
            "Readout of President Macron's Call with Chancellor Merz of Germany",
            {"emmanuel-macron", "friedrich-merz"},
            id="title-case",
        ),
    ],
)  # fmt: skip
def test_headlines_without_grammar_are_read(title: str, expected: set[str]) -> None:
    assert [who(call) for call in calls("", title=title)] == [expected]


@pytest.mark.parametrize("title", [
    "macron calls merz plan reckless", "Macron, Merz call for calm", "Macron and Merz call plan a mistake",
    "macron phone app tops charts", "wake up call for macron and merz", "Macron calls Merz, Meloni 'too timid'",
])  # fmt: skip
def test_headlines_with_the_verb_are_no_calls(title: str) -> None:
    assert calls("", title=title) == []


def test_title_that_names_one_party_takes_the_other_from_the_text() -> None:
    found = calls(
        "Emmanuel Macron spoke by telephone with Friedrich Merz. Trains came up.",
        title="Telephone conversation with Friedrich Merz",
    )

    assert [who(call) for call in found] == [{"emmanuel-macron", "friedrich-merz"}]


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        pytest.param("Macron will phone Merz on Monday.", "planned", id="will"),
        pytest.param("Macron is to speak with Merz by phone.", "planned", id="is-to"),
        pytest.param("A call between Macron and Merz has been agreed for Monday.", "planned", id="agreed"),
        pytest.param("Preparations are under way for a call between Macron and Merz.", "planned", id="prepared"),
        pytest.param("Macron cut short a visit ahead of a call with Merz.", "planned", id="ahead-of"),
        pytest.param("Macron wants to speak with Merz by phone.", "sought", id="wants"),
        pytest.param("Paris has requested a call between Macron and Merz.", "sought", id="requested"),
        pytest.param("Macron asked Merz for a phone call.", "sought", id="asked-for"),
        pytest.param("Macron did not phone Merz.", "denied", id="did-not"),
        pytest.param("There was no phone call between Macron and Merz.", "denied", id="no-call"),
        pytest.param("Macron turned down a phone call with Merz.", "denied", id="turned-down"),
        pytest.param("The call between Macron and Merz never took place.", "denied", id="never"),
        pytest.param("Paris denies that Macron phoned Merz.", "denied", id="denies"),
        pytest.param("In 2022 Macron phoned Putin.", "historical", id="of-the-past"),
        pytest.param("Macron's office rejected a report that he had rung Merz.", "denied", id="rejected"),
        pytest.param("There are no plans for Macron to speak with Merz by phone.", "denied", id="no-plans"),
        pytest.param("Macron said he would call Merz in the coming days.", "planned", id="said-he-would"),
        pytest.param("Macron is waiting for a call from Merz.", "sought", id="waiting"),
        pytest.param("Macron and Merz held their first phone call since June 2024.", "happened", id="since"),
        pytest.param("Did Macron phone Merz?", "hypothetical", id="question"),
        pytest.param(
            "A phone call between Macron and Merz that was planned for Monday took place on Tuesday.",
            "happened",
            id="took-place",
        ),
    ],
)  # fmt: skip
def test_what_did_not_happen_is_not_told_as_happened(text: str, modality: str) -> None:
    found = {call.modality for call in calls(text)}

    assert found == {modality}


def test_planned_call_has_the_next_day_of_that_name() -> None:
    found = calls("Macron will phone Merz on Monday.", on=A_THURSDAY)

    assert [(call.on, call.on_said) for call in found] == [(date(2026, 3, 9), "Monday")]


def test_call_has_the_last_day_of_that_name() -> None:
    found = calls("Macron phoned Merz on Monday night.", on=A_THURSDAY)

    assert [(call.on, call.on_said) for call in found] == [(date(2026, 3, 2), "Monday night")]


def test_day_of_saying_gives_way_to_the_day_of_the_call() -> None:
    found = calls("Macron phoned Merz on Monday night, the Elysee said on Wednesday.", on=A_THURSDAY)

    assert [call.on for call in found] == [date(2026, 3, 2)]


def test_call_told_three_times_is_one_with_the_detail_of_all() -> None:
    found = calls(
        "Emmanuel Macron rang Friedrich Merz on Tuesday. The two leaders discussed the tunnel and the toll.",
        title="Macron, Merz speak by phone",
    )

    assert [who(call) for call in found] == [{"emmanuel-macron", "friedrich-merz"}]
    assert (found[0].on, found[0].mode) == (date(2026, 3, 3), "phone")
    assert [topic.text for topic in found[0].topics] == ["the tunnel", "the toll"]


def test_topics_are_quoted_from_their_field() -> None:
    text = "Macron spoke by phone with Merz about the price of milk on Monday."
    topic = calls(text)[0].topics[0]

    assert text[slice(*topic.span)] == topic.text == "the price of milk"


def test_two_days_and_two_partners_are_calls_of_their_own() -> None:
    days = calls("Macron phoned Merz on Monday. Macron phoned Merz again on Wednesday.")
    partners = calls("Macron phoned Merz on Monday and then rang Giorgia Meloni.")

    assert [call.on for call in days] == [date(2026, 3, 2), date(2026, 3, 4)]
    assert [who(call) for call in partners] == [
        {"emmanuel-macron", "friedrich-merz"},
        {"emmanuel-macron", "giorgia-meloni"},
    ]


def test_calls_are_several_and_a_call_with_several_is_one() -> None:
    separate = calls("Macron held phone calls with Merz and Giorgia Meloni.")
    together = calls("Macron held a phone call with Merz and Giorgia Meloni.")

    assert len(separate) == 2
    assert [who(call) for call in together] == [{"emmanuel-macron", "friedrich-merz", "giorgia-meloni"}]


def test_who_joined_takes_no_part_as_a_leader() -> None:
    call = calls("Macron spoke by phone with Merz, with Marco Rubio listening in.")[0]

    assert [one.actor for one in call.others] == ["marco-rubio"]


def test_video_is_told_from_telephone() -> None:
    assert [call.mode for call in calls("Macron held a video call with Merz.")] == ["video"]
    assert [call.mode for call in calls("Macron had a call with Merz.")] == ["unstated"]


def test_who_reports_and_who_told_it_are_kept_apart() -> None:
    call = calls("Macron and Merz spoke by phone on Tuesday, two French diplomats told the Lamp Gazette.")[0]

    assert call.told_by == "two French diplomats"
    assert "Lamp Gazette" in call.reported_by[0]


def test_who_confirms_it_is_kept() -> None:
    call = calls("Macron and Merz will speak by phone on Monday. Berlin has confirmed the date.")[0]

    assert call.confirmed_by == ("Berlin",)


def test_article_on_an_officials_call_names_others_in_passing() -> None:
    text = "It came after the call between President Macron and Chancellor Merz on Monday."
    title = "Readout of Foreign Minister Jean-Noel Barrot's Call with Foreign Minister Johann Wadephul"

    assert calls(text, title=title) == []
    assert "named in passing" in whys(text, title=title)


def test_bare_office_is_the_one_of_whom_the_document_speaks() -> None:
    text = "The Prime Minister spoke by phone with Emmanuel Macron. Downing Street said that boats came up."

    assert [who(call) for call in calls(text)] == [{"keir-starmer", "emmanuel-macron"}]


def test_former_leaders_call_no_more() -> None:
    assert calls("Angela Merkel phoned Macron on Tuesday.") == []


def test_words_without_telephones_are_passed_over_quickly() -> None:
    assert not LeaderCallFinder("en").may_have(reading("Macron visited Merz."))
    assert LeaderCallFinder("en").may_have(reading("Macron phoned Merz."))


def test_every_pattern_of_a_language_marks_its_trigger() -> None:
    data = load_part("en", "leader_calls", CallData)
    Binder(data, PartyReader(data).classes)  # a pattern that names what is no class is an error

    assert [form.id for form in data.patterns if "t<" not in form.form] == []
    assert [form.id for form in data.patterns if "a<" not in form.form and not {"doc", "same"} & form.flags] == [
        "between",
        "call-of",
    ][:0]


@pytest.mark.parametrize(
    "unit", ["Macron, ", "Macron and Merz spoke with Xi Jinping by phone and ", "the president of ", "in a call with "]
)
def test_hostile_sentences_take_no_time(unit: str) -> None:
    LeaderCallFinder("en").find(article(unit * 2_000))  # the deadline of the test run holds it
