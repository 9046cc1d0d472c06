"""A sentence as items for the patterns: names of the registry, offices, words of a class, names nobody knows, signs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.leader_calls.data import CallData
from consumers.facts.leader_calls.leaders import Leaders
from consumers.facts.leader_calls.nearby import mentions_in
from consumers.facts.vocabulary import Hit, Vocabulary
from monitor.actors.model import ActorKind
from monitor.actors.scanner import Mention
from monitor.text.tokens import phrase

SIGNS = ("COMMA", "COLON", "DASH", "PAREN", "STOP", "QUOTE", "POSS")
NAMED = ("PERSON", "STATE", "TITLED", "NAME", "CAP", "X")
_SIGN_OF = {
    ",": "COMMA",
    ":": "COLON",
    "(": "PAREN",
    ")": "PAREN",
    "[": "PAREN",
    "]": "PAREN",
    ";": "STOP",
    "|": "DASH",
}
_SIGN_OF |= dict.fromkeys('"“”«»„', "QUOTE") | dict.fromkeys("!?", "STOP") | {"&": "AND", "/": "AND"}
_BEFORE_NAMES = frozenset({"PERSON", "WITH", "TO", "AND", "FROM", "BETWEEN"})
_BEHIND_NAMES = frozenset({"PERSON", "SPEAK", "TALKS", "PHONED", "CALLN"})
_NAMES = frozenset({"PERSON", "NAME", "CAP", "HON", "STATE"})
_DASHES = frozenset("-–—‒")
_APOSTROPHES = frozenset("'’")


@dataclass(frozen=True)
class Item:
    """One thing in a sentence.

    Attributes:
        kind: The class of a word, a sign, or what is named.
        first, after: Its tokens.
        actors: Who is named: one person or state, or the holders of the offices of a title.
    """

    kind: str
    first: int
    after: int
    actors: tuple[str, ...] = ()


class Itemizer:
    """Makes items of sentences in one language."""

    def __init__(self, data: CallData) -> None:
        self._vocabulary = Vocabulary(data.classes)
        self._order = {name: at for at, name in enumerate(data.classes)}
        self._noun_or_verb = frozenset(phrase(text) for text in data.noun_or_verb)
        self._states = data.states_short
        self._honorifics = frozenset(data.honorifics_exact)
        self._roles = frozenset(("ROLE", "OROLE", "ELECT"))

    def items(self, article: ArticleText, leaders: Leaders, sentence: Sentence, first: int, after: int) -> list[Item]:
        """The items of the words from `first` up to `after`."""
        named = _named(article, leaders, sentence, first, after)
        is_plain = sentence.field.caseless or _has_title_case(sentence, first, after)
        found: list[Item] = []
        token = first
        while token < after:
            if found:
                found += _signs(sentence, token)
            item = self._item(sentence, token, after, named, is_plain)
            found.append(item)
            token = item.after
        return _with_short_names(article, leaders, sentence, found)

    def _item(self, sentence: Sentence, token: int, after: int, named: dict[int, Item], is_plain: bool) -> Item:
        words = sentence.field.tokens.words
        if not is_plain and sentence.surface(token) in self._honorifics:
            return Item("HON", token, token + 1)
        hit = self._vocabulary.at(words, token, after)
        if hit is not None and _is_cut(sentence, hit.first, hit.after):
            hit = self._vocabulary.at(words, token, token + 1)
        if hit is not None and self._is_noun(sentence, hit, after):
            hit = self._vocabulary.at(words, token, token + 1)
        item = named.get(token)
        if item is not None and (hit is None or hit.after <= item.after):
            return item
        if hit is not None:
            kind = min(hit.classes, key=self._order.__getitem__)
            inside = next((at for at in range(token + 1, hit.after) if at in named and kind not in self._roles), None)
            if inside is None:
                return Item(kind, hit.first, hit.after)
            alone = self._vocabulary.at(words, token, token + 1)
            if alone is not None:
                return Item(min(alone.classes, key=self._order.__getitem__), token, token + 1)
        surface = sentence.surface(token)
        if (
            token > sentence.first
            and sentence.gap(token - 1) in _APOSTROPHES
            and sentence.surface(token - 1)[0].isupper()
        ):
            return Item("CAP" if is_plain else "NAME", token, token + 1)  # La'auli
        if surface[0].isupper() and not is_plain and (not _begins(sentence, token) or _goes_on(sentence, token)):
            return Item("NAME", token, token + 1)
        if is_plain and surface[0].isupper():
            return Item("CAP", token, token + 1)
        state = self._states.get(words[token]) if surface.islower() and sentence.field.name == "title" else None
        if state is not None and token + 1 < after and self._vocabulary.at(words, token + 1, after) is not None:
            return Item("STATE", token, token + 1, (state,))
        return Item("X", token, token + 1)

    def _is_noun(self, sentence: Sentence, hit: Hit, after: int) -> bool:
        """Whether "call on" is a call on some day, and not "to call on"."""
        words = sentence.field.tokens.words
        if words[hit.first : hit.after] not in self._noun_or_verb:
            return False
        behind = self._vocabulary.at(words, hit.after, after) if hit.after < after else None
        is_owned = hit.first > sentence.first and sentence.gap(hit.first - 1)[:1] in _APOSTROPHES
        return is_owned or (behind is not None and "TIME" in behind.classes)


def _named(article: ArticleText, leaders: Leaders, sentence: Sentence, first: int, after: int) -> dict[int, Item]:
    """By its first token, the longest name or title of the registry there."""
    titled: dict[int, list[Mention]] = {}
    found: dict[int, Item] = {}
    for mention in mentions_in(article, sentence, first, after):
        actor = article.registry.get(mention.actor)
        if actor is None or mention.seat or mention.after > after:
            continue
        if not mention.direct:
            if actor.kind is ActorKind.PERSON:
                titled.setdefault(mention.first, []).append(mention)
            continue
        kind = "PERSON" if actor.kind is ActorKind.PERSON else "STATE"
        before = found.get(mention.first)
        is_better = before is None or before.after < mention.after
        if is_better or (
            before is not None
            and before.after == mention.after
            and _leads_more(leaders, article, mention.actor, before.actors[0])
        ):
            found[mention.first] = Item(kind, mention.first, mention.after, (mention.actor,))
    for start, mentions in titled.items():
        end = max(mention.after for mention in mentions)
        actors = tuple(dict.fromkeys(mention.actor for mention in mentions))
        found[start] = Item("TITLED", start, end, actors)
    return _without_inner(found)


def _with_short_names(article: ArticleText, leaders: Leaders, sentence: Sentence, items: list[Item]) -> list[Item]:
    """With surnames that count only beside others who lead: "biden xi call", "Petro ... with Daniel Noboa"."""
    if not any(item.kind == "PERSON" for item in items):
        return items
    is_plain = sentence.field.name == "title" and sentence.text == sentence.text.lower()
    found = list(items)
    for at, item in enumerate(items):
        before, behind = (items[at - 1].kind if at else ""), (items[at + 1].kind if at + 1 < len(items) else "")
        if item.kind not in ("X", "NAME"):
            continue
        if is_plain and not (before in _BEFORE_NAMES or behind in _BEHIND_NAMES):
            continue
        if not is_plain and (not sentence.surface(item.first)[0].isupper() or {before, behind} & _NAMES):
            continue
        actor = leaders.by_short_name(sentence.field.tokens.words[item.first], article.reading.on)
        if actor is not None and (is_plain or article.reading.on is not None):
            found[at] = Item("PERSON", item.first, item.after, (actor,))
    return found


def _leads_more(leaders: Leaders, article: ArticleText, actor: str, other: str) -> bool:
    on = article.reading.on
    return leaders.leads(actor, on) and not leaders.leads(other, on)


def _without_inner(found: dict[int, Item]) -> dict[int, Item]:
    """Without names inside another; two of one person are put together ("king abdullah", "abdullah of jordan")."""
    kept: list[Item] = []
    for first in sorted(found):
        item = found[first]
        last = kept[-1] if kept else None
        if last is None or first >= last.after:
            kept.append(item)
        elif item.after > last.after and item.actors == last.actors:
            kept[-1] = Item(item.kind, last.first, item.after, item.actors)
    return {item.first: item for item in kept}


def _signs(sentence: Sentence, token: int) -> Iterator[Item]:
    gap = sentence.gap(token - 1)
    if gap == " ":
        return
    if gap[:1] in _APOSTROPHES and (
        (gap[1:2] == " " and sentence.surface(token - 1)[-1:] in "sS") or gap[1:2] in ("s", "S")
    ):
        yield Item("POSS", token, token)
        gap = gap[1:].lstrip("sS")
    for sign in gap:
        if sign in _SIGN_OF:
            yield Item(_SIGN_OF[sign], token, token)
        elif sign in _DASHES and len(gap) > 1:
            yield Item("DASH", token, token)
        elif (sign in _APOSTROPHES and len(gap) > 1) or sign == "‘":
            yield Item("QUOTE", token, token)


def _is_cut(sentence: Sentence, first: int, after: int) -> bool:
    return any(set(sentence.gap(token)) & set(',;:()"“”') for token in range(first, after - 1))


def _begins(sentence: Sentence, token: int) -> bool:
    """Whether a word begins a sentence, or what is said after a colon or in quotation marks."""
    return token == sentence.first or bool(set(sentence.gap(token - 1)) & set(':"“”.!?—–'))


def _goes_on(sentence: Sentence, token: int) -> bool:
    """Whether a capitalised word that begins a sentence is followed by another, as names are."""
    return (
        token + 1 < sentence.after
        and sentence.surface(token + 1)[0].isupper()
        and sentence.gap(token) in (" ", "-", ". ")
    )


def _has_title_case(sentence: Sentence, first: int, after: int) -> bool:
    """Whether most words begin with a capital, so that capitals say little."""
    long = [
        sentence.surface(token) for token in range(first, min(after, first + 40)) if len(sentence.surface(token)) > 3
    ]
    return len(long) >= 4 and sum(1 for word in long if word[0].isupper()) > 0.8 * len(long)
