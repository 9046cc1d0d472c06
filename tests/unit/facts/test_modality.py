"""Whether what is told happened."""

from __future__ import annotations

import pytest

from tests.unit.facts.support import casualties


def modalities(text: str, title: str = "") -> list[str]:
    """Of the figures of a text, each once."""
    return list(dict.fromkeys(fact.modality for fact in casualties(text, title=title)))


def by_value(text: str, title: str = "") -> dict[int, str]:
    """The modality of each figure of a text."""
    return {fact.low or fact.high or 0: fact.modality for fact in casualties(text, title=title)}


@pytest.mark.parametrize(
    "text",
    [
        "Six people were killed on Monday.",
        "Six people are feared dead.",
        "The driver could not brake in time and hit a stall, killing six people.",
        "A bus that did not stop hit a stall and killed six people.",
        "Militants who tried to storm a barracks killed six soldiers.",
        "A shell hit the yard as men tried to repair a pump, killing six people.",
        "The group claimed responsibility for the blast that killed six people.",
        "The flood claimed the lives of six people.",
        "The army denied involvement in the raid that killed six people.",
        "Three soldiers were killed during an exercise in the north.",
        "A gunman opened fire in a movie theatre, killing six people.",
        "Since 2022 the war has killed 90,000 people.",
        "The war has killed 90,000 people since it began in 2022.",
        "Six people were killed in the deadliest raid since 2015.",
        "A raid by the group, founded in 1998, killed six people on Monday.",
        "Six people were killed yesterday near the spot of a 2011 blast.",
        "Six people killed in blast at Memorial Hospital",
        "The bombing killed six people two days ago.",
        "The six people killed will be buried on Friday.",
        "The six people killed could not be identified.",
    ],
)
def test_happened(text: str) -> None:
    assert modalities(text) == ["happened"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The army denied that 30 soldiers were killed.", "denied"),
        ("The ministry rejected reports that 30 soldiers had been killed.", "denied"),
        ("There is no evidence that 30 people were killed.", "denied"),
        ("The strike did not kill 30 people, the army said.", "denied"),
        ("Reports that 30 people were killed are false.", "denied"),
        ("A strong quake could kill 3,000 people.", "hypothetical"),
        ("A storm of that strength could hit the coast and kill 3,000 people.", "hypothetical"),
        ("As many as 3,000 people could die, the model says.", "hypothetical"),
        ("The bomb would have killed 300 people.", "hypothetical"),
        ("If 300 people die, it is the fault of the firm.", "hypothetical"),
        ("He threatened to kill 20 hostages.", "hypothetical"),
        ("Police foiled a plot to kill 40 people.", "hypothetical"),
        ("The vaccine prevented the deaths of 40 children.", "hypothetical"),
        ("He plotted an attack to prevent 40 people being killed.", "hypothetical"),
        ("A drill in which 200 people were killed on paper", "hypothetical"),
        ("In the film, 200 people are killed by a wave.", "hypothetical"),
        ("The country is about to suffer 700,000 people killed.", "planned"),
        ("The famine will kill 40,000 people by spring.", "planned"),
        ("The rebels claimed to have killed 60 soldiers.", "claimed"),
        ("The rebels claimed that 60 soldiers were killed.", "claimed"),
    ],
)
def test_not_told_as_happened(text: str, expected: str) -> None:
    assert modalities(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The 1988 quake killed 300 people.", id="year"),
        pytest.param("In August 1994 the militia killed 300 people.", id="month-and-year"),
        pytest.param("In 1994, after weeks of threats on the radio, the militia killed 300 people.", id="leading-year"),
        pytest.param("Three hundred people were killed there ten years ago.", id="years-ago"),
        pytest.param("Last year the same road saw 30 people killed.", id="last-year"),
        pytest.param("It recalled the bombing of Hiroshima, where 80,000 people died.", id="name-of-the-past"),
        pytest.param("A previous attack on the base killed 30 people.", id="previous"),
        pytest.param("A man was sentenced for the murder of two sisters.", id="sentenced"),
        pytest.param("He is on trial over a blast that killed 30 people.", id="on-trial"),
        pytest.param("She pleaded guilty to killing two sisters.", id="pleaded-guilty"),
        pytest.param("The inquest into the deaths of 30 miners opened on Monday.", id="inquest"),
        pytest.param("Hundreds held a vigil on Sunday for the 12 people killed in the mine.", id="vigil-on-a-day"),
        pytest.param("A wreath was laid in memory of the 12 firefighters who died.", id="in-memory"),
        pytest.param("The town marked the anniversary of the fire that killed 12 people.", id="anniversary-that"),
        pytest.param("The 12 miners who died in the pit were remembered on Sunday.", id="remembered-behind"),
        pytest.param("Thousands marched against the killing of three teachers.", id="march-against"),
        pytest.param("On 5 March students rallied to demand justice for three women killed by police.", id="just"),
        pytest.param("Relatives of 12 men killed in custody protested outside, demanding justice.", id="kin"),
        pytest.param("Residents blocked the road to denounce the murder of two farmers.", id="denounce"),
        pytest.param("Workers demonstrated following the death of four colleagues in a shaft.", id="following"),
        pytest.param("Villagers rallied with the coffins of two boys who drowned in a quarry.", id="coffins"),
        pytest.param("Dockers protested the deaths of six colleagues.", id="protested-the-deaths"),
        pytest.param("The family of two brothers shot dead by police rallied in the square.", id="kin-rallied"),
        pytest.param("The man who killed two women was sentenced to life on Monday.", id="sentenced-behind"),
        pytest.param("Ferry captain trial begins; trial over 34 deaths.", id="trial-over"),
        pytest.param("Village mourns three girls killed in fire", id="mourns"),
        pytest.param("Teachers staged a sit-in over the shooting that killed two pupils.", id="over-that"),
    ],
)  # fmt: skip
def test_past(text: str) -> None:
    assert modalities(text) == ["historical"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A bomb at a vigil for a singer killed 12 people.", id="bomb-at-a-vigil"),
        pytest.param("Gunmen stormed a ceremony in memory of a cleric, killing 12 people.", id="memory-then-killing"),
        pytest.param("Protests over the vote turned violent and five people were killed.", id="turned-violent"),
        pytest.param("Five people were killed during protests against the tax.", id="killed-during"),
        pytest.param("Protesters threw stones, which led to the death of five people.", id="led-to"),
        pytest.param("Two years after the coup, five people were killed in the capital.", id="years-after-a-coup"),
        pytest.param("Five people were killed in May.", id="may-is-a-month"),
        pytest.param("Inside a museum in the old town at least five people were shot dead.", id="museum"),
        pytest.param("Mourners held a vigil for the six people killed on Tuesday.", id="vigil-for-tuesday"),
        pytest.param("A man was charged with murder after three people were shot dead on Tuesday.", id="charged"),
    ],
)  # fmt: skip
def test_news_beside_words_of_the_past_is_news(text: str) -> None:
    assert modalities(text) == ["happened"]


