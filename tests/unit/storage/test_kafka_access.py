"""Reaching Kafka over TLS and as a user, on a real broker; and what a person is told when it does not let us in."""

from __future__ import annotations

import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ScramMechanism, UserScramCredentialDeletion, UserScramCredentialUpsertion

from monitor.core.errors import StoreError, StoreUnavailableError
from monitor.core.record import Topic
from monitor.storage.kafka import KafkaAccess, KafkaConnection, KafkaLog, check_topics, create_topics, topic_plans
from monitor.storage.kafka.access import Mechanism, Security
from monitor.storage.kafka.connection import make_admin, make_producer
from monitor.storage.kafka.producer import Appender, RawRecord
from tests.contract.support import article, take, until, values
from tests.support.certificates import Authority, Certificate
from tests.support.kafka_server import KafkaServer, why_no_kafka
from tests.support.secure_kafka import PASSWORD, USER, secure_server
from tests.unit.cli.support import call, written

PLANS = topic_plans(article_partitions=1, retention=dict.fromkeys(Topic, timedelta(days=1)), replication=1)
ARTICLES_ONLY = {Topic.ARTICLES: PLANS[Topic.ARTICLES]}
AT_ONCE_SECONDS = 2.5  # well under `bootstrap_seconds`; the broker itself takes half a second over a wrong password
AS_DESK = KafkaAccess(security="sasl_plaintext", username=USER, password=PASSWORD)

external = pytest.mark.external_service

# kafka-python leaves the sockets of failed handshakes to the garbage collector: swept before the mark ends.
pytestmark = [
    pytest.mark.usefixtures("swept"),
    pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning"),
]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that the broker does not know, nor the broker's it."""
    return Authority(tmp_path_factory.mktemp("other-certificates"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[KafkaServer]:
    if (reason := why_no_kafka()) is not None:
        pytest.skip(reason)
    with secure_server(tmp_path_factory.mktemp("kafka"), authority) as started:
        yield started


def connection(bootstrap: str, access: KafkaAccess, seconds: float = 5.0) -> KafkaConnection:
    """As a tenant that nobody was before."""
    return KafkaConnection((bootstrap,), f"test-{uuid.uuid4().hex[:12]}", bootstrap_seconds=seconds, access=access)


def with_certificate(certificate: Certificate, ca_file: Path) -> KafkaAccess:
    return KafkaAccess(
        security="tls",
        ca_file=ca_file,
        certificate_file=certificate.certificate_file,
        key_file=certificate.key_file,
    )


def every_client(target: KafkaConnection) -> list[Callable[[], object]]:
    """Each kind of client at its first call."""
    log = KafkaLog(target)
    return [
        lambda: check_topics(target, PLANS),
        lambda: create_topics(target, PLANS),
        lambda: log.append([article("a", "x")]),
        lambda: log.bounds(Topic.ARTICLES, 0),
        lambda: log.consumer(Topic.ARTICLES, "readers").poll(max_records=1, timeout_seconds=0),
    ]


def assert_refused(target: KafkaConnection, cause: str) -> None:
    """Each kind of client is told so at once, for good, with the address and without the password."""
    threads = set(threading.enumerate())
    for first_call in every_client(target):
        began = time.monotonic()
        with pytest.raises(StoreError) as refused:
            first_call()

        assert f"cannot reach Kafka at {target}: " in str(refused.value)
        assert cause in str(refused.value)
        assert target.access.password not in str(refused.value) or not target.access.password
        assert not refused.value.retriable
        assert time.monotonic() - began < AT_ONCE_SECONDS
    assert set(threading.enumerate()) <= threads


@contextmanager
def as_anybody(server: KafkaServer) -> Iterator[KafkaAdminClient]:
    """Over the plain listener."""
    admin = make_admin(connection(server.bootstrap, KafkaAccess()))
    yield admin
    admin.close()


def goes_round(target: KafkaConnection) -> list[str]:
    """What comes back of a record: through topics made and checked, appended, consumed, committed and read."""
    create_topics(target, ARTICLES_ONLY)
    assert check_topics(target, ARTICLES_ONLY).missing == frozenset()
    log = KafkaLog(target)
    consumer = log.consumer(Topic.ARTICLES, "readers")
    log.append([article("feed", "there and back")])
    found = values(take(consumer, 1))
    consumer.commit({0: 1})
    found += values(log.read(Topic.ARTICLES, 0, 0, 10))
    consumer.close()
    log.close()
    return found


@external
@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"])
def test_a_user_works_over_tls(server: KafkaServer, authority: Authority, mechanism: Mechanism) -> None:
    access = replace(AS_DESK, security="sasl_tls", mechanism=mechanism, ca_file=authority.ca_file)

    assert goes_round(connection(server.bootstrap_at("SASL_TLS"), access)) == ["there and back"] * 2


@external
def test_a_certificate_of_ours_works_where_it_is_asked_for(server: KafkaServer, authority: Authority) -> None:
    access = with_certificate(authority.client("desk"), authority.ca_file)

    assert goes_round(connection(server.bootstrap_at("TLS"), access)) == ["there and back"] * 2


@external
def test_a_user_works_without_encryption_where_that_is_asked_for(server: KafkaServer) -> None:
    assert goes_round(connection(server.bootstrap_at("SASL"), AS_DESK)) == ["there and back"] * 2


@external
@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "PLAIN"])
def test_a_wrong_password_is_told_at_once(server: KafkaServer, authority: Authority, mechanism: Mechanism) -> None:
    access = replace(AS_DESK, security="sasl_tls", ca_file=authority.ca_file, mechanism=mechanism, password="sesame-99")

    assert_refused(
        connection(server.bootstrap_at("SASL_TLS"), access), f"user {USER} is refused: Authentication failed"
    )


