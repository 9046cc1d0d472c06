"""Kafka, Redis and `tocsin run` on them, on this machine and without Docker, until Ctrl-C. `make cluster` starts it.

What the servers keep stays in ./tocsin-cluster ($CLUSTER_FOLDER). The configuration is that of `tocsin run`; where
there is none, `tocsin init` writes one. Ports: $KAFKA_PORT (9092), $KAFKA_CONTROLLER_PORT (9093), $REDIS_PORT (6379),
and of the page $TOCSIN_WEB__PORT. `kill -HUP` reloads rules, feeds and subscriptions.

Why every child has a session of its own: a terminal sends Ctrl-C to all processes of a session at once, and Redis must
not go before those that save their work in it.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from monitor.cli.configuration import find_config
from monitor.core.errors import UsageError

TOP = Path(__file__).resolve().parents[1]
RECIPE = TOP / "deploy" / "services" / "kafka"
KAFKA = TOP / ".cache" / "kafka"
TOCSIN = [sys.executable, "-m", "monitor.cli"]
HOST = "127.0.0.1"
START_SECONDS = 90.0
LOOK_SECONDS = 0.2  # how soon it is seen that a process has ended


@dataclass(frozen=True)
class Ports:
    """Where the servers listen, on loopback."""

    kafka: int
    controller: int
    redis: int

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Ports:
        """As wished.

        Raises:
            UsageError: One is no port, or somebody listens there; says which variable changes it.
        """
        return cls(
            kafka=_free_port(environment, "KAFKA_PORT", 9092),
            controller=_free_port(environment, "KAFKA_CONTROLLER_PORT", 9093),
            redis=_free_port(environment, "REDIS_PORT", 6379),
        )


class Child:
    """A process that is ended with us."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        stop_seconds: float,
        output: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it; `output` takes what it writes, which otherwise goes where ours goes."""
        self.name = name
        self._output = output
        self._stop_seconds = stop_seconds
        file = None if output is None else output.open("ab")
        try:
            self._process = subprocess.Popen(  # noqa: S603 (our own commands)
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=environment, start_new_session=True
            )
        finally:
            if file is not None:
                file.close()

    @property
    def code(self) -> int | None:
        """What it ended with; None while it runs."""
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.code is None:
            self._process.send_signal(number)

    def stop(self) -> None:
        """Ask it to end, then make it."""
        self.send(signal.SIGTERM)
        try:
            self._process.wait(self._stop_seconds)
        except subprocess.TimeoutExpired:
            say(f"{self.name} did not end within {self._stop_seconds:g} s and is killed")
            self._process.kill()
            self._process.wait()

    def how_it_ended(self) -> str:
        """A sentence, with where to read on."""
        where = "" if self._output is None else f"; what it wrote: {self._output}"
        return f"{self.name} ended with {self.code}{where}"


class Cluster:
    """The servers and the service, in the order in which they start. A stop ends them the other way round."""

    def __init__(self, folder: Path, ports: Ports) -> None:
        self._folder = folder
        self._ports = ports
        self._children: list[Child] = []
        self._service: Child | None = None
        self.stopping = threading.Event()

    def run(self, config: Path) -> int:
        """Start all and wait for a signal, or for one that ends by itself; the exit code.

        Raises:
            UsageError: A server cannot be started.
        """
        try:
            self._start_servers()
            if not self.stopping.is_set():
                at = f"Kafka is at {HOST}:{self._ports.kafka}, Redis at {HOST}:{self._ports.redis}"
                say(f"{at}, data in {self._folder}")
                self._service = self._start_service(config)
            return self._wait()
        finally:
            for child in reversed(self._children):
                child.stop()

    def reload(self) -> None:
        """Let the service take over changed rules, feeds and subscriptions."""
        if self._service is not None:
            self._service.send(signal.SIGHUP)

    def _start_servers(self) -> None:
        kafka, redis = self._folder / "kafka", self._folder / "redis"
        for folder in (kafka, redis):
            folder.mkdir(parents=True, exist_ok=True)
        self._children.append(
            Child("Redis", _redis_command(redis, self._ports), output=redis / "output.txt", stop_seconds=30)
        )
        config = _prepare_kafka(kafka, self._ports)
        self._children.append(
            Child("Kafka", _java(kafka, "kafka.Kafka", str(config)), output=kafka / "output.txt", stop_seconds=60)
        )
        self._wait_for_ports()

    def _wait_for_ports(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        waiting = {self._ports.kafka, self._ports.redis}
        while waiting and not self.stopping.wait(LOOK_SECONDS):
            waiting = {port for port in waiting if not is_taken(port)}
            for child in self._children:
                if child.code is not None:
                    raise UsageError(child.how_it_ended())
            if time.monotonic() > deadline:
                raise UsageError(f"no server at port {min(waiting)} after {START_SECONDS:g} s; see {self._folder}")

    def _start_service(self, config: Path) -> Child:
        environment = {
            **os.environ,
            "TOCSIN_BACKEND": "cluster",
            "TOCSIN_KAFKA__BOOTSTRAP": f"{HOST}:{self._ports.kafka}",
            "TOCSIN_REDIS__URL": f"redis://{HOST}:{self._ports.redis}/0",
        }
        child = Child("tocsin run", [*TOCSIN, "run", "--config", str(config)], environment=environment, stop_seconds=10)
        self._children.append(child)
        return child

    def _wait(self) -> int:
        while not self.stopping.wait(LOOK_SECONDS):
            for child in self._children:
                if child.code is not None:
                    say(child.how_it_ended())
                    return child.code if child is self._service else 1
        return 0


def main() -> int:
    """Run it; the exit code."""
    try:
        _check_tools()
        folder = Path(os.environ.get("CLUSTER_FOLDER", "tocsin-cluster")).absolute()
        with owned(folder):
            cluster = Cluster(folder, Ports.of(os.environ))
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: cluster.stopping.set())
            signal.signal(signal.SIGHUP, lambda *_: cluster.reload())
            return cluster.run(_config())
    except UsageError as error:
        say(str(error))
        return 2


@contextlib.contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Hold a folder, which is made, against others: two brokers would ruin each other's files, at other ports too.

    Raises:
        UsageError: Somebody has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"{folder} is in use by another one; stop it, or name another: $CLUSTER_FOLDER") from None
        yield


def say(line: str) -> None:
    """Tell the person at the terminal."""
    print(f"cluster: {line}", file=sys.stderr, flush=True)  # noqa: T201 (it is for a terminal)


def is_taken(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _free_port(environment: Mapping[str, str], variable: str, usual: int) -> int:
    text = environment.get(variable, str(usual))
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise UsageError(f"{variable} is {text} (allowed: a port, 1 to 65535)")
    if is_taken(int(text)):
        raise UsageError(f"port {text} on {HOST} is in use; set another: {variable}={int(text) + 1} make cluster")
    return int(text)


def _check_tools() -> None:
    missing = [name for name in ("java", "redis-server") if shutil.which(name) is None]
    if not (KAFKA / "stamp").exists():
        missing.append("Kafka's jars")
    if missing:
        raise UsageError(f"{' and '.join(missing)} missing; sh deploy/services/get.sh kafka redis says what to install")


def _config() -> Path:
    try:
        return find_config(None)
    except UsageError:
        subprocess.run([*TOCSIN, "init"], check=True)  # noqa: S603 (our own command)
        return find_config(None)


def _redis_command(folder: Path, ports: Ports) -> list[str]:
    return [
        *("redis-server", "--bind", HOST, "--port", str(ports.redis), "--dir", str(folder)),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction"),
    ]


def _prepare_kafka(folder: Path, ports: Ports) -> Path:
    """Write its configuration and, the first time, format its storage; the file written."""
    config = folder / "server.properties"
    template = Template((RECIPE / "server.properties").read_text(encoding="utf-8"))
    config.write_text(
        template.substitute(folder=folder, broker_port=ports.kafka, controller_port=ports.controller), encoding="utf-8"
    )
    if not (folder / "data" / "meta.properties").exists():
        # Kafka's form of a UUID; it must not begin with a dash.
        cluster = "k" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
        options = ["format", "--standalone", "--ignore-formatted", "-t", cluster, "-c", str(config)]
        done = subprocess.run(  # noqa: S603 (our own command)
            _java(folder, "kafka.tools.StorageTool", *options), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise UsageError(f"cannot format Kafka's storage in {folder}: {done.stderr.strip()}")
    return config


def _java(folder: Path, main_class: str, *arguments: str) -> list[str]:
    return [
        *("java", "-Xms128m", "-Xmx512m", "-Djava.awt.headless=true"),
        *(f"-Dlog4j2.configurationFile={KAFKA / 'log4j2.properties'}", f"-Dkafka.logs.dir={folder}"),
        *("-cp", str(KAFKA / "lib" / "*"), main_class, *arguments),
    ]


if __name__ == "__main__":
    sys.exit(main())
