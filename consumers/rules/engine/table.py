"""The leaves of all rules by number, equal ones once, and where they stand in one article.

One pass over the article for the patterns of all rules and one for all actors; the rest is looked up on demand and
remembered: most leaves of most rules are never asked for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Hashable, Sequence
from typing import Protocol

from consumers.rules.engine.facts import fact_holds
from consumers.rules.engine.leaves import ActorLeaf, FactLeaf, Leaf, NearLeaf, Term, WordsLeaf, counts_in, url_field
from consumers.rules.engine.near import near_places
from consumers.rules.model import FactCondition
from monitor.actors import Registry
from monitor.actors.scanner import ActorScanner, Mention, Mentions
from monitor.core.errors import WorkTimedOutError
from monitor.core.fact import Fact
from monitor.text.reading import FieldReading, Reading
from monitor.text.scan import PatternTrie, Place

# Where a leaf stands: field, first token, token after the last; then the actor and whether only meant, or the fact.
LeafPlace = tuple[int, int, int] | tuple[int, int, int, str, bool] | tuple[int, int, int, int]
Signal = int | str  # something seen in one pass: the number of a pattern, the id of an actor, `fact:` and a type
KnockedOut = tuple[int, int]  # a leaf, and which of its terms

_Names = tuple[tuple[int, str | None, int], ...]  # number of a pattern, language it counts in, which of the terms


class FactSource(Protocol):
    """Finds the facts of an article. Asked at most once per article, and only where a rule may need them."""

    def may_have(self, reading: Reading) -> frozenset[str]:
        """The types of which the article may have a fact: quick, and may only hold too many."""

    def facts(self, reading: Reading, mentions: Mentions | None = None) -> tuple[Fact, ...]:
        """All facts of the article; `mentions` says who is mentioned in it, where that was looked up already."""


class LeafTable:
    """Leaves by number, with the numbers of their patterns."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.trie = PatternTrie()
        self.leaves: list[Leaf] = []
        self.in_url: set[int] = set()  # leaves whose places are places in the address
        self.fact_types: set[str] = set()
        self._scanner: ActorScanner | None = None
        self._url_trie = PatternTrie()
        self._numbers: dict[Hashable, int] = {}
        self._names: list[tuple[_Names, ...]] = []  # of a leaf: one entry for all its words, of a near leaf one each
        self._costs: dict[Signal, float] = {}

    def add(self, leaf: Leaf, *, in_url: bool = False) -> int:
        """The number of a leaf, to be looked for in the text or in the address."""
        key = (_key(leaf), in_url)
        number = self._numbers.get(key)
        if number is None:
            names = self._added_names(leaf, self._url_trie if in_url else self.trie)
            number = self._numbers[key] = len(self.leaves)
            self.leaves.append(leaf)
            self._names.append(names)
            if in_url:
                self.in_url.add(number)
        return number

    def signals(self, leaf: int) -> tuple[frozenset[Signal], ...]:
        """What must be seen in an article for the leaf to stand there: one of each."""
        match self.leaves[leaf]:
            case ActorLeaf() as actor:
                return (frozenset(self.registry.ever(actor.position)),)
            case FactLeaf() as fact:
                return (frozenset((f"fact:{fact.condition.type}",)),)
            case _:
                return tuple(frozenset(number for number, _, _ in names) for names in self._names[leaf])

    def cost(self, signal: Signal) -> float:
        """A guess at how often a signal is seen: short words are frequent; actors and facts are a guess."""
        return self._costs.get(signal, 0.02)

    def article(self, reading: Reading, facts: FactSource | None) -> ArticleLeaves:
        """Where leaves stand in an article."""
        mentions = None if self._scanner is None else self._scanner.scan(reading)
        return ArticleLeaves(self, reading, self.trie.places(reading.fields), mentions, facts)

    def names(self, leaf: int) -> tuple[_Names, ...]:
        """The patterns of a leaf by number."""
        return self._names[leaf]

    def url_places(self, field: FieldReading) -> dict[int, list[Place]]:
        """Where the patterns for addresses stand in one."""
        return self._url_trie.places([field])

    def _added_names(self, leaf: Leaf, trie: PatternTrie) -> tuple[_Names, ...]:
        match leaf:
            case WordsLeaf():
                return (self._add_terms(leaf.terms, trie),)
            case NearLeaf():
                return tuple(self._add_terms((word,), trie) for word in leaf.words)
            case ActorLeaf():
                self.registry.ever(leaf.position)  # raises here and not in the midst of an article
                self._scanner = self._scanner or ActorScanner(self.registry)
            case FactLeaf():
                self.fact_types.add(leaf.condition.type)
        return ()

    def _add_terms(self, terms: tuple[Term, ...], trie: PatternTrie) -> _Names:
        names: list[tuple[int, str | None, int]] = []
        for at, term in enumerate(terms):
            for pattern, lang in term.patterns:
                number = trie.add(pattern)
                names.append((number, lang, at))
                if trie is self.trie:
                    characters = sum(len(word.text) for word in pattern.words) + 4 * (len(pattern.words) - 1)
                    self._costs[number] = 1 / max(1, characters) ** 2
        return tuple(names)


