"""Clues from metrics that left their normal range."""

import math
import re
from collections.abc import Iterator, Sequence

from bot.investigation.suspects.clue import Clue
from bot.investigation.suspects.emphasis import Emphasis
from bot.investigation.suspects.facts import Told
from bot.investigation.suspects.mentions import mentioned
from tools.wording import quantity

_KIND_POINTS = {
    "latency": 1.0,
    "error": 1.2,
    "saturation": 0.9,
    "resource": 1.0,
    "traffic": 0.15,
    "other": 0.1,
}
_BETTER = 0.1  # of the points, when the change is one for the better
_MEASURED_ELSEWHERE = 0.3
_SHARED = 0.2  # a node's metric is told of every service on it
_FEW_REQUESTS = 10.0
_EVENT_POINTS = 1.8  # a restart or a target that is down says who it is
_UNKNOWN_LEVEL = 0.5
_OWN_PART = 0.5  # of a metric about calls to another service; the rest speaks against that other one
_NODE = re.compile(r"^(node|host|instance|machine)[_A-Z]")
_EVENT = re.compile(r"restart|oom|crash|evict|kill|(^|[^a-z])up([^a-z]|$)", re.IGNORECASE)
_RESOURCE = re.compile(r"cpu|mem|heap|rss|disk|fd|inode", re.IGNORECASE)


def from_metrics(
    changes: Sequence[Told], emphasis: Emphasis, services: frozenset[str], *, measured: bool
) -> Iterator[Clue]:
    """Yield a clue for each change; *measured* tells that calls between services are measured as well."""
    levels = _levels(changes)
    for change in changes:
        kind, metric, service = change.text("kind"), change.text("metric"), change.text("service")
        points = math.log1p(change.number("score") or 0.0) * _KIND_POINTS.get(kind, 0.1) * emphasis.of(kind)
        points *= _standing(change, levels, measured=measured)
        event = kind == "error" and _EVENT.search(metric) is not None
        about = mentioned(metric.replace("_", " "), _spaced(services), but=_space(service))
        clue = Clue(
            service,
            "event" if event else "metric",
            "resource"
            if event or kind in {"resource", "saturation"}
            else "error"
            if kind == "error"
            else "latency",
            points * (_EVENT_POINTS if event else _OWN_PART if about else 1.0),
            symptom=kind != "resource" and not event,
            evidence=change.id,
            said=_course(change),
            first=change.time("first"),
            measure="failed requests" if kind == "error" else metric,
            amount=_added(change, change.number("requests") if kind == "error" else 1.0),
            added=change.number("added"),
        )
        yield clue
        for other in about if kind in {"latency", "error"} and change.row.get("worse") is True else ():
            name = next(each for each in services if _space(each) == other)
            told = f"{service} sees it: {clue.said}"
            yield Clue(
                name,
                "complaint",
                clue.cause,
                points * _OWN_PART,
                True,
                change.id,
                told,
                clue.first,
                told_by=service,
            )


def _standing(change: Told, levels: dict[tuple[str, str], float], *, measured: bool) -> float:
    """Return which part of its points a change keeps, by what its metric can know."""
    kind, standing = change.text("kind"), 1.0
    if change.row.get("worse") is not True:
        standing *= _BETTER
    requests = change.number("requests")
    if kind in {"latency", "error"} and requests is not None and requests >= 1:
        standing *= requests / (requests + _FEW_REQUESTS)
    if kind == "latency" and measured:
        standing *= _MEASURED_ELSEWHERE
    if kind == "resource":
        standing *= _pressing(change, levels)
    return standing * (_SHARED if _NODE.match(change.text("metric")) else 1.0)


def _levels(changes: Sequence[Told]) -> dict[tuple[str, str], float]:
    """Return how full each resource of each service got, 0..1, where a metric tells it."""
    full: dict[tuple[str, str], float] = {}
    for change in changes:
        level = change.number("level")
        for resource in _RESOURCE.findall(change.text("metric").lower()) if level is not None else ():
            key = (change.text("service"), resource)
            full[key] = max(full.get(key, 0.0), level or 0.0)
    return full


def _pressing(change: Told, levels: dict[tuple[str, str], float]) -> float:
    """Return how much a resource matters: little at 30 % of its limit, fully from 80 %; half when unknown."""
    named = _RESOURCE.findall(change.text("metric").lower())
    known = [
        levels[change.text("service"), each] for each in named if (change.text("service"), each) in levels
    ]
    return min(1.0, max(0.05, (max(known) - 0.3) / 0.5)) if known else _UNKNOWN_LEVEL


def _added(change: Told, times: float | None) -> float:
    before, after = change.number("before"), change.number("after")
    return abs(after - before) * (times or 1.0) if before is not None and after is not None else 0.0


def _course(change: Told) -> str:
    """Say how far a metric went: the extreme, and that it is one where it stood elsewhere most of the time."""
    before, extreme = change.number("before"), change.number("peak")
    unit = change.text("unit")
    if before is None or extreme is None:
        return f"{change.text('metric')} changed"
    start, end = quantity(before, unit), quantity(extreme, unit)
    after = change.number("after")
    passing = after is not None and quantity(after, unit) != end
    return f"{change.text('metric')} went from {start} to {end}{' for a time' if passing else ''}"


def _spaced(services: frozenset[str]) -> frozenset[str]:
    return frozenset(_space(each) for each in services)


def _space(name: str) -> str:
    return name.replace("_", " ")
