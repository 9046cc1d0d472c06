"""The mentions among some words of a sentence, quick in sentences that have thousands."""

from __future__ import annotations

from bisect import bisect_left

from consumers.facts.article import ArticleText, Sentence
from monitor.actors.scanner import Mention


def mentions_in(article: ArticleText, sentence: Sentence, first: int, after: int) -> tuple[Mention, ...]:
    """Those that begin from `first` up to `after`, in order."""
    mentions = article.mentioned_in(sentence)
    begin = bisect_left(mentions, first, key=lambda mention: mention.first)
    end = bisect_left(mentions, after, lo=begin, key=lambda mention: mention.first)
    return mentions[begin:end]
