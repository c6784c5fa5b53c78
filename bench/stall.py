"""How long an arm keeps the event loop from others: the longest CPU time of one callback of the loop."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence


async def longest_callback_ms(call: Callable[[str], Awaitable[None]], prompts: Sequence[str]) -> float:
    """Return the longest callback while *call* is made for each of *prompts*, in milliseconds of CPU.

    CPU of the loop's thread and not wall time, so that neighbours on the machine do not count.
    """
    longest = 0.0
    real = asyncio.events.Handle._run  # noqa: SLF001 - the one place where every callback passes

    def timed(self: asyncio.Handle) -> None:
        nonlocal longest
        began = time.thread_time()
        real(self)
        longest = max(longest, time.thread_time() - began)

    asyncio.events.Handle._run = timed  # type: ignore[method-assign]  # noqa: SLF001
    try:
        for prompt in prompts:
            await call(prompt)
    finally:
        asyncio.events.Handle._run = real  # type: ignore[method-assign]  # noqa: SLF001
    return 1000 * longest
