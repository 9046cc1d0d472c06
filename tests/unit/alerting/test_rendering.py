from __future__ import annotations

import pytest

from consumers.alerting import rendering
from monitor.core.match import Evidence
from tests.unit.alerting.samples import fired

CLOSED = fired(sentence="It is closed.").evidence
OPEN = fired(sentence="It is open.").evidence


@pytest.mark.parametrize(
    ("publishers", "expected"),
    [
        pytest.param([], "Bridge; nobody says so any more", id="none"),
        pytest.param(["A"], "Bridge; A (1 voice)", id="one"),
        pytest.param(["A", "B"], "Bridge; A and B (2 voices)", id="two"),
        pytest.param(["A", "B", "C"], "Bridge; A and 2 others (3 voices)", id="three"),
    ],
)
def test_summary_names_the_first_voice_and_counts_all(publishers: list[str], expected: str) -> None:
    assert rendering.summary_sentence("Bridge", publishers) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(CLOSED, OPEN, "A changed “It is closed.” → “It is open.”", id="replaced"),
        pytest.param(CLOSED, CLOSED + OPEN, "A now says: “It is open.”", id="added"),
        pytest.param(CLOSED + OPEN, OPEN, "A no longer says: “It is closed.”", id="removed"),
        pytest.param(CLOSED, CLOSED, "A changed its words.", id="beyond what is kept"),
    ],
)
def test_correction_shows_what_went_and_what_came(
    old: tuple[Evidence, ...], new: tuple[Evidence, ...], expected: str
) -> None:
    assert rendering.evidence_changed("A", old, new) == expected


def test_quoted_sentences_are_short() -> None:
    long = fired(sentence="word " * 1_000).evidence

    assert len(rendering.evidence_changed("A", long, CLOSED)) < 250
