"""Who runs a host: registrable domains by the public suffix list. Knows no network; the list is bundled."""

from __future__ import annotations

import ipaddress
from functools import cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList


def host_of(url: str) -> str:
    """The host in a URL, lower case, without port and trailing dot; empty when there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def registrable_domain(url: str) -> str:
    """`bbc.co.uk` for any host below it; the host itself where it is an address or has no such domain."""
    host = host_of(url)
    if not host or _is_address(host):
        return host
    return _suffixes().privatesuffix(host) or host


def polite_key(url: str) -> str:
    """Feeds with one such key are fetched one at a time: the registrable domain, or address and port."""
    host = host_of(url)
    if host == "localhost" or _is_address(host):
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    return registrable_domain(url)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
