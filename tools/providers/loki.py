"""Log lines from Loki (`GET /loki/api/v1/query_range`). Lines, range and bytes are bounded; a link opens Grafana."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import httpx2
from pydantic import JsonValue

from tools.providers import shapes
from tools.providers.http_source import HttpSource
from tools.providers.moments import moment
from tools.providers.promql import quoted
from tools.reads import Endpoint, Query, Read
from tools.telemetry import LogLine, Window

RANGE = Read("GET", "/loki/api/v1/query_range")
READS = (RANGE,)


@dataclass(frozen=True, slots=True)
class LokiSettings:
    """Where it answers and how streams are labelled.

    *selector* limits what is read at all (`{env="prod"}`). With *grafana_url* and the data source's uid there,
    links open Grafana's Explore. A tenant goes into the endpoint's headers as X-Scope-OrgID.
    """

    endpoint: Endpoint
    service_label: str = "service_name"
    pod_label: str = "pod"
    selector: str = ""
    grafana_url: str = ""
    datasource_uid: str = ""
    max_lines: int = 5_000
    max_range: timedelta = timedelta(hours=6)


class LokiLogs(HttpSource):
    """The log lines of a Loki (a LogSource)."""

    def __init__(self, settings: LokiSettings, *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        super().__init__("loki", settings.endpoint, READS, transport)
        self._settings = settings

    async def lines(
        self, window: Window, *, service: str | None = None, contains: str | None = None, limit: int = 200_000
    ) -> Sequence[LogLine]:
        """Return lines in *window*, oldest first; of too many the newest."""
        start = window.newest(self._settings.max_range).start
        asked: Query = {
            "query": self._query(service, contains),
            "start": f"{int(start.timestamp() * 1e9)}",
            "end": f"{int(window.end.timestamp() * 1e9)}",
            "limit": min(limit, self._settings.max_lines),
            "direction": "backward",
        }
        answer = await self._http.read_json(RANGE, query=asked)
        found = [line for stream in shapes.objects(answer, "data", "result") for line in self._stream(stream)]
        return sorted((line for line in found if line.at in window), key=lambda line: line.at)[-limit:]

    async def baseline(self, window: Window) -> Sequence[LogLine]:
        """Return the lines of the time just before *window*, as long as it."""
        return await self.lines(Window(window.start - (window.end - window.start), window.start))

    def link(self, window: Window, service: str | None = None) -> str | None:
        """Return Grafana's Explore with the same query, None when no Grafana is configured."""
        if not self._settings.grafana_url:
            return None
        source = {"uid": self._settings.datasource_uid, "type": "loki"}
        pane = {
            "datasource": self._settings.datasource_uid,
            "queries": [{"refId": "A", "expr": self._query(service, None), "datasource": source}],
            "range": {
                "from": f"{window.start.timestamp() * 1e3:.0f}",
                "to": f"{window.end.timestamp() * 1e3:.0f}",
            },
        }
        asked = urlencode({"schemaVersion": 1, "panes": json.dumps({"a": pane}), "orgId": 1})
        return f"{self._settings.grafana_url.rstrip('/')}/explore?{asked}"

    def _query(self, service: str | None, contains: str | None) -> str:
        label = self._settings.service_label
        chosen = f"{label}={quoted(service)}" if service else f'{label}=~".+"'
        inner = self._settings.selector.strip().removeprefix("{").removesuffix("}")
        wanted = f" |~ {quoted('(?i)' + re.escape(contains))}" if contains else ""
        return "{" + ", ".join(part for part in (inner, chosen) if part) + "}" + wanted

    def _stream(self, stream: dict[str, JsonValue]) -> list[LogLine]:
        labels = shapes.texts(stream, "stream")
        values = stream.get("values")
        lines: list[LogLine] = []
        for value in values if isinstance(values, list) else []:
            nanoseconds = shapes.text(value, 0)
            at = moment(int(nanoseconds) / 1e9) if nanoseconds.isdigit() else None
            if at is not None:
                lines.append(
                    LogLine(
                        at,
                        labels.get(self._settings.service_label, ""),
                        shapes.text(value, 1),
                        labels.get("level") or labels.get("detected_level", ""),
                        labels.get(self._settings.pod_label, ""),
                        labels.get("trace_id", ""),
                    )
                )
        return lines
