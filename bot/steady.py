"""Keeping the event loop turning: what Python does to a process by default that Slack's three seconds feel.

It knows nothing of what the process works on; the composition root calls it.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SLICE_S = 0.001
"""How long a thread may keep the interpreter while the loop waits for it. Python's 5 ms, times the threads that read
telemetry at once, was 30 ms for each time the loop came back from the network."""


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
    """Keep what stands now out of the garbage collector's sight for as long as the block runs.

    A full collection looks at every object: some 300,000 after the start, which stopped the loop for 0.1 s. None is
    made here either: of these objects some 4,000 are garbage by then, which may as well stay.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
