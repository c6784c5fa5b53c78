"""What an MCP tool says, read as rows of a kind of telemetry. Pure; nothing about its shape is trusted.

A structured answer holds its rows at a place that the operator names; where there is only text, it is read as JSON,
else line by line. A row without what its kind needs is left out; an answer without rows is said to have none.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from tools.foreign_json import read_json
from tools.providers import shapes
from tools.providers.moments import moment
from tools.telemetry import Call, Deployment, FiringAlert, LogLine, Runbook, Series, Window
from tools.tool import Unavailable

MAX_ROWS = 20_000
_STAMP = re.compile(r"^\W{0,2}(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*)\s+")


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, where its rows lie, and what their fields are called there."""

    source: str
    answer: JsonValue
    rows: str = ""
    fields: Mapping[str, str] | None = None

    def found(self) -> list[JsonValue]:
        """Return the rows. Raises `Unavailable` when there is no list of rows."""
        value = _json(self.answer)
        value = shapes.at(value, *self.rows.split(".")) if self.rows else value
        if isinstance(value, dict) and not self.rows:
            lists = [each for each in value.values() if isinstance(each, list)]
            value = lists[0] if len(lists) == 1 else value
        if not isinstance(value, list):
            raise Unavailable(
                f"{self.source}: the answer holds no rows{f' at {self.rows}' if self.rows else ''}"
            )
        return value[:MAX_ROWS]

    def value(self, row: JsonValue, name: str) -> JsonValue:
        """Return the field *name* of a row."""
        place = (self.fields or {}).get(name, name)
        nested = shapes.at(row, *place.split("."))
        return shapes.at(row, place) if nested is None else nested

    def text(self, row: JsonValue, name: str) -> str:
        """Return the field *name* of a row as text."""
        return shapes.text(self.value(row, name))


def log_lines(told: Told, window: Window) -> list[LogLine]:
    """Return the lines, oldest first; a line of plain text without a time counts as of the window's end."""
    if isinstance(told.answer, str) and isinstance(_json(told.answer), str):
        lines = [_plain(text, window) for text in told.answer.splitlines() if text.strip()]
        return sorted(lines, key=lambda line: line.at)
    found = []
    for row in told.found():
        at = moment(told.value(row, "at"))
        if at is not None:
            named = {name: told.text(row, name) for name in ("service", "text", "level", "pod", "trace")}
            found.append(LogLine(at, **named))
    return sorted(found, key=lambda line: line.at)


def series(told: Told, window: Window) -> list[Series]:
    """Return the points in *window* of each service and metric."""
    points: dict[tuple[str, str], dict[float, float]] = {}
    for row in told.found():
        at, value = moment(told.value(row, "at")), shapes.number(told.value(row, "value"))
        if at is not None and at in window and value is not None:
            named = told.text(row, "service"), told.text(row, "metric")
            points.setdefault(named, {})[at.timestamp()] = value
    return [
        Series(service, name, tuple(sorted(each.items()))) for (service, name), each in sorted(points.items())
    ]


def deployments(told: Told) -> list[Deployment]:
    """Return the deployments, newest first."""
    found = []
    for row in told.found():
        at, sha = moment(told.value(row, "at")), told.text(row, "sha") or told.text(row, "id")
        if at is not None and sha:
            title = told.text(row, "title") or sha
            found.append(Deployment(sha, at, title, told.text(row, "service"), told.text(row, "author")))
    return sorted(found, key=lambda each: each.at, reverse=True)


def alerts(told: Told) -> list[FiringAlert]:
    """Return what fires."""
    found = []
    for row in told.found():
        since, name = moment(told.value(row, "at")), told.text(row, "name")
        if since is not None and name:
            severity = told.text(row, "severity") or "unknown"
            found.append(
                FiringAlert(name, told.text(row, "service"), severity, since, told.text(row, "summary"))
            )
    return found


def calls(told: Told) -> list[Call]:
    """Return who calls whom."""
    rows = [(told.text(row, "caller"), told.text(row, "callee")) for row in told.found()]
    return [Call(caller, callee) for caller, callee in dict.fromkeys(rows) if caller and callee]


def runbooks(told: Told, source: str) -> list[Runbook]:
    """Return the runbooks; plain text is one."""
    if isinstance(told.answer, str) and isinstance(_json(told.answer), str):
        return [Runbook(source, source, told.answer)] if told.answer.strip() else []
    found = [
        Runbook(
            told.text(row, "id") or told.text(row, "title"), told.text(row, "title"), told.text(row, "text")
        )
        for row in told.found()
    ]
    return [each for each in found if each.id and each.text]


def _plain(text: str, window: Window) -> LogLine:
    stamp = _STAMP.match(text)
    at = moment(stamp.group(1)) if stamp else None
    return LogLine(at or window.end, "", text[stamp.end() :] if stamp and at else text)


def _json(answer: JsonValue) -> JsonValue:
    """Return what a text holds as JSON, else the text itself."""
    if not isinstance(answer, str) or not answer.lstrip().startswith(("[", "{")):
        return answer
    try:
        return read_json(answer)
    except ValueError:
        return answer
