"""Three real Kafka brokers on loopback, each its own controller too: any one may go and the others go on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from kafka import KafkaAdminClient

from monitor.storage.kafka.connection import KafkaConnection, make_admin
from tests.support.kafka_server import START_SECONDS, KafkaServer, kafka_uuid

COUNT = 3
HEAP_MEGABYTES = 256

# Topics of three copies of which two must have a record; a quorum that finds the death of its leader within two
# seconds, so that tests need not wait for the patience of real clusters.
_SETTINGS = (
    "offsets.topic.replication.factor=3",
    "transaction.state.log.replication.factor=3",
    "transaction.state.log.min.isr=2",
    "share.coordinator.state.topic.replication.factor=3",
    "share.coordinator.state.topic.min.isr=2",
    "controller.quorum.fetch.timeout.ms=1000",
    "controller.quorum.election.timeout.ms=500",
    "replica.lag.time.max.ms=3000",
)


class KafkaNode(KafkaServer):
    """One of the three."""

    def __init__(self, folder: Path, number: int) -> None:
        super().__init__(folder, settings=[f"node.id={number}", *_SETTINGS], heap_megabytes=HEAP_MEGABYTES)
        self.number = number
        self.directory = kafka_uuid()
        self._cluster = ""

    def join(self, cluster: str, nodes: Sequence[KafkaNode]) -> None:
        """Tell it who the others are; before its first start."""
        controllers = [f"127.0.0.1:{node.controller_port}" for node in nodes]
        with self._config.open("a") as config:
            config.write(f"controller.quorum.bootstrap.servers={','.join(controllers)}\n")
        self._cluster = cluster
        self._voters = ",".join(
            f"{node.number}@{controller}:{node.directory}" for node, controller in zip(nodes, controllers, strict=True)
        )

    def _format_options(self) -> list[str]:
        return ["-t", self._cluster, "--initial-controllers", self._voters]


class KafkaCluster:
    """The three; a context manager. A node that was killed and started again goes on with its records.

    Attributes:
        nodes: The first has the number 1.
        bootstrap: `host:port` of each.
    """

    def __init__(self, folder: Path) -> None:
        self.nodes = tuple(KafkaNode(folder / f"node-{number}", number) for number in range(1, COUNT + 1))
        self.bootstrap = tuple(node.bootstrap for node in self.nodes)
        cluster = kafka_uuid()
        for node in self.nodes:
            node.join(cluster, self.nodes)

    def leader_of(self, topic: str, partition: int) -> KafkaNode:
        """The node that leads a partition now."""
        with self._looking() as admin:
            [found] = admin.describe_topics([topic])
        [leader] = [one["leader_id"] for one in found["partitions"] if one["partition_index"] == partition]
        return self.nodes[int(leader) - 1]

    def coordinator_of(self, group: str) -> KafkaNode:
        """The node that a group's members report to now; some group must have had a member before."""
        with self._looking() as admin:
            coordinator = admin._manager.run(admin._find_coordinator_id, group)
        return self.nodes[int(coordinator) - 1]

    def recover(self) -> None:
        """Let every node run, and wait until all are in step: before that, no other may go without loss."""
        for node in self.nodes:
            node.resume()
        self._each(KafkaNode.start)
        deadline = time.monotonic() + START_SECONDS
        with self._looking() as admin:
            while len(admin.describe_cluster()["brokers"]) < COUNT or not _is_in_step(admin):
                assert time.monotonic() < deadline, "not all nodes came back, or not in step"
                time.sleep(0.1)

    @contextmanager
    def _looking(self) -> Iterator[KafkaAdminClient]:
        # Clients look for the cluster by chance: long enough to find a node that answers.
        admin = make_admin(KafkaConnection(self.bootstrap, prefix="looking", bootstrap_seconds=20.0))
        try:
            yield admin
        finally:
            admin.close()

    def __enter__(self) -> Self:
        try:
            self._each(KafkaNode.start)  # none is ready before another is
        except BaseException:
            self._each(KafkaNode.kill)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._each(KafkaNode.kill)  # asked to end, the last two would wait for one another

    def _each(self, does: Callable[[KafkaNode], None]) -> None:
        with ThreadPoolExecutor(COUNT) as pool:
            list(pool.map(does, self.nodes))


def _is_in_step(admin: KafkaAdminClient) -> bool:
    """Whether every copy of every partition has every record, Kafka's own topics included."""
    partitions = [one for topic in admin.describe_topics() for one in topic["partitions"]]
    return all(len(one["isr_nodes"]) == COUNT for one in partitions)
