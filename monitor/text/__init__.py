"""Text as rules see it: words folded for comparison, with their places, sentences and paragraphs. Pure."""

from monitor.text.folding import fold
from monitor.text.tokens import MAX_TOKENS, TokenizedText, phrase, tokenize

__all__ = ["MAX_TOKENS", "TokenizedText", "fold", "phrase", "tokenize"]
