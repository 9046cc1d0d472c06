"""The settings: one YAML file plus the environment, read once, checked wholly.

`TOCSIN_WEB__PORT=9000` overrides `web: {port: ...}`; two underscores part the levels. Paths in the file are
relative to the file. A part of the service receives its own group and no other.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator

from monitor.core.documents import Document, Duration, Strict, describe, dotted, load_document
from monitor.core.errors import SettingsError
from monitor.core.problems import Problem

ENVIRONMENT_PREFIX = "TOCSIN_"
DEFAULT_PREFIX = "tocsin"  # the tenant of whoever names none
_FILES = ("ca_file", "certificate_file", "key_file")  # of those who speak TLS
_Encrypted = TypeVar("_Encrypted", "KafkaSettings", "RedisSettings")


class PollSettings(Strict):
    """How feeds are polled."""

    interval: Duration = Field(
        default=timedelta(minutes=5), description="how often a feed is polled unless it says otherwise"
    )
    min_interval: Duration = Field(default=timedelta(minutes=1), description="never more often than this: politeness")
    max_backoff: Duration = Field(default=timedelta(hours=6), description="longest wait after failures in a row")
    jitter: float = Field(default=0.1, ge=0, le=0.5, description="share of the interval to spread polls over")
    timeout: Duration = Field(default=timedelta(seconds=30), description="whole fetch, redirects included")
    connect_timeout: Duration = Field(default=timedelta(seconds=10), description="connection set-up")
    max_body_bytes: int = Field(
        default=5_000_000, ge=10_000, le=100_000_000, description="decoded size of a feed document"
    )
    max_redirects: int = Field(default=5, ge=0, le=20, description="redirects followed in one fetch")
    concurrency: int = Field(default=32, ge=1, le=1000, description="fetches at one time")
    workers: int = Field(default=1, ge=1, le=64, description="processes that parse")
    parse_deadline: Duration = Field(default=timedelta(seconds=10), description="a parse is killed after this")
    backfill_age: Duration = Field(
        default=timedelta(hours=1), description="on a feed's first poll, entries older than this are past, not news"
    )
    silent_after: Duration = Field(
        default=timedelta(hours=24), description="a feed without a successful poll or a new article counts as silent"
    )
    canary_every: Duration = Field(
        default=timedelta(minutes=5), description="how often a canary article goes through the whole pipe; 0s: never"
    )
    allow_private_addresses: bool = Field(default=False, description="also fetch from loopback and private networks")
    contact: str = Field(default="", description="your web page or mail address, sent to publishers in the User-Agent")


class MatchSettings(Strict):
    """How articles are matched."""

    workers: int = Field(default=1, ge=1, le=64, description="processes that match")
    batch: int = Field(default=50, ge=1, le=1000, description="articles handed to a worker at a time")
    deadline: Duration = Field(default=timedelta(seconds=5), description="one article's matching is killed after this")


class DeliverSettings(Strict):
    """How alerts are sent to channels."""

    timeout: Duration = Field(default=timedelta(seconds=10), description="one attempt at a webhook")
    max_attempts: int = Field(
        default=8, ge=1, le=30, description="attempts before an alert is put aside as a dead delivery"
    )
    first_retry: Duration = Field(
        default=timedelta(seconds=5), description="wait after the first failed attempt; doubles"
    )
    max_retry: Duration = Field(default=timedelta(minutes=30), description="longest wait between attempts")
    allow_private_addresses: bool = Field(default=False, description="also send to loopback and private networks")


class WebSettings(Strict):
    """Where the page, the API and the metrics are."""

    host: str = Field(default="127.0.0.1", description="address to listen on; other than loopback needs a token")
    port: int = Field(default=8765, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    poll_port: int = Field(default=8766, ge=0, le=65535, description="metrics and health of `tocsin poll`")
    match_port: int = Field(default=8767, ge=0, le=65535, description="metrics and health of `tocsin match`")
    alert_port: int = Field(default=8768, ge=0, le=65535, description="metrics and health of `tocsin alert`")
    deliver_port: int = Field(default=8769, ge=0, le=65535, description="metrics and health of `tocsin deliver`")
    token: SecretStr | None = Field(default=None, description="callers must send it: Authorization: Bearer ...")

    @model_validator(mode="after")
    def _guarded(self) -> WebSettings:
        if self.token is None and not is_loopback(self.host):
            raise ValueError(
                f"host {self.host} is reachable from other machines: set web.token too (allowed without: loopback)"
            )
        return self

    @field_validator("token")
    @classmethod
    def _long_enough(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and len(token.get_secret_value()) < 16:
            # The value stays out of the message.
            raise ValueError("is too short (allowed: 16 characters or more)")
        return token


class LogSettings(Strict):
    """How long the log keeps things. `matches` and `alerts` have 32 partitions for good."""

    articles: Duration = Field(default=timedelta(days=14), description="keep articles for")
    matches: Duration = Field(default=timedelta(days=7), description="keep matches for")
    alerts: Duration = Field(default=timedelta(days=90), description="keep alerts and their history for")
    deadletters: Duration = Field(default=timedelta(days=90), description="keep dead letters for")
    article_partitions: int = Field(default=8, ge=1, le=1024, description="may grow, never shrink")


class KafkaSettings(Strict):
    """The log of the cluster back end."""

    bootstrap: tuple[Annotated[str, Field(pattern=r"^[^\s:]+:\d{1,5}$")], ...] = Field(
        default=("127.0.0.1:9092",), description="host:port of one or more brokers"
    )
    replication: int | None = Field(
        default=None, ge=1, le=15, description="copies of topics it makes; else the cluster's"
    )
    security: Literal["plaintext", "tls", "sasl_plaintext", "sasl_tls"] = Field(
        default="plaintext", description="tls: encrypted, certificates verified; sasl_...: as a user"
    )
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="SCRAM-SHA-512", description="how the user proves to be that; with security sasl_..."
    )
    username: str | None = Field(default=None, min_length=1, description="the user; with security sasl_...")
    password: SecretStr | None = Field(default=None, min_length=1, description="the user's password")
    ca_file: Path | None = Field(
        default=None, description="PEM: who vouches for the brokers; else whom the machine trusts"
    )
    certificate_file: Path | None = Field(
        default=None, description="PEM: our certificate, for brokers that ask for one; with key_file"
    )
    key_file: Path | None = Field(default=None, description="PEM, without a password: the certificate's private key")

    @field_validator("bootstrap", mode="before")
    @classmethod
    def _from_one_line(cls, value: object) -> object:
        """Also `a:9092,b:9092`, as an environment variable holds it."""
        if value in ((), []):
            raise ValueError("is empty (allowed: one or more host:port)")
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fitting(self) -> KafkaSettings:
        """What is set without effect is a mistake: whoever sets a ca_file counts on encryption."""
        problems: list[str] = []
        user = [name for name in ("username", "password") if getattr(self, name) is not None]
        files = [name for name in _FILES if getattr(self, name) is not None]
        if not self.security.startswith("sasl_"):
            problems += [f"{name} has no effect with security {self.security} (allowed: sasl_...)" for name in user]
        elif len(user) < 2:
            problems.append(f"security {self.security} needs username and password")
        # kafka-python does not write them in the form that SCRAM has for them (RFC 5802 section 5.1).
        elif self.mechanism != "PLAIN" and not {",", "="}.isdisjoint(self.username or ""):
            problems.append(f"username cannot hold , or = with mechanism {self.mechanism} (allowed: PLAIN)")
        if not self.security.endswith("tls"):
            problems += [
                f"{name} has no effect with security {self.security} (allowed: tls, sasl_tls)" for name in files
            ]
        if ("certificate_file" in files) != ("key_file" in files):
            problems.append("certificate_file and key_file go together: set both")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def resolved(self, folder: Path) -> KafkaSettings:
        """The same with paths made absolute, relative ones from `folder`."""
        return _with_files_from(folder, self)


class RedisSettings(Strict):
    """State and alerts of the cluster back end."""

    url: SecretStr = Field(
        default=SecretStr("redis://127.0.0.1:6379/0"), description="redis://, rediss:// (TLS, verified) or unix://"
    )
    username: str | None = Field(default=None, min_length=1, description="an ACL user; else the server's default user")
    password: SecretStr | None = Field(default=None, min_length=1, description="the user's password")
    ca_file: Path | None = Field(
        default=None, description="PEM: who vouches for the server; else whom the machine trusts"
    )
    certificate_file: Path | None = Field(
        default=None, description="PEM: our certificate, for servers that ask for one; with key_file"
    )
    key_file: Path | None = Field(default=None, description="PEM, without a password: the certificate's private key")
    allow_volatile: bool = Field(default=False, description="also use a server that keeps nothing over a restart")

    @model_validator(mode="after")
    def _fitting(self) -> RedisSettings:
        """What is set without effect is a mistake: whoever sets a ca_file counts on encryption."""
        scheme, _, rest = self.url.get_secret_value().partition("://")
        has_user = "@" in rest.partition("/")[0]
        user = [name for name in ("username", "password") if getattr(self, name) is not None]
        files = [name for name in _FILES if getattr(self, name) is not None]
        problems = [f"{name} stands beside a user in url (allowed: one of the two)" for name in user if has_user]
        if scheme != "rediss":
            problems += [f"{name} has no effect without TLS (allowed: with url rediss://...)" for name in files]
        if ("certificate_file" in files) != ("key_file" in files):
            problems.append("certificate_file and key_file go together: set both")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def resolved(self, folder: Path) -> RedisSettings:
        """The same with paths made absolute, relative ones from `folder`."""
        return _with_files_from(folder, self)


class LoggingSettings(Strict):
    """What is logged and how."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="least severity that is logged"
    )
    format: Literal["auto", "text", "json"] = Field(default="auto", description="auto: text on a terminal, else JSON")


