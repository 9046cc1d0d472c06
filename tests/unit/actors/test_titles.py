"""Offices in a text: titles in many languages, seats, counterparts, and whose they are on the day."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.actors.samples import article, mentions, scanner


def meant(text: str, *, lang: str = "und", on: date | None = date(2025, 11, 7)) -> list[str]:
    """Only who is meant without a name."""
    return [one for one in mentions(text, lang=lang, on=on) if "=~" in one or "=^" in one]


@pytest.mark.parametrize(
    ("lang", "text", "words"),
    [
        ("en", "They met the Ukrainian president today.", "Ukrainian president"),
        ("en", "They met Ukraine's president today.", "Ukraine's president"),
        ("en", "They met the president of Ukraine today.", "president of Ukraine"),
        ("en", "The Ukrainian leader agreed.", "Ukrainian leader"),
        ("de", "Das sagte der ukrainische Präsident am Montag.", "ukrainische Präsident"),
        ("de", "Er sprach mit dem ukrainischen Präsidenten.", "ukrainischen Präsidenten"),
        ("de", "Der Präsident der Ukraine sprach.", "Präsident der Ukraine"),
        ("fr", "C'est ce qu'a dit le président ukrainien.", "président ukrainien"),
        ("es", "Lo dijo el presidente de Ucrania.", "presidente de Ucrania"),
        ("es", "Lo dijo el presidente ucraniano.", "presidente ucraniano"),
        ("it", "Il presidente dell'Ucraina ha parlato.", "presidente dell'Ucraina"),
        ("ru", "Об этом заявил президент Украины.", "президент Украины"),
        ("ru", "Об этом сообщили президенту Украины.", "президенту Украины"),
        ("ru", "Украинский президент ответил.", "Украинский президент"),
        ("uk", "Президент України відповів.", "Президент України"),
        ("ar", "قال الرئيس الأوكراني اليوم", "الرئيس الأوكراني"),
        ("zh", "乌克兰总统说", "乌克兰总统"),
        ("ja", "ウクライナ大統領は言った", "ウクライナ大統領"),
    ],
)
def test_a_title_means_its_holder(lang: str, text: str, words: str) -> None:
    assert meant(text, lang=lang) == [f"{words}=~volodymyr-zelenskyy"]


@pytest.mark.parametrize(
    ("text", "holders"),
    [
        ("The former Ukrainian president agreed.", []),
        ("The ex-president of Ukraine agreed.", []),
        ("She would be a Ukrainian president for all.", []),
        ("The deputy foreign minister of Russia agreed.", []),
        ("The Russian vice president agreed.", []),
        ("The president spoke in Ukraine.", []),
        ("War in Ukraine, president says.", []),
        ("They left Ukraine. President and people stayed.", []),
        ("Ukrainian presidents have come and gone.", []),
        ("The presidential palace of Ukraine is old.", []),
        ("The US president-elect of then agreed.", []),
        ("Бывший президент Украины ответил.", []),
        ("В Украине президент США ответил.", ["президент США=~donald-trump"]),
        ("NATO's secretary-general agreed.", ["NATO's secretary-general=~mark-rutte"]),
        ("The Pope spoke; they sang pop.", ["Pope=~pope-leo"]),
        ("The US secretary of state agreed.", ["US secretary of state=~marco-rubio"]),
        ("A secretary of state agreed.", []),
        ("The US commander in chief agreed.", ["US commander in chief=~donald-trump"]),
        ("The commander in chief agreed.", []),
        ("The Tsar agreed.", ["Tsar=~russia", "Tsar=~vladimir-putin"]),
        ("The former Tsar agreed.", []),
        ("Tsar Nicholas agreed.", []),
        ("The tsar of Georgia agreed.", []),
        ("Der Kremlchef schwieg.", ["Kremlchef=~russia", "Kremlchef=~vladimir-putin"]),
        ("Kremlchef Putin schwieg.", []),
        ("The office (of the UN) refugee chief agreed.", []),
        ("The UN refugee chief agreed.", ["UN refugee chief=~mark-rutte"]),
        ("The French leader agreed.", ["French leader=~emmanuel-macron"]),
        (
            "The leaders of Russia, France and the US agreed.",
            [
                "leaders of Russia=~vladimir-putin",
                "leaders of Russia, France=~emmanuel-macron",
                "leaders of Russia, France and the US=~donald-trump",
            ],
        ),
        ("The Russian foreign minister agreed.", ["Russian foreign minister=~sergey-lavrov"]),
    ],
)
def test_whose_title_it_is(text: str, holders: list[str]) -> None:
    assert meant(text) == holders


def test_states_in_a_row_share_a_title() -> None:
    assert meant("The US, French and Ukrainian presidents met.") == [
        "US, French and Ukrainian presidents=~donald-trump",
        "French and Ukrainian presidents=~emmanuel-macron",
        "Ukrainian presidents=~volodymyr-zelenskyy",
    ]
    assert len(meant("The US, French, and Ukrainian presidents met.")) == 3
    assert len(meant("The presidents of the US, France, and the US met.")) == 3
    assert meant("The presidents of Russia and Ukraine met.") == [
        "presidents of Russia=~vladimir-putin",
        "presidents of Russia and Ukraine=~volodymyr-zelenskyy",
    ]


@pytest.mark.parametrize(
    ("on", "holder"),
    [
        (date(2017, 1, 19), []),
        (date(2017, 1, 20), ["donald-trump"]),
        (date(2021, 1, 20), ["joe-biden"]),
        (date(2025, 1, 19), ["joe-biden"]),
        (date(2025, 1, 20), ["donald-trump"]),
        (None, ["donald-trump"]),
    ],
)
def test_the_day_says_who_holds_an_office(on: date | None, holder: list[str]) -> None:
    assert meant("The US president agreed.", on=on) == [f"US president=~{one}" for one in holder]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Ukrainian President Volodymyr Zelenskyy agreed.",
         ["Ukrainian=ukraine", "Volodymyr Zelenskyy=volodymyr-zelenskyy"]),
        ("Ukrainian President Petro Poroshenko agreed.", ["Ukrainian=ukraine", "Petro Poroshenko=petro-poroshenko"]),
        ("Ukrainian President Ivan Unknown agreed.", ["Ukrainian=ukraine"]),
        ("乌克兰总统泽连斯基说", ["乌克兰=ukraine", "泽连斯基=volodymyr-zelenskyy"]),
        ("US President Trump and Ukrainian President Zelenskyy met.",
         ["US=united-states", "Trump=donald-trump", "Ukrainian=ukraine", "Zelenskyy=volodymyr-zelenskyy"]),
    ],
)  # fmt: skip
def test_a_title_joined_to_a_name_is_no_mention_of_its_own(text: str, named: list[str]) -> None:
    assert mentions(text) == named


def test_a_seat_means_the_office_and_its_state() -> None:
    assert mentions("The Kremlin denied it.") == ["Kremlin=~russia", "Kremlin=^vladimir-putin"]
    found = scanner().scan(article("The Kremlin denied it.")).of("vladimir-putin")

    assert [(one.office, one.seat, one.direct) for one in found] == [("president@russia", True, False)]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Macron called his Russian counterpart.", ["Russian counterpart=~vladimir-putin"]),
        ("Sybiha met his Russian counterpart.", ["Russian counterpart=~sergey-lavrov"]),
        ("The Ukrainian president met his French counterpart.",
         ["Ukrainian president=~volodymyr-zelenskyy", "French counterpart=~emmanuel-macron"]),
        ("Macron sprach mit seinem russischen Amtskollegen.", ["russischen Amtskollegen=~vladimir-putin"]),
        ("Macron a parlé à son homologue russe.", ["homologue russe=~vladimir-putin"]),
        ("Macron habló con su homólogo ruso.", ["homólogo ruso=~vladimir-putin"]),
        ("Зеленский и российский коллега.", ["российский коллега=~vladimir-putin"]),
        ("His Russian counterpart called Macron.", []),
        ("Macron left. His Russian counterpart stayed.", []),
        ("Jill Biden met her Russian counterpart.", []),
        ("Putin met his Russian counterpart.", []),
        ("Macron met his Russian counterpart Vladimir Putin.", []),
        ("Macron met King Abdullah II, then the Jordanian counterpart of Putin.", []),
        ("Macron met his Jordanian counterpart.", ["Jordanian counterpart=~king-abdullah"]),
    ],
)  # fmt: skip
def test_a_counterpart_has_the_office_of_the_one_named_before(text: str, who: list[str]) -> None:
    assert meant(text) == who


def test_many_names_take_no_more_than_their_share_of_time() -> None:
    text = "Joe Biden, Hunter Biden and Xi met the US, French and Ukrainian presidents and his Russian counterpart. "
    found = scanner().scan(article(text * 2_000))

    assert len(found.of("joe-biden")) == 2_000
    assert len(found.of("volodymyr-zelenskyy")) == 2_000
