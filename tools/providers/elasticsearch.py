"""Log lines from Elasticsearch or OpenSearch: a search with a body (`POST /{index}/_search`), which only reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote

import httpx2
from pydantic import JsonValue

from tools.providers import shapes
from tools.providers.http_source import HttpSource
from tools.providers.moments import moment
from tools.reads import Endpoint, Read
from tools.telemetry import LogLine, Window

SEARCH = Read("POST", "/{index}/_search")
READS = (SEARCH,)
FIELDS = {
    "at": "@timestamp", "service": "service.name", "text": "message", "level": "log.level",
    "pod": "kubernetes.pod.name", "trace": "trace.id",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ElasticsearchSettings:
    """Where it answers, which indices, and which fields hold what (Elastic Common Schema when left out).

    With *kibana_url*, links open Discover. An API key goes into the endpoint's headers (`Authorization: ApiKey …`).
    """

    endpoint: Endpoint
    index: str = "logs-*"
    fields: Mapping[str, str] = field(default_factory=dict)
    kibana_url: str = ""
    max_lines: int = 5_000
    max_range: timedelta = timedelta(hours=6)


class ElasticsearchLogs(HttpSource):
    """The log lines of an Elasticsearch or OpenSearch (a LogSource)."""

    def __init__(
        self, settings: ElasticsearchSettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        super().__init__("elasticsearch", settings.endpoint, READS, transport)
        self._settings = settings
        self._fields = {**FIELDS, **settings.fields}

    async def lines(
        self, window: Window, *, service: str | None = None, contains: str | None = None, limit: int = 200_000
    ) -> Sequence[LogLine]:
        """Return lines in *window*, oldest first; of too many the newest."""
        start = window.newest(self._settings.max_range).start
        span = {"gte": start.isoformat(), "lte": window.end.isoformat()}
        filters: list[JsonValue] = [{"range": {self._fields["at"]: dict(span)}}]
        if service is not None:
            filters.append({"term": {self._fields["service"]: service}})
        if contains:
            filters.append({"match_phrase": {self._fields["text"]: contains}})
        body: JsonValue = {
            "size": min(limit, self._settings.max_lines, 10_000),
            "query": {"bool": {"filter": filters}},
            "sort": [{self._fields["at"]: {"order": "desc"}}],
            "_source": list(self._fields.values()),
            "track_total_hits": False,
            "timeout": "8s",
        }
        answer = await self._http.read_json(SEARCH, names={"index": self._settings.index}, body=body)
        found = [self._line(hit.get("_source")) for hit in shapes.objects(answer, "hits", "hits")]
        return sorted((line for line in found if line and line.at in window), key=lambda line: line.at)

    async def baseline(self, window: Window) -> Sequence[LogLine]:
        """Return the lines of the time just before *window*, as long as it."""
        return await self.lines(Window(window.start - (window.end - window.start), window.start))

    def link(self, window: Window, service: str | None = None) -> str | None:
        """Return Kibana's Discover with the same span and service, None when no Kibana is configured."""
        if not self._settings.kibana_url:
            return None
        span = f"(time:(from:'{window.start.isoformat()}',to:'{window.end.isoformat()}'))"
        asked = f'{self._fields["service"]}:"{service}"' if service else ""
        query = f"(query:(language:kuery,query:'{quote(asked)}'))"
        return f"{self._settings.kibana_url.rstrip('/')}/app/discover#/?_g={span}&_a={query}"

    def _line(self, source: JsonValue) -> LogLine | None:
        at = moment(self._value(source, "at"))
        if at is None:
            return None
        kinds = ("service", "text", "level", "pod", "trace")
        service, said, level, pod, trace = (shapes.text(self._value(source, kind)) for kind in kinds)
        return LogLine(at, service, said, level, pod, trace)

    def _value(self, source: JsonValue, kind: str) -> JsonValue:
        """Return a field, which a document may hold nested ({"log": {"level"}}) or flat ({"log.level"})."""
        name = self._fields[kind]
        nested = shapes.at(source, *name.split("."))
        return shapes.at(source, name) if nested is None else nested
