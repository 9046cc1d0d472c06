"""What rules look for in a text: leaves, each a set of names under one label. Both engines search for these."""

from __future__ import annotations

import re
from dataclasses import dataclass

from consumers.rules.model import ActorCondition, Phrase, Terms
from monitor.actors import Actor, Registry
from monitor.core.article import UNKNOWN_LANGUAGE
from monitor.text import phrase, tokenize
from monitor.text.scripts import IGNORABLE

_DROPPED = re.compile(f"[{IGNORABLE}]")
_SPACE = re.compile(r"\s+")
_HAS_INNER_SIGN = re.compile(r"[^\w\s]")


@dataclass(frozen=True)
class Name:
    """A run of folded words.

    Attributes:
        exact: The spelling that must stand there, as `spelling` gives it; None when any will do.
    """

    words: tuple[str, ...]
    exact: str | None = None

    def stands_as(self, surface: str, *, caseless: bool) -> bool:
        """Whether the words, found as `surface`, are this name.

        Where capitals say nothing, an exact name counts only for the signs in it: "U.S.", but not "US" or "WHO".
        """
        if self.exact is None:
            return True
        if caseless and not _HAS_INNER_SIGN.search(self.exact):
            return False
        return spelling(surface) == self.exact


@dataclass(frozen=True)
class Leaf:
    """One thing to find, as its author would name it (`actor: donald-trump`).

    Attributes:
        names: Each with the language of the articles in which it counts; None means all.
        blocks: Phrases that swallow a hit inside them.
        actor: The actor whose names they are, if they are.
    """

    label: str
    names: tuple[tuple[Name, str | None], ...]
    blocks: tuple[Name, ...] = ()
    actor: str | None = None

    def names_for(self, lang: str) -> list[Name]:
        """The names that count in an article of this language."""
        return [name for name, only in self.names if only is None or lang in (only, UNKNOWN_LANGUAGE)]


def leaves_of(condition: Phrase | ActorCondition | Terms, registry: Registry) -> tuple[Leaf, ...]:
    """The leaves of a condition, any of which is enough.

    Raises:
        KeyError: It names an actor that is not in the registry (the loader lets none through).
    """
    if isinstance(condition, Phrase):
        return (Leaf(f"query: {condition.text}", ((Name(condition.words), None),)),)
    if isinstance(condition, Terms):
        names = {
            (Name(part.words), None if lang == UNKNOWN_LANGUAGE else lang): None for lang, part in condition.phrases
        }
        return (Leaf(f"terms: {condition.name}", tuple(names)),)
    return tuple(_actor_leaf(actor_id, registry) for actor_id in condition.positions)


def spelling(surface: str) -> str:
    """A surface as exact names compare it: signs and capitals kept, white space made one space."""
    return _SPACE.sub(" ", _DROPPED.sub("", surface))


def _actor_leaf(actor_id: str, registry: Registry) -> Leaf:
    actor = registry.get(actor_id)
    if actor is None:
        raise KeyError(actor_id)
    return Leaf(
        f"actor: {actor_id}",
        tuple((name, None) for name in dict.fromkeys(_names(actor))),
        tuple(Name(words) for words in dict.fromkeys(phrase(text) for text in actor.blocked_by) if words),
        actor_id,
    )


def _names(actor: Actor) -> list[Name]:
    names = [Name(phrase(text)) for text in actor.names()]
    for text in actor.exact:
        tokens = tokenize(text)
        if tokens.words:
            names.append(Name(tokens.words, spelling(text[tokens.starts[0] : tokens.ends[-1]])))
    return [name for name in names if name.words]
