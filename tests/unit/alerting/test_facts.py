"""What alerts say of the facts on which they stand: the sentence, how sure, and what is kept."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from consumers.alerting.facts import bounded_fact, confidence_of
from consumers.alerting.rendering_facts import facts_sentence
from monitor.core.fact import Casualties, Fact, LeaderCall, Participant, Source
from monitor.core.match import Match
from tests.unit.alerting.samples import Desk, article, fired, match

RADAKIN = Source(text="the UK chief of defence staff", actor="tony-radakin")
OFFICIALS = Source(text="hospital officials")
LOSSES = Casualties(
    role="combined", low=1500, high=1500, qualifier="about", per="day", kind="period", side="russia", main=True,
    attributed_to=(RADAKIN,),
)  # fmt: skip
BLAST = Casualties(role="killed", low=41, high=41, place="Port Vila", main=True, attributed_to=(OFFICIALS,))
CALL = LeaderCall(
    participants=(
        Participant(text="Mr Trump", actor="donald-trump"),
        Participant(text="his Russian counterpart", actor="vladimir-putin"),
    ),
    mode="phone",
    on=date(2024, 11, 7),
    reported_by=("The Daily Lamp",),
    told_by="people familiar",
)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        pytest.param([LOSSES], "about 1,500 killed or wounded per day, Russia; says Tony Radakin (1 voice)", id="rate"),
        pytest.param([BLAST], "41 killed, Port Vila; according to hospital officials (1 voice)", id="event"),
        pytest.param(
            [BLAST, replace(BLAST, role="wounded", low=120, high=None, qualifier="at_least")],
            "41 killed and at least 120 wounded, Port Vila; according to hospital officials (1 voice)",
            id="two-roles",
        ),
        pytest.param(
            [BLAST, replace(BLAST, low=6, high=6, main=False)],
            "41 killed, Port Vila; according to hospital officials (1 voice)",
            id="parts-are-left-out",
        ),
        pytest.param(
            [replace(BLAST, attributed_to=())], "41 killed, Port Vila; Harbour Post (1 voice)", id="nobody-is-named"
        ),
        pytest.param(
            [replace(BLAST, low=24, high=99, qualifier="vague", place=None, attributed_to=())],
            "dozens killed; Harbour Post (1 voice)",
            id="vague",
        ),
        pytest.param(
            [replace(BLAST, low=40, high=50, qualifier="range", place=None, attributed_to=())],
            "40–50 killed; Harbour Post (1 voice)",
            id="range",
        ),
        pytest.param(
            [replace(BLAST, low=None, high=50, qualifier="up_to", modality="hypothetical", attributed_to=())],
            "possible: up to 50 killed, Port Vila; Harbour Post (1 voice)",
            id="possible",
        ),
        pytest.param(
            [replace(LOSSES, low=700000, high=700000, per=None, kind="cumulative", qualifier="exact")],
            "700,000 killed or wounded, in all, Russia; says Tony Radakin (1 voice)",
            id="sum",
        ),
        pytest.param(
            [CALL],
            "Donald Trump – Vladimir Putin, by phone, happened Thursday 7 Nov; The Daily Lamp, from people familiar"
            " (1 voice)",
            id="call",
        ),
        pytest.param(
            [replace(CALL, modality="planned", mode="unstated", on=None, on_said="next week", reported_by=())],
            "Donald Trump – Vladimir Putin, in a call, planned next week; Harbour Post, from people familiar (1 voice)",
            id="planned-call",
        ),
        pytest.param(
            [replace(CALL, others=(Participant(text="a guest\u202e\n", actor=None),), reported_by=(), told_by=None)],
            "Donald Trump – Vladimir Putin, by phone, happened Thursday 7 Nov, with a guest; Harbour Post (1 voice)",
            id="hostile-name",
        ),
    ],
)
def test_sentence_says_what_and_who_says_so(facts: list[Fact], sentence: str) -> None:
    assert facts_sentence([bounded_fact(fact) for fact in facts], ["Harbour Post"]) == sentence


def test_without_facts_there_is_no_such_sentence() -> None:
    assert facts_sentence([], ["Harbour Post"]) is None


@pytest.mark.parametrize(
    ("facts", "voices", "confidence"),
    [
        pytest.param([], 1, "single_source", id="one-voice"),
        pytest.param([BLAST], 2, "corroborated", id="two-voices"),
        pytest.param([replace(BLAST, modality="denied")], 2, "denied", id="denied"),
        pytest.param([BLAST, replace(BLAST, modality="denied")], 2, "disputed", id="disputed"),
        pytest.param([replace(CALL, confirmed_by=("Kremlin",))], 1, "official", id="confirmed-by-a-party"),
        pytest.param(
            [replace(CALL, attributed_to=(Source(text="Mr Putin", actor="vladimir-putin"),))],
            1,
            "official",
            id="a-party-says-so",
        ),
        pytest.param(
            [replace(LOSSES, attributed_to=(Source(text="its minister", office="defence-minister@russia"),))],
            1,
            "official",
            id="an-office-of-the-side-says-so",
        ),
        pytest.param([LOSSES], 1, "single_source", id="an-office-of-another-state"),
        pytest.param([replace(BLAST, side=None)], 1, "single_source", id="nobody-knows-whose"),
    ],
)
def test_confidence_by_facts_and_voices(facts: list[Fact], voices: int, confidence: str) -> None:
    assert confidence_of(facts, voices) == confidence


def reports(name: str, fact: Fact, publisher: str = "Harbour Post") -> Match:
    """An article whose evidence is a fact."""
    plain = fired()
    stands_on = replace(plain, evidence=(replace(plain.evidence[0], fact=fact),))
    return match(article(name, publisher=publisher, words=f"{name} reports"), stands_on)


def test_alert_tells_the_facts_on_which_it_stands() -> None:
    (alert,) = Desk().sees(reports("a", BLAST))

    assert alert.data.facts == (BLAST,)
    assert alert.data.summary == "41 killed, Port Vila; according to hospital officials (1 voice)"


def test_another_voice_that_denies_makes_it_disputed() -> None:
    desk = Desk()
    desk.sees(reports("a", BLAST))

    (update,) = (
        desk.waits(article().first_seen_at)
        or desk.sees(reports("b", replace(BLAST, modality="denied"), publisher="Coast Radio"))
        or desk.waits(article(minutes=16).first_seen_at)
    )

    assert update.data.confidence == "disputed"
    assert len(update.data.facts) == 2


def test_texts_of_facts_are_kept_short() -> None:
    kept = bounded_fact(replace(BLAST, who="x" * 10_000, quote="y" * 10_000, attributed_to=(OFFICIALS,) * 50))

    assert isinstance(kept, Casualties)
    assert (len(kept.who) <= 200, len(kept.quote) <= 500, len(kept.attributed_to)) == (True, True, 8)
