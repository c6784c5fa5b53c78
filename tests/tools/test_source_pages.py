"""Links to the sources' own pages, ConfigMaps as deployments, and OpenSearch in the forms that each documents.

Provenance: Kubernetes API v1.30 reference (ConfigMapList, ObjectMeta.managedFields); Kubernetes Dashboard 2 (its `#/`
routes); LaunchDarkly API, audit log entry (`target._links.site`); Backstage (`/catalog/:namespace/:kind/:name`);
OpenSearch 2 search API and Data Prepper's OpenTelemetry logs index (`time`, `body`, `severityText`, `serviceName`).
"""

import json
from datetime import datetime, timedelta
from typing import Any

import httpx2
import respx

import tests.tools.source_contracts as contract
from tests.tools import recordings as told
from tests.tools.every_kind import ONSET, WINDOW
from tests.tools.recorded import Stored, transport
from tools.deploys import DeploymentsTool
from tools.providers.backstage import BackstageCatalogue, BackstageSettings
from tools.providers.configured import configured
from tools.providers.elasticsearch import ElasticsearchLogs, ElasticsearchSettings
from tools.providers.kubernetes import Kubernetes, KubernetesSettings
from tools.providers.launchdarkly import LaunchDarklyFlags, LaunchDarklySettings
from tools.providers.tempo import TempoGraph, TempoSettings
from tools.reads import Endpoint
from tools.tool import Scope, Status, ToolCall
from tools.toolbox import Toolbox

AT = Endpoint("https://source.example")


def iso(minutes: float) -> str:
    return (ONSET + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def config_map(
    name: str, version: str, minutes: float, data: dict[str, str], **more: object
) -> dict[str, Any]:
    """Return a ConfigMap as the API server lists it."""
    return {
        "metadata": {
            "name": name, "namespace": "shop", "uid": "0f8c", "resourceVersion": version,
            "creationTimestamp": iso(-9_000), "labels": {"app.kubernetes.io/name": "checkout"},
            "managedFields": [
                {"manager": "helm", "operation": "Update", "apiVersion": "v1", "time": iso(-9_000),
                 "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {".": {}, "f:region": {}}}},
                {"manager": "kubectl-edit", "operation": "Update", "apiVersion": "v1", "time": iso(minutes),
                 "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:pool.size": {}}}},
            ],
            **more,
        },
        "data": data,
    }  # fmt: skip


def answered(status: int, body: object) -> httpx2.Response:
    return httpx2.Response(status, stream=Stored(json.dumps(body).encode()))


class Cluster:
    """An API server that answers with what stands in it now."""

    def __init__(self) -> None:
        self.maps: list[dict[str, Any]] = []
        self.allowed = True

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/configmaps"):
            return answered(200 if self.allowed else 403, {"items": self.maps})
        if request.url.path.endswith("/replicasets"):
            return answered(200, told.REPLICA_SETS)
        return answered(404, {})

    def source(self, dashboard_url: str = "") -> Kubernetes:
        settings = KubernetesSettings(AT, "shop", dashboard_url=dashboard_url)
        return Kubernetes(settings, transport=httpx2.MockTransport(self.answer))


async def test_a_written_config_map_is_a_deployment() -> None:
    cluster = Cluster()
    cluster.maps = [
        config_map("checkout-config", "8812", -3, {"pool.size": "2", "region": "eu"}),
        config_map("kube-root-ca.crt", "1", -3, {"ca.crt": "x"}),
        config_map("lock", "99", -1, {}, annotations={"control-plane.alpha.kubernetes.io/leader": "{}"}),
        {"metadata": {"name": "bare"}, "data": {}},
    ]
    source = cluster.source("https://dash.example/")
    await contract.check_deploys(source.config, WINDOW)
    (found,) = await source.config.deployments(WINDOW)
    assert (found.title, found.service, found.author) == (
        "ConfigMap checkout-config written: pool.size",
        "checkout",
        "kubectl-edit",
    )
    assert found.at == datetime.fromisoformat(iso(-3))
    assert "+pool.size: (value before it unknown)" in found.diff
    assert found.link == "https://dash.example/#/configmap/shop/checkout-config?namespace=shop"
    assert await source.config.deployments(WINDOW, service="store") == []


async def test_what_was_read_before_tells_what_changed() -> None:
    cluster = Cluster()
    cluster.maps = [config_map("checkout-config", "8811", -500, {"pool.size": "20", "region": "eu"})]
    source = cluster.source().config
    assert await source.deployments(WINDOW) == []
    cluster.maps = [config_map("checkout-config", "8812", -3, {"pool.size": "2", "region": "eu"})]
    for _ in range(2):  # the second reading tells the same
        (found,) = await source.deployments(WINDOW)
        assert found.diff == "+++ b/checkout-config\n-pool.size: 20\n+pool.size: 2"
        assert found.sha.startswith("8812")


async def test_config_maps_that_may_not_be_read_are_told_and_rollouts_stand() -> None:
    cluster = Cluster()
    cluster.allowed = False
    toml = '[[kubernetes]]\nurl = "https://source.example"\nnamespace = "shop"\n'
    sources = configured(toml, {}, transport=httpx2.MockTransport(cluster.answer))
    box = Toolbox([DeploymentsTool(sources.deploys)], str)
    found = await box.run(ToolCall("list_deployments"), Scope(WINDOW, ONSET, service="checkout"))
    assert found.status is Status.FOUND
    assert (
        "kubernetes: credentials may not read this (403) (ConfigMaps; rollouts are read apart)" in found.note
    )