class Settings(Strict):
    """Everything. Paths are absolute once loaded."""

    backend: Literal["embedded", "cluster"] = Field(
        default="embedded", description="embedded: one process, one file; cluster: Kafka and Redis"
    )
    prefix: str = Field(
        default=DEFAULT_PREFIX, pattern=r"^[a-z][a-z0-9-]{0,40}$", description="starts every topic and group"
    )
    data: Path = Field(default=Path("tocsin.db"), description="the file that holds everything")
    feeds: Path = Field(default=Path("feeds.yaml"), description="the feeds to watch")
    rules: Path = Field(default=Path("rules"), description="a rule file, or a folder of them")
    subscriptions: Path = Field(default=Path("subscriptions.yaml"), description="who gets which alerts; may be missing")
    watch_files: bool = Field(
        default=True, description="take over saved changes of feeds, rules and subscriptions; false: on SIGHUP only"
    )
    poll: PollSettings = Field(default_factory=PollSettings)
    match: MatchSettings = Field(default_factory=MatchSettings)
    deliver: DeliverSettings = Field(default_factory=DeliverSettings)
    web: WebSettings = Field(default_factory=WebSettings)
    log: LogSettings = Field(default_factory=LogSettings)
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    redis: RedisSettings = Field(default_factory=RedisSettings)
    logging: LoggingSettings = Field(default_factory=LoggingSettings)

    def resolved(self, folder: Path) -> Settings:
        """The same with paths made absolute, relative ones from `folder`."""
        paths = {
            name: (folder / getattr(self, name)).absolute() for name in ("data", "feeds", "rules", "subscriptions")
        }
        return self.model_copy(
            update={**paths, "kafka": self.kafka.resolved(folder), "redis": self.redis.resolved(folder)}
        )


