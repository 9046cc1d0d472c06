"""Texts made to hurt whoever looks for facts in them: as long as an article may be, and all of it triggers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import cycle, islice
from random import Random

from consumers.facts import languages

WORDS = 100_000  # more of an article is not read
_DEEP = 10_000
_SIGNS = [" ", ", ", ". ", "; ", ": ", " – ", "-", " “", "” ", "\n\n", " (", ") ", "’s ", "... ", "\u2060 "]
_NAMES = ["Trump", "Putin", "Macron", "Zelenskyy", "Xi", "Kremlin", "Russia", "Ukrainian", "Hamas", "Kharkiv", "NATO"]
_FIGURES = ["41", "1,500", "1.2", "2026", "12th", "7:30", "0", "999999999", "3-5", "40%"]


def hostile_texts(words: int = WORDS) -> Mapping[str, str]:
    """Texts by what is bad about them.

    Args:
        words: About so many in each; signs likewise.
    """
    deep = min(_DEEP, words // 10)
    few = words // 10
    return {
        "one sentence of triggers and numbers": _row("killed 41 wounded dead injured missing captured 1,500", words),
        "one sentence of figures": _row("41 people were killed and 12 injured", words),
        "one sentence of figures with sides": _row("Russia said 41 Ukrainian soldiers were killed in Kharkiv", words),
        "numbers alone": _row("1,500 41 two hundred million 3.5 12th 7:30 2026", words),
        "number words in one row": _row("two hundred and forty thousand million dozen", words),
        "a number of a million digits": "killed " + "9" * (10 * words) + " people",
        "a number with a separator behind each digit": "killed " + ",".join("9" * words) + " people",
        "one sentence of calls": _row("Putin and Trump spoke by phone with Xi", words),
        "calls without leaders": _row("spoke by phone call called phoned telephoned video", words),
        "leaders alone": _row("Vladimir Putin, Donald Trump, Xi Jinping, Emmanuel Macron and", words),
        "his counterpart": _row("his Russian counterpart spoke by phone with the Ukrainian president", words),
        "attributions alone": _row("said the ministry, according to officials, police told reporters that", words),
        "dates alone": _row("on Thursday yesterday 3 March 2026 three years ago last week", words),
        "short sentences": "41 people were killed. " * (words // 4),
        "short paragraphs": "At least 41 people were killed, police said.\n\n" * (words // 8),
        "every sentence names a call": "Trump called Putin on Thursday. " * (words // 5),
        "deep quotes": "“" * deep + "41 people were killed" + "”" * deep + " he said. " * few,
        "quotes that never end": '"41 killed, ' * (words // 2),
        "apostrophes": "'41 killed' " * (words // 2),
        "brackets": "(" * deep + " 41 killed (" * few,
        "commas": "41 killed" + "," * (10 * words) + "12 wounded",
        "dashes": "41 killed " + "— – - " * words + "12 wounded",
        "dots": "41 killed" + "." * (10 * words) + "12 wounded. U.S. " + "U.S." * few,
        "spaces": "41" + " " * (10 * words) + "killed",
        "a row of hyphens": "killed-41-" * (words // 2),
        "and": _row("41 killed and and and and", words),
        "including": _row("41 killed including 12 children including 3 girls of whom", words),
        "ranges": _row("between 40 and 50 to 60 or more 70-80 killed", words),
        "negations": _row("no one not never killed nobody denied that 41 were not killed", words),
        "right to left": "\u202e41 people were killed\u202c قتل ٤١ شخصا " * (words // 8),
        "combining marks": "4\u0301\u0302\u0303" * few + " ki\u0301l\u0323led " * few + "e" + "\u0301" * words,
        "joiners and other invisible signs": "41\u200dpeople\u200b\u2060were\ufeffkilled " * (words // 4),
        "NULs and other controls": "41\x00people\x1b[31m were\x07killed\x00 " * (words // 4),
        "lone surrogates": "41 people \ud800were killed\udfff " * (words // 4),
        "digits of other scripts": "٤١ ४१ ４１ ④① 四十一 people were killed " * (words // 8),
        "capitals": _row("41 PEOPLE WERE KILLED AND 12 INJURED", words),
        "lower case without signs": _row("putin trump phone call 41 dead macron", words),
        "one line of names with offices": _row("President of South Africa Cyril Ramaphosa, president of", words),
        "letters in a row": "killed" * words,
        "a table": "Killed | 41\nWounded | 1,500 (US 322; CS 1,500)\n" * (words // 10),
    }


def random_text(chance: Random, words: int = WORDS) -> str:
    """Words that mean something to who looks for facts, and signs, in any order."""
    known = _known_words()
    mine = chance.sample(known, chance.choice((3, 10, 40, len(known))))
    signs = chance.sample(_SIGNS, chance.choice((1, 3, len(_SIGNS))))
    capitals = chance.random()
    parts: list[str] = []
    for _ in range(words):
        word = chance.choice(mine)
        parts += [word.capitalize() if chance.random() < capitals else word, chance.choice(signs)]
    return "".join(parts)


@cache
def _known_words() -> list[str]:
    """All words of the English data, and some names and numbers."""
    folder = files(languages) / "en"
    data = " ".join(path.read_text(encoding="utf-8") for path in folder.iterdir() if path.name.endswith(".yaml"))
    return sorted({*re.findall(r"[a-z]+", data), *_NAMES, *_FIGURES})


def _row(text: str, words: int) -> str:
    return " ".join(islice(cycle(text.split()), words))
