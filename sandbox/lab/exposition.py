"""Read the Prometheus text format and turn two readings into one wide row of figures.

Counters become rates (`NAME_per_s`), histograms `NAME_p50` and `NAME_p95`, gauges keep their names; HTTP requests
become requests_per_s, errors_per_s (5xx), rejected_per_s (4xx), error_ratio and latencies, in all and by route.
A counter that went backwards was restarted and counts from zero. It fetches nothing.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

Labels = tuple[tuple[str, str], ...]
Reading = Mapping[tuple[str, Labels], float]

_SAMPLE = re.compile(r"^(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>.*)\})?\s+(?P<value>\S+)")
_LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')
_REQUESTS, _DURATION = "http_requests_total", "http_request_duration_seconds"
_CALLS, _CALL_DURATION = "http_client_requests_total", "http_client_duration_seconds"


def read(text: str) -> dict[tuple[str, Labels], float]:
    """Return {(name, labels): value} of every sample; lines that are none are passed over."""
    found: dict[tuple[str, Labels], float] = {}
    for line in text.splitlines():
        match = None if line.startswith("#") else _SAMPLE.match(line)
        if match:
            labels = tuple(sorted(_LABEL.findall(match["labels"] or "")))
            found[match["name"], labels] = float(match["value"])
    return found


def wide_row(before: Reading, now: Reading, seconds: float) -> dict[str, float]:
    """Return the figures for the *seconds* between two readings of one service."""
    grown = {
        key: value - before.get(key, 0.0) if value >= before.get(key, 0.0) else value
        for key, value in now.items()
        if key[0].endswith(("_total", "_bucket"))
    }
    row = {name: value for (name, labels), value in now.items() if _is_gauge(name) and not labels}
    row["cpu_cores"] = grown.get(("process_cpu_seconds_total", ()), 0.0) / seconds
    row |= _requests(grown, seconds)
    row |= _calls(grown, seconds)
    for name in {name for name, _ in grown if name.endswith("_bucket")} - {
        f"{_DURATION}_bucket",
        f"{_CALL_DURATION}_bucket",
    }:
        for values, buckets in _by_labels(grown, name).items():
            row |= _quantiles("_".join((name.removesuffix("_bucket"), *values)), buckets)
    return {name: round(value, 6) for name, value in sorted(row.items())}


def _is_gauge(name: str) -> bool:
    return not name.endswith(("_total", "_bucket", "_sum", "_count"))


def _requests(grown: Reading, seconds: float) -> dict[str, float]:
    by_route: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for (name, labels), count in grown.items():
        if name == _REQUESTS:
            told = dict(labels)
            for place in ("", _word(told["route"])):
                by_route[place][0] += count
                by_route[place][1] += count if told["status"] >= "500" else 0
                by_route[place][2] += count if "400" <= told["status"] < "500" else 0
    row: dict[str, float] = {}
    for route, (count, errors, rejected) in by_route.items():
        tail = f"_{route}" if route else ""
        row[f"requests_per_s{tail}"] = count / seconds
        row[f"errors_per_s{tail}"] = errors / seconds
        if not route:
            row["rejected_per_s"] = rejected / seconds
        if count:
            row[f"error_ratio{tail}"] = errors / count
    everything: dict[float, float] = defaultdict(float)
    for values, buckets in _by_labels(grown, f"{_DURATION}_bucket").items():
        row |= _quantiles(f"latency_s_{_word(values[0])}", buckets)
        for bound, count in buckets.items():
            everything[bound] += count
    return row | _quantiles("latency_s", everything)


def _calls(grown: Reading, seconds: float) -> dict[str, float]:
    row: dict[str, float] = {}
    for (name, labels), count in grown.items():
        if name == _CALLS:
            told = dict(labels)
            for wanted, shown in (("ok", "calls"), ("error", "call_errors")):
                key = f"{shown}_to_{told['callee']}_per_s"
                row[key] = row.get(key, 0.0) + (count / seconds if told["outcome"] == wanted else 0.0)
    for values, buckets in _by_labels(grown, f"{_CALL_DURATION}_bucket").items():
        row |= _quantiles(f"call_latency_s_to_{values[0]}", buckets)
    return row


def _by_labels(grown: Reading, name: str) -> dict[tuple[str, ...], dict[float, float]]:
    """Return cumulative counts by upper bound, for each set of label values but `le`."""
    found: dict[tuple[str, ...], dict[float, float]] = defaultdict(dict)
    for (sample, labels), count in grown.items():
        if sample == name:
            told = dict(labels)
            bound = float(told.pop("le"))
            found[tuple(told.values())][bound] = count
    return found


def _quantiles(name: str, buckets: Mapping[float, float]) -> dict[str, float]:
    if not buckets or not max(buckets.values()):
        return {}
    return {f"{name}_p50": quantile(buckets.items(), 0.5), f"{name}_p95": quantile(buckets.items(), 0.95)}


def quantile(buckets: Iterable[tuple[float, float]], share: float) -> float:
    """Return a quantile of cumulative counts by upper bound, linear within a bucket, as Prometheus does."""
    ordered = sorted(buckets)
    wanted = share * ordered[-1][1]
    lower, below = 0.0, 0.0
    for bound, count in ordered:
        if count >= wanted:
            if math.isinf(bound):
                return lower
            within = (wanted - below) / (count - below) if count > below else 1.0
            return lower + (bound - lower) * within
        lower, below = bound, count
    return lower


def _word(route: str) -> str:
    return re.sub(r"\W+", "_", route).strip("_").lower()
