"""Metrics from CloudWatch by ListMetrics and GetMetricData, which only read.

Which statistic tells depends on the metric: counts as sums, latencies as their 95th percentile, the rest as the
largest. Metrics, points and pages are bounded: GetMetricData is billed by the metric. Of one metric that a service
has under several sets of dimensions, the one with the fewest is read. Normal operation is the time just before.
"""

import asyncio
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import httpx2
from pydantic import JsonValue

from tools.providers import shapes
from tools.providers.http_source import HttpSource
from tools.providers.moments import moment
from tools.reads import Endpoint, Read
from tools.telemetry import Series, Window

_TARGET = "GraniteServiceVersion20100801"
_MEDIA = "application/x-amz-json-1.0"
LIST = Read("POST", "", f"{_TARGET}.ListMetrics", _MEDIA)
DATA = Read("POST", "", f"{_TARGET}.GetMetricData", _MEDIA)
READS = (LIST, DATA)
PAGES = 4
POINTS = 240
MAX_RANGE = timedelta(hours=6)
_A_MINUTE = 60
_COUNTED = re.compile(
    r"count|errors?$|faults?$|throttle|requests?$|[45]xx|invocations|number|messages", re.IGNORECASE
)
_TIMED = re.compile(r"latency|duration|time$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Where it answers, which namespaces, and the dimensions that name a service, the first that a metric has."""

    endpoint: Endpoint
    region: str
    namespaces: tuple[str, ...]
    service_dimensions: tuple[str, ...]
    max_metrics: int = 200
    console_url: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A metric as CloudWatch lists it."""

    service: str
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]

    @property
    def statistic(self) -> str:
        """The statistic that tells of trouble."""
        if _COUNTED.search(self.name):
            return "Sum"
        return "p95" if _TIMED.search(self.name) else "Maximum"


class CloudWatchMetrics(HttpSource):
    """The metrics of some namespaces (a MetricSource)."""

    def __init__(
        self,
        settings: MetricsSettings,
        auth: httpx2.Auth,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        super().__init__("cloudwatch", settings.endpoint, READS, transport, auth)
        self._settings = settings
        self._seen: dict[tuple[str, str], Listed] = {}  # what was listed last, for links

    async def series(
        self, window: Window, *, service: str | None = None, metric: str | None = None
    ) -> Sequence[Series]:
        """Return the series in *window*: of *service*, of metrics that contain *metric*, or all listed."""
        listed = await self._listed()
        part = metric.casefold() if metric else ""
        chosen = [
            each for each in listed if service in {None, each.service} and part in each.name.casefold()
        ][: self._settings.max_metrics]
        self._seen.update({(each.service, each.name): each for each in chosen})
        if not chosen:
            return ()
        points = await self._points(chosen, window)
        return [
            Series(each.service, each.name, tuple(sorted(points[number])))
            for number, each in enumerate(chosen)
            if points.get(number)
        ]

    async def baseline(self, window: Window) -> Sequence[Series]:
        """Return the same series over the time just before *window*, three times as long."""
        length = min(3 * (window.end - window.start), MAX_RANGE)
        return await self.series(Window(window.start - length, window.start))

    def link(self, window: Window, service: str | None = None, metric: str | None = None) -> str | None:
        """Return the console's graph of the metric, or its list of metrics; None when no console is configured."""
        if not self._settings.console_url:
            return None
        page = f"{self._settings.console_url.rstrip('/')}/cloudwatch/home?region={self._settings.region}"
        known = self._seen.get((service or "", metric or ""))
        if known is None:
            return f"{page}#metricsV2:"
        names = [known.namespace, known.name, *(part for pair in known.dimensions for part in pair)]
        listed = "".join(f"~'{_starred(each)}" for each in names)
        span = f"start~'{_starred(window.start.isoformat())}~end~'{_starred(window.end.isoformat())}"
        how = f"view~'timeSeries~region~'{self._settings.region}~stat~'{known.statistic}~{span}"
        graph = quote(f"~(metrics~(~({listed}))~{how})", safe="~()'*-.")
        return f"{page}#metricsV2:graph={graph}"

    def query(self, service: str | None, metric: str | None) -> str:
        """Return what a person would look up, in the words of the console's search."""
        known = self._seen.get((service or "", metric or ""))
        if known is None:
            return " ".join(each for each in (service, metric) if each) or ", ".join(
                self._settings.namespaces
            )
        of = " ".join(f'{name}="{value}"' for name, value in known.dimensions)
        return f'Namespace="{known.namespace}" MetricName="{known.name}" {of} {known.statistic}'

    async def _listed(self) -> list[Listed]:
        """Return one metric for each service and name, that with the fewest dimensions, in a stable order."""
        answers = await asyncio.gather(*(self._pages(each) for each in self._settings.namespaces))
        best: dict[tuple[str, str], Listed] = {}
        for each in (row for answer in answers for row in answer):
            known = best.get((each.service, each.name))
            if known is None or len(each.dimensions) < len(known.dimensions):
                best[each.service, each.name] = each
        return sorted(best.values(), key=lambda each: (each.service, each.namespace, each.name))

    async def _pages(self, namespace: str) -> list[Listed]:
        found: list[Listed] = []
        asked: dict[str, JsonValue] = {"Namespace": namespace, "RecentlyActive": "PT3H"}
        for _ in range(PAGES):
            answer = await self._http.read_json(LIST, body=dict(asked))
            found += [each for row in shapes.objects(answer, "Metrics") if (each := self._metric(row))]
            following = shapes.text(answer, "NextToken")
            if not following:
                break
            asked["NextToken"] = following
        return found

    def _metric(self, row: JsonValue) -> Listed | None:
        pairs = tuple(
            (shapes.text(each, "Name"), shapes.text(each, "Value"))
            for each in shapes.objects(row, "Dimensions")
        )
        told = dict(pairs)
        service = next((told[each] for each in self._settings.service_dimensions if told.get(each)), "")
        name = shapes.text(row, "MetricName")
        return (
            Listed(_plain(service), shapes.text(row, "Namespace"), name, pairs) if service and name else None
        )

    async def _points(self, chosen: Sequence[Listed], window: Window) -> dict[int, list[tuple[float, float]]]:
        start = window.newest(MAX_RANGE).start
        seconds = (window.end - start).total_seconds() / POINTS
        period = max(1, math.ceil(seconds / _A_MINUTE)) * _A_MINUTE
        asked: dict[str, JsonValue] = {
            "MetricDataQueries": [_question(number, each, period) for number, each in enumerate(chosen)],
            "StartTime": int(start.timestamp()),
            "EndTime": math.ceil(window.end.timestamp()),
            "ScanBy": "TimestampAscending",
        }
        found: dict[int, list[tuple[float, float]]] = {}
        for _ in range(PAGES):
            answer = await self._http.read_json(DATA, body=dict(asked))
            for row in shapes.objects(answer, "MetricDataResults"):
                number = shapes.text(row, "Id").removeprefix("m")
                if number.isdigit():
                    found.setdefault(int(number), []).extend(_pairs(row, window))
            following = shapes.text(answer, "NextToken")
            if not following:
                break
            asked["NextToken"] = following
        return found


def _question(number: int, listed: Listed, period: int) -> JsonValue:
    dimensions: list[JsonValue] = [{"Name": name, "Value": value} for name, value in listed.dimensions]
    metric: JsonValue = {"Namespace": listed.namespace, "MetricName": listed.name, "Dimensions": dimensions}
    return {
        "Id": f"m{number}",
        "MetricStat": {"Metric": metric, "Period": period, "Stat": listed.statistic},
        "ReturnData": True,
    }


def _pairs(row: JsonValue, window: Window) -> list[tuple[float, float]]:
    times, values = shapes.at(row, "Timestamps"), shapes.at(row, "Values")
    if not isinstance(times, list) or not isinstance(values, list):
        return []
    told = ((moment(at), shapes.number(value)) for at, value in zip(times, values, strict=False))
    return [
        (at.timestamp(), value) for at, value in told if at is not None and at in window and value is not None
    ]


def _plain(service: str) -> str:
    """Return a load balancer's name out of its dimension ("app/checkout/50dc6c495c0c9188"), others as they are."""
    parts = service.split("/")
    return parts[1] if len(parts) == 3 and parts[0] in {"app", "net"} else service


def _starred(text: str) -> str:
    """Return *text* as the console's graphs write it: `*` and two hexadecimal digits for what is special."""
    return re.sub(r"[^A-Za-z0-9_.-]", lambda found: f"*{ord(found.group()):02x}", text)
