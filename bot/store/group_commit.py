"""Many small writes that come at once, committed together: one transaction and one disk flush for all of them.

Whoever waits is answered after the commit, never before. It knows no table.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Row = TypeVar("Row")
Result = TypeVar("Result")
MOST_AT_ONCE = 200
BITE = 10  # who waits is answered so many in one turn of the loop: each goes on with some work of its own


class GroupCommit(Generic[Row, Result]):
    """Gathers rows while a transaction is under way and writes them all with the next one."""

    def __init__(self, write: Callable[[Sequence[Row]], Awaitable[Sequence[Result]]]) -> None:
        """*write* commits rows and returns one result each, in order; what it raises, all of them get."""
        self._write = write
        self._waiting: deque[tuple[Row, asyncio.Future[Result]]] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def put(self, row: Row) -> Result:
        """Return the result of *row* once it is committed."""
        written: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        return await written

    async def _write_all(self) -> None:
        while self._waiting:
            share = [self._waiting.popleft() for _ in range(min(MOST_AT_ONCE, len(self._waiting)))]
            try:
                results = await self._write([row for row, _ in share])
            except Exception as error:  # noqa: BLE001 (handed on to everyone who waits for it)
                for _, written in share:
                    if not written.done():
                        written.set_exception(error)
                continue
            for answered, ((_, written), result) in enumerate(zip(share, results, strict=True), 1):
                if not written.done():
                    written.set_result(result)
                if answered % BITE == 0:
                    await asyncio.sleep(0)
