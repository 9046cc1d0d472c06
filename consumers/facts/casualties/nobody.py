"""Why a number beside a word of harm may yet count nobody harmed: animals, things, players of a match."""

from __future__ import annotations

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.casualties.data import CasualtyData
from consumers.facts.casualties.items import Item

_ROLES_OF_SPORT = ("wounded", "missing", "combined")


class Nobody:
    """Looks around a figure for what speaks against it, in one language."""

    def __init__(self, data: CasualtyData) -> None:
        self._animals = frozenset(data.animals)
        self._things = frozenset(data.not_persons) | self._animals
        self._persons = frozenset(data.persons)
        self._sport = frozenset(data.sport)
        self._players = frozenset(data.sport_persons)
        self._sport_at_least = data.sport_at_least
        self._attributes = frozenset(data.attributes)
        self._lost = frozenset(data.lost)
        self._roles = data.roles
        self._read: tuple[ArticleText | None, int] = (None, 0)

    def why(self, article: ArticleText, sentence: Sentence, figure: Item, trigger: Item) -> str | None:
        """Why the figure counts nobody; None where nothing speaks against it."""
        words = sentence.field.tokens.words
        if trigger.kind not in ("KILLS", "WOUNDS"):
            near = words[max(sentence.first, trigger.first - 1) : min(sentence.after, trigger.after + 2)]
            if not self._animals.isdisjoint(near):
                return "animals"
        if trigger.kind == "LOST" and (figure.who is None or words[figure.who[1] - 1] not in self._lost):
            return "who is lost may live"
        noun = self._noun(sentence, figure, trigger)
        if noun is not None and (noun in self._things or self._is_unknown_thing(sentence, noun)):
            return f"what is counted is nobody: {noun}"
        if self._roles[trigger.kind] in _ROLES_OF_SPORT:
            return self._of_sport(article, sentence, figure, noun)
        return None

    def _noun(self, sentence: Sentence, figure: Item, trigger: Item) -> str | None:
        """The noun behind a word of harm that stands as its attribute: "three missing documents"."""
        if trigger.kind not in self._attributes or figure.after != trigger.first or trigger.after >= sentence.after:
            return None
        if sentence.gap(trigger.after - 1) != " ":
            return None
        return sentence.field.tokens.words[trigger.after]

    def _is_unknown_thing(self, sentence: Sentence, noun: str) -> bool:
        """Whether a word is a plural that names no persons; where capitals tell something, names are none."""
        if noun in self._persons or sentence.field.lower:
            return False
        return len(noun) > 3 and noun.endswith("s") and not noun.endswith(("ss", "ers", "ors", "ists", "ians", "ans"))

    def _of_sport(self, article: ArticleText, sentence: Sentence, figure: Item, noun: str | None) -> str | None:
        count = self._sport_words(article)
        head = sentence.field.tokens.words[figure.who[1] - 1] if figure.who is not None else noun
        if count and head in self._players:
            return f"players of a match: {head}"
        if count >= self._sport_at_least and figure.who is None:
            return "the article tells of sport"
        return None

    def _sport_words(self, article: ArticleText) -> int:
        if self._read[0] is not article:
            found: set[str] = set()
            for field in article.reading.fields:
                found |= self._sport.intersection(field.tokens.words)
            self._read = (article, len(found))
        return self._read[1]
