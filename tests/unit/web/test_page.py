"""The live page as it is without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import aiohttp
import pytest

import monitor.web
from monitor.core.escape import clean
from monitor.core.match import Evidence
from monitor.web.cards import cards_of, marked
from tests.unit.web.support import HOSTILE, NOW, Site, a_site, an_alert, ask, serving

VOID = {"meta", "link", "input", "br"}


class Reader(HTMLParser):
    """What stands in a page: elements with attributes, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


async def page_of(site: Site) -> Reader:
    async with serving(site) as url, aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 200
        reader = Reader()
        reader.feed(await answer.text())
        reader.close()
        return reader


async def test_page_shows_an_alert_with_its_evidence_and_links_its_article() -> None:
    with a_site() as site:
        site.append(an_alert(1, severity="high"))
        page = await page_of(site)

    assert page.of("html") == [{"lang": "en"}]
    assert {"high", "Bridges and tunnels", "Old bridge closed after a storm", "single source"} <= set(page.texts)
    assert page.texts[page.texts.index("The bridge is ") + 1] == "closed"
    assert ("mark", {}) in page.elements
    link = next(link for link in page.of("a") if link["href"] == "https://herald.example/bridge")
    assert link == {
        "href": "https://herald.example/bridge",
        "rel": "noopener noreferrer",
        "target": "_blank",
        "lang": "en",
    }


async def test_revisions_of_an_alert_are_one_card_with_a_history() -> None:
    with a_site() as site:
        published = site.append(an_alert(1), an_alert(2), an_alert(1, 2, kind="corrected"))
        page = await page_of(site)

    cards = page.of("article")
    assert [(card["data-alert"], card["data-revision"]) for card in cards] == [("alert1", "2"), ("alert2", "1")]
    assert {"Change number 1.", "Change number 2."} <= set(page.texts)
    assert page.of("body")[0]["data-after"] == published[-1].streamid


async def test_hostile_text_is_text() -> None:
    with a_site() as site:
        site.append(an_alert(1, headline=HOSTILE, quote=HOSTILE + " closed", url="javascript:alert(1)"))
        page = await page_of(site)

    assert [script["src"] for script in page.of("script")] == ["/static/page.js"]
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert not any((link["href"] or "").startswith("javascript") for link in page.of("a") if "href" in link)
    assert any("<script>alert(1)</script>" in text for text in page.texts)
    assert page.open == []


async def test_page_without_alerts_says_so() -> None:
    with a_site() as site:
        page = await page_of(site)

    assert {"no alerts yet", "no feeds", "No alerts yet. They appear here as they come."} <= set(page.texts)


async def test_alerts_of_rules_on_trial_are_not_on_the_page() -> None:
    with a_site() as site:
        published = site.append(an_alert(1, shadow=True))
        page = await page_of(site)

    assert page.of("article") == []
    assert page.of("body")[0]["data-after"] == published[0].streamid


@pytest.mark.parametrize("name", ["page.js", "page.css", "icon.svg"])
async def test_static_files_are_served(name: str) -> None:
    with a_site() as site:
        async with serving(site) as url, aiohttp.ClientSession() as session:
            answer = await ask(session, f"{url}/static/{name}")
            escaping = await ask(session, f"{url}/static/..%2fapp.py")

    assert [answer.status, escaping.status] == [200, 404]


def test_script_never_makes_elements_out_of_text() -> None:
    script = (Path(monitor.web.__file__).parent / "static" / "page.js").read_text(encoding="utf-8")

    assert not [
        word for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(") if word in script
    ]


def test_script_drops_the_same_characters_as_we_do() -> None:
    script = (Path(monitor.web.__file__).parent / "static" / "page.js").read_text(encoding="utf-8")
    found = re.search(r"UNSAFE =\s+/(\[[^/]+\])/gu;", script)
    assert found
    dropped = re.compile(re.sub(r"\\u\{([0-9a-f]{5})\}", r"\\U000\1", found[1]))
    characters = [chr(point) for point in (*range(0xD800), *range(0xE000, 0x10000), *range(0xE0000, 0xE0100))]

    assert [c for c in characters if dropped.fullmatch(c)] == [c for c in characters if not clean(c)]


def test_cards_come_newest_change_first() -> None:
    first, second, third = an_alert(1), an_alert(2), an_alert(1, 2, time=NOW + timedelta(hours=1))

    assert [card.revisions for card in cards_of([first, second, third])] == [(first, third), (second,)]


@pytest.mark.parametrize(
    ("words", "pieces"),
    [
        pytest.param([], [("the bridge is closed", False)], id="none"),
        pytest.param(["bridge"], [("the ", False), ("bridge", True), (" is closed", False)], id="one"),
        pytest.param(
            ["closed", "bridge is"], [("the ", False), ("bridge is", True), (" ", False), ("closed", True)], id="two"
        ),
        pytest.param(
            ["bridge is", "is closed"], [("the ", False), ("bridge is", True), (" closed", True)], id="overlapping"
        ),
        pytest.param(["ferry", ""], [("the bridge is closed", False)], id="not in the quote"),
    ],
)
def test_evidence_is_marked_in_the_quote(words: list[str], pieces: list[tuple[str, bool]]) -> None:
    quote = "the bridge is closed"
    evidence = [Evidence(condition="c", field="title", span=(0, 0), text=text, sentence=quote) for text in words]

    assert marked(quote, evidence) == pieces


async def test_rules_set_aside_are_told_with_their_reason_and_only_then() -> None:
    with a_site() as site:
        before = await page_of(site)
        site.set_aside = {"slow": "takes more than <b>100</b> steps in an article"}
        page = await page_of(site)

    assert "Rules set aside" not in before.texts
    assert "Rules set aside" in page.texts
    assert "slow" in page.texts
    assert any("more than <b>100</b> steps" in text for text in page.texts)
