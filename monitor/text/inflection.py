"""The endings that `stem~` stands for, by script, language and how the stem is written. Tables, and their look-up.

Authors write the dictionary form with `~` behind it ("Украина~", "Зеленский~", "ракета~", "Präsident~") or, where it
ends in a consonant, what all cases begin with ("Путин~", "Зеленськ~"). How that ends says which endings there are;
a capital letter says that it is a name. A name has no plural and no other gender: Лавров~ finds Лаврову and never
Лавровой, Зеленськ~ finds Зеленського and never Зеленська or Зеленську, Петр~ finds Петра and neither Петров nor
Петросян, Иран~ finds Ирана and not Иранка or Иранец. What cannot be told apart is both: Лаврова is his genitive and her
name. A word in small letters has its plurals, and as an adjective ("украинск~", "ядерный~") all genders.
A name in -ск of one syllable is a noun (Минск~, Туск~), a longer one a surname (Сикорск~). `~n` says that a word is a
noun all the same: Дамаск~n finds Дамаска, иск~n finds иска.
Given with its last vowel, a word is more surely told: Ортега~ finds Ортеги, Ортег~ is taken for a masculine stem.

Cyrillic languages share one table: their endings do not collide. Those in Latin letters do ("Georg" and Finnish -ia),
so there each ending counts only in articles of its language and where the language is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.text.folding import fold


@dataclass(frozen=True)
class Stem:
    """The folded beginning of a word and what may follow it; in which language (None: in any)."""

    text: str
    endings: tuple[str, ...]
    lang: str | None


@dataclass(frozen=True)
class _Row:
    """What may follow a word that is written in a certain way.

    Attributes:
        of: `name` for capitalised words, `word` for others; or both.
        written: How the words it is for end; of several rows, the first that fits counts.
        cut: How many letters of it the endings replace.
    """

    of: frozenset[str]
    written: re.Pattern[str]
    cut: int
    endings: tuple[str, ...]


def stems(written: str, lang: str | None, *, noun: bool = False) -> tuple[Stem, ...]:
    """What `written~` finds; nothing where no endings are known for its letters or its language.

    Args:
        noun: It is a noun and no adjective, whatever its end looks like.
    """
    folded = fold(written)
    if any("\u0400" <= letter <= "\u052f" for letter in folded):
        tables: dict[str | None, tuple[_Row, ...]] = {None: _CYRILLIC}
    elif lang is not None:
        tables = {lang: _LATIN[lang]} if lang in _LATIN else {}
    else:
        tables = dict(_LATIN.items()) if folded.isascii() else {}
    kind = "name" if written[:1].isupper() else "word"
    return tuple(
        Stem(folded[: len(folded) - row.cut], row.endings, only)
        for only, table in tables.items()
        if (row := _row(table, folded, kind, noun=noun)) is not None
    )


def _row(table: tuple[_Row, ...], folded: str, kind: str, *, noun: bool) -> _Row | None:
    rows = reversed(table) if noun else table
    return next((row for row in rows if kind in row.of and row.written.search(folded)), None)


def _table(text: str) -> Iterator[_Row]:
    """Rows from lines of `name|word|both / written / cut / endings`: `-` no ending, `.` however it is written.

    The last row of a kind is that of nouns.
    """
    for line in text.strip().splitlines():
        of, written, cut, endings = (part.strip() for part in line.split("/"))
        yield _Row(
            frozenset({"name", "word"} if of == "both" else {of}),
            re.compile("" if written == "." else rf"(?:{'|'.join(map(fold, written.split()))})\Z"),
            int(cut),
            tuple(dict.fromkeys("" if ending == "-" else fold(ending) for ending in endings.split())),
        )


# Russian, Ukrainian, Belarusian, Bulgarian, Serbian and Macedonian in one.
_VOWEL = "[аеєиіїоуыэюя].*"
_ADJECTIVE = (
    "ий ый ой ій и і ого его ому ему ым им ім ом ем ая яя ой ей ую юю ою ею ое ее ые ие их ых ими ыми "
    "а я е є у ю ої ої ій ії і їх іх іми ага яга аму яму ай яй ае яе ыя ія ыі ог ег ома ата ото ите ия ият их има"
)
_NOUN = "- а у е і ом ем ові еві ы и ов ев ей ів ам ами ах ът ове ите има"
_SOFT_NOUN = "ь я ю ям ями ях"
_NOUN_IN_SHORT_I = "ия ию ием ии иев иям иями иях ія ію ієм ії іїв іям іями іях оя ою оем ое ои оев оям оями оях"
_CYRILLIC = tuple(
    _table(f"""
