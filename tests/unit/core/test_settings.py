"""Settings: file and environment, checked wholly."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.errors import SettingsError
from monitor.core.settings import load_settings


def written(folder: Path, text: str) -> Path:
    path = folder / "tocsin.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_file_gives_the_defaults_with_paths_beside_it(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, ""), {})

    assert settings.data == tmp_path / "tocsin.db"
    assert settings.poll.interval == timedelta(minutes=5)


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "web: {port: 9000, host: 127.0.0.1}\n")

    settings = load_settings(path, {"TOCSIN_WEB__PORT": "9100", "TOCSIN_POLL__INTERVAL": "90s", "HOME": "/x"})

    assert settings.web.port == 9100
    assert settings.web.host == "127.0.0.1"
    assert settings.poll.interval == timedelta(seconds=90)


def test_every_problem_of_file_and_environment_is_named_with_its_place(tmp_path: Path) -> None:
    path = written(tmp_path, "pol: {}\npoll:\n  interval: often\n  jitter: 2\n")

    with pytest.raises(SettingsError) as caught:
        load_settings(path, {"TOCSIN_WEB__PORT": "99999"})

    assert [(p.where, p.line, p.key) for p in caught.value.problems] == [
        (str(path), 3, "poll.interval"),
        (str(path), 4, "poll.jitter"),
        ("environment", None, "TOCSIN_WEB__PORT"),
        (str(path), 1, "pol"),
    ]


def test_an_address_that_others_can_reach_is_refused_without_a_token(tmp_path: Path) -> None:
    path = written(tmp_path, "web: {host: 0.0.0.0}\n")

    with pytest.raises(SettingsError, match=r"set web\.token too"):
        load_settings(path, {})
    assert load_settings(path, {"TOCSIN_WEB__TOKEN": "0123456789abcdef"}).web.host == "0.0.0.0"  # noqa: S104 (the case under test)


def test_secrets_show_neither_in_repr_nor_in_problems(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, "web: {token: sesame-open-sesame}\n"), {})
    with pytest.raises(SettingsError) as caught:
        load_settings(written(tmp_path, "web: {token: sesame}\n"), {})

    assert "sesame" not in repr(settings)
    assert "sesame" not in str(caught.value)
    assert "16 characters or more" in str(caught.value)


def test_a_list_where_settings_belong_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="holds no settings"):
        load_settings(written(tmp_path, "- a\n- b\n"), {})


@pytest.mark.parametrize(
    "token", ["[", "{", "@begins-like-no-yaml", "a-token-with: #hash", "1234567890123456", "0x1e5"]
)
def test_a_value_from_the_environment_is_taken_as_it_stands(tmp_path: Path, token: str) -> None:
    token = token.ljust(16, "x")

    settings = load_settings(written(tmp_path, ""), {"TOCSIN_WEB__TOKEN": token})

    assert settings.web.token is not None
    assert settings.web.token.get_secret_value() == token


def test_switches_and_numbers_can_come_from_the_environment(tmp_path: Path) -> None:
    settings = load_settings(
        written(tmp_path, ""),
        {"TOCSIN_POLL__ALLOW_PRIVATE_ADDRESSES": "true", "TOCSIN_POLL__JITTER": "0.5", "TOCSIN_DATA": "/x/y.db"},
    )

    assert settings.poll.allow_private_addresses is True
    assert settings.poll.jitter == 0.5
    assert settings.data == Path("/x/y.db")


@pytest.mark.parametrize("value", ["[", "{port: 1}", ""])
def test_a_group_without_its_key_in_the_environment_is_a_problem(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match="TOCSIN_WEB: web: "):
        load_settings(written(tmp_path, ""), {"TOCSIN_WEB": value})


@pytest.mark.parametrize("value", ["99999999999999d", ".inf"])
def test_a_duration_too_long_to_count_is_a_problem(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match="too long a duration"):
        load_settings(written(tmp_path, f"poll: {{interval: {value}}}\n"), {})


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("a: \x00", "special characters are not allowed"),
        ("a: " + "[" * 10_000, "is nested too deeply"),
        ("a: &x [*x]", "is nested too deeply"),
        ("a: 2026-13-45", "month must be in 1..12"),
    ],
    ids=["binary", "deep", "holds itself", "no date"],
)
def test_a_file_that_is_no_yaml_says_why(tmp_path: Path, text: str, cause: str) -> None:
    with pytest.raises(SettingsError, match=cause):
        load_settings(written(tmp_path, text), {})


def test_brokers_come_as_a_list_or_from_one_line_of_the_environment(tmp_path: Path) -> None:
    path = written(tmp_path, "kafka: {bootstrap: ['one:9092', 'two:9092']}\n")

    assert load_settings(path, {}).kafka.bootstrap == ("one:9092", "two:9092")
    assert load_settings(path, {"TOCSIN_KAFKA__BOOTSTRAP": "a:1, b:2"}).kafka.bootstrap == ("a:1", "b:2")
    with pytest.raises(SettingsError, match=r"TOCSIN_KAFKA__BOOTSTRAP: kafka\.bootstrap\[0\]: 'nowhere'"):
        load_settings(path, {"TOCSIN_KAFKA__BOOTSTRAP": "nowhere"})


def test_files_for_tls_lie_beside_the_settings(tmp_path: Path) -> None:
    text = "kafka: {security: tls, ca_file: ca.pem, certificate_file: /etc/desk/us.pem, key_file: keys/us.pem}\n"
    kafka = load_settings(written(tmp_path, text), {}).kafka

    assert kafka.ca_file == tmp_path / "ca.pem"
    assert kafka.certificate_file == Path("/etc/desk/us.pem")
    assert kafka.key_file == tmp_path / "keys" / "us.pem"


@pytest.mark.parametrize(
    ("group", "cause"),
    [
        ("security: sasl_tls", "security sasl_tls needs username and password"),
        ("security: sasl_plaintext, username: desk", "security sasl_plaintext needs username and password"),
        ("username: desk, password: sesame", "username has no effect with security plaintext (allowed: sasl_...)"),
        ("security: tls, password: sesame", "password has no effect with security tls (allowed: sasl_...)"),
        ("ca_file: ca.pem", "ca_file has no effect with security plaintext (allowed: tls, sasl_tls)"),
        ("security: tls, certificate_file: us.pem", "certificate_file and key_file go together: set both"),
        ("security: tls, key_file: us.pem", "certificate_file and key_file go together: set both"),
        ("security: sasl_tls, username: 'a,b', password: sesame", "username cannot hold , or ="),
        ("security: ssl", "'ssl': input should be 'plaintext', 'tls', 'sasl_plaintext' or 'sasl_tls'"),
        ("security: sasl_tls, username: desk, password: ''", "kafka.password:"),
    ],
)
def test_what_does_not_fit_together_for_kafka_is_a_problem(tmp_path: Path, group: str, cause: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(written(tmp_path, f"kafka: {{{group}}}\n"), {})

    assert cause in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_all_that_does_not_fit_for_kafka_is_told_at_once(tmp_path: Path) -> None:
    text = "kafka: {security: sasl_plaintext, username: desk, ca_file: ca.pem, key_file: us.pem}\n"
    with pytest.raises(SettingsError) as caught:
        load_settings(written(tmp_path, text), {})

    [problem] = caught.value.problems
    missing = [
        word
        for word in ("needs username and password", "ca_file", "key_file has", "go together")
        if word not in str(problem)
    ]
    assert missing == []


def test_a_password_for_kafka_comes_from_the_environment_and_is_not_shown(tmp_path: Path) -> None:
    path = written(tmp_path, "kafka: {security: sasl_plaintext, mechanism: PLAIN, username: 'desk,='}\n")
    settings = load_settings(path, {"TOCSIN_KAFKA__PASSWORD": "sesame"})

    assert settings.kafka.password is not None
    assert settings.kafka.password.get_secret_value() == "sesame"
    assert "sesame" not in repr(settings)


def test_files_for_tls_to_redis_lie_beside_the_settings(tmp_path: Path) -> None:
    text = (
        "redis: {url: 'rediss://r:6379', ca_file: ca.pem, certificate_file: /etc/desk/us.pem, key_file: keys/us.pem}\n"
    )
    redis = load_settings(written(tmp_path, text), {}).redis

    assert redis.ca_file == tmp_path / "ca.pem"
    assert redis.certificate_file == Path("/etc/desk/us.pem")
    assert redis.key_file == tmp_path / "keys" / "us.pem"


@pytest.mark.parametrize(
    ("group", "cause"),
    [
        ("ca_file: ca.pem", "ca_file has no effect without TLS (allowed: with url rediss://...)"),
        ("url: 'rediss://r', certificate_file: us.pem", "certificate_file and key_file go together: set both"),
        ("url: 'rediss://r', key_file: us.pem", "certificate_file and key_file go together: set both"),
        ("url: 'redis://desk:sesame@r', username: desk", "username stands beside a user in url (allowed: one"),
        ("url: 'redis://:sesame@r/0', password: sesame", "password stands beside a user in url (allowed: one"),
        ("username: desk, password: ''", "redis.password: value should have at least 1"),
        ("user: desk", "unknown key (did you mean 'username'?)"),
    ],
)
def test_what_does_not_fit_together_for_redis_is_a_problem(tmp_path: Path, group: str, cause: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(written(tmp_path, f"redis: {{{group}}}\n"), {})

    assert cause in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_a_password_for_redis_comes_from_the_environment_and_is_not_shown(tmp_path: Path) -> None:
    path = written(tmp_path, "redis: {username: desk}\n")
    settings = load_settings(path, {"TOCSIN_REDIS__PASSWORD": "sesame"})

    assert settings.redis.password is not None
    assert settings.redis.password.get_secret_value() == "sesame"
    assert "sesame" not in repr(settings)
