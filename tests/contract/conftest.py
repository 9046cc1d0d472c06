"""The adapters that the suites run against: SQLite always, and the servers' back end of the port; see `backends`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.backends import BACKENDS, EMBEDDED, SERVERS_OF
from tests.contract.support import Stores


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that takes `stores` once per back end of its suite."""
    if "stores" not in metafunc.fixturenames:
        return
    suite = metafunc.module.__name__.rpartition(".")[2]
    servers = [pytest.param(name, marks=pytest.mark.external_service) for name in SERVERS_OF.get(suite, ())]
    metafunc.parametrize("stores", [*EMBEDDED, *servers], indirect=True)


@pytest.fixture
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """Empty stores, closed afterwards."""
    with BACKENDS[request.param](request) as opened:
        yield opened
