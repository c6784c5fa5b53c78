"""Alert rules on the scraped metrics: what is read, the limit, how long it must last, and what people are told.

A rule sees metric rows only: it knows no fault, and names the service where the symptom shows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Row = Mapping[str, Any]
Recent = Sequence[Row]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, for one service's rows of the last *span_s* seconds.

    *reading* returns the figure, or None when there is nothing to read. *text* may use {value}, {percent},
    {service} and {span}. *service* empty means every service.
    """

    name: str
    severity: str
    service: str
    reading: Callable[[Recent], float | None]
    over: float
    lasting_s: float
    text: str
    span_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule that fires, or did."""

    rule: Rule
    service: str
    starts_at: datetime
    value: float
    ends_at: datetime | None = None

    def row(self) -> dict[str, Any]:
        """Return it in the form of a case's alert.json."""
        rule = self.rule
        said = rule.text.format(
            value=self.value, percent=100 * self.value, service=self.service, span=rule.span_s
        )
        row: dict[str, Any] = {
            "source": "alertmanager",
            "title": rule.name,
            "description": said,
            "severity": rule.severity,
            "starts_at": _stamp(self.starts_at),
            "service": self.service,
            "status": "resolved" if self.ends_at else "firing",
            "labels": {
                "alertname": rule.name,
                "service": self.service,
                "severity": rule.severity,
                "env": "shop",
            },
        }
        return row | ({"ends_at": _stamp(self.ends_at)} if self.ends_at else {})


def share_of_errors(route: str = "") -> Callable[[Recent], float | None]:
    """Read the share of requests answered with 5xx, in all or on one route."""
    tail = f"_{route}" if route else ""

    def reading(rows: Recent) -> float | None:
        asked = sum(row.get(f"requests_per_s{tail}", 0.0) for row in rows)
        failed = sum(row.get(f"errors_per_s{tail}", 0.0) for row in rows)
        return float(failed / asked) if asked else None

    return reading


def middle(metric: str) -> Callable[[Recent], float | None]:
    """Read the middle one of a metric's recent values."""

    def reading(rows: Recent) -> float | None:
        values = sorted(float(row[metric]) for row in rows if metric in row)
        return values[len(values) // 2] if values else None

    return reading


def growth(metric: str) -> Callable[[Recent], float | None]:
    """Read by how much a metric grew over the recent rows."""

    def reading(rows: Recent) -> float | None:
        values = [float(row[metric]) for row in rows if metric in row]
        return values[-1] - values[0] if values else None

    return reading


def down(rows: Recent) -> float | None:
    """Read 1 when the last scrape failed, else 0."""
    return 1.0 - float(rows[-1]["up"]) if rows else None


OPERATIONS = (
    Rule(
        "HighErrorRate", "critical", "gateway", share_of_errors(), 0.05, 6,
        "{percent:.0f}% of requests to {service} ended in a 5xx over the last {span:.0f} s (limit 5%).",
    ),
    Rule(
        "HighLatency", "warning", "gateway", middle("latency_s_p95"), 0.75, 8,
        "p95 latency of {service} is {value:.2f} s (limit 0.75 s).",
    ),
    Rule(
        "PodRestarting", "warning", "", growth("restarts"), 1.5, 0,
        "{service} was restarted {value:.0f} times within {span:.0f} s.", 90,
    ),
    Rule("TargetDown", "critical", "", down, 0.5, 25, "{service} has not answered its scrapes for 25 s.", 5),
)  # fmt: skip
OBJECTIVES = (
    Rule(
        "CustomersCannotOrder", "page", "gateway", share_of_errors("post_orders"), 0.1, 6,
        "Customers see the sorry page when they order: {percent:.0f}% of orders failed in the last {span:.0f} s."
        " The objective is one in a hundred.",
    ),
    Rule(
        "ShopAvailabilityBudgetBurn", "page", "gateway", share_of_errors(), 0.04, 10,
        "The shop burns its error budget: {percent:.1f}% of page views failed, 0.5% are allowed.",
    ),
    Rule(
        "PagesTooSlow", "ticket", "gateway", middle("latency_s_p95"), 0.6, 8,
        "One page view in twenty takes longer than {value:.1f} s; customers were promised 0.6 s.",
    ),
    Rule("ScrapeMissing", "ticket", "", down, 0.5, 30, "No metrics from {service} for half a minute.", 5),
)  # fmt: skip
PACKS: Mapping[str, tuple[Rule, ...]] = {"operations": OPERATIONS, "objectives": OBJECTIVES}


@dataclass(slots=True)
class Evaluation:
    """The rules at work over the rows that come in."""

    rules: Sequence[Rule]
    _rows: dict[str, list[Row]] = field(default_factory=dict)
    _pending: dict[tuple[str, str], float] = field(default_factory=dict)
    _firing: dict[tuple[str, str], Alert] = field(default_factory=dict)

    def take(self, row: Row) -> list[Alert]:
        """Take one service's new row and return what begins to fire, or is over, by it."""
        service, now = str(row["service"]), float(row["ts"])
        kept = self._rows.setdefault(service, [])
        kept.append(row)
        del kept[: -max(2, 120)]
        changed = (
            self._judge(rule, service, [each for each in kept if each["ts"] > now - rule.span_s], now)
            for rule in self.rules
            if rule.service in {"", service}
        )
        return [alert for alert in changed if alert]

    def _judge(self, rule: Rule, service: str, rows: Recent, now: float) -> Alert | None:
        key, value = (rule.name, service), rule.reading(rows)
        if value is None or value <= rule.over:
            self._pending.pop(key, None)
            was = self._firing.pop(key, None)
            ends_at = datetime.fromtimestamp(now, UTC)
            return Alert(rule, service, was.starts_at, was.value, ends_at) if was else None
        since = self._pending.setdefault(key, now)
        if key in self._firing or now - since < rule.lasting_s:
            return None
        self._firing[key] = Alert(rule, service, datetime.fromtimestamp(now, UTC), value)
        return self._firing[key]


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
