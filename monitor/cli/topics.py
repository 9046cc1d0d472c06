"""`tocsin topics`: the topics on Kafka, for `backend: cluster`."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.backend import kafka_connection, plans_of
from monitor.cli.configuration import config_option, find_config
from monitor.cli.main import FAILED, FINE
from monitor.core.errors import UsageError
from monitor.core.settings import Settings, load_settings
from monitor.storage.kafka import check_topics, create_topics


@click.group(short_help="The topics on Kafka.", epilog="Example: tocsin topics check")
def topics() -> None:
    """Look at the topics on Kafka, or make those that are missing; nothing is ever altered."""


@topics.command(
    "check", short_help="Compare them with the settings.", epilog="Example: tocsin topics check || tocsin topics create"
)
@config_option
def check(config_path: Path | None) -> int:
    """Compare the topics with the settings; exits 1 when one is missing or cannot be used."""
    settings = _cluster_settings(config_path)
    connection = kafka_connection(settings)
    report = check_topics(connection, plans_of(settings))
    for topic in sorted(report.missing):
        print(f"missing: {connection.topic(topic)}")
    for line in (*report.problems, *report.differences):
        print(line)
    wrong = bool(report.missing or report.problems)
    if not wrong:
        print(f"all topics of {settings.prefix} are there")
    return FAILED if wrong else FINE


@topics.command(
    "create",
    short_help="Make those that are missing.",
    epilog="Example: tocsin topics create --config tocsin/tocsin.yaml",
)
@config_option
def create(config_path: Path | None) -> int:
    """Make the topics that are missing."""
    settings = _cluster_settings(config_path)
    connection = kafka_connection(settings)
    made = create_topics(connection, plans_of(settings))
    for topic in sorted(made):
        print(f"created {connection.topic(topic)}")
    if not made:
        print("nothing was missing")
    return FINE


def _cluster_settings(config_path: Path | None) -> Settings:
    settings = load_settings(find_config(config_path))
    if settings.backend != "cluster":
        raise UsageError("topics are Kafka's: the settings say backend: embedded (allowed here: cluster)")
    return settings
