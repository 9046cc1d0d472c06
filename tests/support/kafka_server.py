"""A real Kafka on loopback: one KRaft broker in a folder, from the jars that `make services` fetched.

Knows nothing of what is stored on it. Also the place where the jars and a Java are looked for.
"""

from __future__ import annotations

import base64
import re
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from kafka.errors import KafkaError

from monitor.core.errors import StoreUnavailableError
from monitor.storage.kafka.connection import KafkaConnection, make_admin
from tests.support.free_ports import free_ports
from tests.support.server_process import ServerProcess

JARS = Path(__file__).parents[2] / ".cache" / "kafka"
RECIPE = Path(__file__).parents[2] / "deploy" / "services" / "kafka"  # what `make cluster` starts is what is tested
START_SECONDS = 60.0  # two seconds on a quiet machine
STOP_SECONDS = 20.0
_OLDEST_JAVA = 17


def why_no_kafka() -> str | None:
    """Why there can be no broker on this machine; None when there can."""
    if not (JARS / "stamp").exists():
        return "Kafka's jars are missing; `make services` fetches them"
    java = shutil.which("java")
    if java is None:
        return "there is no Java; `make services` says what to install"
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < _OLDEST_JAVA:
        return f"Java {_OLDEST_JAVA} or newer is needed; `make services` says what to install"
    return None


@dataclass(frozen=True)
class Listener:
    """One more way in to a broker, beside the plain one.

    Attributes:
        name: Ours to choose, in capitals.
        protocol: SSL, SASL_SSL or SASL_PLAINTEXT.
        settings: As in `server.properties`, for this listener only and without its name.
    """

    name: str
    protocol: str
    settings: Mapping[str, str] = field(default_factory=dict)


class KafkaServer(ServerProcess):
    """A broker that is its own controller; a context manager. Killed and started again, it goes on with its records.

    Attributes:
        bootstrap: `host:port` for clients.
        controller_port: Where its controller listens, for other controllers.
        log: What it wrote to its log; look here when it does not start.
    """

    def __init__(
        self,
        folder: Path,
        *,
        settings: Sequence[str] = (),
        listeners: Sequence[Listener] = (),
        users: Mapping[str, str] | None = None,
        heap_megabytes: int = 512,
    ) -> None:
        """Take free ports and write the configuration.

        Args:
            settings: Further lines for `server.properties`, over ours.
            users: Passwords by name, for the mechanisms SCRAM-SHA-256 and SCRAM-SHA-512.
        """
        super().__init__(folder, name="Kafka", start_seconds=START_SECONDS, stop_seconds=STOP_SECONDS)
        self._folder = folder
        broker, self.controller_port, *others = free_ports(2 + len(listeners))
        self._ports = {each.name: port for each, port in zip(listeners, others, strict=True)}
        self._users = dict(users or {})
        self._heap_megabytes = heap_megabytes
        self.bootstrap = f"127.0.0.1:{broker}"
        self.log = folder / "server.log"
        self._config = folder / "server.properties"
        plain = _settings(folder, broker, self.controller_port)
        self._config.write_text("\n".join([*plain, *self._ways_in(listeners), *settings, ""]))

    def bootstrap_at(self, listener: str) -> str:
        """`host:port` of one of its other listeners."""
        return f"127.0.0.1:{self._ports[listener]}"

    def _command(self) -> list[str]:
        return self._java("kafka.Kafka", str(self._config))

    def _wrote_to(self) -> Sequence[Path]:
        return (self._output, self.log)

    def _prepare(self) -> None:
        """Format the storage, once."""
        if (self._folder / "data" / "meta.properties").exists():
            return
        done = subprocess.run(
            self._java("kafka.tools.StorageTool", "format", *self._format_options(), "-c", str(self._config)),
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"cannot format Kafka's storage: {done.stdout}{done.stderr}")

    def _format_options(self) -> list[str]:
        users = [
            f"{mechanism}=[name={name},password={password}]"
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")
            for name, password in self._users.items()
        ]
        return ["--standalone", "-t", kafka_uuid(), *(part for user in users for part in ("--add-scram", user))]

    def _ways_in(self, listeners: Sequence[Listener]) -> list[str]:
        if not listeners:
            return []
        plain = f"PLAINTEXT://{self.bootstrap}"
        ways = [plain, *(f"{each.name}://{self.bootstrap_at(each.name)}" for each in listeners)]
        protocols = [
            "CONTROLLER:PLAINTEXT",
            "PLAINTEXT:PLAINTEXT",
            *(f"{each.name}:{each.protocol}" for each in listeners),
        ]
        return [
            f"listeners={','.join([*ways, f'CONTROLLER://127.0.0.1:{self.controller_port}'])}",
            f"advertised.listeners={','.join(ways)}",
            f"listener.security.protocol.map={','.join(protocols)}",
            *(
                f"listener.name.{each.name.lower()}.{key}={value}"
                for each in listeners
                for key, value in each.settings.items()
            ),
        ]

    def _java(self, main: str, *arguments: str) -> list[str]:
        return [
            shutil.which("java") or "java",
            "-Xms128m",
            f"-Xmx{self._heap_megabytes}m",
            "-XX:+UseSerialGC",  # starts quicker than G1, and two cores gain nothing from more threads
            "-XX:TieredStopAtLevel=1",  # a broker that lives for a minute is not worth optimising
            "-Djava.awt.headless=true",
            f"-Dlog4j2.configurationFile={JARS / 'log4j2.properties'}",
            f"-Dkafka.logs.dir={self._folder}",
            "-cp",
            str(JARS / "lib" / "*"),
            main,
            *arguments,
        ]

    def _is_ready(self) -> bool:
        host, port = self.bootstrap.split(":")
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            admin = make_admin(KafkaConnection((self.bootstrap,), prefix="starting"))
        except (OSError, StoreUnavailableError):
            time.sleep(0.1)
            return False
        try:
            return bool(admin.describe_cluster()["brokers"])
        except KafkaError:
            return False
        finally:
            admin.close()


def kafka_uuid() -> str:
    """A new one in Kafka's form: URL-safe base64 without padding, not starting with a dash (an option then)."""
    return "k" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]


def _settings(folder: Path, broker: int, controller: int) -> list[str]:
    template = Template((RECIPE / "server.properties").read_text(encoding="utf-8"))
    return [
        template.substitute(folder=folder, broker_port=broker, controller_port=controller),
        "group.min.session.timeout.ms=1000",  # tests of dead members are quick
    ]
