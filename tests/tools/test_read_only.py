"""Nothing but the named reads can leave: every kind of source of the registry, held at the transport.

What may be sent stands here once more, in full, so that a new read is a decision that somebody sees.
"""

import contextlib
import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import httpx2
import pytest

import tools.providers
from tests.tools.every_kind import KIND_NAMES, OVER_HTTP, WINDOW, made, questions, sources
from tests.tools.recorded import Stored
from tools.readonly_http import ReadOnlyHttp
from tools.reads import ACTION, NotARead
from tools.telemetry import Window
from tools.tool import Unavailable

NAMED = {
    "alertmanager": ["GET /api/v2/alerts"],
    "argocd": ["GET /api/v1/applications", "GET /api/v1/applications/*/revisions/*/metadata"],
    "backstage": ["GET /api/catalog/entities"],
    "cloudwatch": [
        "POST / Logs_20140328.FilterLogEvents",
        "POST / GraniteServiceVersion20100801.ListMetrics",
        "POST / GraniteServiceVersion20100801.GetMetricData",
    ],
    "elasticsearch": ["POST /*/_search"],
    "github": ["GET /repos/*/*/deployments", "GET /repos/*/*/commits", "GET /repos/*/*/commits/*"],
    "gitlab": [
        "GET /api/v4/projects/*/deployments",
        "GET /api/v4/projects/*/repository/commits",
        "GET /api/v4/projects/*/repository/commits/*",
        "GET /api/v4/projects/*/repository/commits/*/diff",
    ],
    "grafana": ["GET /api/alertmanager/grafana/api/v2/alerts"],
    "jaeger": ["GET /api/dependencies", "GET /api/services", "GET /api/traces"],
    "kubernetes": [
        "GET /api/v1/namespaces/*/pods",
        "GET /api/v1/namespaces/*/events",
        "GET /api/v1/namespaces/*/pods/*/log",
        "GET /apis/apps/v1/namespaces/*/replicasets",
        "GET /api/v1/namespaces/*/configmaps",
    ],
    "launchdarkly": ["GET /api/v2/auditlog", "GET /api/v2/auditlog/*"],
    "loki": ["GET /loki/api/v1/query_range"],
    "pagerduty": ["GET /incidents", "GET /services", "GET /oncalls"],
    "prometheus": ["GET /api/v1/query_range", "GET /api/v1/label/__name__/values"],
    "runbook_pages": [f"GET /runbooks{'/*' * depth}" for depth in range(1, 7)],
    "tempo": ["GET /prometheus/api/v1/query"],
}
WRITES = (
    ("POST", "/api/v2/silences", ""),
    ("DELETE", "/api/v1/namespaces/shop/pods/checkout-1", ""),
    ("GET", "/api/v1/namespaces/shop/pods/checkout-1/proxy/admin", ""),
    ("GET", "/api/v1/namespaces/shop/pods/checkout-1/exec", ""),
    ("GET", "/api/v1/namespaces/shop/secrets", ""),
    ("GET", "/api/v1/nodes/node-1/proxy/run", ""),
    ("PATCH", "/apis/apps/v1/namespaces/shop/deployments/checkout", ""),
    ("POST", "/logs-a/_delete_by_query", ""),
    ("PUT", "/logs-a/_doc/1", ""),
    ("POST", "/api/v1/admin/tsdb/delete_series", ""),
    ("POST", "/-/reload", ""),
    ("POST", "/incidents", ""),
    ("POST", "/api/v1/applications/shop/sync", ""),
    ("POST", "/", "Logs_20140328.DeleteLogGroup"),
    ("POST", "/", "Logs_20140328.StartQuery"),
    ("POST", "/", "GraniteServiceVersion20100801.PutMetricAlarm"),
    ("POST", "/", ""),
    ("GET", "/", ""),
)


def told(request: httpx2.Request) -> str:
    path = request.url.raw_path.partition(b"?")[0].decode()
    return " ".join(filter(None, (request.method, path, request.headers.get(ACTION, ""))))


def is_named(kind: str, said: str) -> bool:
    patterns = (re.escape(each).replace(r"\*", "[^/ ]+") for each in NAMED[kind])
    return any(re.fullmatch(pattern, said) for pattern in patterns) and "/.." not in said


def clients(thing: object, depth: int = 3) -> Iterator[ReadOnlyHttp]:
    """Return every client of ours inside *thing*."""
    if isinstance(thing, ReadOnlyHttp):
        yield thing
    elif depth and type(thing).__module__.startswith("tools."):
        for name in dir(thing):
            if name.startswith("__") or isinstance(getattr(type(thing), name, None), property):
                continue
            yield from clients(getattr(thing, name), depth - 1)


def test_every_kind_over_http_is_named_here() -> None:
    assert set(NAMED) == set(OVER_HTTP)


def test_no_provider_opens_a_way_out_of_its_own() -> None:
    ways = r"AsyncClient\(|AsyncHTTPTransport|urlopen|aiohttp|requests\.|create_client|socket\."
    for module in pkgutil.iter_modules(tools.providers.__path__):
        source = inspect.getsource(importlib.import_module(f"tools.providers.{module.name}"))
        assert not re.search(ways, source), module.name


