"""From facts to clues: who is under suspicion of what, by how much, and whether a callee could be behind it.

Points are on one scale for all kinds of telemetry: 1 is noise on a bad day, 3 is what an engineer would call odd,
5 and more is what one points at. The weights follow from what each measurement can know:

- a processor at its limit, a network that delays, a line that a service no longer writes are its own doing;
- slowness and errors spread from callee to caller, so they are symptoms until no callee explains them;
- where calls between services are measured, percentiles of pods tell the same less well.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.investigation.suspects.emphasis import Emphasis
from bot.investigation.suspects.facts import Facts, Told

SOURCES = ("log", "metric", "network", "server", "span")


@dataclass(frozen=True, slots=True)
class Clue:
    """One thing that speaks against a service. *symptom*: a callee of it may be the one behind it.

    *measure* and *amount* tell how much of what came on top (seconds of one percentile, failed requests), so that
    a callee that added as much can be recognised; empty and 0 when that cannot be told.
    """

    service: str
    source: str
    cause: str
    points: float
    symptom: bool
    evidence: str
    said: str
    first: datetime | None = None
    measure: str = ""
    amount: float = 0.0


_LOG_NOISE, _LOG_POINTS = 1.3, 0.6
_NETWORK_POINTS, _SERVER_POINTS, _SPAN_POINTS = 1.4, 0.33, 0.25
_LEAST_DOUBLINGS = 1.0
_OTHER_END = 0.3
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
_NODE = re.compile(r"^(node|host|instance|machine)[_A-Z]")
_SHARE = re.compile(r"%|percent|rate\b|ratio|util", re.IGNORECASE)
_PREFIX = re.compile(
    r"^(?:\s*(?:[\w.\-]+[:=]\s*)?<\*>[\],;]?|\s*\[?(?:ERROR|WARN(?:ING)?|INFO|DEBUG|FATAL|CRITICAL|SEVERE)\]?:?(?=\s))+"
)
_LONGEST = 110
_RESOURCES = re.compile(r"cpu|mem|disk|heap|fd|inode", re.IGNORECASE)


def clues(facts: Facts, emphasis: Emphasis) -> tuple[Clue, ...]:
    """Return all clues that *facts* give, in the light of what the alert speaks of."""
    measured = any(call.part("client", "now") is not None for call in facts.calls)
    found = [
        *_from_logs(facts.groups),
        *_from_metrics(facts.changes, emphasis, measured=measured),
        *_from_calls(facts.calls),
        *_from_spans(facts.spans),
    ]
    return tuple(clue for clue in found if clue.service and clue.points > 0)


def _from_logs(groups: Sequence[Told]) -> Iterator[Clue]:
    for group in groups:
        trend = group.text("trend")
        calm = group.text("severity") == "info"
        points = ((group.number("score") or 0.0) - _LOG_NOISE) * _LOG_POINTS
        said = {
            "new": "started to log" if calm else "started to log errors:",
            "more": "logs more often",
            "fewer": "logs more rarely",
            "gone": "no longer logs",
        }.get(trend, "logs")
        yield Clue(
            group.text("service"),
            "log",
            "error",
            points,
            symptom=trend in {"new", "more"},
            evidence=group.id,
            said=f"{said} “{_quoted(group.text('template'))}”",
            first=group.time("first") if trend in {"new", "more"} else None,
        )


def _from_metrics(changes: Sequence[Told], emphasis: Emphasis, *, measured: bool) -> Iterator[Clue]:
    levels = _levels(changes)
    for change in changes:
        kind, metric, service = change.text("kind"), change.text("metric"), change.text("service")
        score = change.number("score") or 0.0
        points = math.log1p(score) * _KIND_POINTS.get(kind, 0.1) * emphasis.of(kind)
        if change.row.get("worse") is not True:
            points *= _BETTER
        requests = change.number("requests")
        if kind in {"latency", "error"} and requests is not None and requests >= 1:
            points *= requests / (requests + _FEW_REQUESTS)
        if kind == "latency" and measured:
            points *= _MEASURED_ELSEWHERE
        if kind == "resource":
            points *= _pressing(change, levels)
        if _NODE.match(metric):
            points *= _SHARED
        yield Clue(
            service,
            "metric",
            "error" if kind == "error" else "resource" if kind in {"resource", "saturation"} else "latency",
            points,
            symptom=kind != "resource",
            evidence=change.id,
            said=_course(change),
            first=change.time("first"),
            measure="failed requests" if kind == "error" else metric,
            amount=_added(change, requests if kind == "error" else 1.0),
        )


def _from_calls(calls: Sequence[Told]) -> Iterator[Clue]:
    """Blame the side that all its slow calls have in common; the other end gets a part."""
    delayed = [call for call in calls if (call.part("network", "doublings") or 0.0) >= _LEAST_DOUBLINGS]
    for call in delayed:
        grown = call.part("network", "doublings") or 0.0
        caller, callee = call.text("caller"), call.text("callee")
        at_callee = _part_of(delayed, calls, "callee", callee) >= _part_of(delayed, calls, "caller", caller)
        said = f"calls {caller} → {callee} wait between the two: {_parts(call, 'network')}"
        for service, blamed in ((callee, at_callee), (caller, not at_callee)):
            points = grown * _NETWORK_POINTS * (1.0 if blamed else _OTHER_END)
            yield Clue(service, "network", "latency", points, symptom=False, evidence=call.id, said=said)
    for call in calls:
        grown = call.part("server", "doublings") or 0.0
        if grown >= _LEAST_DOUBLINGS:
            callee = call.text("callee")
            said = f"takes longer to answer {call.text('caller')}: {_parts(call, 'server')}"
            yield Clue(
                callee, "server", "latency", grown * _SERVER_POINTS, symptom=True, evidence=call.id, said=said
            )


def _from_spans(spans: Sequence[Told]) -> Iterator[Clue]:
    for span in spans:
        grown = span.number("score") or 0.0
        if grown >= _LEAST_DOUBLINGS:
            said = f"operation {_quoted(span.text('operation'))} slowed down"
            points = grown * _SPAN_POINTS
            yield Clue(
                span.text("service"), "span", "latency", points, symptom=True, evidence=span.id, said=said
            )


def _part_of(delayed: Sequence[Told], calls: Sequence[Told], end: str, service: str) -> float:
    """Return which part of the calls at one *end*, *service*, is delayed."""
    all_there = [
        call for call in calls if call.text(end) == service and call.part("network", "now") is not None
    ]
    return sum(call.text(end) == service for call in delayed) / max(1, len(all_there))


def _levels(changes: Sequence[Told]) -> dict[tuple[str, str], float]:
    """Return how full each resource of each service got, 0..1, where a metric in per cent tells it."""
    full: dict[tuple[str, str], float] = defaultdict(float)
    for change in changes:
        level = _level(change)
        if level is not None:
            for resource in _RESOURCES.findall(change.text("metric").lower()):
                full[change.text("service"), resource] = max(full[change.text("service"), resource], level)
    return full


def _level(change: Told) -> float | None:
    peak = change.number("peak")
    if peak is None or change.text("kind") != "resource" or not _SHARE.search(change.text("metric")):
        return None
    return peak / 100 if change.text("unit") == "%" or peak > 1.5 else peak


def _pressing(change: Told, levels: dict[tuple[str, str], float]) -> float:
    """Return how much a resource matters: little at 30 % of its limit, fully from 80 %; half when unknown."""
    named = _RESOURCES.findall(change.text("metric").lower())
    known = [
        levels[change.text("service"), each] for each in named if (change.text("service"), each) in levels
    ]
    if not known:
        return 0.5
    return min(1.0, max(0.05, (max(known) - 0.3) / 0.5))


def _added(change: Told, times: float | None) -> float:
    before, after = change.number("before"), change.number("after")
    return abs(after - before) * (times or 1.0) if before is not None and after is not None else 0.0


def _course(change: Told) -> str:
    before, after = change.number("before"), change.number("after")
    unit = f" {change.text('unit')}" if change.text("unit") else ""
    return (
        f"{change.text('metric')} went from {before:.3g}{unit} to {after:.3g}{unit}"
        if (before is not None and after is not None)
        else f"{change.text('metric')} changed"
    )


def _parts(call: Told, part: str) -> str:
    now, normal = call.part(part, "now"), call.part(part, "normal")
    usual = f"{normal:.3g} s → " if normal is not None else ""
    return f"p90 {usual}{now:.3g} s" if now is not None else "p90 unknown"


def _quoted(text: str) -> str:
    """Return a template without what stands before its message: marks, levels, ids."""
    told = _PREFIX.sub("", text).strip() or text
    return told if len(told) <= _LONGEST else told[: _LONGEST - 1] + "…"
