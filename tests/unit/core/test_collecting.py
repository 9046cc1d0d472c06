"""The garbage collector is paused for a while, and no longer."""

from __future__ import annotations

import gc

import pytest

from monitor.core.collecting import collecting_paused, settle


def test_the_collector_runs_again_after_a_failure() -> None:
    def fail_in_a_pause() -> None:
        with collecting_paused():
            assert not gc.isenabled()
            raise ValueError("an error of the block")

    with pytest.raises(ValueError, match="of the block"):
        fail_in_a_pause()

    assert gc.isenabled()


def test_who_paused_it_before_keeps_it_paused() -> None:
    gc.disable()
    try:
        with collecting_paused():
            pass

        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_has_settled_is_not_looked_at_again() -> None:
    before = gc.get_freeze_count()
    try:
        settle()

        assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()