@pytest.mark.parametrize("kind", sorted(set(KIND_NAMES) - {"mcp"}))  # its sessions wait: test_mcp.py
@pytest.mark.parametrize(
    "answer", ["{}", "[]", '{"data": {"result": [7]}, "items": [7], "hits": 3}', "no json", None]
)
async def test_nothing_but_named_reads_leaves_whatever_is_asked_and_answered(
    kind: str, answer: str | None
) -> None:
    sent: list[httpx2.Request] = []

    def listen(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(200 if answer is not None else 500, stream=Stored((answer or "").encode()))

    all_of_it = made(kind, httpx2.MockTransport(listen))
    for source in sources(all_of_it):
        for question in questions(source):
            with contextlib.suppress(Unavailable):
                await question()
    assert bool(sent) == (kind in OVER_HTTP)
    assert not [told(request) for request in sent if not is_named(kind, told(request))]
    hosts = {request.url.host for request in sent}
    assert len(hosts) == bool(sent) + (kind == "cloudwatch"), hosts  # logs and metrics answer at two
    await all_of_it.aclose()


@pytest.mark.parametrize("kind", OVER_HTTP)
async def test_a_write_is_stopped_below_the_client_that_every_source_holds(kind: str) -> None:
    sent: list[str] = []

    def listen(request: httpx2.Request) -> httpx2.Response:
        sent.append(told(request))
        return httpx2.Response(200)

    all_of_it = made(kind, httpx2.MockTransport(listen))
    found = {id(client): client for closing in all_of_it.closing for client in clients(closing)}
    assert found
    for client in found.values():
        for method, path, action in WRITES:
            url = client._base.copy_with(raw_path=path.encode())
            with pytest.raises(NotARead):
                await client._client.request(
                    method, url, headers={ACTION: action} if action else {}, auth=None
                )
        for elsewhere in ("https://elsewhere.example/", "http://169.254.169.254/latest/meta-data"):
            with pytest.raises(NotARead):
                await client._client.request("GET", elsewhere, auth=None)
    assert sent == []
    await all_of_it.aclose()


@pytest.mark.parametrize("kind", OVER_HTTP)
async def test_a_redirect_is_not_followed_and_is_told(kind: str) -> None:
    sent: list[str] = []

    def listen(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.url.host)
        return httpx2.Response(307, headers={"location": "http://169.254.169.254/"}, stream=Stored(b""))

    all_of_it = made(kind, httpx2.MockTransport(listen))
    for source in sources(all_of_it):
        with pytest.raises(Unavailable, match="redirect"):
            await questions(source)[0]()
    assert sent
    assert "169.254.169.254" not in sent
    await all_of_it.aclose()


async def test_queries_are_bounded_in_range_points_lines_and_time() -> None:
    """Asked for a month, no source asks its server for more than hours, some hundred points, some thousand lines."""
    month, hours = Window(WINDOW.end - timedelta(days=30), WINDOW.end), 6 * 3600
    prometheus = [parse_qs(each.url.query.decode()) for each in await asked_of("prometheus", month)]
    assert any("step" in query for query in prometheus)
    for query in prometheus:
        span = float(query["end"][0]) - float(query["start"][0])
        assert span <= hours
        if "step" in query:
            assert span / float(query["step"][0].removesuffix("s")) <= 240
            assert query["timeout"]
    for request in await asked_of("loki", month):
        query = parse_qs(request.url.query.decode())
        assert (int(query["end"][0]) - int(query["start"][0])) / 1e9 <= hours
        assert int(query["limit"][0]) <= 5_000
    for request in await asked_of("elasticsearch", month):
        body = json.loads(request.content)
        (bounds,) = [
            each["range"]["@timestamp"] for each in body["query"]["bool"]["filter"] if "range" in each
        ]
        assert datetime.fromisoformat(bounds["lte"]) - datetime.fromisoformat(bounds["gte"]) <= timedelta(
            hours=6
        )
        assert body["size"] <= 10_000
        assert body["timeout"]
    for request in await asked_of("jaeger", month):
        query = parse_qs(request.url.query.decode())
        assert int(query.get("lookback", ["0"])[0]) <= hours * 1000
        assert int(query.get("limit", ["0"])[0]) <= 100
    spans = [
        int(found)
        for each in await asked_of("tempo", month)
        for found in re.findall(r"%5B(\d+)s", str(each.url))
    ]
    assert spans
    assert max(spans) <= hours
    for request in await asked_of("cloudwatch", month):
        body = json.loads(request.content)
        if "startTime" in body:
            assert body["endTime"] - body["startTime"] <= hours * 1000
            assert body["limit"] <= 10_000
        if "StartTime" in body:
            assert (body["EndTime"] - body["StartTime"]) / body["MetricDataQueries"][0]["MetricStat"][
                "Period"
            ] <= 240


async def asked_of(kind: str, window: Window) -> list[httpx2.Request]:
    """Put all questions about *window* to the sources of *kind* and return what left."""
    sent: list[httpx2.Request] = []
    metric = {
        "Namespace": "Shop",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "service", "Value": "user"}],
    }
    answer = {"status": "success", "data": ["errors_total"], "Metrics": [metric]}

    def listen(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(200, stream=Stored(json.dumps(answer).encode()))

    all_of_it = made(kind, httpx2.MockTransport(listen))
    for source in sources(all_of_it):
        for question in questions(source, window):
            with contextlib.suppress(Unavailable):
                await question()
    await all_of_it.aclose()
    assert sent
    return sent
