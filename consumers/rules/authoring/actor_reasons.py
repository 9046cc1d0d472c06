"""Why an actor that a rule asks for is not found in an article, in words."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.actors import Actor, Registry
from monitor.actors.scanner import ActorScanner, Mention
from monitor.text.patterns import patterns_of
from monitor.text.reading import Reading
from monitor.text.scan import PatternTrie, Place


def why_no_actor(position: str, direct: bool, reading: Reading, registry: Registry) -> str | None:
    """The nearest reason why nobody whom a position means is found; None where nothing like a name of theirs stands."""
    meant = sorted(registry.members(position, reading.on))
    if not meant:
        day = "now" if reading.on is None else f"on {reading.on.isoformat()}"
        return f"{position} means nobody {day}"
    mentions = ActorScanner(registry).scan(reading)
    for actor_id in meant:
        found = mentions.of(actor_id)
        if found:
            return _uncounted(actor_id, found[0], direct, reading)
    reasons = (_why_unnamed(actor, reading) for actor_id in meant if (actor := registry.get(actor_id)) is not None)
    return next((reason for reason in reasons if reason is not None), None)


def _uncounted(actor_id: str, mention: Mention, direct: bool, reading: Reading) -> str:
    words = _surface((mention.index, mention.first, mention.after), reading)
    if direct:
        return f"{actor_id} is meant by '{words}' and not named, and the condition asks for the name"
    return f"'{words}' is a seat of {mention.office}, and the condition asks for {actor_id}"


def _why_unnamed(actor: Actor, reading: Reading) -> str | None:
    named = _places([*actor.every_name(), *(f"={name}" for name in actor.exact)], reading)
    if not named:
        return None
    blocked = _places(actor.blocked_by, reading)
    blocks = {place: _block(place, blocked) for place in named}
    free = next((place for place, block in blocks.items() if block is None), None)
    if free is None:
        block = next(block for block in blocks.values() if block is not None)
        return f"{actor.id} is named, but blocked by '{_surface(block, reading)}'"
    words = _surface(free, reading)
    if free in _places([name for names in actor.weak.values() for name in names], reading):
        return f"'{words}' alone is not enough for {actor.id}: its full name, its office or its context is missing"
    if free in _places([name for names in actor.surnames.values() for name in names], reading):
        return f"'{words}' alone is not {actor.id} here: somebody else of that name is named"
    spelling = next((name for name in actor.exact if free in _places([name], reading)), None)
    if spelling is not None and spelling != words:
        return f"'{words}' is not {actor.id}: it counts only as {spelling}"
    return f"'{words}' does not count as {actor.id} here"


def _block(place: Place, blocks: Iterable[Place]) -> Place | None:
    """The block that a place lies in."""
    inside = (block for block in blocks if block[0] == place[0] and block[1] <= place[1] and place[2] <= block[2])
    return next(inside, None)


def _places(names: Iterable[str], reading: Reading) -> list[Place]:
    trie = PatternTrie()
    for name in names:
        for pattern in patterns_of(name, variants=False):
            trie.add(pattern)
    return sorted(place for places in trie.places(reading.fields).values() for place in places)


def _surface(place: Place, reading: Reading) -> str:
    tokens = reading.fields[place[0]].tokens
    return tokens.text[tokens.starts[place[1]] : tokens.ends[place[2] - 1]]
