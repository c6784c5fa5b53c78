"""Tools of MCP servers as sources: an operator maps a tool to a question of ours, so no model gets a generic tool.

    [[mcp]]
    name = "honeycomb"
    url = "https://mcp.example/mcp"                 # or command = ["npx", "-y", "some-server"]
    looks = [{ answers = "logs", tool = "search_events", pin = "1f0c…", rows = "events",
               arguments = { from = "{start}", to = "{end}", service = "{service}" },
               fields = { at = "timestamp", text = "body.message" } }]

What a tool may be called stands in tools/providers/mcp_session.py, how its rows are read in mcp_rows.py. The parts
of a template in braces: start, end (ISO 8601), start_s, end_s, start_ms, end_ms, service, text. What has no value
leaves its argument out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx2
from pydantic import JsonValue

from tools.providers import mcp_rows
from tools.providers.mcp_session import McpPlace, McpServer
from tools.reads import Endpoint
from tools.telemetry import Call, Deployment, FiringAlert, LogLine, Runbook, Series, Span, Window

Part = Literal["logs", "metrics", "deploys", "alerts", "dependencies", "runbooks"]
_HOLE = re.compile(r"\{(\w+)\}")
_KNOWN = frozenset({"start", "end", "start_s", "end_s", "start_ms", "end_ms", "service", "text"})
_UNSAFE = re.compile(r"[^\w.:/@ -]")


@dataclass(frozen=True, slots=True)
class McpLook:
    """One tool and what it answers: *rows* is where its rows lie, *fields* what their fields are called there."""

    answers: Part
    tool: str
    pin: str = ""
    arguments: Mapping[str, JsonValue] = field(default_factory=dict)
    rows: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class McpSettings:
    """A server, by command or by address, and its tools that may be asked. *page_url* is where people look."""

    name: str
    looks: tuple[McpLook, ...]
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    url: str = ""
    token: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_file: Path | None = None
    page_url: str = ""
    timeout_s: float = 8.0
    max_bytes: int = 2_000_000


class McpSource:
    """One tool of one server; it can be asked what any source is asked, and answers what it was mapped to."""

    def __init__(self, server: McpServer, look: McpLook, page: str) -> None:
        """Ask *look* of *server*."""
        self.name = server.name
        self._server = server
        self._look = look
        self._page = page

    async def lines(
        self, window: Window, *, service: str | None = None, contains: str | None = None, limit: int = 200_000
    ) -> Sequence[LogLine]:
        """Return lines in *window*, oldest first."""
        told = await self._asked(window, service, contains)
        part = (contains or "").casefold()
        return [
            line
            for line in mcp_rows.log_lines(told, window)
            if line.at in window
            and part in line.text.casefold()
            and (service is None or line.service in {service, ""})  # the server was asked for it
        ][-limit:]

    async def series(
        self, window: Window, *, service: str | None = None, metric: str | None = None
    ) -> Sequence[Series]:
        """Return the series in *window*."""
        found = mcp_rows.series(await self._asked(window, service, metric), window)
        part = (metric or "").casefold()
        return [each for each in found if service in {None, each.service} and part in each.metric.casefold()]

    async def deployments(self, window: Window, *, service: str | None = None) -> Sequence[Deployment]:
        """Return the deployments in *window*, newest first."""
        found = mcp_rows.deployments(await self._asked(window, service, None))
        return [each for each in found if each.at in window and service in {None, each.service}]

    async def diff(self, sha: str) -> Deployment | None:  # noqa: ARG002
        """Return None: a listing holds no diff."""
        return None

    async def firing(self) -> Sequence[FiringAlert]:
        """Return what fires now."""
        return mcp_rows.alerts(await self._asked(None, None, None))

    async def calls(self, window: Window) -> Sequence[Call]:
        """Return the calls between services."""
        return mcp_rows.calls(await self._asked(window, None, None))

    async def runbooks(self) -> Sequence[Runbook]:
        """Return the runbooks."""
        return mcp_rows.runbooks(await self._asked(None, None, None), self.name)

    async def baseline(self, window: Window) -> Sequence[LogLine] | Sequence[Series]:
        """Return the same of the time just before *window*, as long as it."""
        before = Window(window.start - (window.end - window.start), window.start)
        return await (self.lines(before) if self._look.answers == "logs" else self.series(before))

    async def baseline_calls(self, window: Window) -> Sequence[Call]:  # noqa: ARG002
        """Return none: what is normal is not known."""
        return ()

    async def spans(self, window: Window) -> Sequence[Span]:  # noqa: ARG002
        """Return none."""
        return ()

    async def baseline_spans(self, window: Window) -> Sequence[Span]:  # noqa: ARG002
        """Return none."""
        return ()

    def link(self, window: Window, service: str | None = None, metric: str | None = None) -> str | None:  # noqa: ARG002
        """Return the server's page, when there is one."""
        return self._page or None

    def query(self, service: str | None, metric: str | None) -> str:
        """Return the call that was made."""
        return f"{self._look.tool}({', '.join(filter(None, (service, metric)))})"

    async def _asked(self, window: Window | None, service: str | None, text: str | None) -> mcp_rows.Told:
        values = _values(window, service, text)
        arguments = {
            name: filled
            for name, template in self._look.arguments.items()
            if (filled := _filled(template, values)) is not None
        }
        answer = await self._server.call(self._look.tool, arguments)
        return mcp_rows.Told(self.name, answer, self._look.rows, self._look.fields)


