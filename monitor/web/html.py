"""HTML that is safe by construction: every text is escaped, every link checked. Knows no page.

Why no template engine: three pages do not pay for a dependency, and a template escapes where its author remembers to.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor.core.escape import clean

_VOID = frozenset({"meta", "link", "input", "br"})
_LINKS = frozenset({"href", "src", "action"})
MAX_LINK_CHARACTERS = 2_000


@dataclass(frozen=True)
class Html:
    """Finished HTML. Only this module makes it from text."""

    text: str

    def __str__(self) -> str:
        return self.text


Child = Html | str | int | None | Iterable["Child"]


def el(tag: str, /, *children: Child, **attributes: str | int | bool | None) -> Html:
    """An element. Strings are escaped; None is left out.

    Attributes: `class_` is `class`, `data_id` is `data-id`; True stands without a value, False and None are left out.
    A link that is neither on this site nor http(s) is left out.
    """
    opening = f"<{tag}{''.join(_attribute(name, value) for name, value in attributes.items())}>"
    return Html(opening if tag in _VOID else f"{opening}{_join(children)}</{tag}>")


def document(lang: str, head: Iterable[Html], body: Html) -> str:
    """A whole page."""
    return f"<!doctype html>\n{el('html', el('head', head), body, lang=lang)}\n"


def outside_link(url: str, *children: Child, **attributes: str | int | bool | None) -> Html:
    """A link to a page of somebody else's; the bare text where the address is none that we would follow."""
    if safe_link(url) is None:
        return el("span", *children, **attributes)
    return el("a", *children, href=url, rel="noopener noreferrer", target="_blank", **attributes)


def safe_link(url: str) -> str | None:
    """The address when it is a plain http(s) one or a path on this site, else None."""
    if url.startswith("/") and not url.startswith(("//", "/\\")):
        return url
    if len(url) > MAX_LINK_CHARACTERS:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def _join(children: Iterable[Child]) -> str:
    return "".join(_render(child) for child in children)


def _render(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child.text
    if isinstance(child, (str, int)):
        return html.escape(clean(str(child)), quote=False)
    return _join(child)


def _attribute(name: str, value: str | int | bool | None) -> str:
    name = name.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    text = clean(str(value))
    if name in _LINKS and safe_link(text) is None:
        return ""
    return f' {name}="{html.escape(text)}"'
