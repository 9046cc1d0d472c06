"""What speaks against a call of leaders where parties and trigger are right: a press call, a prank, a meeting."""

from __future__ import annotations

from consumers.facts.article import ArticleText
from consumers.facts.leader_calls.binding import Bound
from consumers.facts.leader_calls.data import CallData
from consumers.facts.leader_calls.scene import Scene
from consumers.facts.vocabulary import Vocabulary

_CALLS = frozenset({"calls", "to-call"})  # patterns of the verb "to call" beside those of CALLV
_TITLE_WORDS = 60  # of a title that are looked at


class Against:
    """Finds what speaks against a call in one language."""

    def __init__(self, data: CallData) -> None:
        self._of_titles = Vocabulary(data.refusals)
        self._of_sentences = Vocabulary(data.refusals_near)
        self._meetings = Vocabulary({"meeting": data.meetings})
        self._video = frozenset(data.video)
        self._phone_words = frozenset(data.phone_words)
        self._vaguest_nouns = frozenset(data.vaguest_nouns)
        self._vague_nouns = frozenset(data.vague_nouns)

    def reason(self, scene: Scene, bound: Bound) -> str | None:
        """Why it is none; None where nothing speaks against it."""
        return self._topic(scene) or self._called(scene, bound) or self._met(scene, bound)

    def _topic(self, scene: Scene) -> str | None:
        """The title or the sentence is of something else."""
        title = next((field for field in scene.article.reading.fields if field.name == "title"), None)
        if title is not None:
            hits = self._of_titles.hits(title.tokens.words, 0, min(len(title.tokens.words), _TITLE_WORDS))
            if hits:
                return f"the title is of {next(iter(hits[0].classes))}"
        hits = self._of_sentences.hits(scene.sentence.field.tokens.words, scene.parts[0].first, scene.parts[-1].after)
        return f"the sentence is of {next(iter(hits[0].classes))}" if hits else None

    @staticmethod
    def _called(scene: Scene, bound: Bound) -> str | None:
        """ "Erdogan calls Netanyahu Hitler"."""
        is_verb = scene.parts[bound.trigger].kind == "CALLV" or bound.form.id in _CALLS
        return "it may be what somebody is called" if is_verb and bound.b and bound.b[-1].is_tailed else None

    def _met(self, scene: Scene, bound: Bound) -> str | None:
        """A meeting in the sentence, where no telephone is named; or by video, where they need not have spoken."""
        trigger = scene.parts[bound.trigger]
        words = scene.words(trigger.first, trigger.after)
        if trigger.kind == "BYPHONE" and "told" in bound.form.flags and not self._video.isdisjoint(words):
            meeting = self._meeting(scene)
            return None if meeting is None else f"a meeting by video: {meeting!r}"
        if scene.is_strong(bound) or trigger.kind == "CALLV":
            return None
        is_vague = trigger.kind == "CALLW" and words[-1] in self._vague_nouns
        if trigger.kind == "CALLW" and not is_vague:
            return None
        meeting = self._meeting(scene)
        if meeting is not None:
            return f"no telephone, but {meeting!r}"
        is_unlikely = is_vague and (words[-1] in self._vaguest_nouns or not self._names_phone(scene.article))
        return "a conversation, and no telephone" if is_unlikely else None

    def _meeting(self, scene: Scene) -> str | None:
        words = scene.sentence.field.tokens.words
        hits = self._meetings.hits(words, scene.parts[0].first, scene.parts[-1].after)
        return scene.sentence.between(hits[0].first, hits[0].after) if hits else None

    def _names_phone(self, article: ArticleText) -> bool:
        return any(not self._phone_words.isdisjoint(field.tokens.words) for field in article.reading.fields)