def load_settings(path: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in a file, overridden by `TOCSIN_...` variables.

    Raises:
        SettingsError: With every problem in the file and in the environment.
    """
    document = load_document(path)
    if document.data is not None and not isinstance(document.data, dict):
        raise SettingsError([document.problem((), "holds no settings (allowed: keys and values)")])
    overrides = _from_environment(environment)
    merged = _merge(document.data or {}, overrides)
    try:
        return Settings.model_validate(merged).resolved(path.absolute().parent)
    except ValidationError as error:
        problems = [
            _problem(document, overrides, detail["loc"], describe(detail, Settings)) for detail in error.errors()
        ]
        raise SettingsError(problems) from error


def _with_files_from(folder: Path, group: _Encrypted) -> _Encrypted:
    paths = {name: getattr(group, name) for name in _FILES}
    return group.model_copy(
        update={name: None if path is None else (folder / path).absolute() for name, path in paths.items()}
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a listener on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """The values as they are, which the model reads: taken for YAML, a token such as `@b#c` would be an error."""
    overrides: dict[str, Any] = {}
    for name, value in sorted(environment.items()):
        if not name.startswith(ENVIRONMENT_PREFIX) or name == "TOCSIN_CONFIG":
            continue
        *groups, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
        level = overrides
        for group in groups:
            inner = level.setdefault(group, {})
            level = inner if isinstance(inner, dict) else {}
        level[key] = value
    return overrides


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _problem(
    document: Document, overrides: Mapping[str, Any], location: tuple[str | int, ...], message: str
) -> Problem:
    part: Any = overrides
    steps: list[str] = []
    for step in location:
        if not isinstance(part, dict):
            break  # inside a value that one variable holds whole
        part = part.get(step)
        steps.append(str(step))
    if part is None:
        return document.problem(location, message)
    return Problem("environment", None, ENVIRONMENT_PREFIX + "__".join(steps).upper(), f"{dotted(location)}: {message}")
