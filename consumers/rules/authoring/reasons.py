"""Conditions in words, and the nearest reason why one fails: for people who wonder why a rule is silent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from consumers.rules.authoring.actor_reasons import why_no_actor
from consumers.rules.engine.evaluation import Context, LeafHit, Region
from consumers.rules.engine.facts import fact_label, fact_tests_held
from consumers.rules.engine.leaves import Leaf, NearLeaf, Term, WordsLeaf, leaves_of
from consumers.rules.engine.table import LeafTable, fact_type
from consumers.rules.model import (
    ActorCondition,
    All,
    Any_,
    AtLeast,
    Condition,
    FactCondition,
    InFields,
    LangCondition,
    Not,
    Phrase,
    PublisherCondition,
    Query,
    Scope,
    Terms,
    UrlCondition,
    Within,
)
from monitor.core.fact import Fact
from monitor.text.scan import PatternTrie, Place


def condition_text(condition: Condition) -> str:
    """A condition as its author would name it; of one made of parts, only how they are joined."""
    match condition:
        case AtLeast():
            return f"at least {condition.count} of {len(condition.parts)}"
        case InFields():
            return f"in {' or '.join(condition.fields)}"
        case Within():
            return f"same {condition.scope}"
        case Any_():
            return f"any of {len(condition.parts)}"
        case All() | Not():
            return "all" if isinstance(condition, All) else "not"
    return _leaf_text(condition)


def _leaf_text(
    condition: Phrase
    | Query
    | Terms
    | ActorCondition
    | FactCondition
    | LangCondition
    | PublisherCondition
    | UrlCondition,
) -> str:
    match condition:
        case Phrase():
            return f"query: {condition.text}{f'~{condition.slop}' if condition.slop else ''}"
        case Query():
            return f"query: {condition.text}"
        case Terms():
            return f"terms: {condition.name}"
        case ActorCondition():
            return f"{'named' if condition.direct else 'actor'}: {', '.join(condition.positions)}"
        case FactCondition():
            return fact_label(condition)
        case LangCondition():
            return f"lang: {', '.join(condition.langs)}"
        case PublisherCondition():
            return f"publisher: {', '.join(condition.publishers)}"
        case UrlCondition():
            return f"url: {', '.join(phrase.text for phrase in condition.phrases)}"


def default_tests(condition: Condition) -> tuple[str, ...]:
    """The tests of a fact condition that nobody wrote."""
    if not isinstance(condition, FactCondition):
        return ()
    defaults = (test for test in condition.tests if test.is_default)
    labels = (fact_label(replace(condition, tests=(test,)), defaults=True) for test in defaults)
    return tuple(label.partition(": ")[2] for label in labels)


@dataclass(frozen=True)
class Why:
    """Why a condition fails.

    Attributes:
        is_absent: Nothing like it stands in the article; else the text says what is near.
    """

    text: str
    is_absent: bool = False


NOWHERE = Why("stands nowhere", is_absent=True)
_SHOWN_REASONS = 3  # of one condition that names many actors


class Reasons:
    """Why conditions fail in one article."""

    def __init__(self, context: Context, table: LeafTable) -> None:
        self._context = context
        self._table = table
        self._reading = context.reading

    def why_not(self, condition: Condition, region: Region) -> Why | None:
        """The nearest reason why a condition without parts fails in a region."""
        match condition:
            case LangCondition():
                return Why(f"the article is in {self._reading.lang}")
            case PublisherCondition():
                return Why(f"the article is by {self._reading.publisher or 'nobody named'}")
            case UrlCondition():
                return Why(f"the address is {self._reading.url or 'not known'}")
            case Query():
                return self.why_not(condition.condition, region)
            case Phrase() | Terms():
                return self._elsewhere(condition, region) or self._why_no_words(leaves_of(condition))
            case ActorCondition():
                return self._elsewhere(condition, region) or self._why_no_actor(condition)
            case FactCondition():
                return self._why_no_fact(condition)
        return None

    def where(self, hits: set[LeafHit], scope: Scope) -> str:
        """The units in which hits stand, in words: `sentence 2 of the body`."""
        units: dict[str, None] = {}
        for index, first in sorted(place[:2] for _, place in hits):
            tokens = self._reading.fields[index].tokens
            name = self._reading.fields[index].name
            number = tokens.sentence_of(first) if scope is Scope.SENTENCE else tokens.paragraph_of(first)
            units[f"{scope} {number + 1} of the {name}"] = None
        return ", ".join([*units][:3])

    def _elsewhere(self, condition: Phrase | Terms | ActorCondition, region: Region) -> Why | None:
        if region is self._context.whole:
            return None
        places = [place for leaf in leaves_of(condition) for place in self._context.places(self._table.add(leaf))]
        fields = dict.fromkeys(self._reading.fields[place[0]].name for place in sorted(place[:3] for place in places))
        return Why(f"stands elsewhere, in the {' and the '.join(fields)}") if fields else None

    def _why_no_words(self, leaves: tuple[Leaf, ...]) -> Why:
        for leaf in leaves:
            reason = self._why_not_near(leaf) if isinstance(leaf, NearLeaf) else None
            if isinstance(leaf, WordsLeaf):
                reason = self._why_not_there(leaf.terms)
            if reason is not None:
                return Why(reason)
        return NOWHERE

    def _why_not_near(self, leaf: NearLeaf) -> str | None:
        missing = [word.text for word in leaf.words if not self._surfaces((word,), any_language=False)]
        if len(missing) == len(leaf.words):
            return None
        if missing:
            quoted = ", ".join(f"'{word}'" for word in missing)
            return f"{quoted} {'stands' if len(missing) == 1 else 'stand'} nowhere"
        return f"its words stand, but further apart than ~{leaf.slop}"

    def _why_not_there(self, terms: tuple[Term, ...]) -> str | None:
        """Found in another language, or in another spelling."""
        for term in terms:
            surfaces = self._surfaces((term,), any_language=True)
            langs = sorted({only for _, only in term.patterns if only is not None})
            if surfaces and langs:
                counts = f"'{surfaces[0]}' counts only in articles in {', '.join(langs)}"
                return f"{counts}; this one is in {self._reading.lang}"
            otherwise = self._surfaces((term,), any_language=False, any_spelling=True)
            if otherwise:
                return f"stands there as '{otherwise[0]}', and {term.text} asks for that spelling"
        return None

    def _surfaces(self, terms: tuple[Term, ...], *, any_language: bool, any_spelling: bool = False) -> list[str]:
        """The words of the article that fit some terms if languages or spellings did not matter."""
        trie = PatternTrie()
        for term in terms:
            patterns = (
                [pattern for pattern, _ in term.patterns] if any_language else term.patterns_for(self._reading.lang)
            )
            for pattern in patterns:
                trie.add(replace(pattern, exact=None) if any_spelling else pattern)
        found = sorted(place for places in trie.places(self._reading.fields).values() for place in places)
        return [self._surface(place) for place in found]

    def _surface(self, place: Place) -> str:
        tokens = self._reading.fields[place[0]].tokens
        return tokens.text[tokens.starts[place[1]] : tokens.ends[place[2] - 1]]

    def _why_no_actor(self, condition: ActorCondition) -> Why:
        positions = dict.fromkeys(condition.positions)
        registry = self._table.registry
        found = [why_no_actor(position, condition.direct, self._reading, registry) for position in positions]
        near = list(dict.fromkeys(reason for reason in found if reason is not None))
        if not near:
            one = next(iter(positions))
            named = f"{one} is not named" if len(positions) == 1 else f"none of {len(positions)} is named"
            return Why(named, is_absent=True)
        more = f"; and {len(near) - _SHOWN_REASONS} more" if len(near) > _SHOWN_REASONS else ""
        return Why("; ".join(near[:_SHOWN_REASONS]) + more)

    def _why_no_fact(self, condition: FactCondition) -> Why:
        facts = [fact for fact in self._context.leaves.facts() if fact_type(fact) == condition.type]
        if not facts:
            return Why(f"the article has no fact of type {condition.type}", is_absent=True)
        failed = {at: self._failed_tests(condition, fact) for at, fact in enumerate(facts)}
        at, nearest = min(failed.items(), key=lambda item: len(item[1]))
        if not nearest:
            return Why(f"{self._fact_text(facts[at])} stands elsewhere")
        return Why(f"nearest is {self._fact_text(facts[at])}, but not: {', '.join(nearest)}")

    def _failed_tests(self, condition: FactCondition, fact: Fact) -> list[str]:
        tests = fact_tests_held(condition, fact, self._table.registry, self._reading.on)
        return [test.label + (" (by default)" if test.is_default else "") for test in tests if not test.held]

    def _fact_text(self, fact: Fact) -> str:
        text = next((part.tokens.text for part in self._reading.fields if part.name == fact.field), "")
        words = text[slice(*fact.span)] or fact.quote
        return f"the {fact_type(fact)} '{words}'" if words else f"a {fact_type(fact)} fact"