@external
def test_an_unknown_authority_is_told_at_once(server: KafkaServer, authority: Authority, stranger: Authority) -> None:
    access = with_certificate(authority.client(), stranger.ca_file)

    assert_refused(
        connection(server.bootstrap_at("TLS"), access),
        "its certificate is not to be trusted: unable to get local issuer certificate",
    )


@external
def test_the_certificate_of_another_host_is_told_at_once(server: KafkaServer, authority: Authority) -> None:
    access = KafkaAccess(security="tls", ca_file=authority.ca_file)

    assert_refused(
        connection(server.bootstrap_at("ELSEWHERE"), access),
        "its certificate is not to be trusted: IP address mismatch, certificate is not valid for '127.0.0.1'",
    )


@external
@pytest.mark.parametrize("has_one", [False, True], ids=["none", "of-a-stranger"])
def test_a_certificate_that_the_broker_does_not_accept_is_told_at_once(
    server: KafkaServer, authority: Authority, stranger: Authority, has_one: bool
) -> None:
    access = KafkaAccess(security="tls", ca_file=authority.ca_file)
    if has_one:
        access = with_certificate(stranger.client(), authority.ca_file)

    assert_refused(connection(server.bootstrap_at("TLS"), access), "it does not accept our certificate: ")


@external
def test_a_user_where_none_is_taken_is_told_at_once(server: KafkaServer) -> None:
    assert_refused(connection(server.bootstrap, AS_DESK), "this port takes no user")


@external
def test_a_mechanism_that_is_not_offered_is_told_at_once(server: KafkaServer) -> None:
    target = connection(server.bootstrap_at("SASL"), replace(AS_DESK, mechanism="PLAIN"))

    assert_refused(target, "it does not offer mechanism PLAIN")


@external
@pytest.mark.parametrize(
    ("listener", "security", "cause"),
    [
        ("PLAINTEXT", "tls", "TLS cannot be set up"),
        ("SASL", "tls", "TLS cannot be set up"),
        ("SASL_TLS", "sasl_plaintext", "its answer is not Kafka's: does this port speak TLS"),
        ("ELSEWHERE", "plaintext", "its answer is not Kafka's: does this port speak TLS"),
        ("SASL", "plaintext", "socket disconnected"),
        ("SASL_TLS", "tls", "socket disconnected"),
    ],
)
def test_another_kind_of_port_ends_in_time_with_what_was_met(
    server: KafkaServer, authority: Authority, listener: str, security: Security, cause: str
) -> None:
    bootstrap = server.bootstrap if listener == "PLAINTEXT" else server.bootstrap_at(listener)
    access = replace(AS_DESK, security=security, ca_file=authority.ca_file)
    began = time.monotonic()

    with pytest.raises(StoreUnavailableError) as failed:
        check_topics(connection(bootstrap, access, seconds=1.0), PLANS)

    assert str(failed.value).startswith(f"cannot reach Kafka at {bootstrap}: {cause}")
    assert time.monotonic() - began < 3.0


