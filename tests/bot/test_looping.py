"""A loop that ends by an error ends the process; one that is stopped does not."""

import asyncio
from contextlib import suppress

from bot.looping import looping


async def fails() -> None:
    raise ZeroDivisionError


async def test_a_loop_that_fails_is_the_end() -> None:
    ended = asyncio.Event()
    with suppress(ZeroDivisionError):
        await looping(fails(), "worker", ended)
    async with asyncio.timeout(5):
        await ended.wait()


async def test_a_loop_that_is_stopped_is_not() -> None:
    ended = asyncio.Event()
    task = looping(asyncio.sleep(60), "worker", ended)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await looping(asyncio.sleep(0), "ear", ended)
    assert not ended.is_set()
