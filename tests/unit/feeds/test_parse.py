"""Documents of every dialect become entries; what is no feed is named in words."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.parse import MAX_ENTRIES, MAX_TAG_BYTES, ParseRequest, longest_tag, parse_feed, prepare
from monitor.feeds.results import Markup, NotAFeed, ParsedFeed

DATA = Path(__file__).parents[2] / "data" / "feeds"
URL = "https://feeds.example/all.xml"


def read(name: str) -> ParsedFeed:
    parsed = parse_feed(ParseRequest((DATA / name).read_bytes(), URL))
    assert isinstance(parsed, ParsedFeed)
    return parsed


def parse(body: str | bytes, *, charset: str = "") -> ParsedFeed:
    raw = body.encode() if isinstance(body, str) else body
    parsed = parse_feed(ParseRequest(raw, URL, charset=charset))
    assert isinstance(parsed, ParsedFeed)
    return parsed


def reason(body: bytes) -> str:
    parsed = parse_feed(ParseRequest(body, URL))
    assert isinstance(parsed, NotAFeed)
    return parsed.reason


def rss(items: str, declaration: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return f'{declaration}<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'


def test_rss_2_entry_has_everything_it_says() -> None:
    feed = read("rss20.xml")
    first = feed.entries[0]

    assert (feed.title, feed.lang, feed.link) == ("Harbour Gazette", "en-GB", "https://gazette.example/")
    assert first.entry_id == "gz-1001"
    assert first.url == "https://gazette.example/news/ferry-pilot-boat?utm_source=rss"
    assert first.title.value == "Ferry & pilot boat collide off Tern Point"
    assert first.published == "Mon, 23 Nov 2026 10:00:00 CET"
    assert first.authors == ("Mara Lind",)
    assert first.summary.value == "Nobody was hurt, the harbour master says."
    assert first.content.value.startswith("<p>Nobody was hurt")
    assert first.content.is_html


def test_relative_link_in_rss_is_relative_to_the_site_and_the_id_stays_verbatim() -> None:
    second = read("rss20.xml").entries[1]

    assert second.url == "https://gazette.example/news/bridge"
    assert second.entry_id == "gz-1000"


@pytest.mark.parametrize(
    ("name", "entries", "title", "url"),
    [
        ("rss091.xml", 2, "Mill wheel turns again", "http://mill.example/wheel.html"),
        ("rdf.xml", 1, "Seilbahn steht still", "https://valley.example/a/7"),
        ("atom03.xml", 1, "Crane repaired", "http://quay.example/crane"),
        ("feed.json", 2, "Snow closes the pass", "https://ridge.example/snow"),
        ("broken.xml", 2, None, "https://broken.example/1?a=1&b=2"),
    ],
)
def test_dialect_is_read(name: str, entries: int, title: str | None, url: str) -> None:
    feed = read(name)

    assert len(feed.entries) == entries
    assert feed.entries[0].url == url
    if title:
        assert feed.entries[0].title.value == title


def test_atom_entry_has_base_languages_types_and_both_dates() -> None:
    feed = read("atom10.xml")
    storm, brief = feed.entries

    assert feed.lang == "fr"
    assert storm.url == "https://phare.example/meteo/orla"
    assert storm.title == Markup("La temp&ecirc;te <em>Orla</em> approche", is_html=True)
    assert storm.summary == Markup("Vents < 90 km/h attendus.", is_html=False)
    assert (storm.published, storm.updated) == ("2026-11-23T09:00:00Z", "2026-11-23T09:30:00Z")
    assert storm.authors == ("Inès Moreau", "Jo Blanc")
    assert "Les écoles aussi." in storm.content.value
    assert (brief.lang, brief.url) == ("en", "https://phare.example/en/storm")
    assert (brief.published, brief.updated) == ("", "2026-11-23T08:00:00Z")


def test_json_feed_item_of_a_wrong_shape_is_left_out_and_the_others_stay() -> None:
    feed = read("feed.json")

    assert [entry.entry_id for entry in feed.entries] == ["7", "8"]
    assert feed.entries[0].authors == ("Ada Rook",)
    assert (feed.entries[1].url, feed.entries[1].lang) == ("https://other.example/x", "nb-NO")


def test_summary_that_only_repeats_the_content_is_empty() -> None:
    items = "<item><guid>1</guid><content:encoded>&lt;p&gt;long&lt;/p&gt;</content:encoded></item>"
    body = rss(items).replace("<rss ", '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" ')
    entry = parse(body).entries[0]

    assert entry.summary == Markup("")
    assert entry.content.value == "<p>long</p>"


def test_aggregator_entry_names_its_source() -> None:
    assert read("aggregator.xml").entries[0].source_url == "https://www.bbc.co.uk/news"


@pytest.mark.parametrize(
    ("declaration", "charset", "encoding"),
    [
        ('<?xml version="1.0" encoding="UTF-8"?>', "", "utf-8"),
        ('<?xml version="1.0" encoding="windows-1251"?>', "", "cp1251"),
        ('<?xml version="1.0"?>', "windows-1251", "cp1251"),
        ('<?xml version="1.0" encoding="windows-1251"?>', "utf-8", "cp1251"),
        ('<?xml version="1.0" encoding="UTF-8"?>', "iso-8859-1", "utf-8"),
        ('<?xml version="1.0" encoding="utf-16"?>', "", "utf-16"),
        ('<?xml version="1.0" encoding="no-such-thing"?>', "", "utf-8"),
    ],
    ids=[
        "declared utf-8",
        "declared windows-1251",
        "only the server says",
        "declaration over server",
        "utf-8 despite the server's default",
        "utf-16 with mark",
        "unknown name",
    ],
)
def test_encoding_is_found(declaration: str, charset: str, encoding: str) -> None:
    body = rss("<item><title>Мост открыт</title><guid>1</guid></item>", declaration)
    feed = parse(body.encode(encoding), charset=charset)

    assert feed.entries[0].title.value == "Мост открыт"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "an empty document"),
        (b" \n\t", "an empty document"),
        (b"\x1f\x8b\x08\x00rest", "compressed data that no header announces"),
        (b"nothing of the kind", "neither XML nor JSON"),
        (b"\x00\xff\x00\xff" * 50, "neither XML nor JSON"),
        (b'{"error": "no such feed"}', "a JSON document that is no JSON Feed"),
        (b'{"version": "1", "items": []}', "a JSON document that is no JSON Feed"),
        (b"[" * 100_000, "a JSON document that is no JSON Feed"),
        (b"<?xml version='1.0'?><urlset><url/></urlset>", "an XML document of another kind (<urlset>)"),
        (b"<!-- x --><html><body>gone<item><title>x</title></item></body></html>", "an HTML page"),
    ],
    ids=["nothing", "blanks", "gzip", "text", "binary", "json", "json list", "deep json", "sitemap", "html"],
)
def test_what_is_no_feed_is_named(body: bytes, expected: str) -> None:
    assert reason(body) == expected


def test_html_page_that_names_its_feed_is_told_with_it() -> None:
    found = reason((DATA / "page.html").read_bytes())

    assert found == "an HTML page; it names a feed: https://feeds.example/feeds/all.xml"


def test_feed_without_entries_is_a_feed() -> None:
    assert parse(rss("")).entries == ()


def test_entries_beyond_the_limit_are_left_out_and_counted() -> None:
    feed = parse(rss("".join(f"<item><guid>{n}</guid></item>" for n in range(MAX_ENTRIES + 3))))

    assert (len(feed.entries), feed.entries_cut) == (MAX_ENTRIES, 3)


def test_entity_bomb_does_not_grow() -> None:
    parsed = parse_feed(ParseRequest((DATA / "laughs.xml").read_bytes(), URL))

    assert len(repr(parsed)) < 10_000


def test_tag_of_many_attributes_is_refused_at_once() -> None:
    attributes = " ".join(f'a{n}="1"' for n in range(50_000))
    started = time.process_time()
    found = reason(rss(f"<item {attributes}></item>").encode())

    assert found == f"a document with a tag longer than {MAX_TAG_BYTES} bytes"
    assert time.process_time() - started < 2


def test_long_tag_hidden_in_another_encoding_is_refused() -> None:
    attributes = " ".join(f'a{n}="1"' for n in range(9_000))

    assert "tag longer" in reason(
        rss(f"<item {attributes}/>", '<?xml version="1.0" encoding="utf-16"?>').encode("utf-16")
    )


@pytest.mark.parametrize(
    ("data", "longest"),
    [
        (b"", 0),
        (b"<a><bb c='1'></a>", 10),
        (b"<a><![CDATA[<%s]]></a>" % (b"x" * 99), 4),
        (b"<!-- " + b"y" * 99 + b" --><a/>", 4),
        (b"<a b='>' c='>>>>>>'>text", 20),
        (b"<a>it's" + b" long" * 99 + b"</a>", 4),
        (b"<a " + b"z" * 50, 53),
    ],
    ids=["empty", "tags", "cdata", "comment", "quoted ends", "long text", "unclosed"],
)
def test_longest_tag_is_measured_outside_cdata_and_comments(data: bytes, longest: int) -> None:
    assert longest_tag(data) == longest


def test_cdata_larger_than_a_tag_may_be_is_fine() -> None:
    feed = parse(rss(f"<item><guid>1</guid><description><![CDATA[{'word ' * 40_000}]]></description></item>"))

    assert len(feed.entries) == 1


@pytest.mark.parametrize(
    "scheme", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://a.example/x"]
)
def test_link_that_is_no_web_address_is_dropped(scheme: str) -> None:
    assert parse(rss(f"<item><title>x</title><link>{scheme}</link></item>")).entries[0].url == ""


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("&#55357;&#56832;", "\U0001f600"),
        ("&#xD83D;&#xDE00;", "\U0001f600"),
        ("&#xd83d&#xde00;", "\U0001f600"),
        ("&#55357;", "\ufffd"),
        ("&#xDC00;&#xD800;", "\ufffd\ufffd"),
        ("&#x110000;", "\ufffd"),
        (f"&#{'9' * 5_000};", "\ufffd"),
        (f"&#x{'f' * 5_000};", "\ufffd"),
        ("&#55357;&#60;&#233;", "\ufffd<é"),
        ("&#x1F600;&#00065;", "\U0001f600A"),
        ("&#11;", ""),
        ("&#0;", ""),
    ],
    ids=str,
)
def test_reference_to_no_character_spoils_neither_entry_nor_document(reference: str, expected: str) -> None:
    items = f"<item><guid>a{reference}b</guid><title>a{reference}b</title></item><item><title>other</title></item>"
    first, second = parse(rss(items)).entries

    assert first.title.value.replace(" ", "") == f"a{expected}b"
    assert first.entry_id.encode()
    assert second.title.value == "other"


@pytest.mark.parametrize(
    ("escapes", "expected"),
    [
        (r"\ud83d\ude00", "\U0001f600"),
        (r"\ud83d", "\ufffd"),
        (r"\ude00\ud83d", "\ufffd\ufffd"),
        (r"\\ud83d", r"\ud83d"),
        (r"\u00e9\n", "é\n"),
    ],
    ids=str,
)
def test_half_a_surrogate_pair_in_json_spoils_neither_entry_nor_document(escapes: str, expected: str) -> None:
    body = '{"version":"https://jsonfeed.org/version/1.1","title":"%s","items":[{"id":"%s"}]}'
    feed = parse(body % (escapes, escapes))

    assert (feed.title, feed.entries[0].entry_id) == (expected, expected)


def test_guid_that_is_an_address_serves_as_link() -> None:
    items = '<item><title>x</title><guid isPermaLink="false">https://a.example/1</guid></item>'

    assert parse(rss(items)).entries[0].url == "https://a.example/1"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"<rss version='2.0'><channel><item>", b"<feed><entry>", b"{"]))
def test_bytes_of_any_kind_raise_nothing(body: bytes, beginning: bytes) -> None:
    assert isinstance(parse_feed(ParseRequest(beginning + body, URL)), (ParsedFeed, NotAFeed))


def test_every_prefix_of_a_document_raises_nothing() -> None:
    body = (DATA / "atom10.xml").read_bytes()
    for end in range(0, len(body), 37):
        assert isinstance(parse_feed(ParseRequest(body[:end], URL)), (ParsedFeed, NotAFeed))


def test_preparing_a_worker_works() -> None:
    prepare()
