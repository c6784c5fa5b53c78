"""The process-wide settings last as long as their block."""

import gc
import sys
from collections.abc import Iterator

import pytest

from bot.steady import SLICE_S, settled, short_turns


@pytest.fixture(autouse=True)
def _as_python_comes() -> Iterator[None]:
    of_the_tests = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*of_the_tests)


def test_threads_hand_over_quickly_inside_and_as_before_outside() -> None:
    before = sys.getswitchinterval()
    with short_turns():
        assert abs(sys.getswitchinterval() - SLICE_S) < 1e-6
    assert sys.getswitchinterval() == before


def full_collections_while_much_is_made() -> int:
    started: list[int] = []

    def told(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            started.append(info["generation"])

    gc.callbacks.append(told)
    try:
        kept = [[number] for number in range(400_000)]
    finally:
        gc.callbacks.remove(told)
    assert len(kept) == 400_000
    assert 1 in started, "young objects are looked at as ever"
    return started.count(2)


def test_full_collections_are_rare_inside_and_as_before_outside() -> None:
    before = gc.get_threshold()
    with settled():
        assert full_collections_while_much_is_made() == 0
    assert gc.get_threshold() == before
    assert full_collections_while_much_is_made() > 0


def test_what_stands_is_out_of_the_collectors_sight_inside_only() -> None:
    with settled():
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0
