"""The lane for work that keeps Python busy: reading, digesting, ranking and redacting much text.

One thread, however many cases look at once: under one interpreter lock a second wins nothing, and what the event loop
does, for which Slack waits, takes once more its time for each that computes beside it. It knows nothing of the work.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_LANE = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lane")


async def in_lane(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what *work* returns, done in the lane with this task's context; what it raises is raised here."""
    within = partial(copy_context().run, work, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_LANE, within)
