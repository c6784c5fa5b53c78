"""The tool `search_logs`: what is new in the logs, or the lines that match.

Without arguments it answers with the digest (tools/log_digest.py): one summary, then one observation for each
template that tells something, with one example. Its facts:

- summary: ``groups``, a list of {service, trend, severity, now, normal, share, normal_share, score, first, template}
  of all that changed, the most telling first; ``lines``, ``services``, ``has_normal``.
- each group: ``group``, the same object.

With `service` or `contains` it answers with lines, the newest last. While it reads and groups, the scope's progress
tells how far it has come. It knows no source by name.
"""

import time
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from tools.lane import in_lane
from tools.log_digest import LogGroup
from tools.log_digest_fit import MAX_LINES, fitted_digest
from tools.log_digest_levels import CALM, severity, whole_messages
from tools.log_places import Places, Read
from tools.progress import megabytes
from tools.sources import LogSource
from tools.telemetry import LogLine, Window
from tools.tool import PLAIN_NAME, Findings, Observation, Scope, Status, ToolCall
from tools.widening import look_around
from tools.wording import clock, share, short

READING = 0.55  # of the time of a look; the rest is for the digest
MAX_GROUPS_TOLD = 10
MAX_SERVICES_ADDED = 3
MAX_GROUPS_KEPT = 120
MAX_LINES_TOLD = 40
LEAST_SCORE = 1.0
_EXAMPLE = 320
_STACK = 1_500


class SearchLogsArguments(BaseModel):
    """What to look for; nothing at all asks for what is new."""

    model_config = ConfigDict(extra="forbid")

    service: str | None = Field(
        default=None, max_length=200, pattern=PLAIN_NAME, description="only lines of this service"
    )
    contains: str | None = Field(default=None, max_length=200, description="only lines with this text")


class SearchLogs:
    """Looks at logs around the onset."""

    name = "search_logs"
    description = (
        "What is new in the logs around the onset: templates that appeared, surged or went missing compared with "
        "normal operation, one example each. With `service` or `contains`: the matching lines themselves."
    )
    arguments: type[BaseModel] = SearchLogsArguments

    def __init__(self, sources: Sequence[LogSource]) -> None:
        """Look in all of *sources* at once; their lines are read as one stream."""
        self._sources = tuple(sources)

    async def look(self, arguments: BaseModel, scope: Scope) -> Findings:
        """Look once. Raises `Unavailable` when no source can be read."""
        assert isinstance(arguments, SearchLogsArguments)
        call = ToolCall(self.name, arguments.model_dump(exclude_none=True))
        allowed = scope.timeout.total_seconds()
        by = time.monotonic() + allowed
        scope.progress.until = by - (1 - READING) * allowed
        plain = not (arguments.service or arguments.contains)
        around = await look_around(
            self._sources,
            scope,
            lambda source, window: source.lines(
                window, service=arguments.service, contains=arguments.contains, limit=MAX_LINES
            ),
            (lambda source, window: source.baseline(window)) if plain else None,
            what="logs",
        )
        remarks = tuple(dict.fromkeys((*around.remarks, *scope.progress.remarks)))
        window, read = around.window, around.read
        if not any(found for _, found in read):
            said = (f"0 lines {_between(window)}{_of(arguments)}", *around.problems, *remarks)
            return Findings(call, Status.NOTHING, (), "; ".join(said), 0.0, around.problems, remarks)
        places = Places(read, window)
        if plain:
            seen, count, cut = await in_lane(_digested, read, around.normal, places, scope, by)
        else:
            seen, count, cut = await in_lane(_matching, read, arguments, places)
        remarks = (*remarks, *cut)
        said = (f"{count:,} lines {_between(window)}{_of(arguments)}", *around.problems, *remarks)
        return Findings(call, Status.FOUND, seen, "; ".join(said), 0.0, around.problems, remarks)


def _in_order(lines: Iterable[LogLine]) -> list[LogLine]:
    return sorted(lines, key=lambda line: line.at)


def _digested(
    read: Read, normal: Sequence[LogLine], places: Places, scope: Scope, by: float
) -> tuple[tuple[Observation, ...], int, tuple[str, ...]]:
    """Return what changed, of how many lines, and what was left out: of too many the nearest to the onset serve."""
    lines = _in_order(line for _, found in read for line in found)
    fitted = fitted_digest(lines, _in_order(normal), onset=scope.onset, by=by, progress=scope.progress)
    cut = (fitted.cut,) if fitted.cut else ()
    return _told(fitted.groups, fitted.lines, places, scope), len(fitted.lines), cut


