"""Log lines from CloudWatch Logs by FilterLogEvents, which only reads; Logs Insights starts jobs, so it is not used.

The answer comes oldest first and in pages, so the window is read in slices, each bounded alike: of too many lines
every part of the window keeps some, not only its beginning. A term is matched by AWS to the letter, so it is asked
for as written, in small and in capital letters.
"""

import asyncio
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

FILTER = Read("POST", "", "Logs_20140328.FilterLogEvents", "application/x-amz-json-1.1")
READS = (FILTER,)
SLICES = 6
PAGES = 3  # of one slice; a page may be empty and still name a next one
AT_ONCE = 4
MAX_GROUPS = 20
MAX_RANGE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class LogsSettings:
    """Where it answers, which log groups, and the service of each (else the last part of its name)."""

    endpoint: Endpoint
    region: str
    log_groups: tuple[str, ...]
    services: Mapping[str, str] = field(default_factory=dict)
    max_lines: int = 6_000
    console_url: str = ""


class CloudWatchLogs(HttpSource):
    """The log lines of some log groups (a LogSource)."""

    def __init__(
        self, settings: LogsSettings, auth: httpx2.Auth, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        super().__init__("cloudwatch", settings.endpoint, READS, transport, auth)
        self._settings = settings
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def lines(
        self, window: Window, *, service: str | None = None, contains: str | None = None, limit: int = 200_000
    ) -> Sequence[LogLine]:
        """Return lines in *window*, oldest first; of too many some of each part of it."""
        groups = [each for each in self._settings.log_groups if service in {None, self._service(each)}]
        asked = [(group, part) for group in groups[:MAX_GROUPS] for part in _slices(window.newest(MAX_RANGE))]
        each = max(1, min(limit, self._settings.max_lines) // max(1, len(asked)))
        answers = await asyncio.gather(*(self._slice(group, part, contains, each) for group, part in asked))
        part = (contains or "").casefold()
        found = {
            (key, line.service): line
            for answer in answers
            for key, line in answer
            if line.at in window and part in line.text.casefold()
        }
        return sorted(found.values(), key=lambda line: line.at)[-limit:]

    async def baseline(self, window: Window) -> Sequence[LogLine]:
        """Return the lines of the time just before *window*, as long as it."""
        return await self.lines(Window(window.start - (window.end - window.start), window.start))

    def link(self, window: Window, service: str | None = None) -> str | None:
        """Return the console's search of the (first) log group, None when no console is configured."""
        chosen = [each for each in self._settings.log_groups if service in {None, self._service(each)}]
        if not self._settings.console_url or not chosen:
            return None
        span = f"?start={window.start.timestamp() * 1e3:.0f}&end={window.end.timestamp() * 1e3:.0f}"
        place = f"{_twice(chosen[0])}/log-events{_dollar(span)}"
        page = f"{self._settings.console_url.rstrip('/')}/cloudwatch/home?region={self._settings.region}"
        return f"{page}#logsV2:log-groups/log-group/{place}"

    def _service(self, group: str) -> str:
        return self._settings.services.get(group) or group.rstrip("/").rpartition("/")[2]

    async def _slice(
        self, group: str, part: Window, contains: str | None, limit: int
    ) -> list[tuple[str, LogLine]]:
        """Return at most *limit* lines of *part*, each with the id of its event."""
        found: list[tuple[str, LogLine]] = []
        asked: dict[str, JsonValue] = {
            "logGroupName": group,
            "startTime": int(part.start.timestamp() * 1000),
            "endTime": int(part.end.timestamp() * 1000) + 1,
        }
        if contains:
            asked["filterPattern"] = _pattern(contains)
        for _ in range(PAGES):
            asked["limit"] = min(limit - len(found), 10_000)
            async with self._gate:
                answer = await self._http.read_json(FILTER, body=dict(asked))
            found += [
                (shapes.text(event, "eventId") or f"{len(found)}{part.start}", line)
                for event in shapes.objects(answer, "events")
                if (line := self._line(group, event)) is not None
            ]
            following = shapes.text(answer, "nextToken")
            if not following or len(found) >= limit:
                break
            asked["nextToken"] = following
        return found[:limit]

    def _line(self, group: str, event: JsonValue) -> LogLine | None:
        at = moment(shapes.at(event, "timestamp"))
        if at is None:
            return None
        said, pod = shapes.text(event, "message").rstrip("\n"), shapes.text(event, "logStreamName")
        return LogLine(at, self._service(group), said, pod=pod)


def _slices(window: Window) -> list[Window]:
    step = (window.end - window.start) / SLICES
    return [
        Window(window.start + number * step, window.start + (number + 1) * step) for number in range(SLICES)
    ]


def _pattern(contains: str) -> str:
    """Return a filter pattern: one quoted term, or either of its spellings."""
    clean = contains.replace("\\", " ").replace('"', " ").strip()
    terms = dict.fromkeys((clean, clean.lower(), clean.upper(), clean.capitalize()))
    return " ".join(f'?"{term}"' for term in terms) if len(terms) > 1 else f'"{clean}"'


def _twice(text: str) -> str:
    return quote(quote(text, safe=""), safe="").replace("%", "$")


def _dollar(text: str) -> str:
    """Return *text* as the console writes it behind its own `#`: quoted, with `$` for `%`."""
    return quote(text, safe="").replace("%", "$")
