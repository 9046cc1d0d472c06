"""HTML becomes words; what only looks a little like HTML stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.plain_text import MAX_TITLE_CHARACTERS, one_line_text, plain_text
from monitor.feeds.results import Markup


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One <b>bold</b>er\nword.</p><p>Two.</p>", "One bolder word.\nTwo."),
        ("first<br>second<br/><br/>third", "first\nsecond\nthird"),
        ("<ul><li>a</li><li>b</li></ul>after", "a\nb\nafter"),
        ("<table><tr><td>killed</td><td>12</td></tr><tr><td>hurt</td><td>30</td></tr></table>", "killed 12\nhurt 30"),
        ("a<script>alert(1)</script><style>p{}</style><!-- c -->b", "ab"),
        ("Fish &amp; chips&nbsp;&eacute; &#8211; &lt;b&gt;", "Fish & chips é – <b>"),
        ("<div><div>deep</div></div>", "deep"),
        ("no markup\nat all\n\n", "no markup\nat all"),
        ("5 < 7 and 9 > 2", "5 < 7 and 9 > 2"),
        ("<p>unclosed <a href='x'>link", "unclosed link"),
        ("", ""),
    ],
)
def test_html_becomes_paragraphs(html: str, text: str) -> None:
    assert plain_text(Markup(html, is_html=True)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("R&D costs < 5 & falling", "R&D costs < 5 & falling"),
        ("How to use <video> in pages", "How to use <video> in pages"),
        ("&eacute; stays as written", "&eacute; stays as written"),
        ("<p>says text, is HTML</p>", "says text, is HTML"),
        ("line<br/>break", "line\nbreak"),
    ],
)
def test_text_is_read_as_html_only_when_it_looks_so(value: str, text: str) -> None:
    assert plain_text(Markup(value, is_html=False)) == text


def test_characters_that_steer_a_terminal_or_reorder_a_line_are_gone() -> None:
    assert plain_text(Markup("a\x1b[31m\u202eb&#27;c&#8238;d\x00", is_html=True)) == "a[31mbcd"


def test_title_is_one_bounded_line() -> None:
    title = one_line_text(Markup("<p>One</p><p>two</p>" + " three" * 2_000, is_html=True))

    assert title.startswith("One two three three")
    assert len(title) <= MAX_TITLE_CHARACTERS


@given(st.text(alphabet="<>/pbr&;#x1a \n'\"!-", max_size=80), st.booleans())
def test_any_markup_gives_tidy_text(value: str, is_html: bool) -> None:
    text = plain_text(Markup(value, is_html))

    assert text == text.strip()
    assert "\n\n" not in text
