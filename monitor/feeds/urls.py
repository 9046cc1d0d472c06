"""One spelling per page: canonical URLs without what only tracks. Knows no network: no redirect is followed.

Why not w3lib's `canonicalize_url`: it sorts repeated keys by value, decodes `%23` and drops every fragment, so that
different articles can become one. Here a URL loses only what is known to say nothing about the page; when in doubt
two URLs stay two, since a missed copy costs less than two articles taken for one.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from monitor.core.escape import clean

MAX_URL_CHARACTERS = 2_000

# Parameters that say how the reader came, not what is read; each in use by the named system.
_TRACKING_PREFIXES = (
    "utm_",
    "at_custom",
    "ns_",
    "oly_",
    "vero_",
    "guce_",
    "_hs",
    "pk_",
    "mtm_",
    "hsa_",
    "wt_",
    "__twitter",
)
_TRACKING = frozenset(
    {
        *("fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid"),
        *("igsh", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "ml_subscriber", "_ga", "_gl", "s_cid", "sc_cid"),
        *("at_medium", "at_campaign", "at_link_id", "at_link_type", "at_link_origin", "at_format", "at_ptr_name"),
        *("at_bbc_team", "at_campaign_type", "xtor", "cmpid", "icid", "intcid", "ncid", "ocid", "taid", "mbid", "maca"),
        *(
            "ref_src",
            "ref_url",
            "referrer",
            "smid",
            "smtyp",
            "emc",
            "ftag",
            "ito",
            "sref",
            "srnd",
            "soc_src",
            "soc_trk",
        ),
        *("sr_share", "guccounter", "traffic_source", "feedtype", "feedname", "rssfeed", "wtmc", "spm", "nsukey"),
        *("wickedid", "__source", "amp_js_v", "usqp", "outputtype"),
    }
)
# Parameters that may name a page; they track only with such a value.
_TRACKING_VALUES = {
    **dict.fromkeys(
        ("source", "src", "ref", "from", "partner", "via", "feature", "medium", "campaign"),
        frozenset(
            {"rss", "feed", "rssfeed", "rss_feed", "atom", "twitter", "facebook", "newsletter", "email", "share"}
        ),
    ),
    "amp": frozenset({"", "1", "true"}),
    "rss": frozenset({"", "1", "true", "yes"}),
}
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BLANKS = re.compile(r"[\x00-\x20\x7f]+")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def absolute_url(base: str, link: str) -> str:
    """The http(s) URL that `link` means on a page at `base`; empty when it means none.

    Without what steers a terminal, and without user name and password: `https://gazette.example@evil.example/` would
    pass for a page of the gazette's.
    """
    try:
        url = clean(urljoin(base, _BLANKS.sub("", link) if "\n" in link else link.strip()))
        parts = urlsplit(url)
        if "@" in parts.netloc:
            parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
            url = urlunsplit(parts)
    except ValueError:
        return ""
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or len(url) > MAX_URL_CHARACTERS:
        return ""
    return url


def canonical_url(url: str) -> str:
    """The one spelling of a URL: equal for URLs of one page, never equal for different ones.

    Lower-case scheme and host, punycode, https, no default port, no trailing slash, escapes as in RFC 3986 section
    6.2.2, parameters in the order of their names, no tracking parameters. A fragment stays unless it tracks: entries
    of a live page differ by nothing else. What is no http(s) URL is returned as it is. Canonical twice is canonical.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return url
    is_default = port is None or port == _DEFAULT_PORTS[parts.scheme]
    return urlunsplit(
        (
            "https" if is_default else parts.scheme,
            _host(parts.hostname) + ("" if is_default else f":{port}"),
            _escaped(parts.path).rstrip("/") or "/",
            _query(parts.query),
            _fragment(parts.fragment),
        )
    )


def _host(host: str) -> str:
    host = host.rstrip(".")
    if ":" in host:
        return f"[{host}]"
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return quote(host.lower(), safe="-._~")


def _query(query: str) -> str:
    kept = [_escaped(part) for part in query.split("&") if part and not _tracks(part)]
    return "&".join(sorted(kept, key=lambda part: part.partition("=")[0]))


def _tracks(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    name = unquote(name).lower().removeprefix("amp;")  # `&amp;` in a link that was escaped twice
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    return unquote(value).lower() in _TRACKING_VALUES.get(name, ())


def _fragment(fragment: str) -> str:
    parts = [part for part in fragment.split("&") if part]
    if fragment.startswith(":~:") or all("=" in part and _tracks(part) for part in parts):
        return ""
    return _escaped(fragment)


def _escaped(text: str) -> str:
    """Escapes in one spelling; what an escape stands for never changes."""
    text = _STRAY_PERCENT.sub("%25", text)
    return quote(_ESCAPE.sub(_one_escape, text), safe="%/:?#@!$&'()*+,;=-._~[]", errors="replace")


def _one_escape(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if code in _UNRESERVED else f"%{found[1].upper()}"
