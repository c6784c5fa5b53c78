"""Keeping the event loop turning: what Python does to a process by default that Slack's three seconds feel.

It knows nothing of what the process works on; the composition root calls it.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SLICE_S = 0.0002
"""How long a thread may keep the interpreter while the loop waits for it. The loop gives it away with every look at a
socket, so it waits so long, times the threads that compute, for each of them: with Python's 5 ms that was 30 ms."""

RARELY = 1_000
"""Collections of the middle generation before a full one; Python's 10 meant one every few seconds of a storm."""


@contextmanager
def short_turns() -> Iterator[None]:
    """Let threads that compute hand the interpreter back to the loop quickly, for as long as the block runs."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SLICE_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@contextmanager
def settled() -> Iterator[None]:
    """Keep what stands now out of the garbage collector's sight for as long as the block runs, and full looks rare.

    A full collection looks at every object: some 300,000 after the start, which stopped the loop for 0.1 s. None is
    made of these here either: some 4,000 are garbage by then, which may as well stay. Of what comes later, a storm
    holds 100,000 objects at once, of which a few hundred are garbage: the quick looks at what is young find the rest.
    """
    young, middle, old = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(young, middle, RARELY)
    try:
        yield
    finally:
        gc.set_threshold(young, middle, old)
        gc.unfreeze()