def mcp_sources(
    settings: McpSettings, transport: httpx2.AsyncBaseTransport | None
) -> Mapping[Part, tuple[McpSource, ...]]:
    """Return the sources of a server by what they answer.

    Raises:
        ValueError: it has neither command nor address or both, no look, or a template with an unknown part.
    """
    if bool(settings.command) == bool(settings.url):
        raise ValueError(f"{settings.name}: write either command or url")
    if not settings.looks:
        raise ValueError(f"{settings.name}: list the tools that may be asked in looks")
    unknown = [
        hole
        for look in settings.looks
        for template in look.arguments.values()
        if isinstance(template, str)
        for hole in _HOLE.findall(template)
        if hole not in _KNOWN
    ]
    if unknown:
        raise ValueError(
            f"{settings.name}: {{{unknown[0]}}} has no meaning; known: {', '.join(sorted(_KNOWN))}"
        )
    told = settings
    endpoint = (
        Endpoint(told.url, told.token, told.headers, told.ca_file, told.timeout_s) if told.url else None
    )
    place = McpPlace(told.name, told.command, told.environment, endpoint, told.timeout_s, told.max_bytes)
    server = McpServer(place, {look.tool: look.pin for look in told.looks}, transport=transport)
    parts: dict[Part, tuple[McpSource, ...]] = {}
    for look in told.looks:
        parts[look.answers] = (*parts.get(look.answers, ()), McpSource(server, look, told.page_url))
    return parts


def _values(window: Window | None, service: str | None, text: str | None) -> dict[str, str | None]:
    values: dict[str, str | None] = {"service": service, "text": text}
    for name, at in (("start", window.start), ("end", window.end)) if window else ():
        seconds = at.timestamp()
        values |= {name: at.isoformat(), f"{name}_s": f"{seconds:.0f}", f"{name}_ms": f"{seconds * 1e3:.0f}"}
    return values


def _filled(template: JsonValue, values: Mapping[str, str | None]) -> JsonValue:
    """Return *template* with its parts; None when one has no value. Words inside a longer text stay plain words."""
    if not isinstance(template, str):
        return template
    holes = _HOLE.findall(template)
    if any(values.get(hole) is None for hole in holes):
        return None
    alone = holes and template == f"{{{holes[0]}}}"
    if alone:
        told = values[holes[0]] or ""
        return int(told) if holes[0].endswith(("_s", "_ms")) else told
    return _HOLE.sub(
        lambda hole: (
            values[hole.group(1)] or ""
            if hole.group(1) not in {"service", "text"}
            else _UNSAFE.sub(" ", values[hole.group(1)] or "")
        ),
        template,
    )
