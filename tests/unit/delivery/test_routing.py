"""Which alerts a subscription gets."""

from __future__ import annotations

import pytest

from consumers.delivery.routing import HeldBack, Passed, route
from consumers.delivery.subscriptions import Scope, Subscription
from monitor.core.alert import ChangeKind, HeldBackReason, Severity
from tests.unit.delivery.samples import an_alert

OUT_OF_SCOPE = HeldBack(HeldBackReason.OUT_OF_SCOPE)
SHADOW = HeldBack(HeldBackReason.SHADOW)


def a_subscription(
    *rules: str,
    severity: Severity = "low",
    lang: tuple[str, ...] = (),
    revisions: tuple[ChangeKind, ...] = ("opened", "updated", "corrected", "closed"),
) -> Subscription:
    return Subscription(
        name="desk",
        rules=rules or ("*",),
        scope=Scope(severity=severity, lang=lang),
        revisions=revisions,
        channels=("hook",),
    )


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        pytest.param("cable-cut", Passed(), id="the id itself"),
        pytest.param("cable-*", Passed(), id="a star"),
        pytest.param("cable-cu?", Passed(), id="a question mark"),
        pytest.param("*", Passed(), id="every rule"),
        pytest.param("Cable-*", OUT_OF_SCOPE, id="other letter case"),
        pytest.param("cable", OUT_OF_SCOPE, id="only its beginning"),
        pytest.param("harbour-*", OUT_OF_SCOPE, id="another rule"),
    ],
)
def test_rule_globs(glob: str, expected: Passed | HeldBack) -> None:
    assert route(a_subscription(glob), an_alert(rule="cable-cut")) == expected


def test_one_of_several_globs_is_enough() -> None:
    assert route(a_subscription("harbour-*", "cable-*"), an_alert(rule="cable-cut")) == Passed()


@pytest.mark.parametrize(
    ("minimum", "severity", "expected"),
    [
        ("low", "low", Passed()),
        ("medium", "low", OUT_OF_SCOPE),
        ("medium", "medium", Passed()),
        ("medium", "critical", Passed()),
        ("critical", "high", OUT_OF_SCOPE),
    ],
)
def test_least_severity(minimum: Severity, severity: Severity, expected: Passed | HeldBack) -> None:
    assert route(a_subscription(severity=minimum), an_alert(severity=severity)) == expected


@pytest.mark.parametrize(
    ("wanted", "articles", "expected"),
    [
        pytest.param((), ("fr",), Passed(), id="any language"),
        pytest.param(("en", "de"), ("de",), Passed(), id="one of them"),
        pytest.param(("en",), ("fr", "en"), Passed(), id="some article of the story"),
        pytest.param(("en",), ("fr",), OUT_OF_SCOPE, id="another language"),
        pytest.param(("en",), ("und",), OUT_OF_SCOPE, id="language unknown"),
        pytest.param(("en",), (), OUT_OF_SCOPE, id="no articles"),
    ],
)
def test_languages(wanted: tuple[str, ...], articles: tuple[str, ...], expected: Passed | HeldBack) -> None:
    assert route(a_subscription(lang=wanted), an_alert(langs=articles)) == expected


@pytest.mark.parametrize(("change", "expected"), [("opened", Passed()), ("updated", OUT_OF_SCOPE)])
def test_revisions(change: ChangeKind, expected: Passed | HeldBack) -> None:
    assert route(a_subscription(revisions=("opened", "closed")), an_alert(change=change)) == expected


def test_shadow_alert_never_passes() -> None:
    assert route(a_subscription(), an_alert(shadow=True)) == SHADOW


def test_shadow_alert_that_was_not_asked_for_counts_as_out_of_scope() -> None:
    assert route(a_subscription("harbour-*"), an_alert(rule="cable-cut", shadow=True)) == OUT_OF_SCOPE
