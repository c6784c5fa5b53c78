"""Metrics from Prometheus and what speaks its HTTP API v1 (Mimir, Thanos, VictoriaMetrics).

Counters are asked as rates, histograms as p95, the rest as they are; each folded by service (the first of the
service labels that a series has). Range, points, series and names are bounded, so that no query hurts the server.
A link opens the same expression on the server's own graph page. Normal operation is the time just before.
"""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import httpx2
from pydantic import JsonValue

from tools.providers.http_source import HttpSource
from tools.providers.promql import Asked, asked_for, quoted, worth_asking
from tools.reads import Endpoint, Read
from tools.telemetry import Series, Window
from tools.tool import Unavailable

RANGE = Read("GET", "/api/v1/query_range")
NAMES = Read("GET", "/api/v1/label/__name__/values")
READS = (RANGE, NAMES)


@dataclass(frozen=True, slots=True)
class PrometheusSettings:
    """Where it answers and how services are named there.

    *page_url* is where people open it, when that differs. A tenant (Mimir) goes into the
    endpoint's headers as X-Scope-OrgID. *rate_window* must hold at least two scrapes.
    """

    endpoint: Endpoint
    service_labels: tuple[str, ...] = ("service", "job")
    page_url: str = ""
    rate_window: timedelta = timedelta(minutes=1)
    max_points: int = 240
    max_range: timedelta = timedelta(hours=6)
    max_names: int = 40
    max_series: int = 600
    at_once: int = 6


class PrometheusMetrics(HttpSource):
    """The metrics of a Prometheus (a MetricSource)."""

    def __init__(
        self, settings: PrometheusSettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        super().__init__("prometheus", settings.endpoint, READS, transport)
        self._settings = settings
        self._gate = asyncio.Semaphore(settings.at_once)

    async def series(
        self, window: Window, *, service: str | None = None, metric: str | None = None
    ) -> Sequence[Series]:
        """Return the series in *window*: of *service*, of metrics that contain *metric*, or those that tell."""
        bounded = self._bounded(window)
        names = await self._names(bounded, service)
        asked = [
            each
            for name in worth_asking(names, metric, self._settings.max_names)
            for each in asked_for(name, names, self._settings.service_labels, service, self._span())
        ]
        answers = await asyncio.gather(*(self._asked(each, bounded) for each in asked))
        return [series for answer in answers for series in answer][: self._settings.max_series]

    async def baseline(self, window: Window) -> Sequence[Series]:
        """Return the same series over the time just before *window*, three times as long."""
        length = min(3 * (window.end - window.start), self._settings.max_range)
        return await self.series(Window(window.start - length, window.start))

    def link(self, window: Window, service: str | None = None, metric: str | None = None) -> str | None:
        """Return the graph page with the same expression and span."""
        span = max(60, math.ceil((window.end - window.start).total_seconds()))
        asked = {
            "g0.expr": self.query(service, metric),
            "g0.tab": "0",
            "g0.range_input": f"{span}s",
            "g0.end_input": f"{window.end:%Y-%m-%d %H:%M:%S}",
        }
        page = (self._settings.page_url or self._settings.endpoint.url).rstrip("/")
        return f"{page}/graph?{urlencode(asked)}" if "@" not in page else None

    def query(self, service: str | None, metric: str | None) -> str:
        """Return the PromQL that shows the same."""
        labels = self._settings.service_labels
        if metric is None:
            chosen = f"{{{labels[0]}={quoted(service)}}}" if service else ""
            return f"up{chosen}"
        stem, _, kind = metric.rpartition(":")
        raw = stem if kind in {"rate", "5xx"} else metric
        if metric.endswith("_p95"):
            raw = f"{metric.removesuffix('_p95')}_count"
        names = (raw, raw.removesuffix("_count") + "_bucket") if metric.endswith("_p95") else (raw,)
        asked = asked_for(raw, names, labels, service, self._span())
        return next((each.expression for each in asked if each.metric == metric), asked[0].expression)

    async def _names(self, window: Window, service: str | None) -> Sequence[str]:
        query: dict[str, str | Sequence[str]] = {"start": _seconds(window)[0], "end": _seconds(window)[1]}
        if service is not None:
            query["match[]"] = [f"{{{label}={quoted(service)}}}" for label in self._settings.service_labels]
        names = self._data(await self._http.read_json(NAMES, query=query))
        return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []

    async def _asked(self, asked: Asked, window: Window) -> list[Series]:
        start, end = _seconds(window)
        query = {
            "query": asked.expression,
            "start": start,
            "end": end,
            "step": self._step(window),
            "timeout": "8s",
        }
        async with self._gate:
            data = self._data(await self._http.read_json(RANGE, query=query))
        result = data.get("result") if isinstance(data, dict) else None
        found = [self._series(asked.metric, each) for each in result] if isinstance(result, list) else []
        return [each for each in found if each is not None]

    def _data(self, answer: JsonValue) -> JsonValue:
        if not isinstance(answer, dict) or answer.get("status") != "success":
            raise Unavailable(f"{self.name}: the answer is not in the form of its HTTP API v1")
        return answer.get("data")

    def _series(self, metric: str, result: JsonValue) -> Series | None:
        if not isinstance(result, dict):
            return None
        labels, values = result.get("metric"), result.get("values")
        if not isinstance(labels, dict) or not isinstance(values, list):
            return None
        service = next((str(labels[each]) for each in self._settings.service_labels if labels.get(each)), "")
        points = tuple(point for point in map(_point, values) if point is not None)
        return Series(service, metric, points) if points else None

    def _bounded(self, window: Window) -> Window:
        return window.newest(self._settings.max_range)

    def _step(self, window: Window) -> str:
        seconds = (window.end - window.start).total_seconds() / self._settings.max_points
        return f"{max(1, math.ceil(seconds))}s"

    def _span(self) -> str:
        return f"{max(2, int(self._settings.rate_window.total_seconds()))}s"


def _seconds(window: Window) -> tuple[str, str]:
    return f"{window.start.timestamp():.3f}", f"{window.end.timestamp():.3f}"


def _point(value: JsonValue) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    at, text = value
    try:
        point = float(str(at)), float(str(text))
    except ValueError:
        return None
    return point if math.isfinite(point[1]) else None
