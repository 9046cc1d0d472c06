"""Who is who: people, states and organisations by their names; the shipped catalogue."""

from monitor.actors.model import Actor, ActorKind, Registry
from monitor.actors.shipped import load_catalogue

__all__ = ["Actor", "ActorKind", "Registry", "load_catalogue"]
