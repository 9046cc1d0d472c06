"""What is a stage's own: the files it needs, its port, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.cli.configuration import load_configuration
from monitor.cli.parts import ALL_STAGES, Stage, files_of, port_of
from monitor.core.settings import WebSettings
from tests.unit.cli.support import call, written

SUBSCRIPTIONS = """
subscriptions: [{name: desk, rules: ['*'], channels: [hook]}]
channels: {hook: {webhook: 'https://desk.example/hook', secret_env: DESK_SECRET}}
"""


@pytest.mark.parametrize("stage", Stage)
def test_alone_on_the_embedded_back_end_is_refused_with_what_to_do(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, stage: Stage
) -> None:
    ended = call(capsys, stage.value, "--config", str(written(tmp_path)))

    assert (ended.code, ended.out) == (2, "")
    assert f"tocsin {stage} by itself needs backend: cluster" in ended.err
    assert "tocsin run" in ended.err


def test_only_the_stage_that_sends_needs_the_secrets_of_the_channels(tmp_path: Path) -> None:
    path = written(tmp_path)
    (tmp_path / "subscriptions.yaml").write_text(SUBSCRIPTIONS, encoding="utf-8")
    needing = {stage for stage in Stage if "subscriptions" in files_of([stage])}
    for stage in ALL_STAGES - needing:
        load_configuration(path, {}, files=files_of([stage]))

    assert needing == {Stage.DELIVER}


def test_a_file_that_is_not_read_is_empty_and_known_to_be(tmp_path: Path) -> None:
    configuration = load_configuration(written(tmp_path), {}, files=files_of([Stage.POLL]))

    assert (configuration.has("feeds"), configuration.has("rules")) == (True, False)
    assert len(configuration.rules) == 0


def test_each_stage_has_a_port_of_its_own_and_one_with_the_page_the_pages() -> None:
    ports = [port_of(frozenset({stage}), WebSettings()) for stage in Stage]

    assert len(set(ports)) == len(Stage)
    assert port_of(ALL_STAGES, WebSettings()) == WebSettings().port
