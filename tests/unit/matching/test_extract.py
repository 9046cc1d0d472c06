"""Facts of JSON Lines, with a made-up extractor."""

from __future__ import annotations

import json
from typing import Any

import pytest

from consumers.facts.candidate import Candidate
from consumers.matching.extract import Extraction, Failed, Form, InputLine, Output, extract_all
from monitor.core.fact import Casualties, Fact, Source
from monitor.text.reading import Reading

KILLED = Casualties(
    role="killed",
    low=40,
    qualifier="at_least",
    main=True,
    attributed_to=(Source(text="ministry"),),
    quote="40 killed",
    span=(0, 9),
)


class FakeExtractor:
    """Finds one fact wherever there are words, beside a place that is none; fails on `boom`."""

    def facts(self, reading: Reading) -> tuple[Fact, ...]:
        return tuple(one.fact for one in self.candidates(reading) if one.fact is not None)

    def candidates(self, reading: Reading) -> tuple[Candidate, ...]:
        if not reading.fields:
            return ()
        if "boom" in reading.fields[0].tokens.words:
            raise ValueError("boom")
        return (
            Candidate("casualties", "text", (0, 9), "40 killed", ("number 40", "killed"), KILLED),
            Candidate("casualties", "text", (9, 18), "50 \x1b[31mmen", ("age",)),
        )


def printed(form: Form, **line: object) -> str:
    outcome = Extraction(FakeExtractor(), form).of_line(json.dumps({"id": 7} | line).encode())
    assert isinstance(outcome, Output)
    return outcome.text.decode()


def loaded(form: Form, **line: object) -> Any:
    text = printed(form, **line)
    assert text.endswith("}\n")
    return json.loads(text)


def test_every_key_of_a_fact_is_printed_also_where_it_says_what_is_usual() -> None:
    assert loaded("facts", text="40 killed") == {
        "id": 7,
        "facts": [
            {
                "type": "casualties",
                "role": "killed",
                "low": 40,
                "high": None,
                "qualifier": "at_least",
                "per": None,
                "period": None,
                "kind": "event",
                "who": "",
                "side": None,
                "place": None,
                "as_of": None,
                "main": True,
                "reported_by": [],
                "modality": "happened",
                "attributed_to": [{"text": "ministry"}],
                "quote": "40 killed",
                "field": "text",
                "span": [0, 9],
            }
        ],
    }


def test_an_explanation_for_programs_has_what_became_nothing_too() -> None:
    found = loaded("explanation_json", text="40 killed")["candidates"]

    assert [(one["text"], one["why"], one["fact"] is None) for one in found] == [
        ("40 killed", ["number 40", "killed"], False),
        ("50 \x1b[31mmen", ["age"], True),
    ]


def test_an_explanation_for_people_is_safe_to_show() -> None:
    assert printed("explanation", id="a\x1b[2J", title="A \u202etitle", text="40 killed") == (
        "article a[2J: A title\n"
        "  casualties: “40 killed” in the text, characters 0–9\n"
        "    fact: role killed, low 40, qualifier at_least, kind event, main yes, modality happened, "
        "attributed_to “ministry”\n"
        "    - number 40\n"
        "    - killed\n"
        "  casualties: “50 [31mmen” in the text, characters 9–18\n"
        "    no fact\n"
        "    - age\n"
    )


def test_an_article_without_words_has_no_facts() -> None:
    assert loaded("facts", text="") == {"id": 7, "facts": []}
    assert printed("explanation", text="") == "article 7\n  nothing that might be a fact\n"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "truncated"),
        (b'{"text": "no id"}', "missing required field `id`"),
        (b'{"id": 1}', "no words"),
        (b'{"id": 1, "text": null}', "no words"),
        (b'{"id": 1, "text": "boom"}', "facts cannot be found: ValueError: boom"),
        (b"\xff", "malformed"),
    ],
)
def test_what_cannot_be_read_has_a_reason(raw: bytes, reason: str) -> None:
    outcome = Extraction(FakeExtractor(), "facts").of_line(raw)

    assert isinstance(outcome, Failed)
    assert reason in outcome.reason


def test_processes_make_no_difference() -> None:
    texts = [f"A bus fell into a river and {number} people were killed." for number in range(510)]
    lines = [
        InputLine("news", number, json.dumps({"id": number, "text": text, "published_at": "2026-03-05"}).encode())
        for number, text in enumerate(texts)
    ]
    lines[3:3] = [InputLine("news", 1000, b"{")]

    alone = list(extract_all(lines, "facts", workers=1))

    assert [line for line, _ in alone] == lines
    assert list(extract_all(lines, "facts", workers=2)) == alone
