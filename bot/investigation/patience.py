"""One line while a model keeps people waiting, before a minute has passed; the wait goes on.

It knows nothing of what is waited for but how long it may take at most.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.investigation.events import Degraded
from router.outcomes import RouterEvent, Selected

SLOW = "model_slow"


async def told_when_slow(
    events: AsyncGenerator[RouterEvent, None], after_s: float
) -> AsyncGenerator[RouterEvent | Degraded, None]:
    """Yield *events* as they come, and one `Degraded` each time none has come for *after_s* seconds."""
    most_s = 0.0
    async with aclosing(events):
        while True:
            coming = asyncio.ensure_future(_next(events))
            try:
                if not (await asyncio.wait({coming}, timeout=after_s))[0]:
                    yield Degraded(SLOW, _line(after_s, most_s))
                event = await coming
            finally:
                coming.cancel()
                await asyncio.wait({coming})
            if event is None:
                return
            if isinstance(event, Selected):
                most_s = event.selection.deadline_s
            yield event


async def _next(events: AsyncGenerator[RouterEvent, None]) -> RouterEvent | None:
    return await anext(events, None)


def _line(after_s: float, most_s: float) -> str:
    more = f"for at most {most_s - after_s:.0f} s more" if most_s > after_s else "until its deadline"
    return (
        f"The model has not answered for {after_s:.0f} s. What is above stands. "
        f"I wait {more}, then it is asked again or the evidence alone decides."
    )