name / {_VOWEL}{_VOWEL}[сцз]ь?к / 0 / ий ый ій и і ого ому им ім ом ага аму ог ога оме
word / ск цк ськ цьк зьк        / 0 / {_ADJECTIVE}
name / кий ний чий щий ній      / 2 / ий ій ого его ому ему им ім ом ем ия ию ием ии ие ія ію ієм ії іє
name / ий ій                    / 2 / ий ій ого его ому ему им ім ия ию ием ии ие ія ію ієм ії іє
name / ый                       / 2 / ый ого ому ым ом
name / ой                       / 2 / ой ого ому ым им ом оя оем ое
word / ий ый ой ій              / 2 / {_ADJECTIVE} {_NOUN_IN_SHORT_I}
name / й                        / 1 / й я ю ем єм ом е ї і и єві
word / й                        / 1 / й я ю ем єм е ї і и ев єв їв ів єві ям ями ях
name / ь                        / 1 / ь я ю ем єм ом е і и ью еві єві
word / ь                        / 1 / ь я ю ем єм ом е і и ью еві єві ей ів ям ями ях
name / ая                       / 2 / ая ой ую ою ай
name / ска цка ська цька зька   / 1 / а и і е у ой ою ої ій ай
word / ая яя                    / 2 / {_ADJECTIVE}
name / ия ія                    / 1 / я и ї і ю ей ею єю е
word / ия ія                    / 1 / я и ї і ю ей ею єю е й ям ями ях
name / я                        / 1 / я и і ї е ю ей ею єю ёй
word / я                        / 1 / я и і ї е ю ей ею єю ь й ям ями ях -
name / а                        / 1 / а ы и і е у ой ою ей ею ої ій ай
word / а                        / 1 / а ы и і е у ой ою ей ею ай - ам ами ах
name / о                        / 1 / о а у ом е і ові
word / о                        / 1 / о а у ом е і - ам ами ах
name / е                        / 1 / е я ю ем єм и і
word / е                        / 1 / е я ю ем єм и і й ь ев ів ям ями ях
both / и                        / 1 / и ы ов ев ей ів ам ами ах ям ями ях ия ии ию ией иею
both / ы                        / 1 / ы и ов ев ам ами ах -
both / у ю э є і ї              / 0 / -
name / ів                       / 2 / ів іва іву івом іві івим івові ова ову овом ові
name / їв                       / 2 / їв їва їву їві ївом єва єву єві євом еву ева еві евом
name / ов ев єв ин ын ін їн     / 0 / - а у е і ом ем ым им ові еві ам
name / {_VOWEL}{_VOWEL}         / 0 / - а у е і ом ем ові еві ам ь я ю
name / .                        / 0 / - а у е і ом ем ові еві ам
word / [юуая]щ [юу]ч            / 0 / {_ADJECTIVE}
word / .                        / 0 / {_NOUN} {_SOFT_NOUN}
""")
)

_TWO_VOWELS = "[aeiouy].*[aeiouy].*"
_CZECH = f"""
name / {_TWO_VOWELS}[sc]k       / 0 / y i eho emu ym im em
word / [sc]k                    / 0 / y i eho emu ym im em a e ou ych ich ymi imi
name / y i                      / 1 / y i eho emu ym im em
word / y i                      / 1 / y i eho emu ym im em a e ou ych ich ymi imi
name / a                        / 1 / a y e i u ou
word / a                        / 1 / a y e i u ou - am ami ach
both / e o u                    / 0 / - m
name / .                        / 0 / - a u e i ovi em
word / .                        / 0 / - a u e i y ovi em u um ech ich ami mi ove
"""
_SCANDINAVIAN = """
name / .                        / 0 / - s
word / sk isk                   / 0 / - a e t s
word / .                        / 0 / - s t e a n en et ens ets er ar ene erne arna erna
"""
_FINNISH_AFTER_VOWEL = "- n a an en in on un han hen hin hon hun lle lta lla sta ssa ksi na t ta"
_HUNGARIAN = "- t at et ot nak nek al el val vel rol tol hoz hez ban ben bol ba be ra re on en ert ig ul kent nal nel i"
_LATIN = {
    "pl": tuple(
        _table(f"""
