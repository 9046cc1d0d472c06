"""HTML that is safe by construction."""

from __future__ import annotations

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.escape import clean
from monitor.web.html import el, outside_link, safe_link


def test_elements_nest_and_texts_are_escaped() -> None:
    made = el("p", "a < b & c", el("br"), [el("b", 1), None], class_="x", data_id='"', hidden=False, open=True)

    assert str(made) == '<p class="x" data-id="&quot;" open>a &lt; b &amp; c<br><b>1</b></p>'


@given(st.text())
def test_no_text_leaves_its_place(text: str) -> None:
    content = str(el("p", text)).removeprefix("<p>").removesuffix("</p>")
    value = str(el("p", title=text)).removeprefix('<p title="').removesuffix('"></p>')

    assert not set(content) & set("<>")
    assert not set(value) & set('<>"')
    assert unescape(content) == unescape(value) == clean(text) or "\r" in text or "&" in text


def test_characters_that_turn_a_line_around_are_left_out() -> None:
    assert str(el("p", "abc\u202edef\x1b[31m")) == "<p>abcdef[31m</p>"


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://herald.example/a?b=c", True),
        ("HTTP://herald.example", True),
        ("/api/alerts", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.example/", False),
        ("/\\evil.example/", False),
        ("https:", False),
        ("http://[broken", False),
        ("herald.example", False),
        ("https://herald.example/" + "x" * 2_000, False),
        ("", False),
    ],
)
def test_only_web_addresses_and_own_paths_are_links(url: str, is_safe: bool) -> None:
    assert (safe_link(url) is not None) is is_safe
    assert ("href" in str(el("a", "x", href=url))) is is_safe


def test_unsafe_outside_link_is_bare_text() -> None:
    assert str(outside_link("javascript:alert(1)", "a title", dir="auto")) == '<span dir="auto">a title</span>'
