"""The lane for work that keeps Python busy: reading, digesting, ranking and redacting much text.

Two threads at most, however many cases look at once: more would win nothing under one interpreter lock, and each would
hold the event loop up, for which Slack waits. It knows nothing of the work.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_LANE = ThreadPoolExecutor(max_workers=2, thread_name_prefix="lane")


async def in_lane(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what *work* returns, done in the lane with this task's context; what it raises is raised here."""
    within = partial(copy_context().run, work, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_LANE, within)
