"""Where paragraphs and sentences begin and end. Knows a few languages' habits, and no grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PARAGRAPH = re.compile(r"[^\n\r\u2028\u2029]+")
_CLOSING = "\"'”’»›)\\]」』）"
_END = re.compile(
    rf"(?:[.!?…؟।]{{1,8}}[{_CLOSING}]{{0,4}}(?=\s)|[。！？]{{1,8}}[{_CLOSING}]{{0,4}})\s{{0,8}}",
)
_BEFORE = re.compile(r"[^\s(\"'“‘«]{1,24}$")  # the word that the dot ends
_OPENING = "\"'“‘«‹([「『（„¿¡-–—"
_ABBREVIATIONS = frozenset({
    "mr", "mrs", "ms", "dr", "prof", "gen", "lt", "col", "maj", "sgt", "capt", "cpl", "adm", "cmdr", "brig",
    "gov", "sen", "rep", "pres", "sec", "amb", "st", "jr", "sr", "rev", "hon", "vs", "no", "nr", "inc", "ltd",
    "co", "corp", "dept", "est", "approx", "fig", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep",
    "oct", "nov", "dec", "mme", "mlle", "z.b", "bzw", "usw", "hr", "fr", "ca", "bzgl", "d.h", "г", "гг", "ул",
    "им", "т.е", "т.д", "т.п", "руб", "млн", "млрд", "тыс", "sig", "sra", "dña",
})  # fmt: skip
# After "U.S." these begin a sentence; most other capitalised words go on with a name ("U.S. Navy").
_SENTENCE_STARTERS = frozenset({
    "the", "a", "an", "in", "on", "at", "it", "he", "she", "they", "but", "and", "this", "that", "these", "those",
    "we", "i", "its", "his", "her",
})  # fmt: skip


def paragraph_spans(text: str) -> Iterator[tuple[int, int]]:
    """Each line that has more than white space, without the space around it."""
    for found in _PARAGRAPH.finditer(text):
        line = found[0]
        start = found.start() + len(line) - len(line.lstrip())
        end = found.start() + len(line.rstrip())
        if start < end:
            yield start, end


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of each paragraph, in order; together they hold every word of the text."""
    for first, last in paragraph_spans(text):
        start = first
        for found in _END.finditer(text, first, last):
            if found.end() < last and _ends_sentence(text, start, found):
                yield start, start + len(text[start : found.end()].rstrip())
                start = found.end()
        yield start, last


def _ends_sentence(text: str, start: int, found: re.Match[str]) -> bool:
    if found[0][0] in "。！？":
        return True
    following = text[found.end() : found.end() + 40].lstrip(_OPENING)
    if following[:1].islower():
        return False
    if found[0][0] != "." or found[0][1:2] == ".":
        return True
    before = _BEFORE.search(text, max(start, found.start() - 25), found.start())
    if before is None:
        return True
    word = before[0].strip(_CLOSING + _OPENING).casefold()
    if word == "no":
        return not following[:1].isdigit()
    if word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
        return False
    if "." in word and all(len(part) == 1 for part in word.split(".")):
        next_word = re.match(r"\w{0,12}", following)
        return next_word is not None and next_word[0].casefold() in _SENTENCE_STARTERS
    return True
