"""Whether a subscription gets a revision, and if not, why. Knows no channel."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from consumers.delivery.subscriptions import Scope, Subscription
from monitor.core.alert import SEVERITIES, Alert, AlertData, HeldBackReason


@dataclass(frozen=True)
class Passed:
    """The subscription gets it."""


@dataclass(frozen=True)
class HeldBack:
    """The subscription does not get it."""

    reason: HeldBackReason


def route(subscription: Subscription, alert: Alert) -> Passed | HeldBack:
    """Whether this revision goes to that subscription.

    `shadow` is asked last, so that its count is of what would have been sent.
    """
    data = alert.data
    if not _asked_for(subscription, data) or not _in_scope(subscription.scope, data):
        return HeldBack(HeldBackReason.OUT_OF_SCOPE)
    if data.shadow:
        return HeldBack(HeldBackReason.SHADOW)
    return Passed()


def _asked_for(subscription: Subscription, data: AlertData) -> bool:
    return data.change.kind in subscription.revisions and any(
        fnmatchcase(data.rule, glob) for glob in subscription.rules
    )


def _in_scope(scope: Scope, data: AlertData) -> bool:
    """An alert that lacks what the scope asks of it is outside."""
    if SEVERITIES.index(data.severity) < SEVERITIES.index(scope.severity):
        return False
    return not scope.lang or any(article.lang in scope.lang for article in data.story.articles)
