"""What one match changes: stories, alerts, what is remembered, what is held back. Knows no store and no clock.

Why an edit is judged by its evidence: publishers touch articles for many reasons (a comma, a link, a live ticker).
Only other evidence sentences, or a rule that holds no more, are news to someone who has the alert. The signature of
the evidence is remembered with the article, not with the story, so that a comma added days after an alert was closed
opens no new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from consumers.alerting import rendering
from consumers.alerting.draft import Draft
from consumers.alerting.gates import Gates, is_in_force
from consumers.alerting.memory import Known, Seen
from consumers.alerting.story import (
    MAX_DIGESTS,
    MAX_MEMBERS,
    MEMBERS_IN_FULL,
    Member,
    Story,
    Support,
    bounded,
    page_of,
    story_article,
    support_of,
)
from monitor.core.alert import Alert, Change, HeldBackReason, Latency
from monitor.core.ids import ArticleId, StoryId, content_hash
from monitor.core.match import Fired, Match, MatchedArticle, PastMatch


@dataclass(frozen=True)
class Decision:
    """What is known after a match or a timer, the revisions that go out, and what does not, by reason."""

    known: Known
    revisions: tuple[Alert, ...] = ()
    held_back: tuple[HeldBackReason, ...] = ()


def decide(known: Known, match: Match, gates: Gates, *, now: datetime, decided_at: datetime) -> Decision:
    """Decide on one match.

    Args:
        known: All that is remembered and bears on this match.
        now: Stream time.
        decided_at: Wall clock, for the latency split only.
    """
    repeat = _repeat(known.seen, match.article)
    if repeat:
        return Decision(known, held_back=(repeat,))
    fired = [each for each in match.fired if is_in_force(gates, match.group, each.rule_id)]
    removed = (HeldBackReason.RULE_REMOVED,) * (len(match.fired) - len(fired))
    before = known.seen.signatures if known.seen else {}
    unchanged = {each.rule_id for each in fired if not each.withdrawn and before.get(each.rule_id) == signature(each)}
    seen = _remembered(known.seen, match.article, fired, now)
    if not _bears_on_a_story(known, match.article, fired, unchanged):
        nothing_new = (HeldBackReason.DUPLICATE,) * len(fired)
        return Decision(
            Known(seen, _past(known.past, match.article, fired, ()), known.story), (), removed + nothing_new
        )

    story = known.story or _new_story(match, now)
    draft = Draft(story, gates, now, _latency(match, decided_at))
    draft.story = _joined(story, match.article, fired, now)
    for each in fired:
        if each.withdrawn:
            _withdraw(draft, story, match.article, each)
    for each in fired:
        if not each.withdrawn:
            _report(draft, story, match.article, each, is_unchanged=each.rule_id in unchanged, now=now)
    opened = tuple(alert.data.rule for alert in draft.revisions if alert.data.change.kind == "opened")
    past = _past(known.past, match.article, fired, opened)
    kept = None if draft.story.has_ended() else draft.story
    return Decision(Known(seen, past, kept), tuple(draft.revisions), removed + tuple(draft.held_back))


def signature(fired: Fired) -> str:
    """Equal for two versions of an article whose evidence sentences are the same, wherever they stand."""
    sentences = sorted({" ".join(evidence.sentence.split()) for evidence in fired.evidence})
    return content_hash("evidence", *sentences)[:16]


def _repeat(seen: Seen | None, article: MatchedArticle) -> HeldBackReason | None:
    if seen is None:
        return None
    if seen.digest == article.digest:
        return HeldBackReason.DUPLICATE
    return HeldBackReason.STALE if seen.first_seen_at >= article.first_seen_at else None


def _remembered(seen: Seen | None, article: MatchedArticle, fired: list[Fired], now: datetime) -> Seen:
    signatures = dict(seen.signatures) if seen else {}
    for each in fired:
        if each.withdrawn:
            signatures.pop(each.rule_id, None)
        else:
            signatures[each.rule_id] = signature(each)
    return Seen(digest=article.digest, first_seen_at=article.first_seen_at, remembered_at=now, signatures=signatures)


def _bears_on_a_story(known: Known, article: MatchedArticle, fired: list[Fired], unchanged: set[str]) -> bool:
    if not fired:
        return False
    standing = [each for each in fired if not each.withdrawn]
    if known.story is None:
        return any(each.rule_id not in unchanged for each in standing)
    return bool(standing) or known.story.member(article.id) is not None


def _past(
    past: PastMatch | None, article: MatchedArticle, fired: list[Fired], opened: tuple[str, ...]
) -> PastMatch | None:
    """The past match with which the page shows a backfill article: without what was withdrawn or became an alert."""
    standing = {each.rule_id for each in fired if not each.withdrawn}
    withdrawn = {each.rule_id for each in fired if each.withdrawn}
    rules = set(past.rules if past else ()) - withdrawn | (standing if article.backfill else set())
    left = tuple(sorted(rules - set(opened)))
    return PastMatch(rules=left, article=bounded(article)) if left else None


def _new_story(match: Match, now: datetime) -> Story:
    article = match.article
    moment = article.first_seen_at.astimezone(UTC).isoformat()
    return Story(
        id=StoryId(content_hash("story", match.group, article.id, moment)),
        group=match.group,
        opened_at=now,
        first_seen_at=article.first_seen_at,
        last_activity_at=now,
    )


def _joined(story: Story, article: MatchedArticle, fired: list[Fired], now: datetime) -> Story:
    """The story with the article in it as it is now; a full story only counts those that are new."""
    story = replace(
        story,
        first_seen_at=min(story.first_seen_at, article.first_seen_at),
        last_activity_at=max(story.last_activity_at, now),
    )
    places = {member.id: place for place, member in enumerate(story.members)}
    place = places.get(article.id, len(story.members))
    if place >= MAX_MEMBERS:
        return replace(story, more=story.more + 1)
    before = story.members[place] if article.id in places else None
    member = Member(
        article=story_article(article, before.article.copy_of if before else _copied(story, article)),
        page=page_of(article),
        digests=(*(before.digests if before else ()), article.digest)[-MAX_DIGESTS:],
        first_seen_at=article.first_seen_at,
        support=_support(before, fired, in_full=place < MEMBERS_IN_FULL),
    )
    return replace(story, members=(*story.members[:place], member, *story.members[place + 1 :]))


def _copied(story: Story, article: MatchedArticle) -> ArticleId | None:
    page = page_of(article)
    for member in story.members:
        if (page and member.page == page) or article.digest in member.digests:
            return member.id
    return None


def _support(before: Member | None, fired: list[Fired], *, in_full: bool) -> dict[str, Support]:
    support = dict(before.support) if before else {}
    for each in fired:
        if each.withdrawn:
            support.pop(each.rule_id, None)
        else:
            support[each.rule_id] = support_of(each, in_full=in_full)
    return support


def _withdraw(draft: Draft, story: Story, article: MatchedArticle, fired: Fired) -> None:
    rule_id = fired.rule_id
    before = story.member(article.id)
    alert = draft.story.open_alert(rule_id)
    if alert is None or before is None or rule_id not in before.support:
        draft.hold_back(rule_id, HeldBackReason.DUPLICATE)
        return
    draft.wait(rule_id, [waiting for waiting in alert.pending if waiting != article.id])
    text = rendering.evidence_gone(before.article.publisher, before.article.title)
    draft.revise(rule_id, Change(kind="corrected", reason="evidence_gone", text=text, articles=(article.id,)))
    if not draft.story.supporting(rule_id):
        change = Change(kind="closed", reason="withdrawn", text=rendering.WITHDRAWN, articles=(article.id,))
        draft.revise(rule_id, change)


def _report(
    draft: Draft, story: Story, article: MatchedArticle, fired: Fired, *, is_unchanged: bool, now: datetime
) -> None:
    """A rule holds of the article. `story` is the story before the article joined."""
    rule_id = fired.rule_id
    before = story.member(article.id)
    supported = before is not None and rule_id in before.support
    joined = draft.story.member(article.id)
    if joined is None:
        draft.hold_back(rule_id, HeldBackReason.DUPLICATE)
    elif draft.story.open_alert(rule_id) is None:
        _report_without_alert(draft, article, fired, is_unchanged=is_unchanged, is_past=supported)
    elif supported and is_unchanged:
        draft.hold_back(rule_id, HeldBackReason.DUPLICATE)
    elif supported and before:
        old, new = before.support[rule_id].evidence, joined.support[rule_id].evidence
        text = rendering.evidence_changed(joined.article.publisher, old, new)
        draft.revise(rule_id, Change(kind="corrected", reason="evidence_changed", text=text, articles=(article.id,)))
    elif article.backfill:
        draft.hold_back(rule_id, HeldBackReason.BACKFILL)
    elif joined.article.publisher in {member.article.publisher for member in story.supporting(rule_id)}:
        draft.hold_back(rule_id, HeldBackReason.DUPLICATE)
    else:
        tell_new_voices(draft, rule_id, (article.id,), now)


def _report_without_alert(
    draft: Draft, article: MatchedArticle, fired: Fired, *, is_unchanged: bool, is_past: bool
) -> None:
    rule_id = fired.rule_id
    if article.backfill or (is_unchanged and is_past and rule_id not in draft.story.alerts):
        draft.hold_back(rule_id, HeldBackReason.BACKFILL)
    elif is_unchanged:
        draft.hold_back(rule_id, HeldBackReason.DUPLICATE)
    else:
        text = rendering.first_report(story_article(article, None).publisher)
        draft.open(rule_id, Change(kind="opened", reason="first_report", text=text, articles=(article.id,)))


def tell_new_voices(draft: Draft, rule_id: str, newcomers: tuple[ArticleId, ...], now: datetime) -> None:
    """Update the open alert with everything new since its last update, or let it wait for the throttle."""
    alert = draft.story.alerts[rule_id]
    news = (*alert.pending, *newcomers)
    if now < alert.last_update_at + draft.gates[rule_id].update_at_most_every:
        draft.wait(rule_id, news)
        draft.hold_back(rule_id, HeldBackReason.THROTTLED)
        return
    members = [member for member in draft.story.members if member.id in news]
    text = rendering.new_voices(list(dict.fromkeys(member.article.publisher for member in members)))
    draft.revise(rule_id, Change(kind="updated", reason="new_voice", text=text, articles=news))


def _latency(match: Match, decided_at: datetime) -> Latency:
    article = match.article
    published = article.published_at
    return Latency(
        publisher=_seconds(article.first_seen_at - published) if published else None,
        match=_seconds(match.matched_at - article.first_seen_at),
        decide=_seconds(decided_at - match.matched_at),
    )


def _seconds(duration: timedelta) -> float | None:
    """In seconds; None for a negative one, which only says that two clocks differ."""
    seconds = round(duration.total_seconds(), 3)
    return seconds if seconds >= 0 else None
