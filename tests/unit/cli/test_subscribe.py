"""`tocsin subscribe`: where it begins. Following itself is tested with the client and in `tests/e2e`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.cli.subscribe import starting_point
from monitor.core.errors import UsageError
from monitor.core.stream import BEGINNING, StreamId
from tests.unit.cli.support import call, written

NOW = datetime(2031, 5, 4, 12, 0, tzinfo=UTC)
MORNING = datetime(2031, 5, 4, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "place"),
    [
        ("all", BEGINNING),
        ("2h", StreamId.at(NOW - timedelta(hours=2))),
        ("2031-05-04T10:00Z", StreamId.at(MORNING)),
        ("2031-05-04T12:00+02:00", StreamId.at(MORNING)),
        ("2031-05-04T10:00", StreamId.at(MORNING)),
        ("0001-01-01", StreamId.at(datetime(1970, 1, 1, tzinfo=UTC))),
        ("1795430400000-7", StreamId(1795430400000, 7)),
    ],
)
def test_a_starting_point_in_every_form(since: str, place: StreamId) -> None:
    assert starting_point(since, NOW) == place


@pytest.mark.parametrize("since", ["", "xx", "5", "-3h", "2031-13-01", "900000d", "99999999999999d", "1-2-3"])
def test_another_form_is_refused_with_those_allowed(since: str) -> None:
    with pytest.raises(UsageError, match="allowed are 2h, "):
        starting_point(since, NOW)


def test_the_place_is_remembered_before_the_first_alert(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    # A refused address ends the command after it has looked where to begin.
    first = call(capsys, "subscribe", "--url", "garbage", "--cursor", tmp_path / "cursor", "--since", "5-1")
    kept = (tmp_path / "cursor").read_text(encoding="utf-8")
    call(capsys, "subscribe", "--url", "garbage", "--cursor", tmp_path / "cursor", "--since", "all")

    assert first.code == 2
    assert kept == "5-1\n"
    assert (tmp_path / "cursor").read_text(encoding="utf-8") == kept
    assert [path.name for path in tmp_path.iterdir()] == ["cursor"]


def test_a_cursor_that_is_none_is_refused_and_kept(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "cursor").write_text("junk", encoding="utf-8")

    ended = call(capsys, "subscribe", "--url", "http://127.0.0.1:1", "--cursor", tmp_path / "cursor")

    assert ended.code == 2
    assert "not a stream id: 'junk'" in ended.err
    assert (tmp_path / "cursor").read_text(encoding="utf-8") == "junk"


def test_a_service_on_any_free_port_has_to_be_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = call(capsys, "subscribe", "--config", written(tmp_path, tocsin="{rules: rules.yaml, web: {port: 0}}"))

    assert ended.code == 2
    assert "name the address with --url" in ended.err
