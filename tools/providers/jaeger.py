"""Who calls whom from Jaeger's query API, and operations summarised from a sample of its traces."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import httpx2
from pydantic import JsonValue

from tools.providers import shapes
from tools.providers.http_source import HttpSource
from tools.reads import Endpoint, Query, Read
from tools.telemetry import Call, Span, Window

DEPENDENCIES = Read("GET", "/api/dependencies")
SERVICES = Read("GET", "/api/services")
TRACES = Read("GET", "/api/traces")
READS = (DEPENDENCIES, SERVICES, TRACES)
MAX_RANGE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class JaegerSettings:
    """Where its query service answers; of how many services how many traces are sampled; *page_url* is for people."""

    endpoint: Endpoint
    max_services: int = 20
    traces_each: int = 40
    page_url: str = ""


class JaegerTraces(HttpSource):
    """The dependencies and operations of a Jaeger (a DependencySource)."""

    def __init__(
        self, settings: JaegerSettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        super().__init__("jaeger", settings.endpoint, READS, transport)
        self._settings = settings

    async def calls(self, window: Window) -> Sequence[Call]:
        """Return the calls counted in *window*."""
        window = window.newest(MAX_RANGE)
        asked: Query = {
            "endTs": f"{window.end.timestamp() * 1e3:.0f}",
            "lookback": f"{(window.end - window.start).total_seconds() * 1e3:.0f}",
        }
        answer = await self._http.read_json(DEPENDENCIES, query=asked)
        rows = self._rows(answer, "data")
        calls = [
            Call(shapes.text(row, "parent"), shapes.text(row, "child"), shapes.whole(row, "callCount"))
            for row in rows
        ]
        return [call for call in calls if call.caller and call.callee]

    async def baseline_calls(self, window: Window) -> Sequence[Call]:
        """Return the calls counted in the time just before *window*, as long as it."""
        return await self.calls(_before(window))

    async def spans(self, window: Window) -> Sequence[Span]:
        """Return the operations of a sample of traces in *window*."""
        told = await self._http.read_json(SERVICES)
        names = shapes.at(told, "data")
        services = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        sampled = await asyncio.gather(
            *(self._traces(each, window) for each in services[: self._settings.max_services])
        )
        seen: dict[str, _Operation] = {}  # a trace that several services share counts once
        for answer in sampled:
            for trace in self._rows(answer, "data"):
                seen.update(_operations(trace))
        alike: dict[tuple[str, str], list[_Operation]] = {}
        for each in seen.values():
            alike.setdefault((each.service, each.name), []).append(each)
        return [_summary(each) for _, each in sorted(alike.items())]

    async def baseline_spans(self, window: Window) -> Sequence[Span]:
        """Return the operations of the time just before *window*, as long as it."""
        return await self.spans(_before(window))

    def link(self, window: Window, service: str | None = None) -> str | None:
        """Return Jaeger's search for the service's traces, its map of dependencies without one."""
        page = (self._settings.page_url or self._settings.endpoint.url).rstrip("/")
        if "@" in page:
            return None
        span = {
            "start": f"{window.start.timestamp() * 1e6:.0f}",
            "end": f"{window.end.timestamp() * 1e6:.0f}",
        }
        return (
            f"{page}/search?{urlencode({'service': service, **span})}" if service else f"{page}/dependencies"
        )

    async def _traces(self, service: str, window: Window) -> JsonValue:
        window = window.newest(MAX_RANGE)
        asked: Query = {
            "service": service,
            "start": f"{window.start.timestamp() * 1e6:.0f}",
            "end": f"{window.end.timestamp() * 1e6:.0f}",
            "limit": self._settings.traces_each,
        }
        return await self._http.read_json(TRACES, query=asked)


def _before(window: Window) -> Window:
    return Window(window.start - (window.end - window.start), window.start)


@dataclass(frozen=True, slots=True)
class _Operation:
    service: str
    name: str
    seconds: float
    failed: bool


def _operations(trace: JsonValue) -> dict[str, _Operation]:
    found: dict[str, _Operation] = {}
    for span in shapes.objects(trace, "spans"):
        service = shapes.text(trace, "processes", shapes.text(span, "processID"), "serviceName")
        key = f"{shapes.text(span, 'traceID')}/{shapes.text(span, 'spanID')}"
        if service:
            seconds = shapes.whole(span, "duration") / 1e6
            found[key] = _Operation(service, shapes.text(span, "operationName"), seconds, _failed(span))
    return found


def _failed(span: JsonValue) -> bool:
    """Say whether a span's tags tell a failure: an error, or a status of the server's own fault."""
    tags = {shapes.text(tag, "key"): shapes.at(tag, "value") for tag in shapes.objects(span, "tags")}
    status = next((tags[key] for key in ("http.status_code", "http.response.status_code") if key in tags), 0)
    own_fault = re.fullmatch(r"5\d\d", str(status)) is not None
    return tags.get("error") in (True, "true") or tags.get("otel.status_code") == "ERROR" or own_fault


def _summary(alike: list[_Operation]) -> Span:
    ordered = sorted(each.seconds for each in alike)
    middle, high = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    failed = sum(each.failed for each in alike)
    return Span(alike[0].service, alike[0].name, len(ordered), middle, high, ordered[-1], failed)
