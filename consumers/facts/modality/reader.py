"""The modality of places in articles: past first, then what is denied, possible, planned or claimed."""

from __future__ import annotations

from collections.abc import Sequence

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.languages import load_part
from consumers.facts.modality.claims import Claims
from consumers.facts.modality.data import ModalityData
from consumers.facts.modality.past import Past
from consumers.facts.modality.unreal import Unreal
from consumers.facts.vocabulary import Vocabulary
from monitor.core.fact import Modality, Source


class ModalityReader:
    """Reads the modality of places in articles of one language."""

    def __init__(self, lang: str) -> None:
        self._data = data = load_part(lang, "modality", ModalityData)
        self._past = Past(lang, data)
        self._unreal = Unreal(data)
        self._claims = Claims(data)
        self._stories = Vocabulary({"story": data.unreal, "not": data.unreal_not})

    def modality(self, article: ArticleText, sentence: Sentence, first: int, after: int) -> tuple[Modality, str]:
        """The modality of what stands at these tokens, and why."""
        story = self._story(article, sentence, first)
        if story is not None:
            return "hypothetical", f"hypothetical by {story!r}"
        unreal = self._unreal.found(sentence, first, after)
        if unreal is not None and unreal[0] == "denied":
            return unreal
        past = self._past.here(article, sentence, first, after)
        if past is None and unreal is None:
            past = self._past.of_article(article, sentence, first, after)
        return ("historical", past) if past is not None else unreal or ("happened", "")

    def claim(
        self, article: ArticleText, sentence: Sentence, place: tuple[int, int], sources: Sequence[Source]
    ) -> str | None:
        """Why what is told as happened is but the claim of who says so; None where it is not."""
        return self._claims.why(article, sentence, place, sources)

    def _story(self, article: ArticleText, sentence: Sentence, first: int) -> str | None:
        """Words of a story or a rehearsal before a place or close behind it, or in the title of the article."""
        title = article.sentences[0]
        begin, end = max(sentence.first, first - self._data.widest), min(sentence.after, first + self._data.window)
        found = self._story_in(sentence, begin, end)
        if found is None and title.field.name == "title" and title is not sentence:
            found = self._story_in(title, title.first, min(title.after, title.first + self._data.widest))
        return found

    def _story_in(self, sentence: Sentence, begin: int, end: int) -> str | None:
        for hit in self._stories.hits(sentence.field.tokens.words, begin, end):
            if "not" not in hit.classes:
                return sentence.between(hit.first, hit.after)
        return None