async def test_rollouts_and_pods_link_to_the_dashboard_where_there_is_one() -> None:
    cluster = Cluster()
    linked, bare = cluster.source("https://dash.example"), cluster.source()
    (found, *_) = await linked.deploys.deployments(WINDOW)
    assert found.link == "https://dash.example/#/deployment/shop/checkout?namespace=shop"
    assert (await bare.deploys.deployments(WINDOW))[0].link is None
    assert linked.logs.link(WINDOW) == "https://dash.example/#/pod?namespace=shop"
    assert bare.logs.link(WINDOW) is None
    router = respx.MockRouter(assert_all_called=False)
    router.get(path__regex=".*/pods").respond(200, json=told.PODS)
    router.get(path__regex=".*/events").respond(200, json={"items": []})
    settings = KubernetesSettings(AT, "shop", dashboard_url="https://dash.example")
    alerts = Kubernetes(settings, transport=transport(router)).alerts
    links = {alert.labels["pod"]: alert.link for alert in await alerts.firing()}
    assert links["user-a"] == "https://dash.example/#/pod/shop/user-a?namespace=shop"


async def test_tempo_and_backstage_link_where_people_open_them() -> None:
    tempo = TempoGraph(TempoSettings(AT, "https://grafana.example", "tempo-1"))
    link = httpx2.URL(tempo.link(WINDOW, "checkout") or "")
    (pane,) = json.loads(link.params["panes"]).values()
    assert (link.path, pane["datasource"]) == ("/explore", "tempo-1")
    assert pane["queries"][0]["queryType"] == "serviceMap"
    assert pane["queries"][0]["serviceMapQuery"] == '{client="checkout"}'
    assert TempoGraph(TempoSettings(AT)).link(WINDOW) is None

    backstage = BackstageCatalogue(BackstageSettings(AT, "https://backstage.example/"))
    assert backstage.link(WINDOW, "a/b") == "https://backstage.example/catalog/default/component/a%2Fb"
    assert backstage.link(WINDOW) == "https://backstage.example/catalog"
    assert BackstageCatalogue(BackstageSettings(AT)).link(WINDOW, "x") is None
    for source in (tempo, backstage):
        await source.aclose()


async def test_a_flag_links_to_its_page_on_launchdarkly_and_nowhere_else() -> None:
    def flags(href: str) -> LaunchDarklyFlags:
        site = {"_links": {"site": {"href": href, "type": "text/html"}}}
        target = {"name": "Lean pool", "resources": ["proj/shop:env/production:flag/checkout-lean-pool"]}
        row = {**told.FLAG_CHANGE, "target": {**target, **site}}
        router = respx.MockRouter()
        router.route().respond(200, json={"items": [row]})
        return LaunchDarklyFlags(LaunchDarklySettings(AT), transport=transport(router))

    for href, expected in (
        ("/default/production/features/lean-pool", f"{AT.url}/default/production/features/lean-pool"),
        ("https://evil.example/x", None),
        ("//evil.example/x", None),
    ):
        (found,) = await flags(href).deployments(WINDOW)
        assert found.link == expected


OPENSEARCH = {
    "took": 12, "timed_out": False, "_shards": {"total": 5, "successful": 5, "skipped": 0, "failed": 0},
    "hits": {"max_score": None, "hits": [
        {"_index": "logs-otel-v1-000001", "_id": "vYz8", "_score": None, "sort": [1], "_source": {
            "traceId": "0f1c", "severityText": "ERROR", "serviceName": "checkout", "time": iso(0.5),
            "body": "pool exhausted after 2500 ms"}},
        {"_index": "logs-otel-v1-000001", "_id": "vYz7", "_score": None, "sort": [0], "_source": {
            "traceId": "", "severityText": "INFO", "serviceName": "store", "time": iso(-1), "body": "pool opened"}},
    ]},
}  # fmt: skip
FIELDS = {"at": "time", "text": "body", "service": "serviceName", "level": "severityText", "trace": "traceId"}


async def opensearch(request: httpx2.Request) -> httpx2.Response:
    """Answer as OpenSearch's search API: the hits that the filters let through, newest first."""
    assert (request.method, request.url.path) == ("POST", "/logs-otel-v1-*/_search")
    asked = json.loads(await request.aread())
    assert asked["sort"] == [{"time": {"order": "desc"}}]
    hits = OPENSEARCH["hits"]["hits"]  # type: ignore[index]
    for each in asked["query"]["bool"]["filter"]:
        ((kind, told_of),) = each.items()
        ((name, value),) = told_of.items()
        hits = [hit for hit in hits if _kept(kind, hit["_source"][name], value)]
    kept = [{**hit, "_source": {key: hit["_source"].get(key) for key in asked["_source"]}} for hit in hits]
    return answered(200, {**OPENSEARCH, "hits": {"max_score": None, "hits": kept[: asked["size"]]}})


def _kept(kind: str, has: str, value: Any) -> bool:  # noqa: ANN401 — as JSON has it
    if kind == "range":
        start, end = (datetime.fromisoformat(value[key]) for key in ("gte", "lte"))
        return start <= datetime.fromisoformat(has) <= end
    return bool(has == value) if kind == "term" else value.casefold() in has.casefold()


async def test_opensearch_keeps_the_contract_of_logs() -> None:
    settings = ElasticsearchSettings(
        AT, index="logs-otel-v1-*", fields=FIELDS, kibana_url="https://dashboards.example"
    )
    logs = ElasticsearchLogs(settings, transport=httpx2.MockTransport(opensearch))
    await contract.check_logs(logs, WINDOW)
    (line,) = await logs.lines(WINDOW, service="checkout")
    assert (line.text, line.level, line.trace) == ("pool exhausted after 2500 ms", "ERROR", "0f1c")
    link = logs.link(WINDOW, "checkout") or ""
    assert link.startswith("https://dashboards.example/app/discover#/")
    assert "serviceName" in link
    await logs.aclose()
