"""Who says so: the speaker around a place in an article, the outlet that reports it and whom it had it from.

Knows verbs of saying, headlines that end in a source, and pronouns that mean the last speaker; no facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.languages import load_part
from consumers.facts.vocabulary import Hit, Vocabulary
from monitor.actors.model import ActorKind
from monitor.actors.scanner import Mention
from monitor.core.fact import Source

_LONGEST_NAME = 14  # words of a speaker with title and office
_MOST_EVENTS = 40  # verbs of saying in one sentence that are looked at
_OPENING = "\"'“‘«([ "
_SUFFIX = re.compile(r"\s[-–—]{1,2}\s|\s[-–—](?=\w)|(?<=\w):\s")
_MAY_SAY = re.compile(r"[-–—:]")


class AttributionData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`attribution.yaml` of a language; the file says what its keys mean."""

    say: list[str]
    surely: list[str]
    determiners: list[str]
    told: list[str]
    according_to: list[str]
    auxiliaries: list[str]
    openers: list[str]
    speakers: list[str]
    pronouns: list[str]
    outlets: list[str]
    outlet_endings: list[str]
    stops: list[str]
    longest_suffix: int


@dataclass(frozen=True)
class Attribution:
    """Who says so.

    Attributes:
        sources: Who claims it, the nearest first.
        reported_by: The outlet through which it came.
        told_by: Whom that outlet had it from.
        why: How that was found, in short steps.
    """

    sources: tuple[Source, ...] = ()
    reported_by: str | None = None
    told_by: str | None = None
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Saying:
    """One act of saying: where its verb stands, who speaks and to which outlet."""

    at: int
    speaker: tuple[int, int]
    outlet: tuple[int, int] | None = None


@dataclass(frozen=True)
class _Said:
    """What one act of saying tells: who, through which outlet, and whom that had it from."""

    at: int
    source: Source
    why: str
    outlet: str | None = None
    told_by: str | None = None


