"""Writing behind: what must reach the database soon, but not before the next thing may happen.

It knows no table. What it holds is bounded by its owner; a flush that fails is tried again, and said.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

_AFTER_FAILURE_S = 5.0
_LOG = structlog.get_logger(__name__)


@dataclass(slots=True)
class Behind:
    """Calls *flush* at most every *every_s* seconds, and only when there is something to write."""

    flush: Callable[[], Awaitable[None]]
    every_s: float
    _dirty: bool = field(default=False, init=False)
    _closing: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _task: asyncio.Task[None] | None = field(default=None, init=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def soon(self) -> None:
        """Have a flush happen soon; cheap to call often."""
        self._dirty = True
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._while_dirty())

    async def now(self) -> None:
        """Flush now; raises what the database raises."""
        async with self._lock:
            await self.flush()

    async def aclose(self) -> None:
        """Stop, and flush what is left. A flush under way is let finish: cut short, nobody knew what it wrote."""
        self._closing.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self.now()

    async def _while_dirty(self) -> None:
        pause = self.every_s
        while self._dirty and not self._closing.is_set():
            await self._rest(pause)
            self._dirty = False
            try:
                await self.now()
            except (SQLAlchemyError, OSError):
                _LOG.exception("books.flush_failed", again_in_s=_AFTER_FAILURE_S)
                self._dirty, pause = True, _AFTER_FAILURE_S
            else:
                pause = self.every_s

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            pass
