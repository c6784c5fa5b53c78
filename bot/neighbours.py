"""Which services are neighbours, for joining alerts: callers and callees, from the configured maps of calls.

The maps are read in the background at most every few minutes; until one is read, a service has no neighbours.
It never makes an alert wait, and a map that cannot be read is no reason to join nothing by service name.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from tools.sources import DependencySource
from tools.telemetry import Call, Window
from tools.tool import Unavailable

log = structlog.get_logger()

FRESH = timedelta(minutes=5)
LOOK_BACK = timedelta(minutes=30)


@dataclass
class Neighbours:
    """The map of calls, as far as grouping needs it."""

    sources: Sequence[DependencySource]
    now: Callable[[], datetime]
    _beside: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _read_at: datetime | None = None
    _reading: asyncio.Task[None] | None = None

    def of(self, service: str) -> frozenset[str]:
        """Return the direct callers and callees of *service* that are known now."""
        now = self.now()
        stale = self._read_at is None or now - self._read_at > FRESH
        if self.sources and stale and (self._reading is None or self._reading.done()):
            self._read_at = now
            self._reading = asyncio.create_task(self._read(now))
        return self._beside.get(service, frozenset())

    async def _read(self, now: datetime) -> None:
        window = Window(now - LOOK_BACK, now)
        calls: list[Call] = []
        for source in self.sources:
            try:
                calls += await source.calls(window)
            except Unavailable as away:
                log.info("dependencies_not_read", source=source.name, why=str(away))
        beside: dict[str, set[str]] = {}
        for call in calls:
            beside.setdefault(call.caller, set()).add(call.callee)
            beside.setdefault(call.callee, set()).add(call.caller)
        self._beside = {name: frozenset(others) for name, others in beside.items()}
