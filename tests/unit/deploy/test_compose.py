"""docker-compose.yml says what the settings, the stages and the servers need. There is no engine here to run it."""

from __future__ import annotations

import base64
import re
import shutil
import stat
import subprocess
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from monitor.cli.configuration import load_configuration
from monitor.cli.parts import Stage, files_of, port_of
from monitor.cli.supervision import EXIT_SECONDS
from monitor.core.settings import KafkaSettings, RedisSettings, Settings, WebSettings, load_settings
from tests.support.compose import DOCUMENT, REQUIRED, SAMPLE, SERVICES, TEXT, TOP, environment, published

STAGES = [stage.value for stage in Stage]
PORTS = {stage.value: port_of(frozenset({stage}), WebSettings()) for stage in Stage}
WRITES_INTO_ITS_IMAGE = {"kafka"}  # its start-up script renders the configuration there
USER_OF_ITS_IMAGE = {"kafka"}  # appuser
SCRAPES = yaml.safe_load((TOP / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]


def make_env(top: Path) -> str:
    """What deploy/make-env.sh prints, run in a copy of what it reads."""
    if not (top / "deploy").exists():
        (top / "deploy").mkdir(parents=True)
        shutil.copy(TOP / "deploy/make-env.sh", top / "deploy")
        shutil.copytree(TOP / "monitor/cli/templates", top / "monitor/cli/templates")
    return subprocess.run(["sh", "deploy/make-env.sh"], cwd=top, capture_output=True, text=True, check=True).stdout


def variables_of(top: Path) -> dict[str, str]:
    lines = (top / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def settings_of(stage: str, folder: Path) -> Settings:
    file = folder / "tocsin.yaml"
    file.touch()
    return load_settings(file, environment(stage))


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def test_every_stage_is_a_service_beside_the_servers() -> None:
    assert set(SERVICES) == {*STAGES, "kafka", "redis", "prometheus", "grafana"}
    assert {name: SERVICES[name]["command"] for name in STAGES} == {name: [name] for name in STAGES}
    assert SERVICES["match"]["scale"] == 2


def test_one_service_builds_the_image_and_nobody_looks_for_it_elsewhere() -> None:
    builds = {name: service["build"] for name, service in SERVICES.items() if "build" in service}

    assert builds == {"poll": {"context": ".", "dockerfile": "deploy/Dockerfile"}}
    assert {SERVICES[stage]["pull_policy"] for stage in STAGES if stage != "poll"} == {"never"}
    assert SERVICES["poll"]["pull_policy"] == "build"


@pytest.mark.parametrize("stage", STAGES)
def test_every_variable_of_a_stage_is_a_setting_and_names_the_servers(stage: str, tmp_path: Path) -> None:
    settings = settings_of(stage, tmp_path)
    # As a container, beside the image's listener for others: the one whose advertised address is the service's name.
    advertised = environment("kafka")["KAFKA_ADVERTISED_LISTENERS"]

    assert settings.backend == "cluster"
    assert f"INTERNAL://{settings.kafka.bootstrap[0]}" in advertised.split(",")
    assert settings.redis.url.get_secret_value() == f"redis://:{SAMPLE['REDIS_PASSWORD']}@redis:6379/0"
    assert settings.web.host == "0.0.0.0"  # noqa: S104 (inside the container)
    assert settings.web.token is not None
    assert settings.web.token.get_secret_value() == SAMPLE["TOCSIN_WEB__TOKEN"]
    assert port_of(frozenset({Stage(stage)}), settings.web) == PORTS[stage]


@pytest.mark.parametrize("stage", STAGES)
def test_the_health_check_asks_the_port_that_the_stage_listens_at(stage: str) -> None:
    command, *arguments = SERVICES[stage]["healthcheck"]["test"]
    script = arguments[-1]
    compile(script, stage, "exec")

    assert (command, arguments[:-1]) == ("CMD", ["python", "-c"])
    assert f"http://127.0.0.1:{PORTS[stage]}/healthz" in script  # open without the token


@pytest.mark.parametrize("stage", STAGES)
def test_prometheus_scrapes_every_replica_at_the_port_of_its_stage(stage: str) -> None:
    (job,) = [each for each in SCRAPES if each["job_name"] == f"tocsin-{stage}"]
    token_file = job["authorization"]["credentials_file"]
    script = SERVICES["prometheus"]["entrypoint"][-1]

    assert job["dns_sd_configs"] == [{"names": [stage], "type": "A", "port": PORTS[stage]}]
    assert f'printf %s "$TOKEN" >{token_file}' in script
    assert environment("prometheus")["TOKEN"] == environment(stage)["TOCSIN_WEB__TOKEN"]


def test_ports_are_published_on_loopback_only_where_clients_look_for_them() -> None:
    assert {name: published(name) for name in SERVICES if published(name)} == {
        "kafka": {9092: 9092},
        "redis": {6379: 6379},
        "web": {PORTS["web"]: PORTS["web"]},
        "prometheus": {9090: 9090},
        "grafana": {3000: 3000},
    }
    # The defaults of commands that are typed on this machine.
    assert KafkaSettings().bootstrap == ("127.0.0.1:9092",)
    assert RedisSettings().url.get_secret_value() == "redis://127.0.0.1:6379/0"
    assert "HOST://localhost:9092" in environment("kafka")["KAFKA_ADVERTISED_LISTENERS"].split(",")


@pytest.mark.parametrize(
    ("service", "port"), [("kafka", "19092"), ("redis", "6379"), ("prometheus", "9090"), ("grafana", "3000")]
)
def test_the_health_check_of_a_server_asks_its_port(service: str, port: str) -> None:
    assert port in re.findall(r"\d{4,5}", " ".join(SERVICES[service]["healthcheck"]["test"]))


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_is_pinned_bounded_watched_and_without_privileges(name: str) -> None:
    service = SERVICES[name]

    assert re.search(r":v?\d+\.\d+\.\d+(-[a-z]+)?$", service["image"])
    assert service["restart"] == "unless-stopped"
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert set(service["healthcheck"]) >= {"test", "interval", "timeout", "retries", "start_period"}
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}
    assert (service["cap_drop"], service["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert seconds(service["stop_grace_period"]) >= 10
    assert service.get("privileged") is None
    assert name in WRITES_INTO_ITS_IMAGE or service["read_only"] is True


@pytest.mark.parametrize("name", sorted(set(SERVICES) - USER_OF_ITS_IMAGE))
def test_no_service_runs_as_root(name: str) -> None:
    user = SERVICES[name].get("user", "")
    if name in STAGES:
        assert user == ""  # as the image says, which has a test of its own
    else:
        assert user not in {"", "0", "root"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_starts_when_its_servers_are_well_and_has_time_to_hand_over(stage: str) -> None:
    assert SERVICES[stage]["depends_on"] == {name: {"condition": "service_healthy"} for name in ("kafka", "redis")}
    assert seconds(SERVICES[stage]["stop_grace_period"]) > EXIT_SECONDS


def test_data_stands_on_declared_volumes_and_configuration_is_mounted_read_only() -> None:
    named, sources = set(), set()
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            if isinstance(volume, dict):
                assert (volume["type"], volume["read_only"], volume["target"]) == ("bind", True, "/etc/tocsin")
                sources.add(volume["source"])
                continue
            source, _, target = volume.partition(":")
            if source.startswith("."):
                assert target.endswith(":ro")
                sources.add(source)
            else:
                named.add(source)

    assert named == set(DOCUMENT["volumes"])
    assert [source for source in sorted(sources) if source != "./tocsin" and not (TOP / source).is_dir()] == []


def test_the_versions_are_those_that_are_tested() -> None:
    pom = ElementTree.parse(TOP / "deploy/services/kafka/pom.xml")  # noqa: S314 (our own file)
    kafka = pom.find(".//{*}dependency[{*}artifactId='kafka_2.13']/{*}version")
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert kafka is not None
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{kafka.text}"
    assert {SERVICES[stage]["image"] for stage in STAGES} == {f"tocsin:{project['version']}"}


def test_one_command_writes_the_secrets_and_a_configuration_that_every_stage_loads(tmp_path: Path) -> None:
    make_env(tmp_path)
    variables = variables_of(tmp_path)
    for stage in Stage:
        given = environment(stage, variables)
        configuration = load_configuration(tmp_path / "tocsin/tocsin.yaml", given, files=files_of([stage]))
        assert configuration.settings.backend == "cluster"

    assert set(variables) == REQUIRED
    assert len(set(variables.values())) == len(variables)
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "tocsin/tocsin.yaml").stat().st_mode) & 0o044 == 0o044


def test_a_second_run_keeps_secrets_and_configuration(tmp_path: Path) -> None:
    make_env(tmp_path)
    before = variables_of(tmp_path)
    (tmp_path / "tocsin/feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    said = make_env(tmp_path)

    assert said == "kept .env\nkept tocsin/\n"
    assert variables_of(tmp_path) == before
    assert (tmp_path / "tocsin/feeds.yaml").read_text(encoding="utf-8") == "feeds: []\n"


def test_every_secret_is_asked_for_with_the_command_that_makes_it() -> None:
    assert {"TOCSIN_WEB__TOKEN", "REDIS_PASSWORD", "GRAFANA_PASSWORD"} == REQUIRED
    assert TEXT.count(":?") == TEXT.count(":?is not set; run first sh deploy/make-env.sh}")
    assert (TOP / "deploy/make-env.sh").exists()


def test_the_cluster_id_is_one() -> None:
    assert len(base64.urlsafe_b64decode(environment("kafka")["CLUSTER_ID"] + "==")) == 16
