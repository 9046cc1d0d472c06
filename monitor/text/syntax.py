"""How patterns are written: marks, escapes, what is refused. Knows how to read them, and not what they find.

| written | finds |
|---|---|
| `drone` | the word in any case, with or without accents and possessive endings, its regular plural or singular |
| `air strike` | the words in a row; also "air-strike", "airstrike", "air strikes"; and each of them the others |
| `=WHO`, `=Georgia Tech`, `=AT&T`, `=C++` | exactly this spelling; behind `=`, other marks are signs like any |
| `sanction*` | words that begin so |
| `w?rd`, `*strike` | wildcards: one character, any characters; 3 fixed characters, 2 of Hangul, 1 of Han, kana, Thai |
| `Путин~`, `Россия~` | the word in its cases: see `inflection` |
| `Дамаск~n` | the same, of a noun that looks like an adjective |
| `\\*` | the sign itself |

Marks go with the word they stand at; `=` stands at the very beginning and goes for all of it. Words with marks have no
plurals and are not joined. Korean words of two syllables may carry particles and Arabic ones what is written onto
their beginning (see `clitics`), names too. Where words stand without spaces, a word is a phrase of its characters: `*`
at its ends adds nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from monitor.text.folding import fold
from monitor.text.scripts import HANGUL, UNSPACED
from monitor.text.tokens import tokenize
from monitor.text.words import spelling

Mark = Literal["", "*", "?", "~", "~n"]

_SHORTEST_STEM = 3
MAX_PATTERN_WORDS = 50  # of a phrase; what is longer is a mistake, and dear to search for
# Old Italic letters that stand for the unescaped marks while words are cut: letters that are like no others.
_ANY, _ONE = "\U00010300", "\U00010301"
_WILD = re.compile(f"[{_ANY}{_ONE}]")
_SIGNS = {_ANY: "*", _ONE: "?"}
_UNSPACED = re.compile(f"[{UNSPACED}]")
_HANGUL = re.compile(f"[{HANGUL}]")
_STEM = re.compile(r"(?<!\\)~(.*)\Z", re.DOTALL)
_MAY_BE_MARKED = re.compile(f"[*?~=\\\\{_ANY}{_ONE}]")
_STEM_ALONE = re.compile("[A-Za-z\u00c0-\u024f\u0400-\u0481\u048a-\u052f]{3,}~")  # as nearly all are
_UNESCAPED = re.compile(r"\\(.)|([*?~])", re.DOTALL)


class PatternError(ValueError):
    """A pattern that cannot be searched for; the message says what is wrong and what is allowed."""


@dataclass(frozen=True)
class WrittenWord:
    """One word of a pattern, cut as texts are.

    Attributes:
        surface: As written, without marks.
        text: Folded; of wildcards, with them.
        mark: `?` for any wildcards but a `*` at the end alone.
    """

    surface: str
    text: str
    mark: Mark = ""


@dataclass(frozen=True)
class Written:
    """A pattern, read.

    Attributes:
        exact: The spelling that must stand there; None when any will do.
    """

    words: tuple[WrittenWord, ...]
    exact: str | None = None


def read_pattern(text: str) -> Written:
    """What a pattern says.

    Raises:
        PatternError: It says nothing, or what cannot be searched for.
    """
    stripped = spelling(text).strip()
    written = _exact(stripped[1:].strip()) if stripped.startswith("=") else _inexact(stripped)
    if not written.words:
        raise PatternError(f"{text!r} has no word in it")
    if len(written.words) > MAX_PATTERN_WORDS:
        raise PatternError(f"{text[:40]!r}... has {len(written.words)} words: at most {MAX_PATTERN_WORDS} are allowed")
    return written


def _exact(text: str) -> Written:
    plain = re.sub(r"\\(.)", r"\1", text)
    tokens = tokenize(plain)
    words = tuple(
        WrittenWord(plain[start:end], word)
        for word, start, end in zip(tokens.words, tokens.starts, tokens.ends, strict=True)
    )
    # A full stop at the end may be that of a sentence: "U.S." also stands where "U.S" does.
    return Written(words, plain.rstrip("."))


def _inexact(text: str) -> Written:
    if _MAY_BE_MARKED.search(text) is None:  # nearly all names
        tokens = tokenize(text)
        surfaces = map(text.__getitem__, map(slice, tokens.starts, tokens.ends))
        return Written(tuple(map(WrittenWord, surfaces, tokens.words)))
    return Written(tuple(word for chunk in text.split() for word in _chunk(chunk)))


def _chunk(chunk: str) -> list[WrittenWord]:
    """The words between two spaces; a `~` is of the last."""
    if _STEM_ALONE.fullmatch(chunk):
        return [WrittenWord(chunk[:-1], fold(chunk[:-1]), "~")]
    mark: Mark = ""
    whole = chunk
    stem = next((found for found in _UNESCAPED.finditer(chunk) if found[2] == "~"), None)
    if stem is not None:
        rest = chunk[stem.end() :]
        if rest not in ("", "n"):
            raise PatternError(
                f"{chunk!r}: `~` stands at the end of a stem (`Путин~`, or `Дамаск~n` of a noun in -ск); "
                "similar spellings are not searched for; write `\\~` for the sign"
            )
        mark = "~n" if rest else "~"
        chunk = chunk[: stem.start()]
    if chunk.startswith("="):
        raise PatternError(f"{chunk!r}: `=` stands before the first word and goes for all; write `\\=` for the sign")
    plain = _UNESCAPED.sub(lambda found: found[1] or {"*": _ANY, "?": _ONE}[found[2]], chunk)
    words = [_word(surface, chunk) for surface in _surfaces(plain)]
    if not mark:
        return words  # maybe none: the dash of "Papua – New Guinea"
    if sum(len(word.text) for word in words) < _SHORTEST_STEM:  # "прем'єр" is two words, the last a short one
        raise PatternError(f"{whole!r}: a stem needs at least {_SHORTEST_STEM} letters")
    last = words[-1]
    if last.mark:
        raise PatternError(f"{whole!r}: a word has wildcards or a `~`, not both")
    return [*words[:-1], WrittenWord(last.surface, last.text, mark)]


def _surfaces(plain: str) -> list[str]:
    """The words; wildcards join those that only the change of script has cut."""
    tokens = tokenize(plain)
    surfaces: list[str] = []
    reached = -1
    for start, end in zip(tokens.starts, tokens.ends, strict=True):
        surface = plain[start:end]
        if start == reached and (_WILD.match(surface) or _WILD.fullmatch(surfaces[-1][-1])):
            surfaces[-1] += surface
        else:
            surfaces.append(surface)
        reached = end
    return surfaces


def _word(surface: str, chunk: str) -> WrittenWord:
    if not _WILD.search(surface):
        return WrittenWord(surface, fold(surface))
    fixed = _WILD.sub("", surface)
    if _UNSPACED.search(fixed):
        if _WILD.search(surface.strip(_ANY)):
            raise PatternError(f"{chunk!r}: where words stand without spaces, only a `*` at their ends is allowed")
        return WrittenWord(fixed, fold(fixed))
    text = re.sub(r"\*+", "*", "".join(_SIGNS.get(sign, sign) for sign in fold(surface)))
    fewest = 2 if _HANGUL.search(fixed) else 3
    if len(fold(fixed)) < fewest:
        raise PatternError(
            f"{chunk!r}: wildcards need at least {fewest} fixed characters; write `\\*`, `\\?` for the signs"
        )
    if text[-1] == "*" and not re.search(r"[*?]", text[:-1]):
        return WrittenWord(fixed, text[:-1], "*")
    return WrittenWord(fixed, text, "?")
