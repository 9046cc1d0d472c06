"""Whether what is told happened."""

from __future__ import annotations

import pytest

from tests.unit.facts.support import casualties


def modalities(text: str, title: str = "") -> list[str]:
    """Of the figures of a text, each once."""
    return list(dict.fromkeys(fact.modality for fact in casualties(text, title=title)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Six people were killed on Monday.", "happened", id="happened"),
        pytest.param("Six people are feared dead.", "happened", id="feared-dead"),
        pytest.param("The army denied that 30 soldiers were killed.", "denied", id="denied"),
        pytest.param("There is no evidence that 30 people were killed.", "denied", id="no-evidence"),
        pytest.param("A strong quake could kill 3,000 people.", "hypothetical", id="could"),
        pytest.param("He plotted an attack to prevent 40 people being killed.", "hypothetical", id="prevent"),
        pytest.param("A drill in which 200 people were killed on paper", "hypothetical", id="drill"),
        pytest.param("The country is about to suffer 700,000 people killed.", "planned", id="about-to"),
        pytest.param("The rebels claimed to have killed 60 soldiers.", "claimed", id="claimed"),
        pytest.param("The 1988 quake killed 300 people.", "historical", id="year"),
        pytest.param("In August 1994 the militia killed 300 people.", "historical", id="month-and-year"),
        pytest.param("Three hundred people were killed there ten years ago.", "historical", id="years-ago"),
        pytest.param("A man was sentenced for the murder of two sisters.", "historical", id="sentenced"),
        pytest.param("Thousands marched against the killing of three teachers.", "historical", id="march-against"),
        pytest.param("Since 2022 the war has killed 90,000 people.", "happened", id="a-sum-since-a-year-is-no-past"),
    ],
)
def test_modality_of_a_sentence(text: str, expected: str) -> None:
    assert modalities(text) == [expected]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        pytest.param("Town marks anniversary of mine collapse", "Thirty miners died underground.", id="anniversary"),
        pytest.param("Vigil for victims of ferry", "The ferry sank off the cape. Ninety people drowned.", id="vigil"),
        pytest.param("Officer on trial over shooting", "Three students were killed in the square.", id="trial"),
        pytest.param("Inquest hears of last minutes", "Two brothers died in the cave.", id="inquest"),
    ],
)
def test_article_about_the_past_makes_its_figures_past(title: str, text: str) -> None:
    assert modalities(text, title) == ["historical"]


def test_news_in_an_article_about_the_past_is_news() -> None:
    assert modalities("Four people were killed on Monday.", "Town marks anniversary of collapse") == ["happened"]
