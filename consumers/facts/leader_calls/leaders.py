"""Who leads a state, the European Union, NATO, the United Nations or the Holy See, and on which day."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property, lru_cache

from monitor.actors.model import ActorKind, Office
from monitor.actors.registry import Registry
from monitor.actors.roles import HEAD_OF_GOVERNMENT, HEAD_OF_STATE
from monitor.text.tokens import phrase

_ORGANISATIONS = frozenset({"nato", "united-nations", "european-commission", "european-council", "european-union"})
_HEADS = frozenset({HEAD_OF_STATE, HEAD_OF_GOVERNMENT})
_ELECTED = "president-elect"
_OF_ORGANISATIONS = frozenset({"secretary-general", "commission-president", "council-president"})
_RULING = frozenset(
    {"crown-prince", "general-secretary", "supreme-leader", "leader"}
)  # where such an office leads a state


_JUST_NOW = timedelta(days=7)  # a call is told of within days, maybe after who made it has left


class Leaders:
    """The leaders of a registry. Remembers what it was asked."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.leads = lru_cache(maxsize=20_000)(self._leads)
        self.ever_led = lru_cache(maxsize=20_000)(self._ever_led)

    def _leads(self, person: str, on: date | None) -> bool:
        """Whether a person leads that day or did just before; on an unknown day, whether they ever did."""
        if on is None:
            return self.ever_led(person)
        days = (on, on - _JUST_NOW) if on > date.min + _JUST_NOW else (on,)
        return any(self.is_leading(office) for day in days for office in self.registry.offices_of(person, day))

    def _ever_led(self, person: str) -> bool:
        """Whether a person ever led."""
        return any(self.is_leading(office) for office, _ in self.registry.holdings_of(person))

    def by_short_name(self, word: str, on: date | None) -> str | None:
        """The one leader whose surname or other short name a folded word is."""
        leading = [actor for actor in self._short_names.get(word, ()) if self.leads(actor, on)]
        return leading[0] if len(leading) == 1 else None

    @cached_property
    def _short_names(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for actor in self.registry:
            if actor.kind is not ActorKind.PERSON or not self.ever_led(actor.id):
                continue
            for name in {*actor.weak.get("latin", ()), *actor.surnames.get("latin", ())}:
                words = phrase(name.strip("=~*"))
                if len(words) == 1:
                    found.setdefault(words[0], []).append(actor.id)
        return found

    def is_leading(self, office: Office) -> bool:
        """Whether who holds it leads a state or one of the organisations."""
        if office.of in _ORGANISATIONS:
            return office.role in _OF_ORGANISATIONS
        of = self.registry.get(office.of)
        if of is None or of.kind is not ActorKind.STATE:
            return False
        if office.role == _ELECTED or self.registry.classes_of(office) & _HEADS:
            return True
        return office.leads and office.role in _RULING

    def office_in(self, state: str, role: str) -> Office | None:
        """The leading office of a state that a role word means; of "leader", the first that leads."""
        offices = [office for office in self.registry.offices_in(state) if self.is_leading(office)]
        if role == "leader":
            return next((office for office in offices if office.leads), offices[0] if offices else None)
        return next((office for office in offices if office.role == role), None)

    def holder(self, office: Office, on: date | None) -> str | None:
        """Who holds an office on a day, if it is one person."""
        held = office.held(on)
        return held[0].person if len(held) == 1 else None

    def office_of(self, person: str, on: date | None) -> Office | None:
        """The leading office of a person on a day, or the last one they held."""
        now = [office for office in self.registry.offices_of(person, on) if self.is_leading(office)]
        if now:
            return now[0]
        held = [office for office, _ in self.registry.holdings_of(person) if self.is_leading(office)]
        return held[-1] if held else None
