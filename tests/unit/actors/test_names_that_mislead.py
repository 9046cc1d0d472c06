"""Names that are also something else: who is meant, and who is not."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.actors import ActorScanner, load_catalogue
from tests.unit.actors.samples import article, mentions

IN_OFFICE = date(2023, 5, 1)  # when Biden was president


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Talks in Jordan went on for hours.", ["Jordan=jordan"]),
        ("Michael Jordan bought the team.", []),
        ("They visited Jordan Peterson at home.", []),
        ("A boy called Sam Jordan swam across.", []),
        ("In Jordan the harvest was good.", ["Jordan=jordan"]),
        ("The road follows the Jordan River for miles.", []),
        ("They asked King Abdullah II in Jordan for help.", ["King Abdullah II=king-abdullah", "Jordan=jordan"]),
        ("The border of Israel and Jordan's Petra region were quiet.", ["Jordan=jordan"]),
        ("Rebels in Chad took a town.", ["Chad=chad"]),
        ("Chad Kroeger sang there.", []),
        ("We asked Chad, and he agreed.", ["Chad=chad"]),
        ("They ate a chad of paper.", []),
        ("A turkey was served, then a Turkey sandwich.", []),
        ("Turkey and Türkiye are one state.", ["Turkey=turkey", "Türkiye=turkey"]),
        ("She plays for Georgia Tech and lives in Georgia.", []),
        ("A storm hit Georgia, and Tbilisi lost power.", ["Georgia=georgia"]),
        ("The president of Georgia spoke.", ["Georgia=georgia"]),
        ("Georgia's president spoke.", ["Georgia=georgia"]),
        ("The tsar of Georgia spoke.", ["Georgia=georgia"]),
        ("The king of Georgia spoke.", []),
        ("The storm hit Georgia. Then Tbilisi slept.", []),
        ("Georgian wine sells well in Georgia.", ["Georgian=georgia", "Georgia=georgia"]),
        ("Xinhua reported from Tirana that a woman and a romantic ottoman won.", []),
        ("Xi said so.", []),
        ("Xi Jinping came. Later Xi said so.", ["Xi Jinping=xi-jinping", "Xi=xi-jinping"]),
        ("China's Xi said so.", ["China=china", "Xi=xi-jinping"]),
        ("President Xi said so.", ["Xi=xi-jinping"]),
        ("Xi, Xinhua wrote, was there.", ["Xi=xi-jinping"]),
        ("Xi was there. China was too.", ["China=china"]),
        ("Those who know the WHO asked who it was.", ["WHO=who"]),
        ("They told us that the US and the U.S. agree.", ["US=united-states", "U.S=united-states"]),
        ("Biden said no.", ["Biden=joe-biden"]),
        ("Hunter Biden was in court. Biden said no.", []),
        ("Hunter Biden was in court. Joe Biden came. Biden said no.", ["Joe Biden=joe-biden", "Biden=joe-biden"]),
        ("Jill Biden gave a talk. Biden smiled.", ["Jill Biden=jill-biden"]),
        ("Jill Biden gave a talk. President Biden smiled.", ["Jill Biden=jill-biden", "Biden=joe-biden"]),
        ("The Biden Foundation gave money, Biden said.", ["Biden=joe-biden"]),
        ("Melania Trump smiled at Trump Tower.", []),
        ("Trump spoke at Trump Tower.", ["Trump=donald-trump"]),
        ("The nurse Frank Rubio retired.", []),
        ("The nurse Rubio Smith retired.", []),
        ("In America the nurse Frank Rubio retired.", []),
        ("Then Rubio retired.", ["Rubio=marco-rubio"]),
        ("The nurse asked Mr Rubio.", ["Rubio=marco-rubio"]),
        ("The nurse Wladimir Putin visited Russia.", ["Russia=russia"]),
        ("The nurse met President Wladimir Putin.", ["Putin=vladimir-putin"]),
        ("The nurse Anh Nguyen left Hanoi.", []),
        ("Anh Nguyen left Hanoi.", []),
        ("The nurse met Minister Van Nguyen of Hanoi.", ["Van Nguyen=van-nguyen"]),
        ("Putin Administration officials left Russia.", ["Putin=vladimir-putin", "Russia=russia"]),
        ("The Putin Awards were given.", []),
        ("Then Nguyen left Hanoi.", ["Nguyen=van-nguyen"]),
        ("Lee agreed.", []),
        ("Roe agreed.", ["Roe=ann-roe"]),
        ("Old Roe was old, and Roe agreed.", ["Old Roe=old-roe", "Roe=old-roe"]),
        ("Ada Lee came, and Lee agreed.", ["Ada Lee=lee-one", "Lee=lee-one"]),
        ("Washington is wet today.", []),
        ("The US Open begins in the US.", ["US=united-states"]),
        ("Sudan is not South Sudan.", ["Sudan=sudan", "South Sudan=south-sudan"]),
        ("Путина и Зеленского ждут.", ["Путина=vladimir-putin", "Зеленского=volodymyr-zelenskyy"]),
    ],
)
def test_in_a_sentence(text: str, meant: list[str]) -> None:
    assert mentions(text, on=IN_OFFICE) == meant


@pytest.mark.parametrize(
    ("on", "meant"), [(date(2015, 1, 1), ["Roe=old-roe"]), (date(2021, 1, 1), ["Roe=ann-roe"]), (date(1999, 1, 1), [])]
)
def test_of_two_of_a_surname_the_one_who_leads_that_day_is_meant(on: date, meant: list[str]) -> None:
    assert mentions("Roe agreed.", on=on) == meant


@pytest.mark.parametrize(
    ("title", "meant"),
    [
        ("WHO SAYS MALARIA IS IN RETREAT", []),
        ("US AND RUSSIA MEET IN VIENNA", ["RUSSIA=russia"]),
        ("U.S. AND RUSSIA MEET IN VIENNA", ["U.S=united-states", "RUSSIA=russia"]),
        (
            "UKRAINIAN PRESIDENT MEETS BIDEN",
            ["UKRAINIAN=ukraine", "UKRAINIAN PRESIDENT=~volodymyr-zelenskyy", "BIDEN=joe-biden"],
        ),
        ("JORDAN CLOSES ITS BORDER", ["JORDAN=jordan"]),
        ("NGUYEN IS IN HANOI NOW", ["NGUYEN=van-nguyen"]),
        ("NGUYEN IS A COMMON NAME", []),
        ("then nguyen left Hanoi", []),
        ("WHO says malaria is in retreat", ["WHO=who"]),
        ("Jordan Closes Its Border", ["Jordan=jordan"]),
        ("Chinese Premier and Xi Meet. Talks Go On", ["Chinese=china", "Xi=xi-jinping"]),
        ("Ukrainian President Urges Allies", ["Ukrainian=ukraine", "Ukrainian President=~volodymyr-zelenskyy"]),
    ],
)
def test_in_a_headline(title: str, meant: list[str]) -> None:
    assert mentions("", title=title, on=IN_OFFICE) == meant


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("Michael Jordan scored for Chicago.", "jordan"),
        ("A team from Georgia Tech built it.", "georgia"),
        ("Xinhua was first.", "xi-jinping"),
        ("It rained in Tirana.", "iran"),
        ("The woman left.", "oman"),
        ("Tell us who did it.", "united-states"),
        ("Tell us who did it.", "world-health-organization"),
        ("Hunter Biden was in court.", "joe-biden"),
    ],
)
def test_in_the_shipped_catalogue(text: str, never: str) -> None:
    registry = load_catalogue()

    assert never in registry
    assert ActorScanner(registry).scan(article(text, lang="en")).of(never) == ()


@pytest.mark.parametrize(
    ("title", "text", "meant"),
    [
        ("", "Xi, Putin meet", {"xi-jinping", "vladimir-putin"}),
        ("", "Putin and Xi met for an hour.", {"xi-jinping", "vladimir-putin"}),
        ("", "Merz and Xi met for an hour.", {"friedrich-merz", "xi-jinping"}),
        ("Putin calls Xi", "", {"xi-jinping", "vladimir-putin"}),
        ("XI MEETS PUTIN IN BEIJING", "", {"xi-jinping", "vladimir-putin", "china"}),
        ("", "Putin and Kim Kardashian met.", {"vladimir-putin"}),
        ("", "Putin thanked a Mr. Kim for his work.", {"vladimir-putin"}),
        ("TURKEY RECALLS ENVOY", "", {"turkey"}),
        ("TURKEY AND GRAVY FOR ALL", "", set()),
        ("US PRESIDENT TO TRAVEL SOON", "", {"united-states"}),
        ("LET US ALL GO THERE", "", set()),
        ("", "Jordan says it intercepted drones", {"jordan"}),
        ("", "Jordan says it is time to go.", set()),
        ("", "Troops in Chad", {"chad"}),
        ("", "The W.H.O. and the I.A.E.A. met.", {"world-health-organization", "international-atomic-energy-agency"}),
        ("", "马里政府", {"mali"}),
        ("", "索马里政府", {"somalia"}),
        ("", "ज़ेलेंस्की", {"volodymyr-zelenskyy"}),
        ("", "پوتین و زلنسکی", {"vladimir-putin", "volodymyr-zelenskyy"}),
        ("", "Talks of Washington and Moscow stalled.", {"united-states", "russia"}),
        ("", "The Washington Post and Kerry Washington said so.", set()),
    ],
)
def test_the_shipped_catalogue_reads_headlines_as_a_newsroom_does(title: str, text: str, meant: set[str]) -> None:
    found = ActorScanner(load_catalogue()).scan(article(text, title=title)).all()
    assert {one.actor for one in found if one.direct or one.actor == "united-states"} == meant
