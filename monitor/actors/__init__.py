"""Who is who, valid in time: actors, offices and sets; the shipped catalogue."""

from monitor.actors.model import Actor, ActorKind, ActorSet, Holding, Membership, Office
from monitor.actors.registry import Position, Registry, UnknownActorError
from monitor.actors.scanner import ActorScanner, Mention, Mentions
from monitor.actors.shipped import load_catalogue, read_actors

__all__ = [
    "Actor",
    "ActorKind",
    "ActorScanner",
    "ActorSet",
    "Holding",
    "Membership",
    "Mention",
    "Mentions",
    "Office",
    "Position",
    "Registry",
    "UnknownActorError",
    "load_catalogue",
    "read_actors",
]
