"""Who calls whom from Tempo's service graph, which it writes as metrics to a Prometheus-compatible server."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import httpx2
from pydantic import JsonValue

from tools.providers import shapes
from tools.providers.explore import explore
from tools.providers.http_source import HttpSource
from tools.providers.promql import quoted
from tools.reads import Endpoint, Read
from tools.telemetry import Call, Span, Window

QUERY = Read("GET", "/api/v1/query")
READS = (QUERY,)
MAX_RANGE = timedelta(hours=6)
_COUNT = "sum by (client, server) (increase(traces_service_graph_request_total[{span}s]))"
_P90 = (
    "histogram_quantile(0.9, sum by (client, server, le)"
    " (rate(traces_service_graph_request_{side}_seconds_bucket[{span}s])))"
)


@dataclass(frozen=True, slots=True)
class TempoSettings:
    """The Prometheus-compatible server that Tempo's metrics generator writes to.

    With *grafana_url* and the uid of the Tempo data source there, links open its service graph.
    """

    endpoint: Endpoint
    grafana_url: str = ""
    datasource_uid: str = ""


class TempoGraph(HttpSource):
    """The service graph of a Tempo (a DependencySource); it knows no operations."""

    def __init__(
        self, settings: TempoSettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        super().__init__("tempo", settings.endpoint, READS, transport)
        self._settings = settings

    def link(self, window: Window, service: str | None = None) -> str | None:
        """Return Grafana's Explore with the service graph, None when no Grafana is configured."""
        if not self._settings.grafana_url:
            return None
        around = "{" + f"client={quoted(service)}" + "}" if service else ""
        query: dict[str, JsonValue] = {
            "refId": "A",
            "queryType": "serviceMap",
            "datasource": {"uid": self._settings.datasource_uid, "type": "tempo"},
            "serviceMapQuery": around,
        }
        return explore(self._settings.grafana_url, self._settings.datasource_uid, query, window)

    async def calls(self, window: Window) -> Sequence[Call]:
        """Return the calls in *window* with their p90 as the caller and as the callee saw it."""
        bounded = window.newest(MAX_RANGE)
        span = max(60, round((bounded.end - bounded.start).total_seconds()))
        counts = await self._edges(_COUNT.format(span=span), window)
        clients = await self._edges(_P90.format(side="client", span=span), window)
        servers = await self._edges(_P90.format(side="server", span=span), window)
        return [
            Call(caller, callee, round(count), clients.get((caller, callee)), servers.get((caller, callee)))
            for (caller, callee), count in sorted(counts.items())
        ]

    async def baseline_calls(self, window: Window) -> Sequence[Call]:
        """Return the calls in the time just before *window*, as long as it."""
        return await self.calls(Window(window.start - (window.end - window.start), window.start))

    async def spans(self, window: Window) -> Sequence[Span]:  # noqa: ARG002
        """Return none: a graph has no operations."""
        return ()

    async def baseline_spans(self, window: Window) -> Sequence[Span]:  # noqa: ARG002
        """Return none: a graph has no operations."""
        return ()

    async def _edges(self, query: str, window: Window) -> dict[tuple[str, str], float]:
        asked = {"query": query, "time": f"{window.end.timestamp():.3f}", "timeout": "8s"}
        answer = await self._http.read_json(QUERY, query=asked)
        return {
            (shapes.text(row, "metric", "client"), shapes.text(row, "metric", "server")): value
            for row in self._rows(answer, "data", "result")
            if (value := _number(row)) is not None
        }


def _number(row: JsonValue) -> float | None:
    try:
        value = float(shapes.text(row, "value", 1))
    except ValueError:
        return None
    return value if value == value and abs(value) < 1e300 else None  # noqa: PLR0124 — NaN differs from itself