@external
def test_a_user_that_is_removed_meanwhile_is_told_so_by_what_runs(server: KafkaServer) -> None:
    user = f"leaver-{uuid.uuid4().hex[:8]}"
    target = connection(server.bootstrap_at("SASL"), replace(AS_DESK, username=user))
    with as_anybody(server) as admin:
        admin.alter_user_scram_credentials(
            [UserScramCredentialUpsertion(user, ScramMechanism.SCRAM_SHA_512, PASSWORD, 4096)]
        )
        create_topics(target, ARTICLES_ONLY)
        log = KafkaLog(target)
        consumer = log.consumer(Topic.ARTICLES, "readers")
        appender = Appender(lambda: make_producer(target), append_seconds=2.0)
        record = RawRecord(target.topic(Topic.ARTICLES), 0, b"feed", b"before")
        assert appender.append([record]) == [0]
        assert values(take(consumer, 1)) == ["before"]

        admin.alter_user_scram_credentials([UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_512)])

    def is_told(call: Callable[[], object]) -> bool:
        try:
            call()
        except StoreUnavailableError:
            return False
        except StoreError as error:
            return f"user {user} is refused" in str(error)
        return False

    until(lambda: is_told(lambda: consumer.poll(max_records=1, timeout_seconds=0.1)))
    until(lambda: is_told(lambda: appender.append([record])))
    until(lambda: is_told(lambda: log.bounds(Topic.ARTICLES, 0)))
    appender.close()
    consumer.close()
    log.close()


@external
def test_the_topics_commands_reach_it_with_the_settings_of_a_file(
    server: KafkaServer,
    authority: Authority,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copy(authority.ca_file, tmp_path / "ca.pem")
    kafka = f"{{bootstrap: '{server.bootstrap_at('SASL_TLS')}', security: sasl_tls, username: {USER}, ca_file: ca.pem}}"
    prefix = f"t{uuid.uuid4().hex[:10]}"
    config = written(tmp_path, tocsin=f"{{backend: cluster, prefix: {prefix}, rules: rules.yaml, kafka: {kafka}}}")

    monkeypatch.setenv("TOCSIN_KAFKA__PASSWORD", "sesame-99")
    refused = call(capsys, "topics", "check", "--config", config)
    monkeypatch.setenv("TOCSIN_KAFKA__PASSWORD", PASSWORD)
    missing = call(capsys, "topics", "check", "--config", config)
    made = call(capsys, "topics", "create", "--config", config)
    checked = call(capsys, "topics", "check", "--config", config)

    assert refused.code == 1
    assert f"user {USER} is refused" in refused.err
    assert "sesame" not in refused.err + refused.out
    assert (missing.code, missing.out.count("missing: ")) == (1, 4)
    assert (made.code, made.out.count("created ")) == (0, 4)
    assert (checked.code, checked.out) == (0, f"all topics of {prefix} are there\n")


@pytest.mark.parametrize("name", ["missing.pem", "nonsense.pem"])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, authority: Authority, name: str) -> None:
    (tmp_path / "nonsense.pem").write_text("no certificate", encoding="utf-8")
    path = tmp_path / name
    good = authority.client()

    with pytest.raises(StoreError, match=f"ca_file: .*{name}: ") as failed:
        KafkaAccess(security="tls", ca_file=path).arguments()
    assert not failed.value.retriable
    for certificate, key in ((path, good.key_file), (good.certificate_file, path)):
        with pytest.raises(StoreError, match=f"certificate_file and key_file: .*{name}"):
            KafkaAccess(security="tls", certificate_file=certificate, key_file=key).arguments()


def test_a_key_of_another_certificate_is_told(authority: Authority) -> None:
    ours, other = authority.client("one"), authority.client("two")

    with pytest.raises(StoreError, match="key values mismatch"):
        KafkaAccess(security="tls", certificate_file=ours.certificate_file, key_file=other.key_file).arguments()


def test_a_password_is_not_shown() -> None:
    assert PASSWORD not in repr(connection("127.0.0.1:1", AS_DESK))
