"""Whom a Redis server lets in and what they may do there, and when two sides of TLS trust each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.cli.backend import redis_connection
from monitor.core.errors import StoreError
from monitor.core.settings import load_settings
from monitor.core.stream import BEGINNING
from monitor.storage.redis import RedisConnection, checks, open_redis
from tests.contract.support import NOW, alert
from tests.support.certificates import Authority
from tests.support.redis_server import USERS_FILE, USERS_PASSWORD, RedisServer
from tests.support.redis_stores import write_and_read

pytestmark = pytest.mark.external_service


def refusal(connection: RedisConnection) -> str:
    """What is said to somebody who is refused; that does not pass by trying again."""
    with pytest.raises(StoreError) as refused, open_redis(connection):
        pass
    assert not refused.value.retriable
    return str(refused.value)


@pytest.fixture
def user(redis_server_with_users: RedisServer, connection: RedisConnection) -> RedisConnection:
    """As the user that an operator gets from us, who may touch what starts with `tocsin:`."""
    return replace(
        connection,
        url=redis_server_with_users.url,
        prefix=f"tocsin:{connection.prefix}",
        username="tocsin",
        password=USERS_PASSWORD,
    )


@pytest.fixture
def another(redis_server: RedisServer, connection: RedisConnection) -> Iterator[RedisConnection]:
    """A user with all rights to this prefix, for tests to take some away."""
    name = connection.prefix
    redis_server.command("ACL", "SETUSER", name, "on", ">hush hush", f"~{name}:*", f"&{name}:*", "+@all")
    yield replace(connection, username=name, password="hush hush")
    redis_server.command("ACL", "DELUSER", name)


def test_the_user_that_operators_get_from_us_is_enough(user: RedisConnection) -> None:
    with open_redis(user) as stores:
        write_and_read(stores)


def granted(user: str) -> set[str]:
    """The commands that `users.conf` grants."""
    [line] = [line for line in USERS_FILE.read_text(encoding="utf-8").splitlines() if line.startswith(f"user {user} ")]
    return {word.removeprefix("+") for word in line.split() if word.startswith("+")}


def test_the_user_may_do_what_our_code_does_and_no_more() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in Path(checks.__file__).parent.glob("*.py"))
    written = {word.lower() for word in re.findall(r"""\(\s*['"]([A-Z]{3,})['"]""", sources)}
    checked = {call.split()[0] for call in checks._CALLS}

    assert granted("tocsin") == checked | {"info", "eval", "evalsha"}
    assert written - {"info"} <= checked
    assert checked - written == {"multi", "exec", "subscribe", "unsubscribe", "ping"}  # the library sends these


