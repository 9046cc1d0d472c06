"""The adapters that the suites run against; a further back end is a further parameter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.core.clock import utc_now
from monitor.storage.sqlite import open_embedded
from tests.contract.support import ARTICLE_PARTITIONS, Stores


@pytest.fixture(params=["sqlite-memory", "sqlite-file"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stores]:
    """Empty stores, closed afterwards."""
    path = None if request.param == "sqlite-memory" else tmp_path / "tocsin.db"
    with open_embedded(path, prefix="test", article_partitions=ARTICLE_PARTITIONS, clock=utc_now) as embedded:
        yield Stores(
            log=embedded.log,
            leases=embedded.leases,
            feed_states=embedded.feed_states,
            partition_states=embedded.partition_states,
            history=embedded.history,
            deliveries=embedded.deliveries,
        )
