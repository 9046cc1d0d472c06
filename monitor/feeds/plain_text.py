"""Plain text of what feeds hold: paragraphs are parted by newlines, nothing can steer a terminal. Knows no feed."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from monitor.core.escape import clean
from monitor.feeds.results import Markup

MAX_TITLE_CHARACTERS = 1_000

_NOT_TEXT = ["script", "style", "noscript", "template", "iframe", "object", "svg", "head", "title", "form", "button"]
_BLOCKS = (
    "p,div,section,article,header,footer,aside,main,figure,figcaption,blockquote,pre,ul,ol,li,dl,dt,dd,"
    "table,tr,h1,h2,h3,h4,h5,h6,hr"
)
_CELLS = "td,th"
# A closing tag, or a tag that needs none, or an entity: a lone `<` in plain text is none of these.
_HTML_TAG = re.compile(
    r"</(?:p|div|span|a|b|i|u|em|strong|ul|ol|li|h[1-6]|table|blockquote|figure|font|center|sup|sub|small)\s*>"
    r"|<(?:br|hr)\s*/?>|<img\s[^<>]{1,2000}>|<p>",
    re.IGNORECASE,
)
_TAG_OR_ENTITY = re.compile(r"<[a-zA-Z!/?]|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});?")
_BLANKS = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r" ?\n[\n ]*")


def plain_text(markup: Markup) -> str:
    """The words of a text, one paragraph a line."""
    text = markup.value
    if _is_html(markup):
        text = _html_text(text)
    text = clean(text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n"))
    return _BLANK_LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


def one_line_text(markup: Markup) -> str:
    """The words of a title: on one line, of a bounded length."""
    return " ".join(plain_text(markup).split())[:MAX_TITLE_CHARACTERS].rstrip()


def _is_html(markup: Markup) -> bool:
    if markup.is_html:
        return bool(_TAG_OR_ENTITY.search(markup.value))
    return bool(_HTML_TAG.search(markup.value))


def _html_text(html: str) -> str:
    # In HTML a newline is a blank; after this, newlines are only ours.
    tree = LexborHTMLParser(html.replace("\n", " ").replace("\r", " "))
    body = tree.body
    if body is None:
        return ""
    tree.strip_tags(_NOT_TEXT, recursive=True)
    for node in body.css(_BLOCKS):
        node.insert_before("\n")
        node.insert_after("\n")
    for node in body.css("br"):
        node.replace_with("\n")
    for node in body.css(_CELLS):
        node.insert_after(" ")
    return body.text()