def _told(
    groups: Sequence[LogGroup], lines: Sequence[LogLine], places: Places, scope: Scope
) -> tuple[Observation, ...]:
    changed = [group for group in groups if group.score >= LEAST_SCORE]
    services = len({line.service for line in lines})
    normal = any(group.normal for group in groups)
    counted = ", ".join(
        f"{sum(group.trend == trend for group in changed)} {trend}"
        for trend in ("new", "more", "fewer", "gone")
        if any(group.trend == trend for group in changed)
    )
    rows: list[JsonValue] = [_row(group) for group in changed[:MAX_GROUPS_KEPT]]
    size = f" ({megabytes(scope.progress.read)} read)" if scope.progress.words() else ""
    summary = Observation(
        kind="log",
        text=f"Logs {_between(places.window)}: {len(lines):,} lines{size} of {services} services in {len(groups)} "
        f"templates; since the onset at {clock(scope.onset)} UTC {counted or 'nothing new'}"
        f"{'' if normal else ' (no normal operation to compare with)'}.",
        source=places.main.name,
        query="all services",
        link=places.main.link(places.window),
        facts={"groups": rows, "lines": len(lines), "services": services, "has_normal": normal},
    )
    return (summary, *(_seen(group, places) for group in _worth_telling(changed)))


def _worth_telling(changed: Sequence[LogGroup]) -> Sequence[LogGroup]:
    """Return the most telling groups, and one new group of each service that they pass over."""
    told = changed[:MAX_GROUPS_TOLD]
    passed_over: dict[str, LogGroup] = {}
    for group in changed[MAX_GROUPS_TOLD:]:
        if group.trend == "new" and all(group.service != each.service for each in told):
            passed_over.setdefault(group.service, group)
    return (*told, *list(passed_over.values())[:MAX_SERVICES_ADDED])


def _seen(group: LogGroup, places: Places) -> Observation:
    return Observation(
        kind="log",
        text=_in_words(group),
        source=places.source(group.service).name,
        at=group.first or group.last,
        service=group.service or None,
        query=f"service={group.service} {short(group.template, 120)}",
        link=places.link(group.example),
        facts={"group": _row(group)},
    )


def _in_words(group: LogGroup) -> str:
    who = group.service or "unnamed service"
    level = "" if group.severity == CALM else f"{group.severity} "
    often = f"{group.now} lines, normally {group.normal}"
    if group.share is not None and group.normal_share is not None:
        often += f"; in {share(group.share)} of its requests, normally {share(group.normal_share)}"
    if group.trend == "gone":
        said = (
            f"{who}: no longer logs, last at {clock(group.last)}" if group.last else f"{who}: no longer logs"
        )
    else:
        first = f", first at {clock(group.first)}" if group.first else ""
        said = f"{who}: {group.trend} {level}lines{first}"
    head, _, rest = group.example.text.partition("\n")
    stack = f"\n{rest[:_STACK]}" if rest else ""
    return f"{said} ({often}): {short(head, _EXAMPLE)}{stack}"


def _row(group: LogGroup) -> dict[str, JsonValue]:
    return {
        "service": group.service,
        "trend": group.trend,
        "severity": group.severity,
        "now": group.now,
        "normal": group.normal,
        "share": None if group.share is None else round(group.share, 4),
        "normal_share": None if group.normal_share is None else round(group.normal_share, 4),
        "score": group.score,
        "first": group.first.isoformat() if group.first else None,
        "template": short(group.template, _EXAMPLE),
    }


def _matching(
    read: Read, asked: SearchLogsArguments, places: Places
) -> tuple[tuple[Observation, ...], int, tuple[str, ...]]:
    """Return matching messages: those of trouble first when there are too many, in order of time."""
    lines = _in_order(line for _, found in read for line in found)
    messages = whole_messages(lines)
    if len(messages) > MAX_LINES_TOLD:
        troubled = [line for line in messages if severity(line) != CALM]
        rest = [line for line in messages if severity(line) == CALM]
        messages = sorted((troubled + rest[::-1])[:MAX_LINES_TOLD], key=lambda line: line.at)
    text = "\n".join(
        f"{clock(line.at)} {line.service}: {line.text[:_STACK] if chr(10) in line.text else short(line.text, _EXAMPLE)}"
        for line in messages
    )
    query = " ".join(f"{key}={value}" for key, value in asked.model_dump(exclude_none=True).items())
    told = Observation(
        kind="log",
        text=f"{len(lines):,} lines{_of(asked)} {_between(places.window)}, {len(messages)} shown:\n{text}",
        source=places.source(asked.service).name,
        at=messages[0].at if messages else None,
        service=asked.service,
        query=query,
        link=places.source(asked.service).link(places.window, asked.service),
        facts={"matching": len(lines)},
    )
    return (told,), len(lines), ()


def _between(window: Window) -> str:
    return f"{window.start:%Y-%m-%d} {clock(window.start)} to {clock(window.end)} UTC"


def _of(asked: SearchLogsArguments) -> str:
    said = f" of {asked.service}" if asked.service else ""
    return said + (f" with {asked.contains!r}" if asked.contains else "")
