"""What in a registry may be out of date on a day."""

from __future__ import annotations

from datetime import date, timedelta

from monitor.actors import read_actors
from monitor.actors.staleness import Stale, stale_entries
from monitor.core.documents import parse_document

WORLD = """\
actors:
  - {id: u, kind: state, name: Utopia, source: ours}
  - {id: ada, kind: person, name: Ada Roe, source: ours, checked: 2024-01-01}
  - {id: bo, kind: person, name: Bo Roe, source: ours}
offices:
  - {id: president@u, role: president, of: u, source: ours, checked: 2025-10-01, holders: [{person: ada, from: 2020}]}
  - {id: prime-minister@u, role: prime-minister, of: u, source: ours, checked: 2025-10-01,
     holders: [{person: bo, from: 2020, until: 2025-06-01}]}
  - {id: president-elect@u, role: president-elect, of: u, source: ours, checked: 2025-10-01}
  - {id: foreign-minister@u, role: foreign-minister, of: u, source: ours, checked: 2025-10-01}
  - {id: defence-minister@u, role: defence-minister, of: u, source: ours,
     holders: [{person: bo, from: 2025-01, acting: true}]}
sets: [{id: club, members: [u], source: ours, checked: 2020-01-01}]
"""


def test_what_is_stale_on_a_day() -> None:
    registry = read_actors([parse_document(WORLD, "w.yaml")])

    assert stale_entries(registry, date(2025, 11, 7), timedelta(days=180)) == [
        Stale("foreign-minister@u", "no holder", None),
        Stale("prime-minister@u", "no holder", date(2025, 6, 1)),
        Stale("defence-minister@u", "acting long", date(2025, 1, 1)),
        Stale("ada", "not checked lately", date(2024, 1, 1)),
        Stale("club", "not checked lately", date(2020, 1, 1)),
        Stale("defence-minister@u", "never checked", None),
    ]


def test_what_was_checked_lately_is_not_stale() -> None:
    registry = read_actors([parse_document(WORLD, "w.yaml")])
    found = stale_entries(registry, date(2025, 10, 2), timedelta(days=20_000))

    assert [(one.id, one.reason) for one in found] == [
        ("foreign-minister@u", "no holder"),
        ("prime-minister@u", "no holder"),
        ("defence-minister@u", "never checked"),
    ]
