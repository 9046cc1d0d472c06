"""Who can speak: the words of a speaker's name, whom the registry knows it as, and which names are outlets."""

from __future__ import annotations

from collections.abc import Sequence

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.attribution.data import AttributionData
from consumers.facts.vocabulary import Vocabulary
from monitor.actors.model import ActorKind
from monitor.actors.scanner import Mention
from monitor.core.fact import Source

Place = tuple[int, int]
_OPENING = "\"'“‘«([] "
_SIGNS = frozenset(',;:"“”()[]—–«»')
_POSSESSIVE = ("'s", "’s")


def is_broken(sentence: Sentence, token: int) -> bool:
    """Whether a sign that ends a phrase stands before a token."""
    gap = sentence.gap(token - 1)
    return not _SIGNS.isdisjoint(gap) or " - " in gap or " -" in gap or gap in (" '", "' ", "’ ", " ‘")


class Speakers:
    """Knows who can speak, in one language."""

    def __init__(self, data: AttributionData) -> None:
        self._outlets = Vocabulary({"outlet": data.outlets})
        self._not_outlets = Vocabulary({"none": data.not_outlets})
        self._speakers = Vocabulary({"speaker": data.speakers})
        self._pronouns = frozenset(data.pronouns)
        self._endings = frozenset(data.outlet_endings)
        self._organs = frozenset(data.organs)
        self._not_first = frozenset(data.not_first)
        self._links = frozenset(data.links)
        self._conjunctions = frozenset(data.conjunctions)
        self._determiners = frozenset(data.determiners)

    def may_speak(self, sentence: Sentence, place: Place) -> bool:
        """Whether nothing in some words speaks against a speaker: a preposition before, a number inside."""
        words = sentence.field.tokens.words
        return words[place[0]] not in self._not_first and not any(words[token].isdigit() for token in range(*place))

    def can_speak(self, article: ArticleText, sentence: Sentence, place: Place) -> bool:
        """Whether words name somebody who can: a pronoun, a title, a body, an outlet, a name with a capital."""
        words = sentence.field.tokens.words
        if not self.may_speak(sentence, place):
            return False
        if self.is_pronoun(sentence, place) or self.is_outlet(sentence, place):
            return True
        if any(self._speakers.at(words, token, place[1]) is not None for token in range(*place)):
            return True
        if self._mentions(article, sentence, place):
            return True
        start = max(place[0], sentence.first + 1)
        surfaces = [sentence.surface(token) for token in range(start, place[1])]
        return any(map(_is_name_word, surfaces))

    def is_speaker(self, article: ArticleText, sentence: Sentence, place: Place) -> bool:
        """Whether words are surely a speaker's name, with nothing behind it: they end in a title, body or outlet."""
        words = sentence.field.tokens.words
        if not self.may_speak(sentence, place):
            return False
        if self.is_outlet(sentence, place) or self._speakers.at(words, place[1] - 1, place[1]) is not None:
            return True
        if self._speakers.at(words, max(place[0], place[1] - 2), place[1]) is not None:
            return True
        title = self._speakers.at(words, place[0], place[1])
        if title is not None and title.after < place[1] and self.is_name(sentence, (title.after, place[1])):
            return True  # "Mayor Ana Ruiz"
        whole = [mention for mention in self._mentions(article, sentence, place) if mention.after == place[1]]
        return any(_kind(article, mention) in (ActorKind.PERSON, ActorKind.ORGANISATION) for mention in whole)

    def is_name(self, sentence: Sentence, place: Place) -> bool:
        """Whether all words have capitals, as a person's name has, where capitals tell something."""
        if sentence.field.caseless or sentence.field.tokens.words[place[0]] in self._not_first:
            return False
        surfaces = [sentence.surface(token) for token in range(*place)]
        return all(surface[:1].isupper() and not surface.isupper() for surface in surfaces)

    def is_determined(self, sentence: Sentence, place: Place) -> bool:
        """Whether words begin with an article or the like: "the coast guard"."""
        return sentence.field.tokens.words[place[0]] in self._determiners

    def is_pronoun(self, sentence: Sentence, place: Place) -> bool:
        """Whether it is a word for somebody named before."""
        return place[1] - place[0] == 1 and sentence.field.tokens.words[place[0]] in self._pronouns

    def is_outlet(self, sentence: Sentence, place: Place) -> bool:
        """Whether words are the name of an outlet, or end as one."""
        words = sentence.field.tokens.words
        first = place[0] + (words[place[0]] in self._determiners and place[1] - place[0] > 1)
        if words[place[1] - 1] in self._endings:
            return True
        return any(
            hit is not None and hit.after == place[1]
            for hit in (self._outlets.at(words, token, place[1]) for token in range(first, place[1]))
        )

    def may_be_outlet(self, article: ArticleText, sentence: Sentence, place: Place) -> bool:
        """Whether somebody who reports is one: known, or a name with a capital that is nobody's and has no title."""
        if self.is_outlet(sentence, place):
            return True
        words = sentence.field.tokens.words
        first = place[0] + (words[place[0]] in self._determiners)
        surfaces = [sentence.surface(token) for token in range(first, place[1])]
        if not 0 < len(surfaces) <= 3 or not all(map(_is_name_word, surfaces)):
            return False
        has_title = any(self._speakers.at(words, token, place[1]) is not None for token in range(*place))
        return not has_title and not self._mentions(article, sentence, place)

    def outlet_at(self, article: ArticleText, sentence: Sentence, token: int) -> Place | None:
        """The outlet that begins at a token: one that is known, or a name with a capital that is nobody else's."""
        words = sentence.field.tokens.words
        if token >= sentence.after or is_broken(sentence, token):
            return None
        start = token + (words[token] in self._determiners and token + 1 < sentence.after)
        if self._not_outlets.at(words, token, sentence.after) or self._not_outlets.at(words, start, sentence.after):
            return None
        hit = self._outlets.at(words, start, sentence.after)
        if hit is not None:
            return token, hit.after
        end = start
        while end < min(sentence.after, start + 5) and sentence.surface(end)[:1].isupper():
            end += 1
            if end < sentence.after and is_broken(sentence, end):
                break
        if end == start or sentence.field.tokens.text.isupper() or self._mentions(article, sentence, (start, end)):
            return None
        return token, end

    def trimmed(self, article: ArticleText, sentence: Sentence, place: Place) -> Place:
        """Without what the speaker did before: "the mayor visited the site and (said)"."""
        words = sentence.field.tokens.words
        first, after = place
        if words[after - 1] not in self._conjunctions or after - first < 2:
            return place
        ends = {mention.after for mention in self._mentions(article, sentence, place)}
        for token in range(first, after - 1):
            hit = self._speakers.at(words, token, after)
            goes_on = self._speakers.at(words, token + 1, after) is not None
            if hit is not None or (sentence.surface(token)[:1].isupper() and not goes_on):
                ends.add(token + 1 if hit is None else hit.after)
        for end in sorted(ends):
            if end >= after - 1 or (words[end] not in self._links and not sentence.surface(end)[:1].isupper()):
                return first, min(end, after - 1)
        return first, after - 1

    def source(self, article: ArticleText, sentence: Sentence, place: Place) -> Source:
        """The speaker, with who that is and which office it is by where the registry knows."""
        text = sentence.between(*place).strip(_OPENING)
        mention = self._meant(article, sentence, place)
        if mention is None:
            return Source(text=text)
        office = mention.office or self._seat(article, sentence, mention)
        if office is None and _kind(article, mention) is ActorKind.PERSON:
            held = article.registry.offices_of(mention.actor, article.reading.on)
            office = held[0].id if held else None
        return Source(text=text, actor=mention.actor, office=office)

    def _meant(self, article: ArticleText, sentence: Sentence, place: Place) -> Mention | None:
        """The person among those mentioned, else the body, else the state whose organ it is."""
        mentions = self._mentions(article, sentence, place)
        inside = [one for one in mentions if not one.seat and not self._is_owner(sentence, one, place)]
        for kind in (ActorKind.PERSON, ActorKind.ORGANISATION, ActorKind.ARMED_GROUP):
            found = next((one for one in inside if _kind(article, one) is kind), None)
            if found is not None and not self._is_attribute(sentence, found):
                return found
        states = [one for one in mentions if _kind(article, one) is ActorKind.STATE]
        words = sentence.field.tokens.words[place[0] : place[1]]
        is_body = not self._organs.isdisjoint(words) or any(one.seat for one in mentions)
        return next((one for one in states if is_body or one.after - one.first == len(words)), None)

    def _seat(self, article: ArticleText, sentence: Sentence, state: Mention) -> str | None:
        """The office by whose place a state is named: "the Kremlin"."""
        there = (one for one in self._mentions(article, sentence, (state.first, state.after)) if one.seat)
        return next((one.office for one in there), None)

    @staticmethod
    def _is_owner(sentence: Sentence, mention: Mention, place: Place) -> bool:
        """Whether somebody is named only as whose it is: "Zelensky's office"."""
        return mention.after < place[1] and sentence.gap(mention.after - 1).startswith(_POSSESSIVE)

    @staticmethod
    def _is_attribute(sentence: Sentence, mention: Mention) -> bool:
        """Whether a name is bound to a word behind it: "Hamas-run"."""
        return mention.after < sentence.after and sentence.gap(mention.after - 1) == "-"

    @staticmethod
    def _mentions(article: ArticleText, sentence: Sentence, place: Place) -> Sequence[Mention]:
        return [
            one
            for one in article.mentioned_in(sentence)
            if one.index == sentence.index and place[0] <= one.first and one.after <= place[1]
        ]


def _is_name_word(surface: str) -> bool:
    """Whether a word is written as names are; one all in capitals tells nothing."""
    return surface[:1].isupper() and not (surface.isupper() and len(surface) > 1)


def _kind(article: ArticleText, mention: Mention) -> ActorKind | None:
    actor = article.registry.get(mention.actor)
    return None if actor is None else actor.kind
