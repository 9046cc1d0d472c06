"""Stems find the cases of their word, and neither another person nor another word."""

from __future__ import annotations

import pytest

from tests.unit.text.support import surfaces


@pytest.mark.parametrize(
    ("pattern", "found", "not_found"),
    [
        ("Путин~", "Путин Путина Путину Путиным Путине", "Путиной Путинцы Путинский путинизм"),
        ("Путін~", "Путін Путіна Путіну Путіним Путінові Путіні", "Путіної Путінська"),
        ("Лавров~", "Лавров Лаврова Лаврову Лавровым Лавровом", "Лавровой Лавровский Лавровы"),
        ("Зеленськ~", "Зеленський Зеленського Зеленському Зеленським", "Зеленська Зеленської Зеленську Зеленськой"),
        ("Зеленск~", "Зеленский Зеленского Зеленскому Зеленским Зеленском", "Зеленская Зеленской Зеленскую Зеленска"),
        ("Зеленский~", "Зеленский Зеленского Зеленскому Зеленским", "Зеленская Зеленской Зеленскую"),
        ("Зеленская~", "Зеленская Зеленской Зеленскую", "Зеленский Зеленского"),
        ("Зеленська~", "Зеленська Зеленської Зеленській Зеленську", "Зеленський Зеленського"),
        ("Залужний~", "Залужний Залужного Залужному Залужним", "Залужна Залужную"),
        ("Навальный~", "Навальный Навального Навальным", "Навальная Навальной"),
        ("Захарова~", "Захарова Захаровой Захарову Захарової", "Захаров Захаровым"),
        ("Петр~", "Петр Петра Петру Петром Пётр", "Петросян Петров Петрова Петровна"),
        ("Иран~", "Иран Ирана Ирану Ираном Иране", "Иранка Иранец Иранский Иранцы"),
        ("Украина~", "Украина Украины Украине Украину Украиной", "Украинец украинский"),
        ("Україна~", "Україна України Україні Україну Україною", "Українець українська"),
        ("Россия~", "Россия России Россию Россией", "Россиянин российский"),
        ("Москва~", "Москва Москвы Москве Москву Москвой", "Москвич"),
        ("Дамаск~n", "Дамаск Дамаска Дамаску Дамаском Дамаске", "Дамасский Дамаского"),
        ("Минск~", "Минск Минска Минску Минском Минске", "Минский Минского"),
        ("Туск~", "Туск Туска Туску Туском Туске", "Тусклый Тускою"),
        ("Сикорск~", "Сикорский Сикорского Сикорским", "Сикорская Сикорской Сикорска"),
        ("Игор~", "Игорь Игоря Игорю Игорем", "Игоревич Игорев"),
        ("Мен~", "Мен Мена", "Меня мень"),
        ("Ортега~", "Ортега Ортеги Ортеге Ортегу Ортегой", "Ортегин"),
        ("представител~", "представитель представителя представители представителям", "представительство"),
        ("главнокомандующ~", "главнокомандующий главнокомандующего главнокомандующим", "командующий"),
        ("иск~n", "иск иска иски исков", "искать"),
        ("Китай~", "Китай Китая Китаю Китаем Китае", "Китайский Китаянка"),
        ("Сергей~", "Сергей Сергея Сергею Сергеем Сергее", "Сергеев Сергеевна"),
        ("Сергій~", "Сергій Сергія Сергію Сергієм", "Сергійович"),
        ("Израиль~", "Израиль Израиля Израилю Израилем", "Израильский"),
        ("Порошенко~", "Порошенко Порошенка Порошенку Порошенком", "Порошенков"),
        ("президент~", "президент президента президентом президенты президентов президентами", "президентский"),
        ("ракета~", "ракета ракеты ракет ракетам ракетами ракетах ракетой", "ракетный"),
        ("украинск~", "украинский украинская украинского украинскими украинское", "украинец"),
        ("ядерный~", "ядерный ядерная ядерного ядерных ядерными", "ядро"),
        ("переговоры~", "переговоры переговоров переговорам переговорами переговорах", "переговорщик"),
        ("Харків~", "Харків Харкова Харкову Харковом Харкові", "харківський Харківка"),
        ("Київ~", "Київ Києва Києву Києві Києвом", "київський"),
        ("Байден~", "Байден Байдена Байдену Байденом Байденові", "Байденов Байденша"),
    ],
)
def test_cyrillic_stem(pattern: str, found: str, not_found: str) -> None:
    assert surfaces(pattern, f"{found} {not_found}") == found.split()


