"""What the rows of a telemetry folder mean: pure readings of one JSON object each.

The form: logs {ts, service, pod, trace, msg, level?}; metrics wide rows {ts, service, NAME: number};
deployments {sha, deployed_at, title, files, diff, service?, author?, link?}; calls {caller, callee, calls,
client_p90_us, server_p90_us, network_p90_us}; spans {service, operation, count, p50_us, p95_us, max_us};
alerts {title, service, severity, starts_at, description, labels?, link?, ends_at?}.
A row that cannot be meant is None. A time without a zone is taken as UTC. It opens no file.
"""

import math
from collections.abc import Mapping

from tools.providers.moments import moment
from tools.telemetry import Call, ChangedFile, Deployment, FiringAlert, LogLine, Span

MAX_TEXT = 32_768
MAX_DIFF = 400_000

Row = Mapping[str, object]


def log_line(row: Row) -> LogLine | None:
    """Read one log row; a text longer than MAX_TEXT is cut."""
    at, text = moment(row.get("ts")), row.get("msg")
    if at is None or not isinstance(text, str):
        return None
    return LogLine(
        at,
        words(row, "service"),
        text[:MAX_TEXT],
        words(row, "level"),
        words(row, "pod"),
        words(row, "trace"),
    )


def metric_values(row: Row) -> tuple[float, str, dict[str, float]] | None:
    """Read one wide metric row as (Unix seconds, service, {metric: value}); what is no number is left out."""
    at, service = moment(row.get("ts")), words(row, "service")
    if at is None:
        return None
    values = {
        name: float(value)
        for name, value in row.items()
        if name not in {"ts", "service"}
        and isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < 1e300
        and math.isfinite(value)
    }
    return at.timestamp(), service, values


def deployment(row: Row) -> Deployment | None:
    """Read one deployment row."""
    sha, at = words(row, "sha"), moment(row.get("deployed_at"))
    if not sha or at is None:
        return None
    listed = row.get("files")
    files = (
        tuple(_changed_file(each) for each in listed if isinstance(each, dict))
        if isinstance(listed, list)
        else ()
    )
    return Deployment(
        sha=sha,
        at=at,
        title=words(row, "title")[:MAX_TEXT],
        service=words(row, "service"),
        author=words(row, "author"),
        files=tuple(each for each in files if each.path),
        diff=words(row, "diff")[:MAX_DIFF],
        link=words(row, "link") or None,
    )


def call(row: Row) -> Call | None:
    """Read one row of the dependency map."""
    caller, callee = words(row, "caller"), words(row, "callee")
    if not caller or not callee:
        return None
    count = _number(row, "calls")
    return Call(
        caller,
        callee,
        None if count is None else int(count),
        _seconds(row, "client_p90_us"),
        _seconds(row, "server_p90_us"),
        _seconds(row, "network_p90_us"),
    )


def span(row: Row) -> Span | None:
    """Read one row of the trace summary."""
    service, operation = words(row, "service"), words(row, "operation")
    p50, p95, longest = (_seconds(row, key) for key in ("p50_us", "p95_us", "max_us"))
    if not service or p50 is None or p95 is None:
        return None
    return Span(
        service, operation, int(_number(row, "count") or 0), p50, p95, p95 if longest is None else longest
    )


def alert(row: Row) -> tuple[FiringAlert, bool] | None:
    """Read one alert row and whether it tells that the alert is over; None without a name or a start."""
    name, since = words(row, "title") or words(row, "name"), moment(row.get("starts_at"))
    if not name or since is None:
        return None
    labelled = row.get("labels")
    labels = {str(key): str(value) for key, value in labelled.items()} if isinstance(labelled, dict) else {}
    over = row.get("status") == "resolved" or moment(row.get("ends_at")) is not None
    firing = FiringAlert(
        name=name,
        service=words(row, "service") or labels.get("service", ""),
        severity=words(row, "severity") or labels.get("severity", "") or "unknown",
        since=since,
        summary=(words(row, "description") or words(row, "summary"))[:MAX_TEXT],
        labels=labels,
        link=words(row, "link") or None,
    )
    return firing, over


def words(row: Row, key: str) -> str:
    """Return the text under *key*, or an empty one."""
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _changed_file(row: Row) -> ChangedFile:
    return ChangedFile(words(row, "path"), int(_number(row, "added") or 0), int(_number(row, "deleted") or 0))


def _number(row: Row, key: str) -> float | None:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e300 and math.isfinite(value) else None


def _seconds(row: Row, key: str) -> float | None:
    microseconds = _number(row, key)
    return None if microseconds is None else microseconds / 1e6
