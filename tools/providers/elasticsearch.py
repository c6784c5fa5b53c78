"""Log lines from Elasticsearch or OpenSearch: searches with a body (`POST /{index}/_search`), which only read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from urllib.parse import quote

import httpx2
from pydantic import JsonValue

from tools.progress import progress
from tools.providers import shapes
from tools.providers.http_source import HttpSource
from tools.providers.log_pages import NORMAL_LINES, NORMAL_SHARE, Pages
from tools.providers.moments import moment
from tools.reads import Endpoint, Read
from tools.telemetry import LogLine, Window
from tools.tool import Unavailable

SEARCH = Read("POST", "/{index}/_search")
READS = (SEARCH,)
FIELDS = {
    "at": "@timestamp", "service": "service.name", "text": "message", "level": "log.level",
    "pod": "kubernetes.pod.name", "trace": "trace.id",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ElasticsearchSettings:
    """Where it answers, which indices, and which fields hold what (Elastic Common Schema when left out).

    With *kibana_url* (or that of OpenSearch Dashboards), links open Discover. *page_lines* is what one search returns,
    *max_log_bytes* what one look reads of the window. An API key goes into the endpoint's
    headers (`Authorization: ApiKey …`).
    """

    endpoint: Endpoint
    index: str = "logs-*"
    fields: Mapping[str, str] = field(default_factory=dict)
    kibana_url: str = ""
    page_lines: int = 5_000
    max_log_bytes: int = 64_000_000
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
        """Return lines in *window*, oldest first; of too many some of each part of it."""
        filters: list[JsonValue] = []
        if service is not None:
            filters.append({"term": {self._fields["service"]: service}})
        if contains:
            filters.append({"match_phrase": {self._fields["text"]: contains}})
        return await self._read(filters, window.newest(self._settings.max_range), limit)

    async def baseline(self, window: Window) -> Sequence[LogLine]:
        """Return the lines of the time just before *window*, as long as it."""
        before = Window(window.start - (window.end - window.start), window.start)
        return await self._read([], before.newest(self._settings.max_range), NORMAL_LINES, NORMAL_SHARE)

    def link(self, window: Window, service: str | None = None) -> str | None:
        """Return Kibana's Discover with the same span and service, None when no Kibana is configured."""
        if not self._settings.kibana_url:
            return None
        start, end = (f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}" for at in (window.start, window.end))
        span = f"(time:(from:'{start}',to:'{end}'))"  # a "+00:00" would arrive with a space for its "+"
        asked = f"{self._fields['service']}:{_kql(service)}" if service else ""
        query = f"(query:(language:kuery,query:'{quote(_rison(asked))}'))"
        return f"{self._settings.kibana_url.rstrip('/')}/app/discover#/?_g={span}&_a={query}"

    async def _read(
        self, filters: Sequence[JsonValue], window: Window, limit: int, share: float = 1.0
    ) -> Sequence[LogLine]:
        most = min(limit, self._settings.page_lines, 10_000)

        async def page(part: Window) -> Sequence[LogLine]:
            span = {"gte": part.start.isoformat(), "lte": part.end.isoformat()}
            body: JsonValue = {
                "size": most,
                "query": {"bool": {"filter": [{"range": {self._fields["at"]: dict(span)}}, *filters]}},
                "sort": [{self._fields["at"]: {"order": "desc"}}],
                "_source": list(self._fields.values()),
                "track_total_hits": False,
                "timeout": "8s",
            }
            answer = await self._http.read_json(SEARCH, names={"index": self._settings.index}, body=body)
            hits = self._rows(answer, "hits", "hits")
            self._tell_of_missing(answer, found=bool(hits))
            found = (self._line(hit.get("_source")) for hit in hits)
            return [line for line in found if line is not None]

        pages = Pages(self.name, page, most, limit, int(share * self._settings.max_log_bytes))
        return await pages.read(window)

    def _tell_of_missing(self, answer: JsonValue, *, found: bool) -> None:
        """Say that a search saw a part of its shards only. Raises `Unavailable` when it *found* nothing."""
        failed = shapes.whole(answer, "_shards", "failed")
        late = ["its time was up"] if shapes.at(answer, "timed_out") is True else []
        told = [*late, f"{failed} shards failed"] if failed else late
        if told and not found:
            raise Unavailable(f"{self.name}: the search found nothing and did not see all: {', '.join(told)}")
        if told:
            progress().note(f"{self.name}: the search did not see all: {', '.join(told)}")

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


def _kql(value: str) -> str:
    """Return *value* as a string of Kibana's query language."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _rison(text: str) -> str:
    """Return *text* as it stands between the quotes of rison, the form in which Kibana keeps state in a URL."""
    return text.replace("!", "!!").replace("'", "!'")
