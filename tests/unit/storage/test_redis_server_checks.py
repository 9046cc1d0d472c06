"""Which Redis servers are refused, and whom they let in."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.core.errors import StoreError, StoreUnavailableError
from monitor.core.ports import Head, PartitionChange
from monitor.core.stream import BEGINNING
from monitor.storage.redis import RedisConnection, RedisStores, open_redis
from tests.contract.support import NOW, alert
from tests.support.free_ports import free_ports
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.external_service

# All that Tocsin needs, in one line of an ACL.
RIGHTS = ("~{prefix}:*", "&{prefix}:*", "+@all", "-@dangerous", "-@admin", "+info")


def write_and_read(stores: RedisStores) -> None:
    assert stores.partition_states.save([PartitionChange(3, Head(0, 1, NOW), {"a": b"1"})]) == frozenset()
    [one] = stores.history.append([alert()], now=NOW)
    assert stores.history.read(BEGINNING, limit=10) == [one]
    assert stores.history.wait(BEGINNING, timeout_seconds=0)


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
def test_a_server_that_evicts_is_refused(tmp_path: Path, redis_server: RedisServer, policy: str) -> None:
    with RedisServer(tmp_path, options=["--maxmemory-policy", policy]) as server:
        connection = RedisConnection(server.url, prefix="test", allow_volatile=True)

        with (
            pytest.raises(StoreError, match=f"maxmemory-policy is {policy}.*allowed: noeviction"),
            open_redis(connection),
        ):
            pass


def test_a_server_that_keeps_nothing_is_refused_unless_that_is_allowed(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    with RedisServer(tmp_path, options=["--appendonly", "no"]) as server:
        connection = RedisConnection(server.url, prefix="test")

        with (
            pytest.raises(StoreError, match=r"appendonly is no.*allowed: yes.*redis\.allow_volatile") as refused,
            open_redis(connection),
        ):
            pass
        assert not refused.value.retriable
        with open_redis(replace(connection, allow_volatile=True)) as stores:
            write_and_read(stores)


def test_a_server_that_is_away_is_unavailable_soon() -> None:
    [port] = free_ports(1)
    started_at = time.monotonic()

    with (
        pytest.raises(StoreUnavailableError, match=f"redis://127.0.0.1:{port}/0"),
        open_redis(RedisConnection(f"redis://127.0.0.1:{port}/0", prefix="test")),
    ):
        pass

    assert time.monotonic() - started_at < 5


def test_a_server_that_does_not_answer_is_unavailable_in_time(tmp_path: Path, redis_server: RedisServer) -> None:
    with RedisServer(tmp_path) as server:
        connection = RedisConnection(server.url, prefix="test", timeout_seconds=0.3)
        with open_redis(connection) as stores:
            server.pause()
            started_at = time.monotonic()
            with pytest.raises(StoreUnavailableError):
                stores.history.epoch()
            waited_seconds = time.monotonic() - started_at
            server.resume()

            assert waited_seconds < 2
            assert stores.history.epoch()


@pytest.fixture
def user(redis_server: RedisServer, connection: RedisConnection) -> Iterator[RedisConnection]:
    """A user who may touch its tenant's keys and channels and ask for INFO, no more."""
    rights = [right.format(prefix=connection.prefix) for right in RIGHTS]
    redis_server.command("ACL", "SETUSER", connection.prefix, "on", ">hush hush", "resetchannels", *rights)
    yield replace(connection, username=connection.prefix, password="hush hush")
    redis_server.command("ACL", "DELUSER", connection.prefix)


def test_a_user_with_rights_to_its_prefix_alone_is_enough(user: RedisConnection) -> None:
    with open_redis(user) as stores:
        write_and_read(stores)


def test_a_user_and_password_may_stand_in_the_url(user: RedisConnection) -> None:
    url = user.url.replace("redis://", f"redis://{user.username}:hush%20hush@")

    with open_redis(RedisConnection(url, prefix=user.prefix)) as stores:
        write_and_read(stores)


def test_another_tenants_keys_are_out_of_reach(user: RedisConnection) -> None:
    with open_redis(replace(user, prefix="another")) as stores, pytest.raises(StoreError) as refused:
        stores.leases.acquire("shard", "me", seconds=30, now=NOW)

    assert not refused.value.retriable


def test_a_wrong_password_is_no_passing_trouble(user: RedisConnection) -> None:
    with pytest.raises(StoreError) as refused, open_redis(replace(user, password="loud loud")):
        pass

    assert not refused.value.retriable
    assert "loud" not in str(refused.value)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `key.pem` and `certificate.pem` for 127.0.0.1, signed by itself."""
    folder = tmp_path_factory.mktemp("certificates")
    command = [
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-days", "2", "-subj", "/CN=tocsin test", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-addext", "keyUsage=critical,digitalSignature,keyCertSign"),  # Python from 3.13 on is strict
        *("-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def tls(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[str]:
    """The URL of a server that speaks TLS, and asks its clients for a certificate."""
    [port] = free_ports(1)
    options = [
        *("--tls-port", str(port), "--tls-auth-clients", "yes"),
        *("--tls-cert-file", str(certificates / "certificate.pem")),
        *("--tls-key-file", str(certificates / "key.pem")),
        *("--tls-ca-cert-file", str(certificates / "certificate.pem")),
    ]
    with RedisServer(tmp_path_factory.mktemp("redis-tls"), options=options):
        yield f"rediss://127.0.0.1:{port}/0"


def test_a_server_with_tls_is_used_when_both_sides_show_their_certificate(tls: str, certificates: Path) -> None:
    connection = RedisConnection(
        tls,
        prefix="test",
        ca_file=certificates / "certificate.pem",
        certificate_file=certificates / "certificate.pem",
        key_file=certificates / "key.pem",
    )

    with open_redis(connection) as stores:
        write_and_read(stores)


def test_a_certificate_that_nobody_vouches_for_is_refused(tls: str) -> None:
    with pytest.raises(StoreError, match="certificate verify failed"), open_redis(RedisConnection(tls, prefix="test")):
        pass
