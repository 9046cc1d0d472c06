"""Which actors an alert is about: from the evidence of the articles that support it, and kept while it lives."""

from __future__ import annotations

import msgspec

from consumers.alerting.story import MAX_ACTORS, Support
from monitor.core.match import Evidence, Fired
from tests.unit.alerting.samples import RULE, Desk, article, at, fired, match

MINUTES = 20  # more than the throttle


def naming(*actors: str, times: int = 1) -> Fired:
    """The rule fired on these actors, each named so many times."""
    evidence = tuple(
        Evidence(condition=f"actor: {actor}", field="title", span=(n, n + 1), text="x", sentence="x", actor=actor)
        for n, actor in enumerate(actors * times)
    )
    return Fired(rule_id=RULE, rule_version="v1", evidence=evidence)


def test_actors_are_those_of_the_evidence_sorted_and_each_once() -> None:
    (alert,) = Desk().sees(match(article(), naming("mayor", "harbour-master", times=2)))

    assert alert.data.actors == ("harbour-master", "mayor")
    assert [evidence.actor for evidence in alert.data.evidence] == ["mayor", "harbour-master"] * 2


def test_an_alert_on_other_conditions_has_none() -> None:
    (alert,) = Desk().sees(match(article()))

    assert alert.data.actors == ()


def test_another_article_adds_its_actors_though_the_evidence_shown_is_the_first_ones() -> None:
    desk = Desk()
    desk.sees(match(article(), naming("mayor")))

    (update,) = desk.sees(match(article("b", minutes=MINUTES, publisher="The Gazette"), naming("engineer", "mayor")))

    assert update.data.actors == ("engineer", "mayor")
    assert [evidence.actor for evidence in update.data.evidence] == ["mayor"]


def test_who_followed_an_actor_is_told_that_the_alert_closes() -> None:
    desk = Desk()
    desk.sees(match(article(), naming("mayor")))

    revisions = desk.sees(match(article(minutes=1, words="Bridge open after all"), fired(withdrawn=True)))

    assert [(alert.data.change.kind, alert.data.actors) for alert in revisions] == [
        ("corrected", ("mayor",)),
        ("closed", ("mayor",)),
    ]


def test_actors_outlast_a_restart() -> None:
    desk = Desk()
    desk.sees(match(article(), naming("mayor")))
    desk.load()

    (closing,) = desk.waits(at(60 * 24 * 3))

    assert (closing.data.change.kind, closing.data.actors) == ("closed", ("mayor",))


def test_actors_beyond_the_evidence_that_is_kept_count_up_to_a_bound() -> None:
    names = [f"councillor-{n:02}" for n in range(MAX_ACTORS + 5)]

    (alert,) = Desk().sees(match(article(), naming(*names)))

    assert alert.data.actors == tuple(names[:MAX_ACTORS])
    assert len(alert.data.evidence) < MAX_ACTORS


def test_a_full_alert_keeps_the_actors_it_has() -> None:
    desk = Desk()
    names = [f"councillor-{n:02}" for n in range(MAX_ACTORS)]
    desk.sees(match(article(), naming(*names)))

    (update,) = desk.sees(match(article("b", minutes=MINUTES, publisher="The Gazette"), naming("alderman")))

    assert update.data.actors == tuple(names)


def test_a_story_kept_by_an_earlier_version_still_reads() -> None:
    evidence = {"condition": "actor: mayor", "field": "title", "span": [0, 1], "text": "x", "sentence": "x"}

    support = msgspec.convert({"rule_version": "v1", "evidence": [evidence]}, Support)

    assert support.actors == ()
    assert support.evidence[0].actor is None
