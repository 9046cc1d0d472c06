"""Did the sample news lead to the alerts it should? Compares values; knows no server, no store and no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor.core.alert import Alert, ChangeKind
from monitor.core.ids import AlertId


@dataclass(frozen=True)
class ExpectedAlert:
    """One alert that has to come.

    Attributes:
        title: Of the article that opens it, to name it by.
        pages: Addresses of that article and its copies: any of them in the story makes it this one.
        then: The changes that must follow the opening; no other may.
        shadow: Its rule is on trial: it may be absent where only sent alerts are seen.
    """

    rule: str
    title: str
    pages: frozenset[str]
    then: frozenset[ChangeKind] = frozenset()
    shadow: bool = False


def page_of(url: str) -> str:
    """What tells one page from another: the address without what may only track."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"


def missing(expected: Sequence[ExpectedAlert], alerts: Iterable[Alert]) -> list[str]:
    """What is wrong so far, one sentence each; empty when all is as it should be.

    Args:
        alerts: Every revision so far, in order; repeats do no harm.
    """
    by_id: dict[AlertId, list[Alert]] = {}
    for alert in alerts:
        by_id.setdefault(alert.data.alert_id, []).append(alert)
    found: dict[ExpectedAlert, list[Alert]] = {}
    problems: list[str] = []
    for revisions in by_id.values():
        match = _expected_one(expected, revisions)
        if match is None:
            problems.append(f"unexpected alert of {revisions[0].data.rule} for '{revisions[0].data.headline}'")
        elif match in found:
            problems.append(f"second alert of {match.rule} for '{match.title}'")
        else:
            found[match] = revisions
    lacking = [f"no alert of {one.rule} for '{one.title}'" for one in expected if one not in found and not one.shadow]
    changes = [problem for one, revisions in found.items() for problem in _change_problems(one, revisions)]
    return lacking + changes + problems


def _expected_one(expected: Sequence[ExpectedAlert], revisions: Sequence[Alert]) -> ExpectedAlert | None:
    pages = {page_of(article.url) for alert in revisions for article in alert.data.story.articles}
    rule = revisions[0].data.rule
    return next((one for one in expected if one.rule == rule and one.pages & pages), None)


def _change_problems(expected: ExpectedAlert, revisions: Sequence[Alert]) -> list[str]:
    seen: set[ChangeKind] = {alert.data.change.kind for alert in revisions}
    wanted: set[ChangeKind] = {"opened", *expected.then}
    subject = f"the alert of {expected.rule} for '{expected.title}'"
    return [
        *(f"{subject} was not {kind}" for kind in sorted(wanted - seen)),
        *(f"{subject} was {kind}, which it should not be" for kind in sorted(seen - wanted)),
    ]
