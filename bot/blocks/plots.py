"""What of a case is worth a picture: the metrics that changed the most, as data to draw, and the same in words.

Drawn from the first look alone, so that the picture is the same live, after a restart and in a replay, and is made
once. It draws nothing itself and knows no file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.investigation.casefile import CaseFile
from tools.plot import LEAST_POINTS, MOST_PANELS, Panel
from tools.tool import Observation
from tools.wording import clock, factor, quantity

_ALT = 1_900


@dataclass(frozen=True, slots=True)
class Picture:
    """Panels to draw around *onset*; *alt* tells the same in words."""

    panels: tuple[Panel, ...]
    onset: datetime
    alt: str


def picture_of(case: CaseFile) -> Picture | None:
    """Return the picture of *case*, once its first look is over; None when there is nothing to draw."""
    if case.pending:
        return None
    seen = [
        observation
        for findings in case.findings
        if not findings.call.id and findings.call.name == "query_metrics"
        for observation in findings.observations
    ]
    seen.sort(key=lambda each: each.service != case.alert.service)  # the alert's own service first
    drawn = [(panel, words) for each in seen if (panel := _panel(each)) and (words := _words(each))]
    if not drawn:
        return None
    panels = tuple(panel for panel, _ in drawn[:MOST_PANELS])
    told = "; ".join(words for _, words in drawn[:MOST_PANELS])
    onset = case.alert.starts_at
    return Picture(panels, onset, f"Plot around the onset at {clock(onset)} UTC. {told}."[:_ALT])


def as_data(picture: Picture) -> dict[str, Any]:
    """Return *picture* as plain JSON, for the outbox."""
    panels = [
        {
            "service": panel.service,
            "metric": panel.metric,
            "unit": panel.unit,
            "points": [list(point) for point in panel.points],
            "normal": panel.normal,
            "first": panel.first.isoformat() if panel.first else None,
        }
        for panel in picture.panels
    ]
    return {"panels": panels, "onset": picture.onset.isoformat(), "alt": picture.alt}


def from_data(data: Mapping[str, Any]) -> Picture:
    """Return the picture that `as_data` wrote down."""
    panels = tuple(
        Panel(
            each["service"],
            each["metric"],
            each["unit"],
            tuple((at, value) for at, value in each["points"]),
            each["normal"],
            datetime.fromisoformat(each["first"]) if each["first"] else None,
        )
        for each in data["panels"]
    )
    return Picture(panels, datetime.fromisoformat(data["onset"]), data["alt"])


def _panel(seen: Observation) -> Panel | None:
    change, course = seen.facts.get("change"), seen.facts.get("course")
    if not isinstance(change, Mapping) or not isinstance(course, Mapping):
        return None
    points = _points(course.get("points"))
    if len(points) < LEAST_POINTS:
        return None
    normal, first = change.get("before"), change.get("first")
    return Panel(
        str(change.get("service") or ""),
        str(change.get("metric") or ""),
        str(change.get("unit") or ""),
        points,
        float(normal) if isinstance(normal, int | float) else None,
        datetime.fromisoformat(first) if isinstance(first, str) else None,
    )


def _points(told: object) -> tuple[tuple[float, float], ...]:
    rows: Sequence[object] = told if isinstance(told, list | tuple) else ()
    return tuple(
        (float(row[0]), float(row[1]))
        for row in rows
        if isinstance(row, list | tuple)
        and len(row) == 2
        and all(isinstance(each, int | float) for each in row)
    )


def _words(seen: Observation) -> str:
    change = seen.facts.get("change")
    assert isinstance(change, Mapping)
    before, after, unit = change.get("before"), change.get("after"), str(change.get("unit") or "")
    if not isinstance(before, int | float) or not isinstance(after, int | float):
        return ""
    times = factor(before, after)
    return (
        f"{change.get('service')}: {change.get('metric')} from {quantity(before, unit)} to {quantity(after, unit)}"
        f"{f' ({times})' if times else ''}"
    )