@pytest.mark.parametrize(
    ("pattern", "lang", "found", "not_found"),
    [
        ("Tusk~", "pl", "Tusk Tuska Tuskowi Tuskiem", "Tuski"),
        ("libijsk~", "pl", "libijski libijskiego libijska libijskich", "libijczyk"),
        ("Putin~", "pl", "Putin Putina Putinowi Putinem Putinie", "Putinowski Putinizm"),
        ("Zełenski~", "pl", "Zełenski Zełenskiego Zełenskiemu Zełenskim", "Zełenska Zełenskiej"),
        ("Ukraina~", "pl", "Ukraina Ukrainy Ukrainie Ukrainę Ukrainą", "Ukrainiec"),
        ("Zelenskyj~", "cs", "Zelenskyj", "Zelenská Zelenské"),
        ("Zelenský~", "cs", "Zelenský Zelenského Zelenskému Zelenským", "Zelenská Zelenské"),
        ("Putin~", "sk", "Putin Putina Putinovi Putinom", "Putinová"),
        ("Putin~", "hr", "Putin Putina Putinu Putinom", "Putinova"),
        ("Putin~", "tr", "Putin Putin'in Putine", "Putinci"),
        ("Putin~", "fi", "Putin Putinin Putinille Putinista", "Putinismi"),
        ("Orbán~", "hu", "Orbán Orbánt Orbánnak Orbánnal Orbánról", "Orbánisták"),
        ("Merz~", "de", "Merz Merz", "Merzig"),
        ("Präsident~", "de", "Präsident Präsidenten", "Präsidentin Präsidentinnen"),
        ("EU-Beauftragte~", "de", "EU-Beauftragte EU-Beauftragten EU-Beauftragter", "EU-Beauftragung"),
        ("ukrainisch~", "de", "ukrainische ukrainischen ukrainischer ukrainisches", "ukrainischsprachig"),
        ("Putin~", "sv", "Putin Putins", "Putinism"),
        ("ukrainsk~", "sv", "ukrainsk ukrainska ukrainskt", "ukrainskan"),
    ],
)
def test_latin_stem_in_its_language(pattern: str, lang: str, found: str, not_found: str) -> None:
    assert [word for word in surfaces(pattern, f"{found} {not_found}", lang=lang) if word != "in"] == [
        word.split("'")[0] for word in found.split()
    ]


def test_endings_of_one_latin_language_do_not_count_in_another() -> None:
    assert surfaces("Georg~", "Georgia Georgian Georgina", lang="und") == []
    assert surfaces("Robert~", "Roberta", lang="en") == []
    assert surfaces("Robert~", "Robert", lang="en") == ["Robert"]
    assert surfaces("Robert~", "Roberta", lang="pl") == ["Roberta"]
    assert surfaces("Robert~", "Roberta", lang="und") == ["Roberta"]


@pytest.mark.parametrize(
    ("pattern", "found", "not_found"),
    [
        (
            "푸틴",
            "푸틴 푸틴은 푸틴이 푸틴을 푸틴의 푸틴과 푸틴에게 푸틴으로 푸틴입니다 푸틴이다 푸틴이란 푸틴밖에 푸틴씨",
            "푸틴가 푸틴를 푸틴주의 푸틴스키",
        ),
        ("트럼프", "트럼프 트럼프는 트럼프가 트럼프를 트럼프와 트럼프로", "트럼프은 트럼프주의"),
        ("이란", "이란 이란에서 이란은", "이란인 이란성"),
        ("시", "시", "시는 시가"),
        ("بوتين", "بوتين وبوتين لبوتين بوتينْ", "البوتين بوتينية"),
        ("العراق", "العراق والعراق بالعراق للعراق وللعراق", "عراق عراقي"),
        ("مالي", "مالي ومالي لمالي", "المالي"),
        ("נתניהו", "נתניהו לנתניהו ונתניהו", "נתניהוז"),
    ],
)
def test_words_carry_the_small_words_of_their_script(pattern: str, found: str, not_found: str) -> None:
    assert surfaces(pattern, f"{found} {not_found}", variants=False) == found.split()


def test_arabic_word_that_is_no_name_may_have_the_article() -> None:
    assert surfaces("صاروخ", "الصاروخ والصاروخ") == ["الصاروخ", "والصاروخ"]
    assert surfaces("صاروخ باليستي", "الصاروخ الباليستي") == ["الصاروخ الباليستي"]
