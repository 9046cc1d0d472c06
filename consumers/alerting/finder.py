"""Which story an article belongs to. An index over the stories in memory; decides by identity only."""

from __future__ import annotations

from collections.abc import Iterable

from consumers.alerting.story import Story, page_of
from monitor.core.ids import StoryId
from monitor.core.match import MatchedArticle

_Mark = tuple[str, str, str]  # group, kind, value


class StoryFinder:
    """Finds the oldest story that an article fits.

    Why its own story comes before an older one with the same page: an edit has to reach the alert that its article
    supports, also when the publisher moves the article to a page that another story knows.
    """

    def __init__(self) -> None:
        self._stories: dict[_Mark, set[StoryId]] = {}
        self._by_id: dict[StoryId, Story] = {}

    def put(self, story: Story) -> None:
        """Know this state of the story instead of any before."""
        before = self._by_id.get(story.id)
        old = _marks(before) if before else set()
        new = _marks(story)
        self._drop(story.id, old - new)
        for mark in new - old:
            self._stories.setdefault(mark, set()).add(story.id)
        self._by_id[story.id] = story

    def remove(self, story_id: StoryId) -> None:
        """Know the story no more."""
        story = self._by_id.pop(story_id, None)
        if story:
            self._drop(story_id, _marks(story))

    def find(self, group: str, article: MatchedArticle) -> Story | None:
        """The oldest story of the group with this article in it, else with the same page or the same words."""
        own = self._stories.get((group, "id", article.id))
        if own:
            return self._oldest(own)
        alike = set(self._stories.get((group, "digest", article.digest), ()))
        page = page_of(article)
        if page:
            alike.update(self._stories.get((group, "page", page), ()))
        return self._oldest(alike)

    def _oldest(self, ids: Iterable[StoryId]) -> Story | None:
        stories = (self._by_id[story_id] for story_id in ids)
        return min(stories, key=lambda story: (story.opened_at, story.id), default=None)

    def _drop(self, story_id: StoryId, marks: set[_Mark]) -> None:
        for mark in marks:
            left = self._stories[mark]
            left.discard(story_id)
            if not left:
                del self._stories[mark]


def _marks(story: Story) -> set[_Mark]:
    marks: set[_Mark] = set()
    for member in story.members:
        marks.add((story.group, "id", member.id))
        if member.page:
            marks.add((story.group, "page", member.page))
        marks.update((story.group, "digest", digest) for digest in member.digests)
    return marks
