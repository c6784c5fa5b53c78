"""What a metric is about, told from its name alone: resource, saturation, latency, error, traffic.

General rules of naming (Prometheus, CloudWatch, OpenTelemetry, kubelet), tried in order. It knows no values, and a
name that says nothing is `other`.
"""

import re
from typing import Literal

MetricKind = Literal["resource", "saturation", "latency", "error", "traffic", "other"]

_ERROR = (
    r"error|fail|fault|exception|5xx|4xx|reject|denied|abort|panic|restart|oom|crash|unhealthy|unavailable|dropped|"
    r"discard|timeouts?\b|availab|success|healthy|\bup\b"
)
_SATURATION = (
    r"throttl|queue|backlog|\blag\b|pending|waiting|blocked|pool|saturat|inflight|in flight|evict|connections?\b|"
    r"threads?\b|\bload\d*\b|steal|pressure"
)
_LATENCY = (
    r"latenc|duration|response time|elapsed|\bdelay|\brtt\b|\bp50|\bp75|\bp9\d|quantile|\btook\b|time to|"
    r"processing time|ttfb"
)
_RESOURCE = (
    r"cpu|mem|heap|rss|\bgc\b|disk|filesystem|\bfs\b|inode|swap|file descriptors?|\bfds?\b|usage|"
    r"utili[sz]ation|temperature|battery"
)
_TRAFFIC = (
    r"request|\brps\b|\bqps\b|\bops\b|throughput|calls|hits|messages|invocation|workload|receive|transmit|network|"
    r"syscall|bytes|packets|\bcount\b|total|\bread|\bwrite|sum"
)
_RULES: tuple[tuple[MetricKind, re.Pattern[str]], ...] = (
    ("error", re.compile(_ERROR)),
    ("saturation", re.compile(_SATURATION)),
    ("latency", re.compile(_LATENCY)),
    ("resource", re.compile(_RESOURCE)),
    ("traffic", re.compile(_TRAFFIC)),
)
_GOOD = re.compile(r"availab|success|healthy|\bup\b")
_EXPOSED = re.compile(r"unavailab|unhealthy|unsuccess")
_SHARE = re.compile(r"\brate\b|ratio|percent|\bpct\b|availab|success|utili[sz]ation")
_COUNTED = re.compile(r"request|\brps\b|\bqps\b|\bops\b|calls|invocation|workload|hits")
_EVENT = re.compile(r"restart|\boom|crash|evict|panic|\bkill|\bup\b")
_LIMIT = re.compile(r"\blimit|\bquota|capacity|\bmax\b")
_NAMED = re.compile(r"\b(memory|mem|rss|heap|cpu|disk|fds?|inode)")
_MEAN = re.compile(r"\b(avg|average|mean)\b")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def kind_of(metric: str) -> MetricKind:
    """Return what *metric* is about."""
    name = _spoken(metric)
    return next((kind for kind, pattern in _RULES if pattern.search(name)), "other")


def higher_is_better(metric: str) -> bool:
    """Say whether *metric* is a share of what went well, such as availability."""
    name = _spoken(metric)
    return _GOOD.search(name) is not None and _EXPOSED.search(name) is None


def is_share(metric: str) -> bool:
    """Say whether *metric* is a share of something, by its name: a rate, a ratio, per cent."""
    return "%" in metric or _SHARE.search(_spoken(metric)) is not None


def tells_events(metric: str) -> bool:
    """Say whether each single step of *metric* matters: a restart, an out-of-memory kill, a target that is down."""
    return _EVENT.search(_spoken(metric)) is not None


def limit_of(metric: str) -> str | None:
    """Return the resource whose limit *metric* tells (``memory``), or None."""
    name = _spoken(metric)
    named = resource_in(metric)
    return named if named and _LIMIT.search(name) else None


def resource_in(metric: str) -> str | None:
    """Return the resource that *metric* is about by its root (``mem``, ``cpu``, ``disk``, ``fd``), or None."""
    named = _NAMED.search(_spoken(metric))
    return (
        {"memory": "mem", "rss": "mem", "heap": "mem", "fds": "fd"}.get(named.group(1), named.group(1))
        if named
        else None
    )


def counts_requests(metric: str) -> bool:
    """Say whether *metric* counts requests, so that shares can be weighed by it."""
    name = _spoken(metric)
    return _COUNTED.search(name) is not None and kind_of(metric) == "traffic"


def tells_mean(metric: str) -> bool:
    """Say whether *metric* is a mean over requests, such as an average latency."""
    return _MEAN.search(_spoken(metric)) is not None


def unit_of(metric: str) -> str:
    """Return the unit that the name tells, or an empty string."""
    name = _spoken(metric)
    told = re.search(r"\(([^)]{1,8})\)", metric)
    if told:
        return told.group(1)
    for unit, pattern in (
        ("/s", r"\bper (?:s|sec|second)\b"),
        ("ms", r"\bms\b|milliseconds?"),
        ("µs", r"\bus\b|microseconds?"),
        ("s", r"\bs\b|seconds?"),
        ("bytes", r"\bbytes\b"),
        ("%", r"percent|\bpct\b"),
    ):
        if re.search(pattern, name):
            return unit
    return ""


def _spoken(metric: str) -> str:
    """Return a name as words in small letters: `NodeCpuUsageRate(%)` gives ``node cpu usage rate``."""
    return " ".join(re.split(r"[^A-Za-z0-9]+", _HUMP.sub(" ", metric))).lower()
