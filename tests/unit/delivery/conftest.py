"""What the tests of delivery share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitor.storage.sqlite import EmbeddedStore, open_embedded
from tests.unit.delivery.bench import Bench
from tests.unit.delivery.samples import NOW


@pytest.fixture
def store() -> Iterator[EmbeddedStore]:
    """An empty store in memory."""
    with open_embedded(None, prefix="test", article_partitions=1, clock=lambda: NOW) as opened:
        yield opened


@pytest.fixture
def bench(store: EmbeddedStore) -> Bench:
    """A bench over that store."""
    return Bench(store)
