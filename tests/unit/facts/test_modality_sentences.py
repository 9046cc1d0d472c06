"""Many sentences of each modality, so that a word more for one does not spoil another."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.unit.facts.support import casualties

_SENTENCES: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent / "modality_sentences.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("modality", list(_SENTENCES))
def test_figures_of_sentences_have_their_modality(modality: str) -> None:
    found = {text: {fact.modality for fact in casualties(text)} for text in _SENTENCES[modality]}

    assert {text: got for text, got in found.items() if got != {modality}} == {}