name / {_TWO_VOWELS}([sc]|dz)k  / 0 / i iego iemu im
word / [sc]k dzk                / 0 / i iego iemu im a iej ą ie ich imi
name / ski cki dzki             / 1 / i iego iemu im
word / ski cki dzki ki gi       / 1 / i iego iemu im a iej ą ie ich imi
name / y                        / 1 / y ego emu ym
word / y                        / 1 / y ego emu ym a ej ą e ych ymi ow om ami ach
name / ska cka dzka             / 1 / a iej ą
name / ka ga                    / 1 / a i ę ą o
both / ja ia                    / 1 / a i ę ą o
name / a                        / 1 / a y i ie e ę ą o
word / a                        / 1 / a y i ie e ę ą o - om ami ach
both / e o u i                  / 0 / -
name / .                        / 0 / - a u owi em iem ie
word / .                        / 0 / - a u owi em iem ie y i e ów om ami ach owie
""")
    ),
    "cs": tuple(_table(_CZECH)),
    "sk": tuple(_table(_CZECH.replace(" em\n", " em om ov och mi\n"))),
    "hr": tuple(
        _table(f"""
name / {_TWO_VOWELS}[sc]k       / 0 / i og oga om omu im ome
word / [sc]k                    / 0 / i og oga om omu im ome a e o oj u ih ima
name / ski cki ki               / 1 / i og oga om omu im ome
word / ski cki ki               / 1 / i og oga om omu im ome a e o oj u ih ima
both / a                        / 1 / a e i u om o ama
both / e o u i                  / 0 / - ja ju jem
name / .                        / 0 / - a u e om em
word / .                        / 0 / - a u e i om em ima ovi ova evi eva
""")
    ),
    "tr": tuple(
        _table("""
both / a e i o u                / 0 / - yi yu ya ye nin nun da de dan den yla yle lar ler lari leri larin lerin si su
both / .                        / 0 / - i u a e in un da de ta te dan den tan ten la le lar ler lari leri larin lerin
""")
    ),
    "fi": tuple(
        _table(f"""
both / a e i o u                / 0 / {_FINNISH_AFTER_VOWEL}
name / .                        / 0 / - in iin ille ilta illa ista issa
word / .                        / 0 / - in ia iin ille ilta illa ista issa iksi ina it ien
""")
    ),
    "hu": tuple(_table(f"both / . / 0 / {_HUNGARIAN} k")),
    "de": tuple(
        _table("""
both / e                        / 0 / - n r s
name / .                        / 0 / - s es n en e
word / .                        / 0 / - s es n en e er em ere eren erer eres erem
""")
    ),
    "sv": tuple(_table(_SCANDINAVIAN)),
    "da": tuple(_table(_SCANDINAVIAN)),
    "no": tuple(_table(_SCANDINAVIAN)),
    "nl": tuple(_table("word / . / 0 / - s e en")),
    "fr": tuple(_table("word / . / 0 / - e s es ne nes le les")),
    "es": tuple(_table("word / . / 0 / - a o e s as os es")),
    "it": tuple(_table("word / . / 0 / - a o e i")),
    "pt": tuple(_table("word / . / 0 / - a o e s as os es")),
}
