"""Why a number beside a word of harm may yet count nobody harmed: animals, things, players of a match, a story told."""

from __future__ import annotations

import msgspec

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.casualties.data import CasualtyData
from consumers.facts.casualties.items import Item
from consumers.facts.languages import load_part
from consumers.facts.vocabulary import Vocabulary

_ROLES_OF_SPORT = ("wounded", "missing", "combined")
_OF_PERSONS = ("KILLED", "WOUNDED", "SHOT", "CAPTURED", "MISSING", "DEAD")
_LONGEST_NAME = 5  # words
_NEAR = 40  # words around a figure that may tell its topic
_WEAK_AT_LEAST = 3  # different words
_NEAR_OF = 5  # words
_MOST_WORDS = 5_000  # of an article that its topic is read from


class NobodyData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`nobody.yaml` of a language; the file says what its keys mean."""

    shares: list[str]
    share_links: list[str]
    of: list[str]
    objects: list[str]
    owners: list[str]
    times: list[str]
    works: list[str]
    work_links: list[str]
    window: int
    fiction: list[str]
    fiction_weak: list[str]
    down: list[str]
    singular: list[str]
    cases: list[str]
    agents: list[str]
    business: list[str]
    soft: list[str]
    only_players: list[str]
    drill: list[str]
    rates: list[str]
    subjects: list[str]
    figurative: list[str]
    ended: list[str]
    of_living: list[str]
    lacking: list[str]
    money_losses: list[str]


class Nobody:
    """Looks around a figure for what speaks against it, in one language."""

    def __init__(self, data: CasualtyData, lang: str) -> None:
        self._data = told = load_part(lang, "nobody", NobodyData)
        self._animals = frozenset(data.animals)
        self._things = frozenset(data.not_persons) | self._animals
        self._persons = frozenset(data.persons)
        self._players = frozenset(data.sport_persons)
        self._sport_at_least = data.sport_at_least
        self._attributes = frozenset(data.attributes)
        self._lost = frozenset(data.lost)
        self._roles = data.roles
        self._one_verbs = frozenset(data.one_verbs)
        self._topics = Vocabulary(
            {
                "sport": data.sport,
                "fiction": told.fiction,
                "fiction_weak": told.fiction_weak,
                "business": told.business,
                "drill": told.drill,
            }
        )
        self._rates = Vocabulary({"rate": told.rates})
        self._shares, self._share_links = Vocabulary({"share": told.shares}), Vocabulary({"link": told.share_links})
        self._of, self._subjects, self._figurative = map(frozenset, (told.of, told.subjects, told.figurative))
        self._objects, self._owners, self._times = map(frozenset, (told.objects, told.owners, told.times))
        self._ended, self._of_living, self._lacking = map(frozenset, (told.ended, told.of_living, told.lacking))
        self._singular, self._cases, self._agents = map(frozenset, (told.singular, told.cases, told.agents))
        self._down = frozenset(told.down)
        self._money_losses = frozenset(told.money_losses)
        self._works, self._work_links = frozenset(told.works), Vocabulary({"link": told.work_links})
        self._soft, self._only_players = frozenset(told.soft), frozenset(told.only_players)
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
        return (
            self._by_next_words(sentence, figure, trigger)
            or self._of_others(sentence, figure, trigger)
            or self._of_topic(article, sentence, figure, trigger, noun)
            or self._of_a_name(sentence, figure, trigger)
        )

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

    def _by_next_words(self, sentence: Sentence, figure: Item, trigger: Item) -> str | None:
        """What the words right beside the figure and the word of harm make of them."""
        words, first = sentence.field.tokens.words, sentence.first
        if figure.first > first and words[figure.first - 1] in self._lacking:
            return "who was not there"
        if trigger.after < figure.first and words[figure.first - 1] in self._agents and trigger.kind in _OF_PERSONS:
            return "who is counted did the harm"
        if trigger.kind == "LOSSES" and not self._money_losses.isdisjoint(
            words[max(first, trigger.first - 3) : trigger.first]
        ):
            return "losses of money or of matches"
        if trigger.kind == "SHOT" and figure.who is None and words[trigger.after - 1] in self._down:
            return "what is shot down is nobody"
        if trigger.after >= sentence.after:
            return None
        if trigger.kind == "DEAD" and sentence.gap(trigger.after - 1) == "-" and words[trigger.after].isalpha():
            return "part of a word"
        if sentence.gap(trigger.after - 1) != " ":
            return None
        behind = words[trigger.after]
        if words[trigger.first] in self._of_living and behind in self._persons and figure.after <= trigger.first:
            return "who is dying lives"
        return f"what is ended is nobody: {behind}" if trigger.kind == "KILLED" and behind in self._ended else None

    def _of_others(self, sentence: Sentence, figure: Item, trigger: Item) -> str | None:
        """Whether the word of harm belongs to somebody else than is counted."""
        between = trigger.first - figure.after
        if (between < 0 or between > 1) and self._is_whole(sentence, figure):
            return "a whole, of which some were harmed"
        if self._is_rate(sentence, max(figure.after, trigger.after)):
            return "a rate"
        if between < 0:
            return None
        words = sentence.field.tokens.words
        if words[trigger.first] in self._one_verbs and figure.first > sentence.first and not between:
            return "the verb is of one"
        if (
            between
            and words[trigger.first - 1] in self._owners
            and not (between < 4 and figure.who is None and words[figure.after] in self._of)
        ):
            return "who was harmed is another"
        if not self._subjects.isdisjoint(words[figure.after : trigger.first]):
            return "who was harmed is another"
        if self._is_no_subject(sentence, figure, trigger):
            return "the verb is of another"
        if trigger.kind in _OF_PERSONS and self._has_object(sentence, trigger.after):
            return "who is counted did the harm"
        return None

    def _is_no_subject(self, sentence: Sentence, figure: Item, trigger: Item) -> bool:
        """Whether a preposition stands before several and a verb of one behind."""
        words = sentence.field.tokens.words
        if figure.number is None or figure.first == sentence.first or words[figure.first - 1] not in self._cases:
            return False
        return not self._singular.isdisjoint(words[figure.after : trigger.first])

    def _is_whole(self, sentence: Sentence, figure: Item) -> bool:
        """Whether "half of the" or the like stands before the number."""
        words = sentence.field.tokens.words
        at = figure.first
        links = 0
        while at > sentence.first and links < 4 and sentence.gap(at - 1) == " ":
            if self._share_links.at(words, at - 1, at) is None:
                break
            at -= 1
            links += 1
        if not links or at == sentence.first or self._of.isdisjoint(words[at : at + 2]):
            return False
        return self._shares.at(words, at - 1, at) is not None

    def _is_rate(self, sentence: Sentence, token: int) -> bool:
        words = sentence.field.tokens.words
        for at in range(token, min(token + 2, sentence.after)):
            hit = self._rates.at(words, at, sentence.after)
            if hit is not None and hit.after < sentence.after and words[hit.after].isdigit():
                return True
        return False

    def _has_object(self, sentence: Sentence, token: int) -> bool:
        words = sentence.field.tokens.words
        if token + 1 >= sentence.after or words[token] not in self._objects or sentence.gap(token - 1) != " ":
            return False
        return self._times.isdisjoint(words[token + 1 : min(token + 4, sentence.after)])

    def _of_topic(
        self, article: ArticleText, sentence: Sentence, figure: Item, trigger: Item, noun: str | None
    ) -> str | None:
        words = sentence.field.tokens.words
        head = words[figure.who[1] - 1] if figure.who is not None else noun
        if head is None:
            head = next((word for word in words[figure.after : trigger.first] if word in self._players), None)
        first, after = min(figure.first, trigger.first), max(figure.after, trigger.after)
        near = self._topics_of(words, max(sentence.first, first - _NEAR), min(sentence.after, after + _NEAR))
        if (
            "fiction" in near
            or near.get("fiction_weak", 0) >= _WEAK_AT_LEAST
            or self._is_told_in_a_work(sentence, figure)
        ):
            return "told in a work of fiction or a game"
        if "drill" in near:
            return "only played, to be ready for it"
        if "business" in near and not self._soft.isdisjoint(words[trigger.first : trigger.after]):
            return "hurt in the purse"
        if self._is_figurative(sentence, trigger):
            return "hurt in the purse"
        if self._roles[trigger.kind] in _ROLES_OF_SPORT:
            return self._of_sport(article, near, head)
        return None

    def _is_figurative(self, sentence: Sentence, trigger: Item) -> bool:
        words, at = sentence.field.tokens.words, trigger.after
        if trigger.kind not in self._figurative or at >= sentence.after or words[at] not in self._of:
            return False
        return "business" in self._topics_of(words, at, min(at + _NEAR_OF, sentence.after))

    def _of_sport(self, article: ArticleText, near: dict[str, int], head: str | None) -> str | None:
        if head in self._only_players:
            return f"players of a match: {head}"
        count = self._sport_words(article)
        if count and head in self._players:
            return f"players of a match: {head}"
        if (count >= self._sport_at_least or near.get("sport", 0) > 1) and (head is None or head in self._lost):
            return "the article tells of sport"
        return None

    def _is_told_in_a_work(self, sentence: Sentence, figure: Item) -> bool:
        words = sentence.field.tokens.words
        number = figure.first if figure.number is None else figure.number.bare[0]
        for token in range(max(sentence.first, number - self._data.window), number - 1):
            if words[token] in self._works:
                return self._work_links.at(words, token + 1, sentence.after) is not None
        return False

    def _of_a_name(self, sentence: Sentence, figure: Item, trigger: Item) -> str | None:
        """Whether they are a name, with capitals amid words that have none: "the album Six Bodies"."""
        number = figure.number
        if number is None or number.form == "digits" or figure.first == sentence.first or figure.after > trigger.first:
            return None
        first, after = number.bare[0], trigger.after
        while first > sentence.first and sentence.gap(first - 1) == " " and sentence.surface(first - 1)[:1].isupper():
            first -= 1
        while after < sentence.after and sentence.gap(after - 1) == " " and sentence.surface(after)[:1].isupper():
            after += 1
        if first == sentence.first or after - first > _LONGEST_NAME or ":" in sentence.gap(first - 1):
            return None
        inside = all(sentence.surface(token)[:1].isupper() for token in range(first, after))
        outside = sentence.surface(first - 1)[:1].islower() and (
            after == sentence.after or sentence.surface(after)[:1].islower()
        )
        return "a name of something" if inside and outside else None

    def _sport_words(self, article: ArticleText) -> int:
        if self._read[0] is not article:
            found = 0
            for field in article.reading.fields:
                found += self._topics_of(field.tokens.words, 0, len(field.tokens.words)).get("sport", 0)
            self._read = (article, found)
        return self._read[1]

    def _topics_of(self, words: tuple[str, ...], first: int, after: int) -> dict[str, int]:
        """How many different words of each topic stand there."""
        after = min(after, first + _MOST_WORDS)
        if self._topics.first_words.isdisjoint(words[first:after]):
            return {}
        found: dict[str, set[tuple[str, ...]]] = {}
        for hit in self._topics.hits(words, first, after):
            for name in hit.classes:
                found.setdefault(name, set()).add(words[hit.first : hit.after])
        return {name: len(phrases) for name, phrases in found.items()}
