"""The clock: calls what is to be done every so often. It keeps nothing: what falls due stands in SQL.

APScheduler is only the tick here. Its stores drop late jobs and forget those that a killed process had begun.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger()
Job = Callable[[], Awaitable[object]]


class Ticking:
    """Jobs, each called every so many seconds, never twice at once; one that fails is called again."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._stopped = False

    def every(self, seconds: float, name: str, job: Job) -> None:
        """Call *job* now and then every *seconds*."""

        async def tick() -> None:
            try:
                await job()
            except asyncio.CancelledError:
                if not self._stopped:  # else the clock was told to stop: nothing failed, nothing to report
                    raise
            except Exception:  # what it needs may be away for hours; the clock must outlive it
                log.exception("tick_failed", job=name)

        self._scheduler.add_job(
            tick,
            "interval",
            seconds=seconds,
            id=name,
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        """Begin to tick, on the running loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more; what a job is at is let go."""
        self._stopped = True
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