def _key(leaf: Leaf) -> Hashable:
    """What makes a leaf equal to another; patterns follow from what is written and are many."""
    if isinstance(leaf, WordsLeaf):
        return leaf.label, tuple((term.text, term.lang) for term in leaf.terms)
    if isinstance(leaf, NearLeaf):
        return leaf.label, leaf.text, leaf.slop, leaf.words[0].lang
    return leaf


class ArticleLeaves:
    """Where the leaves stand in one article; remembers."""

    def __init__(
        self,
        table: LeafTable,
        reading: Reading,
        found: dict[int, list[Place]],
        mentions: Mentions | None,
        source: FactSource | None,
    ) -> None:
        self.reading = reading
        self._table = table
        self._found = found
        self._mentions = mentions
        self._source = source
        self._places: dict[int, Sequence[LeafPlace]] = {}
        self._facts: tuple[Fact, ...] | None = None
        self._fact_places: list[Place | None] = []
        self._fact_types: frozenset[str] | None = None
        self._holding: dict[int, list[int]] = {}
        self._found_in_url: dict[int, list[Place]] | None = None

    def without(self, gone: Sequence[KnockedOut]) -> ArticleLeaves:
        """The same article where some terms of some leaves count nowhere."""
        other = ArticleLeaves(self._table, self.reading, self._found, self._mentions, self._source)
        terms: dict[int, set[int]] = {}
        for leaf, at in gone:
            terms.setdefault(leaf, set()).add(at)
        other._places = {leaf: places for leaf, places in self._places.items() if leaf not in terms}
        other._facts, other._fact_places, other._fact_types = self._facts, self._fact_places, self._fact_types
        other._holding, other._found_in_url = dict(self._holding), self._found_in_url
        for leaf, without in terms.items():
            other._places[leaf] = other._look_up(leaf, _nothing, without)
        return other

    def may_stand(self, term: KnockedOut) -> bool:
        """Whether a term of a leaf may stand in the article."""
        leaf, at = term
        if isinstance(self._table.leaves[leaf], ActorLeaf):
            return bool(self.places(leaf, _nothing))
        found = self._url_found() if leaf in self._table.in_url else self._found
        return any(which == at and number in found for names in self._table.names(leaf) for number, _, which in names)

    def signals(self) -> set[Signal]:
        """All that was seen."""
        seen: set[Signal] = set(self._found)
        if self._mentions is not None:
            seen |= self._mentions.present
        if self._table.fact_types:
            seen |= {f"fact:{kind}" for kind in self._possible_facts()}
        return seen

    def places(self, leaf: int, spend: Callable[[int], None]) -> Sequence[LeafPlace]:
        """The places of a leaf in order; of a fact, only where it has some words."""
        places = self._places.get(leaf)
        if places is None:
            places = self._places[leaf] = self._look_up(leaf, spend)
        return places

    def stands(self, leaf: int, spend: Callable[[int], None]) -> bool:
        """Whether the leaf stands anywhere, or the fact is there."""
        kind = self._table.leaves[leaf]
        if isinstance(kind, FactLeaf):
            return bool(self.holding_facts(leaf, kind.condition))
        return bool(self.places(leaf, spend))

    def facts(self) -> tuple[Fact, ...]:
        """The facts of the article: those it came with, or else those that the source finds.

        Raises:
            FactsUnavailableError: The source failed: a mistake of ours and of no rule.
        """
        if self._facts is None:
            facts = self.reading.facts
            if not facts and self._source is not None and self._possible_facts():
                try:
                    facts = self._source.facts(self.reading, self._mentions)
                except WorkTimedOutError:
                    raise
                except Exception as error:
                    raise FactsUnavailableError(f"facts cannot be found: {error!r}") from error
            self._fact_places = [fact_place(fact, self.reading) for fact in facts]
            self._facts = facts
        return self._facts

    def holding_facts(self, leaf: int, condition: FactCondition) -> list[int]:
        """Which facts the condition of the leaf holds of, by their place in `facts`."""
        holding = self._holding.get(leaf)
        if holding is None:
            if condition.type not in self._possible_facts():
                return self._holding.setdefault(leaf, [])
            registry, on = self._table.registry, self.reading.on
            holding = [at for at, fact in enumerate(self.facts()) if fact_holds(condition, fact, registry, on)]
            self._holding[leaf] = holding
        return holding

    def fact_place(self, fact: int) -> Place | None:
        """Where a fact stands; None where no words of the article are known to be its own."""
        return self._fact_places[fact]

    def _possible_facts(self) -> frozenset[str]:
        if self._fact_types is None:
            kinds = {fact_type(fact) for fact in self.reading.facts}
            if not kinds and self._source is not None:
                kinds |= self._source.may_have(self.reading)
            self._fact_types = frozenset(kinds)
        return self._fact_types

    def _url_found(self) -> dict[int, list[Place]]:
        if self._found_in_url is None:
            self._found_in_url = self._table.url_places(url_field(self.reading.url))
        return self._found_in_url

    def _look_up(self, leaf: int, spend: Callable[[int], None], gone: Container[int] = ()) -> Sequence[LeafPlace]:
        match self._table.leaves[leaf]:
            case ActorLeaf() as actor:
                return [] if 0 in gone else self._actor_places(actor)
            case FactLeaf() as fact:
                placed = [(at, self._fact_places[at]) for at in self.holding_facts(leaf, fact.condition)]
                return sorted((*place, at) for at, place in placed if place is not None)
            case _:
                found = self._url_found() if leaf in self._table.in_url else self._found
                return self._words_leaf(leaf, found, spend, gone)

    def _words_leaf(
        self, leaf: int, found: dict[int, list[Place]], spend: Callable[[int], None], gone: Container[int]
    ) -> Sequence[LeafPlace]:
        each = [self._word_places(names, found, gone) for names in self._table.names(leaf)]
        kind = self._table.leaves[leaf]
        return near_places(each, kind.slop, spend) if isinstance(kind, NearLeaf) else each[0]

    def _word_places(self, names: _Names, found: dict[int, list[Place]], gone: Container[int]) -> list[Place]:
        lang = self.reading.lang
        numbers = dict.fromkeys(
            number for number, only, at in names if number in found and at not in gone and counts_in(lang, only)
        )
        if not numbers:
            return []
        if len(numbers) == 1:
            return found[next(iter(numbers))]
        return sorted({place for number in numbers for place in found[number]})

    def _actor_places(self, leaf: ActorLeaf) -> Sequence[LeafPlace]:
        mentions, registry = self._mentions, self._table.registry
        if mentions is None:
            return []
        members = registry.members(leaf.position, self.reading.on) & mentions.present
        office = leaf.position if registry.office(leaf.position) is not None else None
        return sorted(
            {
                (mention.index, mention.first, mention.after, mention.actor, not mention.direct)
                for actor in members
                for mention in mentions.of(actor)
                if mention_counts(mention, direct=leaf.direct, office=office)
            }
        )


def _nothing(_steps: int) -> None:
    """For who does not count steps."""


class FactsUnavailableError(RuntimeError):
    """The source of facts failed on an article."""


def mention_counts(mention: Mention, *, direct: bool, office: str | None) -> bool:
    """Whether a mention of an actor counts for a condition: a seat ("the Kremlin") means the office, not the person."""
    if direct:
        return mention.direct
    return not mention.seat or (office is not None and mention.office == office)


def fact_type(fact: Fact) -> str:
    """The name of a fact's type on the wire."""
    return str(fact.__struct_config__.tag)


def fact_place(fact: Fact, reading: Reading) -> Place | None:
    """The words that the fact's span covers; None where its field is not there or it covers none."""
    for index, part in enumerate(reading.fields):
        if part.name == fact.field:
            first = bisect_right(part.tokens.ends, fact.span[0])
            after = bisect_left(part.tokens.starts, max(fact.span))
            return (index, first, after) if first < after else None
    return None
