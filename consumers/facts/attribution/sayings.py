"""The acts of saying in a sentence: verbs of saying with the names before or behind them, and "according to"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.attribution.data import AttributionData
from consumers.facts.attribution.speakers import Place, Speakers, is_broken
from consumers.facts.vocabulary import Hit, Vocabulary

_LONGEST_NAME = 14  # words of a speaker with title and office
_LONGEST_ASIDE = 12  # words between two commas that say more of a speaker
_NEAR = 5  # words behind a verb in which "lives" makes it no verb of saying
_MOST_EVENTS = 40  # verbs of saying in one sentence that are looked at


@dataclass(frozen=True)
class Saying:
    """One act of saying.

    Attributes:
        at: Its verb.
        speaker: The words that name who says it.
        outlet: Those of the outlet to which, or through which, it is said.
        is_cited: The speaker is but cited by another ("citing two officials").
    """

    at: int
    speaker: Place
    outlet: Place | None = None
    is_cited: bool = False


class Sayings:
    """Finds acts of saying, in one language."""

    def __init__(self, data: AttributionData, speakers: Speakers) -> None:
        self._speakers = speakers
        self._verbs = Vocabulary(
            {
                "none": data.not_say,
                "say": data.say,
                "told": data.told,
                "according_to": data.according_to,
                "quote": data.quote,
            }
        )
        self._not_near = frozenset(data.not_say_near)
        self._report = frozenset(tuple(verb.split()) for verb in data.report)
        self._outlet_before = Vocabulary({"outlet": data.outlet_before})
        self._surely = frozenset(tuple(verb.split()) for verb in data.surely)
        self._articles = frozenset(data.articles)
        self._links = frozenset(data.links)
        self._after_nouns = frozenset(data.after_nouns)
        self._also_names = frozenset(data.also_names)
        self._nouns = frozenset(data.nouns)
        self._auxiliaries = frozenset(word for listed in data.auxiliaries for word in listed.split())
        self._openers = frozenset(data.openers)
        self._stops = frozenset(data.stops)
        self._asides = frozenset(data.asides)
        self._quote_ends = frozenset(data.quote_ends)
        self._quoted_by = frozenset(data.quoted_by)

    def found(self, article: ArticleText, sentence: Sentence) -> Iterator[Saying]:
        """The acts of saying of a sentence, in order."""
        words = sentence.field.tokens.words
        named = sentence.first  # a word inside a name is no verb: "according to military reports"
        for hit in self._verbs.hits(words, sentence.first, sentence.after)[:_MOST_EVENTS]:
            if "none" in hit.classes or hit.first < named or self._is_noun(sentence, hit):
                continue
            if "say" in hit.classes and not self._not_near.isdisjoint(words[hit.after : hit.after + _NEAR]):
                continue
            if "according_to" in hit.classes:
                name = self._name_behind(sentence, hit.after)
                if name is not None and self._is_given(article, sentence, name):
                    named = name[1]
                    yield Saying(hit.first, name, self._quoting(article, sentence, name[1]), is_cited=True)
                continue
            saying = (
                self._quoted(article, sentence, hit) if "quote" in hit.classes else self._said(article, sentence, hit)
            )
            if saying is not None:
                yield saying

    def outlet(self, article: ArticleText, sentence: Sentence) -> Place | None:
        """An outlet that is named without a verb of its own: "in an interview with", "first reported by"."""
        hits = self._outlet_before.hits(sentence.field.tokens.words, sentence.first, sentence.after)
        places = (self._speakers.outlet_at(article, sentence, hit.after) for hit in hits[:_MOST_EVENTS])
        return next((place for place in places if place is not None), None)

    def _is_noun(self, sentence: Sentence, hit: Hit) -> bool:
        """Whether it is no verb here: "an estimated", or the end of a name where a verb of saying follows."""
        words = sentence.field.tokens.words
        if hit.first > sentence.first and words[hit.first - 1] in self._articles:
            return True  # "an estimated"
        if hit.first > sentence.first and words[hit.first] in self._also_names and self._is_name(sentence, hit.first):
            return True
        if hit.after - hit.first != 1 or words[hit.first] not in self._nouns or hit.after >= sentence.after:
            return False
        if is_broken(sentence, hit.after):
            return False
        if words[hit.after] in self._after_nouns:
            return True
        return words[hit.after] in self._auxiliaries or self._verbs.at(words, hit.after, sentence.after) is not None

    def _has_article(self, sentence: Sentence, name: Place) -> bool:
        return sentence.field.tokens.words[name[0]] in self._articles

    def _is_given(self, article: ArticleText, sentence: Sentence, name: Place) -> bool:
        return self._speakers.is_determined(sentence, name) or self._speakers.can_speak(article, sentence, name)

    @staticmethod
    def _is_name(sentence: Sentence, token: int) -> bool:
        """Whether a word and the one before it are written as a name is: "Abu Said"."""
        surfaces = sentence.surface(token - 1), sentence.surface(token)
        return all(one[:1].isupper() and not one.isupper() for one in surfaces) and sentence.gap(token - 1) == " "

    def _said(self, article: ArticleText, sentence: Sentence, hit: Hit) -> Saying | None:
        speaker = self._subject(article, sentence, hit)
        if speaker is None:
            return None
        outlet = None
        if "told" in hit.classes:
            outlet = self._speakers.outlet_at(article, sentence, hit.after)
        elif hit.after < sentence.after and sentence.field.tokens.words[hit.after] in self._quoted_by:
            outlet = self._outlet_by(article, sentence, hit)
        elif sentence.field.tokens.words[hit.first : hit.after] in self._report:
            outlet = speaker if self._speakers.may_be_outlet(article, sentence, speaker) else None
        return Saying(hit.first, speaker, outlet)

    def _quoting(self, article: ArticleText, sentence: Sentence, token: int) -> Place | None:
        """The outlet behind "quoted by", which stands behind a name."""
        words = sentence.field.tokens.words
        hit = self._verbs.at(words, token, sentence.after) if token < sentence.after else None
        if hit is None or "quote" not in hit.classes or hit.after >= sentence.after:
            return None
        if words[hit.after] not in self._quoted_by:
            return None
        return self._speakers.outlet_at(article, sentence, hit.after + 1)

    def _outlet_by(self, article: ArticleText, sentence: Sentence, hit: Hit) -> Place | None:
        """The outlet behind "was quoted as saying by"."""
        if hit.after - hit.first < 3:
            return None
        return self._speakers.outlet_at(article, sentence, hit.after + 1)

    def _quoted(self, article: ArticleText, sentence: Sentence, hit: Hit) -> Saying | None:
        """ "the paper quoted an official as saying": the official says it, through the paper."""
        name = self._name_behind(sentence, hit.after, self._quote_ends)
        if name is None or not (self._has_article(sentence, name) or self._speakers.can_speak(article, sentence, name)):
            return None
        outlet = self._name_before(sentence, hit.first)
        is_outlet = outlet is not None and self._speakers.is_outlet(sentence, outlet)
        return Saying(hit.first, name, outlet if is_outlet else None, is_cited=True)

    def _subject(self, article: ArticleText, sentence: Sentence, hit: Hit) -> Place | None:
        name = self._name_before(sentence, hit.first)
        if name is not None and self._speaks(article, sentence, name, hit):
            return self._speakers.trimmed(article, sentence, name)
        if name is None or hit.first == sentence.first:
            inverted = None if "told" in hit.classes else self._inverted(article, sentence, hit)
            return inverted or self._before_aside(article, sentence, hit)
        return None

    def _speaks(self, article: ArticleText, sentence: Sentence, place: Place, verb: Hit) -> bool:
        """Whether words name the speaker of a verb; with most verbs somebody who can speak."""
        words = sentence.field.tokens.words
        if not self._speakers.may_speak(sentence, place):
            return False
        if self._speakers.is_determined(sentence, place) and words[verb.first : verb.after] in self._surely:
            return True
        if words[verb.first : verb.after] in self._report and self._speakers.may_be_outlet(article, sentence, place):
            return True
        return self._speakers.can_speak(article, sentence, place)

    def _name_before(self, sentence: Sentence, verb: int) -> Place | None:
        """The words before a verb up to the beginning of its clause."""
        words = sentence.field.tokens.words
        after = verb
        while after > sentence.first and words[after - 1] in self._auxiliaries and not is_broken(sentence, after):
            after -= 1
        return None if after > sentence.first and is_broken(sentence, after) else self._name_ending(sentence, after)

    def _name_ending(self, sentence: Sentence, after: int) -> Place | None:
        words = sentence.field.tokens.words
        first = after
        while first > sentence.first and after - first < _LONGEST_NAME:
            if (first < after and is_broken(sentence, first)) or words[first - 1] in self._stops:
                break
            if words[first - 1].isdigit():
                break
            first -= 1
        while first < after and words[first] in self._openers:
            first += 1
        return (first, after) if first < after else None

    def _name_behind(self, sentence: Sentence, token: int, ends: frozenset[str] = frozenset()) -> Place | None:
        """The words from a token to the end of its clause."""
        words = sentence.field.tokens.words
        after = token
        while after < sentence.after and after - token < _LONGEST_NAME:
            if (after > token and is_broken(sentence, after)) or words[after] in ends or words[after] in self._stops:
                break
            hit = self._verbs.at(words, after, sentence.after)
            if hit is not None and not (hit.after - hit.first == 1 and words[after] in self._nouns):
                break
            after += 1
            if words[after - 1] in self._nouns and not (after < sentence.after and words[after] in self._links):
                break  # "according to hospital reports six people died"
        return (token, after) if after > token else None

    def _inverted(self, article: ArticleText, sentence: Sentence, hit: Hit) -> Place | None:
        """The speaker behind the verb: `"...", said a spokesman`; what goes on as a clause is none."""
        name = self._name_behind(sentence, hit.after)
        if name is None or not self._speaks(article, sentence, name, hit):
            return None
        words = sentence.field.tokens.words
        goes_on = name[1] < sentence.after and not is_broken(sentence, name[1])
        return None if goes_on and words[name[1]] in self._stops else name

    def _before_aside(self, article: ArticleText, sentence: Sentence, hit: Hit) -> Place | None:
        """The speaker before a pair of commas: "the governor, Ida Falk, said"; "an aide, speaking by phone, said"."""
        least = max(sentence.first, hit.first - _LONGEST_ASIDE)
        end = hit.first
        while (
            end > least and sentence.field.tokens.words[end - 1] in self._auxiliaries and not is_broken(sentence, end)
        ):
            end -= 1
        if end <= sentence.first or "," not in sentence.gap(end - 1):
            return None
        comma = next((token for token in range(end - 1, least, -1) if is_broken(sentence, token)), None)
        if comma is None or "," not in sentence.gap(comma - 1):
            return None
        name = self._name_ending(sentence, comma)
        if name is None or not self._speaks(article, sentence, name, hit):
            return None
        is_apposed = self._speakers.is_name(sentence, (comma, end))
        if is_apposed or sentence.field.tokens.words[comma] in self._asides or end - comma <= 2:
            return (name[0], end) if is_apposed else name
        return None
