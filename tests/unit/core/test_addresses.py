"""Only public addresses are connected to."""

from __future__ import annotations

import ipaddress
import socket

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.addresses import BlockedAddressError, guarded_socket_factory, is_public_address

PUBLIC = {
    "v4": "93.184.216.34",
    "v4 just above carrier NAT": "100.128.0.1",
    "v6": "2606:2800:220:1::1",
    "v6 mapped public v4": "::ffff:93.184.216.34",
    "NAT64 of public v4": "64:ff9b::5db8:d822",
}
BLOCKED = {
    "loopback": "127.0.0.1",
    "loopback far end": "127.255.255.254",
    "this host": "0.0.0.0",  # noqa: S104 - an address to refuse, nothing listens
    "private 10": "10.0.0.7",
    "private 172": "172.16.0.1",
    "private 192": "192.168.1.1",
    "carrier NAT": "100.64.0.1",
    "link local, cloud metadata": "169.254.169.254",
    "multicast": "224.0.0.251",
    "multicast global scope": "239.1.1.1",
    "broadcast": "255.255.255.255",
    "reserved": "240.0.0.1",
    "protocol assignments": "192.0.0.9",
    "6to4 relay": "192.88.99.1",
    "documentation": "198.51.100.7",
    "benchmarking": "198.18.0.1",
    "v6 loopback": "::1",
    "v6 unspecified": "::",
    "v6 unique local": "fd00::1",
    "v6 link local": "fe80::1",
    "v6 link local with scope": "fe80::1%eth0",
    "v6 site local": "fec0::1",
    "v6 multicast": "ff02::1",
    "v6 multicast global scope": "ff0e::1",
    "v6 documentation": "2001:db8::1",
    "v6 newer documentation": "3fff::1",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped private": "::ffff:10.0.0.1",
    "IPv4-compatible loopback": "::127.0.0.1",
    "IPv4-compatible public": "::93.184.216.34",
    "6to4 of loopback": "2002:7f00:1::",
    "6to4 of private": "2002:0a00:0001::1",
    "NAT64 of loopback": "64:ff9b::7f00:1",
    "NAT64 of private": "64:ff9b::a00:1",
    "NAT64 local use": "64:ff9b:1::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "no address": "localhost",
    "empty": "",
    "short form": "127.1",
}


@pytest.mark.parametrize("address", PUBLIC.values(), ids=PUBLIC.keys())
def test_public_address_passes(address: str) -> None:
    assert is_public_address(address)


@pytest.mark.parametrize("address", BLOCKED.values(), ids=BLOCKED.keys())
def test_other_address_is_not_public(address: str) -> None:
    assert not is_public_address(address)


@given(st.ip_addresses(v=4))
def test_mapped_and_nat64_addresses_are_judged_as_the_one_inside(inner: ipaddress.IPv4Address) -> None:
    nat64 = ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) + int(inner))

    assert is_public_address(f"::ffff:{inner}") == is_public_address(inner)
    assert is_public_address(nat64) == is_public_address(inner)


@given(st.ip_addresses(v=6))
def test_address_outside_global_unicast_is_public_only_by_what_is_inside(address: ipaddress.IPv6Address) -> None:
    if is_public_address(address):
        assert address in ipaddress.ip_network("2000::/3") or address.ipv4_mapped or str(address).startswith("64:")


def test_factory_refuses_a_private_address_by_name() -> None:
    make_socket = guarded_socket_factory(allow_private=False)

    with pytest.raises(BlockedAddressError) as caught:
        make_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)))
    assert caught.value.address == "127.0.0.1"


@pytest.mark.parametrize(("allow_private", "address"), [(True, "127.0.0.1"), (False, "93.184.216.34")])
def test_factory_makes_a_socket_for_an_allowed_address(allow_private: bool, address: str) -> None:
    make_socket = guarded_socket_factory(allow_private=allow_private)

    with make_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))) as made:
        assert made.family == socket.AF_INET


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f.1"])
async def test_refusal_reaches_the_caller_of_aiohttp_as_its_own_class(host: str) -> None:
    connector = aiohttp.TCPConnector(socket_factory=guarded_socket_factory(allow_private=False))
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientConnectorError) as caught:
            await session.get(f"http://{host}:9/")

    assert isinstance(caught.value.os_error, BlockedAddressError)
