"""What must change in rebuilt stories so that they agree with what was told of their alerts. Knows no store, no clock.

Why a replay alone is not enough: gates may be others by now, a timer may have raced a late record, and a story may
have begun before the matches that are still there. Then the replay gives an alert other revisions, or another id. The
history drops revisions that are not newer, so the next ones would be lost without a word.

Why what the replay decides beyond the state counts too: what was told may be ahead of the place where the stage goes
on. Where the replay comes to the very revision that was told last, nothing is to mend: the stage will decide on that
again, and what it sends is recognised. Where it does not, a revision may be told a second time, but none is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from consumers.alerting.draft import alert_id_of
from consumers.alerting.replay import Decided
from consumers.alerting.story import AlertState, Story
from consumers.alerting.told import Told
from monitor.core.ids import AlertId, ArticleId, StoryId

_MAX_OPENINGS = 1_000  # of one rule in one story; nobody withdraws that often

_Orphans = dict[tuple[str, ArticleId], Told]


@dataclass
class Mended:
    """Stories that agree with what was told, and what it took.

    Attributes:
        lifted: Alerts that got the revision which was told.
        closed: Alerts that stay closed as was told.
        renamed: Alerts whose story began before the matches that are there: they go on under the id that was told.
        untold: Open alerts that nobody was ever told of under their id.
    """

    stories: dict[StoryId, Story] = field(default_factory=dict)
    lifted: int = 0
    closed: int = 0
    renamed: int = 0
    untold: int = 0


def mend(stories: Sequence[Story], told: Mapping[AlertId, Told], decided: Decided) -> Mended:
    """The stories as they must be saved; one whose alerts are all closed by now is not among them.

    Args:
        stories: As the replay left them where the stage goes on.
        decided: All that the replay decides, up to its end.
    """
    mended = Mended()
    taken = {story.id for story in stories}
    orphans = _orphans(told, decided)
    for story in sorted(stories, key=lambda each: (each.opened_at, each.id)):
        renamed = _renamed(story, told, orphans, taken, mended)
        taken.add(renamed.id)
        agreed = _agreed(renamed, told, decided, mended)
        if not agreed.alerts or not agreed.has_ended():
            mended.stories[agreed.id] = agreed
    return mended


def _orphans(told: Mapping[AlertId, Told], decided: Decided) -> _Orphans:
    """Open alerts that the replay does not know, by rule and article."""
    return {
        (one.rule, article_id): one
        for one in told.values()
        if one.is_open and one.alert_id not in decided
        for article_id in one.articles
    }


def _renamed(
    story: Story, told: Mapping[AlertId, Told], orphans: _Orphans, taken: set[StoryId], mended: Mended
) -> Story:
    """The story under the ids that were told, where its beginning is gone; else as it is."""
    is_renamed = False
    for rule_id, state in story.open_alerts():
        if state.alert_id in told:
            continue
        found = (orphans.get((rule_id, member.id)) for member in story.members)
        fitting = (
            one for one in found if one and (one.story_id == story.id if is_renamed else one.story_id not in taken)
        )
        orphan = next(fitting, None)
        opening = _opening(orphan) if orphan else None
        if orphan is None or opening is None:
            mended.untold += 1
            continue
        for article_id in orphan.articles:
            orphans.pop((rule_id, article_id), None)
        going_on = replace(state, alert_id=orphan.alert_id, opening=opening, revision=orphan.revision)
        story = replace(story, id=orphan.story_id, alerts=story.alerts | {rule_id: going_on})
        is_renamed = True
        mended.renamed += 1
    return story


def _opening(orphan: Told) -> int | None:
    """Which of the rule's alerts in its story it is."""
    openings = (n for n in range(_MAX_OPENINGS) if alert_id_of(orphan.story_id, orphan.rule, n) == orphan.alert_id)
    return next(openings, None)


def _agreed(story: Story, told: Mapping[AlertId, Told], decided: Decided, mended: Mended) -> Story:
    alerts: dict[str, AlertState] = {}
    for rule_id, state in story.alerts.items():
        last = told.get(state.alert_id)
        marks = decided.get(state.alert_id)  # none of one that was renamed: it agrees by now
        if last is None or marks is None or marks.get(last.revision) == last.mark:
            alerts[rule_id] = state
            continue
        closes = state.is_open and not last.is_open
        mended.closed += closes
        mended.lifted += last.revision > state.revision
        alerts[rule_id] = replace(
            state,
            revision=max(state.revision, last.revision),
            is_open=state.is_open and last.is_open,
            pending=() if closes else state.pending,
        )
    return replace(story, alerts=alerts)
