"""The process-wide settings last as long as their block."""

import gc
import sys

from bot.steady import SLICE_S, settled, short_turns


def test_threads_hand_over_quickly_inside_and_as_before_outside() -> None:
    before = sys.getswitchinterval()
    with short_turns():
        assert abs(sys.getswitchinterval() - SLICE_S) < 1e-6
    assert sys.getswitchinterval() == before


def test_what_stands_is_out_of_the_collectors_sight_inside_only() -> None:
    with settled():
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0
