"""One spelling per page, and never one for two pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.urls import absolute_url, canonical_url

SAME = {
    "case of scheme and host": ("HTTPS://News.Example/A", "https://news.example/A"),
    "default port": ("https://news.example:443/a", "https://news.example/a"),
    "http": ("http://news.example:80/a", "https://news.example/a"),
    "trailing slash": ("https://news.example/a/", "https://news.example/a"),
    "no path": ("https://news.example", "https://news.example/"),
    "campaign": ("https://news.example/a?utm_source=rss&utm_medium=feed", "https://news.example/a"),
    "click ids": ("https://news.example/a?fbclid=x&id=7&gclid=y", "https://news.example/a?id=7"),
    "escaped twice": ("https://news.example/a?id=7&amp;utm_source=rss", "https://news.example/a?id=7"),
    "by value": ("https://news.example/a?ref=rss&source=newsletter", "https://news.example/a"),
    "amp": ("https://news.example/a?amp", "https://news.example/a"),
    "tracking fragment": ("https://news.example/a#xtor=RSS-1", "https://news.example/a"),
    "empty fragment": ("https://news.example/a#", "https://news.example/a"),
    "text fragment": ("https://news.example/a#:~:text=bridge", "https://news.example/a"),
    "order of parameters": ("https://news.example/a?b=2&a=1", "https://news.example/a?a=1&b=2"),
    "escapes": ("https://news.example/%7ebridge%2f%c3%a9", "https://news.example/~bridge%2F%C3%A9"),
    "umlaut domain": ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
    "dot at the end of the host": ("https://news.example./a", "https://news.example/a"),
}
DIFFERENT = {
    "path": ("https://news.example/a", "https://news.example/b"),
    "case of path": ("https://news.example/A", "https://news.example/a"),
    "parameter": ("https://news.example/a?id=1", "https://news.example/a?id=2"),
    "order of repeated parameters": ("https://news.example/a?id=1&id=2", "https://news.example/a?id=2&id=1"),
    "ref that may be an article": ("https://news.example/a?ref=1", "https://news.example/a?ref=2"),
    "entry of a live page": ("https://news.example/live#entry-1", "https://news.example/live#entry-2"),
    "page in a fragment": ("https://news.example/#!/a/1", "https://news.example/#!/a/2"),
    "escaped hash": ("https://news.example/a%23b", "https://news.example/a#b"),
    "escaped slash": ("https://news.example/a%2Fb", "https://news.example/a/b"),
    "bytes that are no UTF-8": ("https://news.example/a?q=%E4", "https://news.example/a?q=%F6"),
    "port": ("https://news.example:8443/a", "https://news.example/a"),
    "host": ("https://news.example/a", "https://m.news.example/a"),
    "escaped percent": ("https://news.example/%2541", "https://news.example/A"),
}


@pytest.mark.parametrize(("url", "expected"), SAME.values(), ids=SAME.keys())
def test_spelling_makes_no_difference(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_different_pages_stay_different(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


_URLS = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["news.example", "News.Example:80", "bücher.example", "10.0.0.1:8080", "[::1]:443"]),
    st.text(alphabet="/aA%20é~.;#?&=+ 4123", max_size=20).map(lambda path: "/" + path),
    st.sampled_from(["", "?"]),
    st.text(alphabet="abutm_=&%41;ref#/é:~", max_size=20),
)


@given(_URLS)
def test_canonical_twice_is_canonical(url: str) -> None:
    once = canonical_url(url)

    assert canonical_url(once) == once


@given(st.text(max_size=60))
def test_any_text_raises_nothing(text: str) -> None:
    assert canonical_url(canonical_url(text)) == canonical_url(text)
    absolute_url("https://news.example/", text)


@given(st.lists(st.tuples(st.from_regex(r"\A(id|p|story|page)\Z"), st.integers(0, 99)), min_size=1, max_size=4))
def test_parameters_that_name_a_page_are_all_kept(pairs: list[tuple[str, int]]) -> None:
    query = "&".join(f"{name}={value}" for name, value in pairs)
    kept = canonical_url(f"https://news.example/a?utm_source=x&{query}").partition("?")[2]

    assert sorted(kept.split("&")) == sorted(query.split("&"))


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("b", "https://news.example/x/b"),
        ("/b", "https://news.example/b"),
        ("//cdn.example/b", "https://cdn.example/b"),
        (" https://other.example/\n", "https://other.example/"),
        ("mailto:desk@news.example", ""),
        ("http://[broken", ""),
        ("x" * 3_000, ""),
    ],
)
def test_link_is_made_absolute_or_nothing(link: str, expected: str) -> None:
    assert absolute_url("https://news.example/x/a", link) == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://gazette.example@evil.example/a", "https://evil.example/a"),
        ("https://user:secret@news.example:8443/a?b#c", "https://news.example:8443/a?b#c"),
        ("https://news.example/a@b", "https://news.example/a@b"),
        ("https://news.example/\x1b[2J\u202ea", "https://news.example/[2Ja"),
        ("https://user@/a", ""),
    ],
    ids=["user that looks like a host", "password", "path", "terminal codes", "no host"],
)
def test_absolute_url_holds_no_user_and_nothing_that_steers_a_terminal(link: str, expected: str) -> None:
    assert absolute_url("https://feeds.example/", link) == expected
