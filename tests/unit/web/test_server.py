"""The server's address."""

from __future__ import annotations

import socket

import pytest

from monitor.core.errors import UsageError
from monitor.web.app import build_app
from monitor.web.server import WebServer, bind
from tests.unit.web.support import a_site


def test_busy_port_is_an_error_that_names_the_setting() -> None:
    with bind("127.0.0.1", 0, fall_back=False) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"^port {port} on 127\.0\.0\.1 is in use; set web\.port$"):
            bind("127.0.0.1", port, fall_back=False)


def test_busy_port_is_replaced_where_that_is_wished() -> None:
    with (
        bind("127.0.0.1", 0, fall_back=False) as taken,
        bind("127.0.0.1", taken.getsockname()[1], fall_back=True) as free,
    ):
        assert free.getsockname()[1] != taken.getsockname()[1]


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_address_that_is_not_ours_is_an_error_that_names_the_setting(host: str) -> None:
    with pytest.raises(UsageError, match=r"set web\.host and web\.port"):
        bind(host, 0, fall_back=True)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:{}"),
        ("0.0.0.0", "http://localhost:{}"),  # noqa: S104 - not listened on
    ],
    ids=["one", "all"],
)
def test_url_is_for_a_browser_on_this_machine(address: str, url: str) -> None:
    with a_site() as site, socket.socket() as listener:
        listener.bind((address, 0))

        assert WebServer(build_app(site.services()), listener).url == url.format(listener.getsockname()[1])
