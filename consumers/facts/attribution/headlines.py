"""Sources at the ends of headlines: "12 killed in blast: police", "... - ministry", "Officials: 12 killed"."""

from __future__ import annotations

import re

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.attribution.data import AttributionData
from consumers.facts.attribution.speakers import Place, Speakers

_SUFFIX = re.compile(r"\s[-–—]{1,2}\s|\s[-–—](?=\w)|(?<=\w):\s|\s\((?=\w)|,\s")
_MAY_SAY = re.compile(r"[-–—:(,]")
_FURTHEST = 60  # words behind a figure in which its headline ends
_LONGEST_PREFIX = 6


class Headlines:
    """Finds them, in one language."""

    def __init__(self, data: AttributionData, speakers: Speakers) -> None:
        self._longest = data.longest_suffix
        self._speakers = speakers
        self._bare = frozenset(data.bare_endings)

    def suffix(self, article: ArticleText, sentence: Sentence, after: int) -> Place | None:
        """The words that name a source at the end of the headline around a place."""
        tokens = sentence.field.tokens
        end = _piece_end(sentence, after)
        text = tokens.text[tokens.starts[after - 1] : tokens.ends[end - 1]]
        if _MAY_SAY.search(text) is None or tokens.text[tokens.ends[end - 1] :][:1] == ".":
            return None
        last = max(_SUFFIX.finditer(text), key=re.Match.end, default=None)
        if last is None:
            return None
        start = tokens.starts[after - 1] + last.end()
        first = next((token for token in range(after, end) if tokens.starts[token] >= start), end)
        if not 0 < end - first <= self._longest:
            return None
        return (first, end) if self._may_end(article, sentence, (first, end), last[0].strip()) else None

    def _may_end(self, article: ArticleText, sentence: Sentence, place: Place, sign: str) -> bool:
        """Whether words are a source behind a sign; a comma and a bracket ask for more than a dash."""
        if sign == ",":
            return place[1] - place[0] <= 3 and sentence.field.tokens.words[place[1] - 1] in self._bare
        if self._speakers.is_speaker(article, sentence, place):
            return True
        if sign == "(":
            return False
        is_short = place[1] - place[0] <= 3
        return is_short and (self._speakers.is_name(sentence, place) or self._is_state(article, sentence, place))

    @staticmethod
    def _is_state(article: ArticleText, sentence: Sentence, place: Place) -> bool:
        return any((one.first, one.after) == place for one in article.mentioned_in(sentence))

    def prefix(self, article: ArticleText, sentence: Sentence, first: int) -> Place | None:
        """Those at its beginning, before a colon: "Officials: 12 killed"."""
        start = _piece_first(sentence, first)
        for token in range(start, min(first, start + _LONGEST_PREFIX)):
            if sentence.gap(token).startswith(":"):
                place = (start, token + 1)
                return place if self._speakers.is_speaker(article, sentence, place) else None
        return None


def _piece_end(sentence: Sentence, token: int) -> int:
    end = token
    while end < min(sentence.after, token + _FURTHEST) and ";" not in sentence.gap(end - 1):
        end += 1
    return end


def _piece_first(sentence: Sentence, token: int) -> int:
    first = token
    while first > max(sentence.first, token - _FURTHEST) and ";" not in sentence.gap(first - 1):
        first -= 1
    return first
