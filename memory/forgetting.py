"""Forget on purpose: retire what is gone, expire what is old. Deleting single incidents is `Memory.withdraw`.

Retired incidents stay in the truth and are found when asked for; expired ones are deleted everywhere, and what was
derived from them is not told any more (memory/insights.py).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from memory import tables as t
from memory.incident import Status
from memory.memory import Memory


async def retire_service(memory: Memory, workspace: str, service: str, at: datetime) -> list[str]:
    """Hide incidents that are about *service* alone from now on; return their ids.

    An incident of several services stays: the others can still learn from it.
    """
    gone = service.strip().lower()
    ours = await memory.records.select(t.incidents.c.workspace == workspace)
    about = [i for i in ours if {name.lower() for name in i.services} == {gone}]
    retired = (replace(i, status=Status.RETIRED, invalid_at=i.invalid_at or at) for i in about)
    return await memory.retain(*retired)


async def expire(memory: Memory, workspace: str, keep: timedelta, now: datetime) -> list[str]:
    """Delete what was last seen longer than *keep* ago, everywhere; return the ids. No date, no expiry."""
    ours = await memory.records.select(t.incidents.c.workspace == workspace)
    old = [i.id for i in ours if i.last_seen_at is not None and now - i.last_seen_at > keep]
    await memory.withdraw(*old)
    return old