@pytest.mark.parametrize(
    "text",
    [
        "Police fired on a crowd protesting against the murder of a student, leaving five people dead.",
        "Protests against the murder of a student left five people dead.",
    ],
)
def test_deaths_at_a_protest_are_news_and_those_it_is_about_are_not(text: str) -> None:
    assert by_value(text) == {1: "historical", 5: "happened"}


def test_each_figure_has_the_date_next_to_it() -> None:
    found = by_value("Twelve people were killed on Tuesday, three years after a bomb killed 40 people there in 2023.")

    assert found == {12: "happened", 40: "historical"}


@pytest.mark.parametrize(
    ("title", "text"),
    [
        pytest.param("Town marks anniversary of mine collapse", "Thirty miners died underground.", id="anniversary"),
        pytest.param("Vigil for victims of ferry", "The ferry sank off the cape. Ninety people drowned.", id="vigil"),
        pytest.param("Officer on trial over shooting", "Three students were killed in the square.", id="trial"),
        pytest.param("Inquest hears of last minutes", "Two brothers died in the cave.", id="inquest"),
        pytest.param("", "Students protested in the capital. They condemned the killing of two boys.", id="protest"),
        pytest.param("", "In 1994 militias took the town. Three hundred people were killed.", id="opens-in-the-past"),
        pytest.param("", "The last quake struck in 2009. It killed 300 people.", id="it"),
        pytest.param("", "Hundreds came to the memorial of the fire. It killed 90 people.", id="memorial-first"),
    ],
)
def test_article_about_the_past_makes_its_figures_past(title: str, text: str) -> None:
    assert modalities(text, title) == ["historical"]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        pytest.param("Town marks anniversary of collapse", "Four people were killed on Monday.", id="dated"),
        pytest.param("Bomb at vigil kills four", "The blast killed four people.", id="bomb-at-a-vigil"),
        pytest.param("Four killed as bomber strikes memorial", "The blast killed four people.", id="bomber"),
        pytest.param("", "The mill was built in 1998. It burned on Sunday, killing four people.", id="it-on-sunday"),
        pytest.param("", "The mill was built in 1998. It burned down and four people were killed.", id="built"),
        pytest.param("Protests turn deadly", "Four people were killed when police opened fire.", id="deadly-protests"),
    ],
)  # fmt: skip
def test_news_in_an_article_about_the_past_is_news(title: str, text: str) -> None:
    assert modalities(text, title) == ["happened"]


def test_film_in_the_title_makes_its_figures_a_story() -> None:
    assert modalities("Two hundred people are killed by a wave.", "New film shows the end of a town") == [
        "hypothetical"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Russia's defence ministry said its forces killed 200 Ukrainian soldiers.",
        "The army says it killed 14 militants in the valley.",
        "Army says 14 militants killed in raid",
        "Fourteen militants killed in raid - military",
        "Hezbollah said six Israeli soldiers were killed.",
    ],
)
def test_party_that_counts_whom_it_killed_claims(text: str) -> None:
    assert modalities(text) == ["claimed"]


@pytest.mark.parametrize(
    "text",
    [
        "Police said 14 soldiers were killed.",
        "The army said 14 of its soldiers were killed.",
        "The army said 14 civilians were killed.",
        "The UK chief of defence staff said Russian forces had 1,500 soldiers killed in a day.",
        "A doctor said 14 fighters were killed.",
    ],
)
def test_named_source_alone_is_no_claim(text: str) -> None:
    assert modalities(text) == ["happened"]