class AttributionReader:
    """Reads who says so, in articles of one language."""

    def __init__(self, lang: str) -> None:
        self._data = data = load_part(lang, "attribution", AttributionData)
        self._verbs = Vocabulary({"say": data.say, "told": data.told, "according_to": data.according_to})
        self._surely = frozenset(tuple(verb.split()) for verb in data.surely)
        self._determiners = frozenset(data.determiners)
        self._outlets = Vocabulary({"outlet": data.outlets})
        self._speakers = Vocabulary({"speaker": data.speakers})
        self._auxiliaries = frozenset(word for phrase in data.auxiliaries for word in phrase.split())
        self._openers = frozenset(data.openers)
        self._stops = frozenset(data.stops)
        self._pronouns = frozenset(data.pronouns)
        self._endings = frozenset(data.outlet_endings)
        self._read: tuple[ArticleText | None, dict[int, tuple[_Said, ...]]] = (None, {})

    def attribution(self, article: ArticleText, sentence: Sentence, first: int, after: int) -> Attribution:
        """Who says what stands at these tokens."""
        suffix = self._suffix(article, sentence, after)
        if suffix is not None:
            return suffix
        said = sorted(self._of_sentence(article, sentence), key=lambda one: abs(one.at - first))
        return Attribution(
            tuple(dict.fromkeys(one.source for one in said)),
            next((one.outlet for one in said if one.outlet is not None), None),
            next((one.told_by for one in said if one.told_by is not None), None),
            tuple(one.why for one in said),
        )

    def _of_sentence(self, article: ArticleText, sentence: Sentence) -> tuple[_Said, ...]:
        if self._read[0] is not article:
            self._read = (article, {})
        known = self._read[1]
        if sentence.number not in known:
            known[sentence.number] = tuple(self._found(article, sentence))
        return known[sentence.number]

    def _found(self, article: ArticleText, sentence: Sentence) -> Iterator[_Said]:
        for saying in self._sayings(article, sentence):
            if self._is_pronoun(sentence, saying.speaker):
                source = self._meant_by_pronoun(article, sentence)
            else:
                source = self._source(article, sentence, saying.speaker)
            if source is None:
                continue
            text = sentence.between(*saying.speaker)
            why = f"{text!r} speaks"
            if saying.outlet is not None:
                yield _Said(saying.at, source, why, sentence.between(*saying.outlet), source.text)
            else:
                yield _Said(saying.at, source, why, text if self._is_outlet(sentence, saying.speaker) else None)

    def _sayings(self, article: ArticleText, sentence: Sentence) -> Iterator[_Saying]:
        words = sentence.field.tokens.words
        hits = self._verbs.hits(words, sentence.first, sentence.after)
        for hit in hits[:_MOST_EVENTS]:
            if "according_to" in hit.classes:
                name = self._name_after(sentence, hit.after)
                if name is not None:
                    yield _Saying(hit.first, name)
                continue
            speaker = self._name_before(sentence, hit.first)
            if speaker is None or not self._speaks(article, sentence, speaker, hit):
                speaker = self._inverted(article, sentence, hit)
            if speaker is None:
                continue
            outlet = self._outlet_after(sentence, hit.after) if "told" in hit.classes else None
            yield _Saying(hit.first, speaker, outlet)

    def _name_before(self, sentence: Sentence, verb: int) -> tuple[int, int] | None:
        """The words before a verb up to the beginning of its clause."""
        words = sentence.field.tokens.words
        after = verb
        while after > sentence.first and words[after - 1] in self._auxiliaries and not self._is_broken(sentence, after):
            after -= 1
        first = after
        while first > sentence.first and after - first < _LONGEST_NAME:
            if self._is_broken(sentence, first) or words[first - 1] in self._stops:
                break
            first -= 1
        while first < after and words[first] in self._openers:
            first += 1
        return (first, after) if first < after else None

    def _name_after(self, sentence: Sentence, token: int) -> tuple[int, int] | None:
        """The words from a token to the end of its clause."""
        words = sentence.field.tokens.words
        after = token
        while after < sentence.after and after - token < _LONGEST_NAME:
            if after > token and self._is_broken(sentence, after):
                break
            if words[after] in self._stops or self._verbs.at(words, after, sentence.after) is not None:
                break
            after += 1
        return (token, after) if after > token else None

    def _inverted(self, article: ArticleText, sentence: Sentence, hit: Hit) -> tuple[int, int] | None:
        """The speaker behind the verb: `"...", said a spokesman`."""
        if hit.first > sentence.first and not self._is_broken(sentence, hit.first):
            return None
        name = self._name_after(sentence, hit.after)
        return name if name is not None and self._speaks(article, sentence, name, hit) else None

    def _speaks(self, article: ArticleText, sentence: Sentence, place: tuple[int, int], verb: Hit) -> bool:
        """Whether words name the speaker of a verb; with most verbs somebody who can speak."""
        words = sentence.field.tokens.words
        if words[place[0]] in self._determiners and words[verb.first : verb.after] in self._surely:
            return True
        return self._can_speak(article, sentence, place)

    @staticmethod
    def _is_broken(sentence: Sentence, token: int) -> bool:
        """Whether a sign that ends a clause stands before a token."""
        gap = sentence.gap(token - 1)
        return any(sign in gap for sign in ',;:"“”()—–') or " - " in gap or gap in (" '", "' ", "’ ")

    def _can_speak(self, article: ArticleText, sentence: Sentence, place: tuple[int, int]) -> bool:
        words = sentence.field.tokens.words
        if self._is_pronoun(sentence, place):
            return True
        if any(self._speakers.at(words, token, place[1]) is not None for token in range(*place)):
            return True
        if any(place[0] <= mention.first and mention.after <= place[1] for mention in article.mentioned_in(sentence)):
            return True
        return any(
            sentence.surface(token)[:1].isupper() for token in range(max(place[0], sentence.first + 1), place[1])
        )

    def _is_pronoun(self, sentence: Sentence, place: tuple[int, int]) -> bool:
        return place[1] - place[0] == 1 and sentence.field.tokens.words[place[0]] in self._pronouns

    def _meant_by_pronoun(self, article: ArticleText, sentence: Sentence) -> Source | None:
        """The last speaker before this sentence in its field."""
        for earlier in reversed(article.sentences[max(0, sentence.number - 6) : sentence.number]):
            if earlier.index != sentence.index:
                return None
            said = self._of_sentence(article, earlier)
            if said:
                return said[0].source
        return None

    def _source(self, article: ArticleText, sentence: Sentence, place: tuple[int, int]) -> Source:
        inside = [
            mention
            for mention in article.mentioned_in(sentence)
            if place[0] <= mention.first and mention.after <= place[1]
        ]
        actor = _person_first(article, inside)
        office = next((mention.office for mention in inside if mention.office is not None), None)
        text = sentence.between(*place).strip(_OPENING)
        return Source(text=text, actor=None if actor is None else actor.actor, office=office)

    def _is_outlet(self, sentence: Sentence, place: tuple[int, int]) -> bool:
        words = sentence.field.tokens.words
        hit = self._outlets.at(words, place[0], place[1])
        if hit is None and words[place[0]] == "the" and place[1] - place[0] > 1:
            hit = self._outlets.at(words, place[0] + 1, place[1])
        return (hit is not None and hit.after == place[1]) or words[place[1] - 1] in self._endings

    def _outlet_after(self, sentence: Sentence, token: int) -> tuple[int, int] | None:
        """The outlet that somebody told: one that is known, or a name behind which the clause ends."""
        words = sentence.field.tokens.words
        if token >= sentence.after:
            return None
        hit = self._outlets.at(words, token, sentence.after)
        if hit is None and words[token] in ("the", "our") and token + 1 < sentence.after:
            inner = self._outlets.at(words, token + 1, sentence.after)
            hit = None if inner is None else Hit(token, inner.after, inner.classes)
        if hit is not None:
            return hit.first, hit.after
        end = token
        while end < min(sentence.after, token + 5) and (sentence.surface(end)[:1].isupper() or words[end] == "the"):
            end += 1
            if words[end - 1] in self._endings:
                return token, end
        return None

    def _suffix(self, article: ArticleText, sentence: Sentence, after: int) -> Attribution | None:
        """The source behind a headline: "12 killed in blast: police", "... - ministry"."""
        tokens = sentence.field.tokens
        end = self._piece_end(sentence, after)
        text = tokens.text[tokens.starts[after - 1] : tokens.ends[end - 1]]
        if _MAY_SAY.search(text) is None:
            return None
        last = max(_SUFFIX.finditer(text), key=re.Match.end, default=None)
        if last is None:
            return None
        start = tokens.starts[after - 1] + last.end()
        first = next((token for token in range(after, end) if tokens.starts[token] >= start), end)
        if not 0 < end - first <= self._data.longest_suffix or not self._can_speak(article, sentence, (first, end)):
            return None
        if tokens.text[tokens.ends[end - 1] :][:1] == ".":
            return None
        source = self._source(article, sentence, (first, end))
        outlet = source.text if self._is_outlet(sentence, (first, end)) else None
        return Attribution((source,), outlet, None, (f"the headline ends in {source.text!r}",))

    @staticmethod
    def _piece_end(sentence: Sentence, token: int) -> int:
        end = token
        while end < min(sentence.after, token + 60) and ";" not in sentence.gap(end - 1):
            end += 1
        return end


def _person_first(article: ArticleText, mentions: Sequence[Mention]) -> Mention | None:
    """The person among those mentioned, else whoever is."""
    people = [one for one in mentions if _is_person(article, one)]
    return next(iter(people or mentions), None)


def _is_person(article: ArticleText, mention: Mention) -> bool:
    actor = article.registry.get(mention.actor)
    return actor is not None and actor.kind is ActorKind.PERSON
