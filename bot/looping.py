"""The loops of a process: one that ends by an error takes the process with it, so that a supervisor starts it anew.

A process that acknowledges events and does nothing with them looks healthy and is not. It knows no loop's work.
"""

import asyncio
from collections.abc import Coroutine

import structlog

log = structlog.get_logger()


def looping(work: Coroutine[object, object, None], name: str, ended: asyncio.Event) -> asyncio.Task[None]:
    """Run *work* as a task; set *ended* when it fails. One that is cancelled or returns is done."""

    def told(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            log.critical("loop_ended", loop=name, exc_info=error)
            ended.set()

    task = asyncio.create_task(work, name=name)
    task.add_done_callback(told)
    return task
