"""Which network addresses may be connected to. Knows no names and no URLs: only the final address counts.

Why a socket factory and not a filtering resolver: a resolver is never asked about URLs that hold an address, and
a name may resolve anew between a check and the connection. The factory sees the address just before `connect`.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable
from typing import Any

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]  # as socket.getaddrinfo gives it

# Beyond what `is_global` knows in Python 3.11 (it says True of these, or says so in some versions only).
_BLOCKED_V4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "192.0.0.0/24",  # IETF protocol assignments, RFC 6890
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "224.0.0.0/4",  # multicast
    )
)
# Everything else of IPv6 is loopback, local, multicast, IPv4-compatible or unassigned (RFC 4291 section 2.4).
_GLOBAL_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
_BLOCKED_V6 = tuple(
    ipaddress.IPv6Network(block)
    for block in (
        "2001::/23",  # IETF protocol assignments, Teredo among them: tunnels an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: tunnels an IPv4 address, and is retired (RFC 7526)
        "3fff::/20",  # documentation, RFC 9637
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the only way to IPv4 publishers on IPv6-only networks


class BlockedAddressError(OSError):
    """A connection to an address that is not public.

    Its text is the same for every address, since aiohttp keeps the class only when all addresses of a host
    failed with one text; `address` names it.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(errno.EACCES, "not a public address")


def is_public_address(ip: str | IpAddress) -> bool:
    """Whether an address belongs to a machine on the public internet; False for what is no address.

    IPv4 addresses inside mapped and NAT64 ones are judged themselves; other tunnels are not public.
    """
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in block for block in _BLOCKED_V4)
    inner = _inner_v4(address)
    if inner is not None:
        return is_public_address(inner)
    return address in _GLOBAL_UNICAST_V6 and address.is_global and not any(address in block for block in _BLOCKED_V6)


def guarded_socket_factory(*, allow_private: bool) -> Callable[[AddressInfo], socket.socket]:
    """Makes sockets for `aiohttp.TCPConnector(socket_factory=...)`; refuses addresses that are not public.

    The factory raises `BlockedAddressError`; behind aiohttp it is the `os_error` of a `ClientConnectorError`.

    Args:
        allow_private: Let every address pass (the demo, tests, feeds on an intranet).
    """

    def make_socket(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        if not allow_private and not is_public_address(address[0]):
            raise BlockedAddressError(str(address[0]))
        return socket.socket(family=family, type=kind, proto=protocol)

    return make_socket


def _inner_v4(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
