"""Stand-in of the scanner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.actors.registry import Registry
from monitor.text.patterns import patterns_of
from monitor.text.reading import Reading
from monitor.text.scan import PatternTrie


@dataclass(frozen=True, order=True)
class Mention:
    """Stand-in."""

    index: int
    first: int
    after: int
    actor: str
    direct: bool = True
    office: str | None = None
    seat: bool = False


class Mentions:
    """Stand-in."""

    def __init__(self, mentions: Sequence[Mention]) -> None:
        self._mentions = sorted(mentions)
        self.present = frozenset(mention.actor for mention in mentions)

    def of(self, actor_id: str) -> Sequence[Mention]:
        """Those of an actor."""
        return [mention for mention in self._mentions if mention.actor == actor_id]

    def all(self) -> Sequence[Mention]:
        """All."""
        return self._mentions


class ActorScanner:
    """Stand-in."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._trie = PatternTrie()
        self._names: dict[str, list[int]] = {}
        self._blocks: dict[str, list[int]] = {}
        for actor in registry:
            written = [*actor.names(), *(f"={name}" for name in actor.exact)]
            self._names[actor.id] = [self._trie.add(p) for text in written for p in patterns_of(text, variants=False)]
            self._blocks[actor.id] = [
                self._trie.add(p) for text in actor.blocked_by for p in patterns_of(text, variants=False)
            ]

    def scan(self, reading: Reading) -> Mentions:
        """Mentions."""
        found = self._trie.places(reading.fields)
        mentions = set()
        for actor, names in self._names.items():
            blocks = [place for number in self._blocks[actor] for place in found.get(number, ())]
            for number in names:
                for place in found.get(number, ()):
                    if not any(b[0] == place[0] and b[1] <= place[1] and place[2] <= b[2] for b in blocks):
                        mentions.add(Mention(*place, actor))
        return Mentions(sorted(mentions))
