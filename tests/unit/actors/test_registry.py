"""The registry in time: holders, sets, positions and what was meant by an unknown id."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.actors import Actor, ActorKind, Registry, UnknownActorError
from tests.unit.actors.samples import world

TODAY = date(2025, 11, 7)


@pytest.mark.parametrize(
    ("position", "on", "members"),
    [
        ("vladimir-putin", TODAY, {"vladimir-putin"}),
        ("vladimir-putin", None, {"vladimir-putin"}),
        ("president@ukraine", date(2019, 5, 19), {"petro-poroshenko"}),
        ("president@ukraine", date(2019, 5, 20), {"volodymyr-zelenskyy"}),
        ("president@ukraine", date(2014, 6, 6), set()),
        ("president@ukraine", None, {"volodymyr-zelenskyy"}),
        ("permanent-five", TODAY, {"united-states", "russia", "china", "france"}),
        ("club", date(2019, 12, 31), {"russia"}),
        ("club", date(2020, 1, 1), {"ukraine", "russia"}),
        ("club", date(2023, 5, 31), {"ukraine", "russia"}),
        ("club", date(2023, 6, 1), {"russia"}),
        ("club", None, {"russia"}),
        ("leaders(permanent-five)", date(2022, 1, 1), {"joe-biden", "vladimir-putin", "xi-jinping", "emmanuel-macron"}),
        ("leaders(club)", date(2022, 1, 1), {"vladimir-putin", "volodymyr-zelenskyy"}),
        ("leaders(ukraine)", date(2018, 1, 1), {"petro-poroshenko"}),
        ("leaders( nato )", TODAY, {"mark-rutte"}),
        ("foreign-minister", TODAY, {"sergey-lavrov", "andrii-sybiha", "marco-rubio"}),
        ("head-of-organisation", TODAY, {"mark-rutte", "pope-leo"}),
    ],
)
def test_members_of_a_position_on_a_day(position: str, on: date | None, members: set[str]) -> None:
    assert world().members(position, on) == members


def test_a_president_who_leads_alone_is_head_of_government_too() -> None:
    assert "donald-trump" in world().members("head-of-government", TODAY)
    assert "donald-trump" in world().members("head-of-state", TODAY)


@pytest.mark.parametrize(
    ("position", "ever"),
    [
        ("russia", {"russia"}),
        ("president@united-states", {"donald-trump", "joe-biden"}),
        ("club", {"ukraine", "russia"}),
        ("leaders(club)", {"vladimir-putin", "volodymyr-zelenskyy", "petro-poroshenko"}),
    ],
)
def test_ever_holds_whoever_a_position_meant_on_any_day(position: str, ever: set[str]) -> None:
    registry = world()
    days = [date(year, month, 1) for year in range(2010, 2026) for month in (1, 6)]

    assert registry.ever(position) == ever
    assert all(registry.members(position, on) <= registry.ever(position) for on in (*days, None))


def test_offices_of_a_person_on_a_day() -> None:
    registry = world()

    def offices(person: str, on: date | None) -> list[str]:
        return [office.id for office in registry.offices_of(person, on)]

    assert offices("joe-biden", date(2022, 1, 1)) == ["president@united-states"]
    assert offices("joe-biden", TODAY) == []
    assert offices("joe-biden", None) == []
    assert offices("donald-trump", None) == ["president@united-states"]
    assert [held.since.year for _, held in registry.holdings_of("donald-trump")] == [2017, 2025]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("russia", "actor"),
        ("president@russia", "office"),
        ("club", "set"),
        ("head-of-state", "role_set"),
        ("leaders(club)", "leaders"),
        ("leaders(russia)", "leaders"),
    ],
)
def test_what_kind_a_position_is(text: str, kind: str) -> None:
    assert world().position(text).kind == kind


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("vladimr-putin", "unknown actor 'vladimr-putin' (did you mean 'vladimir-putin'?)"),
        ("usa", "unknown actor 'usa' (did you mean 'united-states'?)"),
        ("zelensky", "unknown actor 'zelensky' (did you mean 'volodymyr-zelenskyy'?)"),
        ("heads-of-state", "unknown actor 'heads-of-state' (did you mean 'head-of-state'?)"),
        ("presidnt@ukraine", "unknown office 'presidnt@ukraine' (did you mean 'president@ukraine'?)"),
        ("president@atlantis", "unknown office 'president@atlantis' (did you mean"),
        ("president@oman", "unknown office 'president@oman': no office of 'oman' is known"),
        ("leaders(clubb)", "unknown state or set 'clubb' in 'leaders(clubb)' (did you mean 'club'?)"),
        ("members(club)", "unknown position 'members(club)' (allowed: leaders(<id of a state or set>))"),
    ],
)
def test_an_unknown_position_is_answered_with_the_one_meant(text: str, message: str) -> None:
    with pytest.raises(UnknownActorError) as caught:
        world().position(text)

    assert str(caught.value).startswith(message)


def test_a_pack_adds_actors_and_takes_the_place_of_known_ones() -> None:
    known = world()
    mine = Actor("atlantis", ActorKind.STATE, "Atlantis", "ours")
    other = Actor("oman", ActorKind.STATE, "Sultanate of Oman", "ours")

    extended = known.extended([mine, other])

    assert (len(extended), len(known)) == (len(known) + 1, len(world()))
    assert extended.get("oman") is other
    assert "atlantis" not in known
    assert extended.members("president@russia", TODAY) == {"vladimir-putin"}


def test_a_name_elsewhere_is_no_strong_name() -> None:
    actor = Actor(
        "tusk",
        ActorKind.PERSON,
        "Tusk",
        "ours",
        {"latin": ("Donald Tusk", "Tusk", "D. Tusk")},
        exact=("Tusk",),
        weak={"latin": ("D. Tusk",)},
    )

    assert actor.names() == ("Donald Tusk",)
    assert set(actor.every_name()) == {"Donald Tusk", "Tusk", "D. Tusk"}


def test_registry_refuses_one_id_twice() -> None:
    actor = Actor("a", ActorKind.STATE, "A", "ours")

    with pytest.raises(ValueError, match="actor a stands twice"):
        Registry([actor, actor])
