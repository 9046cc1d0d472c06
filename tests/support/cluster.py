"""Settings for a tenant of its own on the servers of the tests."""

from __future__ import annotations

import uuid
from typing import Any

from tests.support.kafka_server import KafkaServer
from tests.support.redis_server import RedisServer


def cluster_settings(kafka: KafkaServer, redis: RedisServer) -> dict[str, Any]:
    """Under a prefix that nobody had before: the servers outlive each test."""
    return {
        "backend": "cluster",
        "prefix": f"t{uuid.uuid4().hex[:10]}",
        "kafka": {"bootstrap": [kafka.bootstrap]},
        "redis": {"url": redis.url},
    }
