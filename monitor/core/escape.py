"""Text from feeds made safe to show. Feed text is hostile: it may hold terminal codes and direction tricks."""

from __future__ import annotations

import re

# C0 and C1 controls but tab and newline; bidirectional overrides and isolates; line and paragraph separators;
# invisible format characters that hide text. Zero-width (non-)joiners stay: Persian, Hindi and emoji need them.
_UNSAFE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LINE_BREAKS = re.compile(r"[\t\n\r\u2028\u2029]+")
_LONE_SURROGATES = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without characters that steer a terminal or reorder a line; tabs and newlines stay."""
    return _LONE_SURROGATES.sub("\ufffd", _UNSAFE.sub("", text))


def one_line(text: str, limit: int | None = None) -> str:
    """The text on one line, cleaned, cut with an ellipsis at `limit` characters."""
    line = clean(_LINE_BREAKS.sub(" ", text)).strip()
    return line if limit is None or len(line) <= limit else line[: limit - 1].rstrip() + "…"
