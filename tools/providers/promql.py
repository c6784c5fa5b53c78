"""Which PromQL to ask for a metric, so that counters become rates and histograms a p95, by service.

Pure text; it knows no server. A name's ending says what it is, as Prometheus' conventions have it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_CODES = ("code", "status", "status_code", "http_status")
_REQUESTS = re.compile(r"(request|response|handled|calls?)s?(_count)?(_total)?$", re.IGNORECASE)
_MATTERS = re.compile(
    r"^up$|request|response|latency|duration|error|fail|retr|timeout|cpu|mem|heap|rss|oom|restart|pool|connection"
    r"|queue|lag|depth|backlog|disk|filesystem|fds|thread|saturat|throttl|evict|cache|lock|wait|expir|gc",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"_created$|^(go|scrape|promhttp|prometheus|net_conntrack|python_info|python_gc|alertmanager)_"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A metric as we name it, and the expression that gives it by service."""

    metric: str
    expression: str


def worth_asking(names: Iterable[str], wanted: str | None, limit: int) -> list[str]:
    """Return the metric names to ask for: those that contain *wanted*, or those that tell of trouble."""
    part = wanted.casefold() if wanted else None
    kept = [
        name
        for name in sorted(names)
        if not name.endswith(("_sum", "_bucket"))
        and (part in name.casefold() if part else bool(_MATTERS.search(name)) and not _NOISE.search(name))
    ]
    kept.sort(key=lambda name: name != "up")  # whether a target answers at all comes before any limit
    return kept[:limit]


def asked_for(
    name: str, names: Sequence[str], labels: Sequence[str], service: str | None, span: str
) -> list[Asked]:
    """Return what to ask for the metric *name*, given all *names* there are.

    *labels* are those that may hold the service's name; *span* is the window of rates ("60s").
    """
    stem = name.removesuffix("_count")
    if name.endswith("_count") and f"{stem}_bucket" in names:
        buckets = _by_service("sum", f"rate({stem}_bucket%s[{span}])", labels, service, extra=("le",))
        p95 = Asked(f"{stem}_p95", f"histogram_quantile(0.95, {buckets})")
        return [p95, *_rates(name, labels, service, span)]
    if name.endswith(("_total", "_count")):
        return _rates(name, labels, service, span)
    fold = "min" if name == "up" else "max"
    return [Asked(name, _by_service(fold, f"{name}%s", labels, service))]


def _rates(name: str, labels: Sequence[str], service: str | None, span: str) -> list[Asked]:
    rate = Asked(f"{name}:rate", _by_service("sum", f"rate({name}%s[{span}])", labels, service))
    if not _REQUESTS.search(name):
        return [rate]
    failed = [
        _by_service("sum", f"rate({name}%s[{span}])", labels, service, matchers=(f'{code}=~"5..|5xx|error"',))
        for code in _CODES
    ]
    return [rate, Asked(f"{name}:5xx", " or ".join(failed))]


def _by_service(
    fold: str,
    selector: str,
    labels: Sequence[str],
    service: str | None,
    *,
    extra: Sequence[str] = (),
    matchers: Sequence[str] = (),
) -> str:
    """Return *selector*, with `%s` for its matchers, folded by the labels that name a service."""
    by = ", ".join([*labels, *extra])
    if service is None:
        return f"{fold} by ({by}) ({selector % _braces(matchers)})"
    chosen = (_braces([f"{label}={quoted(service)}", *matchers]) for label in labels)
    return " or ".join(f"{fold} by ({by}) ({selector % each})" for each in chosen)


def _braces(matchers: Sequence[str]) -> str:
    return "{" + ",".join(matchers) + "}" if matchers else ""


def quoted(value: str) -> str:
    """Return *value* as a PromQL string."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
