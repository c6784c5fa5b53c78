"""The lane does one work at a time, in the context of whoever asked."""

import asyncio
import threading
import time
from contextvars import ContextVar

from tools.lane import in_lane

CASE: ContextVar[str] = ContextVar("case")


async def test_no_work_begins_before_another_has_ended() -> None:
    busy = threading.Lock()

    def alone() -> bool:
        free = busy.acquire(blocking=False)
        time.sleep(0.001)  # the work
        if free:
            busy.release()
        return free

    assert all(await asyncio.gather(*(in_lane(alone) for _ in range(20))))


async def test_a_work_sees_the_context_of_who_asked() -> None:
    CASE.set("INC-1")
    assert await in_lane(CASE.get) == "INC-1"