def test_another_tenants_keys_and_channels_are_out_of_reach(user: RedisConnection) -> None:
    said = refusal(replace(user, prefix="another"))

    assert "this user may not hget, " in said
    assert "publish, subscribe on another:* (allowed: the rights of the user in deploy/redis/users.conf)" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (["-xadd"], "this user may not xadd on "),
        (["-publish", "-zadd"], "this user may not zadd, publish on "),
        (["resetchannels"], "this user may not publish, subscribe on "),
        (["-multi"], "this user may not multi on "),
        (["-evalsha"], "no permissions to run the 'evalsha' command"),
        (["-info"], "no permissions to run the 'info' command"),
        (["off"], "invalid username-password pair or user is disabled"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_too_few_rights_are_told_before_anything_is_written(
    redis_server: RedisServer, another: RedisConnection, change: list[str], said: str
) -> None:
    redis_server.command("ACL", "SETUSER", str(another.username), *change)

    assert said in refusal(another)
    assert redis_server.command("KEYS", f"{another.prefix}:*") == []


def test_a_right_that_is_lost_meanwhile_is_no_passing_trouble(
    redis_server: RedisServer, another: RedisConnection
) -> None:
    with open_redis(another) as stores:
        redis_server.command("ACL", "SETUSER", str(another.username), "-hget")
        with pytest.raises(StoreError, match="no permissions to run the 'hget' command") as refused:
            stores.deliveries.cursor("desk")

    assert not refused.value.retriable


def test_a_user_and_password_may_stand_in_the_url(another: RedisConnection) -> None:
    url = another.url.replace("redis://", f"redis://{another.username}:hush%20hush@")

    with open_redis(RedisConnection(url, prefix=another.prefix)) as stores:
        write_and_read(stores)


def test_a_wrong_password_is_no_passing_trouble_and_not_shown(user: RedisConnection) -> None:
    said = refusal(replace(user, password="loud loud"))

    assert "invalid username-password pair" in said
    assert "loud" not in said


def test_the_settings_are_handed_on(user: RedisConnection, tmp_path: Path) -> None:
    path = tmp_path / "tocsin.yaml"
    path.write_text(f"redis: {{url: '{user.url}', username: tocsin}}\n", encoding="utf-8")
    settings = load_settings(path, {"TOCSIN_REDIS__PASSWORD": USERS_PASSWORD})

    connection = redis_connection(settings)

    assert (connection.username, connection.password, connection.prefix) == ("tocsin", USERS_PASSWORD, "tocsin")
    with open_redis(replace(connection, prefix=user.prefix)) as stores:
        write_and_read(stores)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whom our servers and clients trust."""
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whom they do not know."""
    return Authority(tmp_path_factory.mktemp("strange-certificates"), name="strange")


def over_tls(server: RedisServer, authority: Authority) -> RedisConnection:
    return RedisConnection(server.tls_url, prefix="test", ca_file=authority.ca_file)


@pytest.fixture(scope="module")
def tls(
    redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> Iterator[RedisServer]:
    """A server with TLS for 127.0.0.1."""
    with RedisServer(tmp_path_factory.mktemp("redis-tls"), tls=authority.server(), ca_file=authority.ca_file) as server:
        yield server


@pytest.fixture(scope="module")
def mutual_tls(
    redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> Iterator[RedisServer]:
    """One that asks its clients for a certificate too."""
    with RedisServer(
        tmp_path_factory.mktemp("redis-mutual-tls"),
        tls=authority.server(),
        ca_file=authority.ca_file,
        options=["--tls-auth-clients", "yes"],
    ) as server:
        yield server


def test_a_server_whose_authority_we_know_is_used(tls: RedisServer, authority: Authority) -> None:
    with open_redis(over_tls(tls, authority)) as stores:
        write_and_read(stores)


def test_a_server_whose_authority_nobody_knows_is_refused(
    tls: RedisServer, authority: Authority, strange: Authority
) -> None:
    connection = over_tls(tls, authority)

    assert "certificate verify failed" in refusal(replace(connection, ca_file=None))
    assert "certificate verify failed" in refusal(replace(connection, ca_file=strange.ca_file))


def test_a_certificate_of_another_host_is_refused(
    redis_server: RedisServer, authority: Authority, tmp_path: Path
) -> None:
    with RedisServer(tmp_path, tls=authority.server("redis.example"), ca_file=authority.ca_file) as server:
        said = refusal(over_tls(server, authority))

    assert "certificate is not valid for '127.0.0.1'" in said


def test_a_server_that_asks_for_a_certificate_gets_ours(mutual_tls: RedisServer, authority: Authority) -> None:
    ours = authority.client()
    connection = over_tls(mutual_tls, authority)

    with open_redis(replace(connection, certificate_file=ours.certificate_file, key_file=ours.key_file)) as stores:
        write_and_read(stores)


def test_a_client_that_the_server_does_not_trust_is_told_so(
    mutual_tls: RedisServer, authority: Authority, strange: Authority
) -> None:
    connection = over_tls(mutual_tls, authority)
    theirs = strange.client()

    # The server closes behind its refusal, and sometimes that is all we hear.
    ended = "wants a client certificate that it trusts|reset by peer"
    with pytest.raises(StoreError, match=f"certificate required|{ended}"), open_redis(connection):
        pass
    connection = replace(connection, certificate_file=theirs.certificate_file, key_file=theirs.key_file)
    with pytest.raises(StoreError, match=f"unknown ca|{ended}"), open_redis(connection):
        pass


def test_files_that_do_not_hold_what_they_should_are_no_passing_trouble(
    tls: RedisServer, authority: Authority, strange: Authority, tmp_path: Path
) -> None:
    connection = over_tls(tls, authority)
    ours, theirs = authority.client(), strange.client()
    (tmp_path / "empty.pem").write_text("", encoding="utf-8")

    refusal(replace(connection, ca_file=tmp_path / "empty.pem"))
    assert "key values mismatch" in refusal(
        replace(connection, certificate_file=ours.certificate_file, key_file=theirs.key_file)
    )
    assert f"there is no file {tmp_path / 'missing.pem'}" in refusal(
        replace(connection, ca_file=tmp_path / "missing.pem")
    )


def test_a_server_that_goes_away_under_tls_is_awaited(
    redis_server: RedisServer, authority: Authority, tmp_path: Path
) -> None:
    with (
        RedisServer(tmp_path, tls=authority.server(), ca_file=authority.ca_file) as server,
        open_redis(over_tls(server, authority)) as stores,
    ):
        stores.history.append([alert("a1")], now=NOW)
        server.kill()
        with pytest.raises(StoreError) as away:
            stores.history.append([alert("a2")], now=NOW)
        server.start()
        stores.history.append([alert("a2")], now=NOW)
        found = [one.data.alert_id for one in stores.history.read(BEGINNING, limit=10)]

    assert away.value.retriable
    assert found == ["a1", "a2"]
