"""Log lines from Loki (`GET /loki/api/v1/query_range`), page by page; a link opens Grafana.

Lines, range and bytes are bounded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import httpx2
from pydantic import JsonValue

from tools.providers import shapes
from tools.providers.explore import explore
from tools.providers.http_source import HttpSource
from tools.providers.log_pages import NORMAL_LINES, NORMAL_SHARE, Pages
from tools.providers.moments import from_nanoseconds, nanoseconds
from tools.providers.promql import quoted
from tools.reads import Endpoint, Query, Read
from tools.telemetry import LogLine, Window

RANGE = Read("GET", "/loki/api/v1/query_range")
READS = (RANGE,)


@dataclass(frozen=True, slots=True)
class LokiSettings:
    """Where it answers and how streams are labelled.

    *selector* limits what is read at all (`{env="prod"}`). With *grafana_url* and the data source's uid there,
    links open Grafana's Explore. A tenant goes into the endpoint's headers as X-Scope-OrgID. *page_lines* is what Loki
    gives at once (its max_entries_limit_per_query), *max_log_bytes* what one look reads of the window.
    """

    endpoint: Endpoint
    service_label: str = "service_name"
    pod_label: str = "pod"
    selector: str = ""
    grafana_url: str = ""
    datasource_uid: str = ""
    page_lines: int = 5_000
    max_log_bytes: int = 64_000_000
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
        """Return lines in *window*, oldest first; of too many some of each part of it."""
        query = self._query(service, contains)
        return await self._read(query, window.newest(self._settings.max_range), limit)

    async def baseline(self, window: Window) -> Sequence[LogLine]:
        """Return the lines of the time just before *window*, as long as it."""
        before = Window(window.start - (window.end - window.start), window.start)
        query = self._query(None, None)
        return await self._read(query, before.newest(self._settings.max_range), NORMAL_LINES, NORMAL_SHARE)

    def link(self, window: Window, service: str | None = None) -> str | None:
        """Return Grafana's Explore with the same query, None when no Grafana is configured."""
        if not self._settings.grafana_url:
            return None
        uid = self._settings.datasource_uid
        query: dict[str, JsonValue] = {
            "refId": "A",
            "expr": self._query(service, None),
            "datasource": {"uid": uid, "type": "loki"},
        }
        return explore(self._settings.grafana_url, uid, query, window)

    async def _read(self, query: str, window: Window, limit: int, share: float = 1.0) -> Sequence[LogLine]:
        most = min(limit, self._settings.page_lines)

        async def page(part: Window) -> Sequence[LogLine]:
            again = (
                1_000 if part.end < window.end else 0
            )  # Loki's end is not included: lines of that moment again
            asked: Query = {
                "query": query,
                "start": f"{nanoseconds(part.start)}",
                "end": f"{nanoseconds(part.end) + again}",
                "limit": most,
                "direction": "backward",
            }
            answer = await self._http.read_json(RANGE, query=asked)
            streams = self._rows(answer, "data", "result")
            return [line for stream in streams for line in self._stream(stream)]

        pages = Pages(self.name, page, most, limit, int(share * self._settings.max_log_bytes))
        return await pages.read(window)

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
            stamp = shapes.text(value, 0)
            at = from_nanoseconds(int(stamp)) if re.fullmatch(r"\d{1,20}", stamp) else None
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
