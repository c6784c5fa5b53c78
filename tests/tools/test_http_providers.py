"""Each provider over HTTP on recorded answers: what it makes of them, and that only its named reads leave."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import respx

from tests.tools import recordings as told
from tests.tools import source_contracts as contract
from tests.tools.recorded import transport
from tools.progress import Progress, reporting
from tools.providers import (
    alertmanager,
    argocd,
    backstage,
    elasticsearch,
    github,
    gitlab,
    grafana,
    jaeger,
    kubernetes,
    launchdarkly,
    loki,
    pagerduty,
    prometheus,
    services_yaml,
    tempo,
)  # fmt: skip
from tools.reads import Endpoint
from tools.telemetry import Owner, Window
from tools.tool import Unavailable

BASE = "https://source.example/base"
AT = Endpoint(BASE, token="s3cret")
WINDOW = Window(told.ONSET - timedelta(minutes=20), told.ONSET + timedelta(minutes=10))
Answers = dict[str, Any]
SOURCES: dict[str, Callable[[httpx2.AsyncBaseTransport], Any]] = {
    "alertmanager": lambda way: alertmanager.AlertmanagerAlerts(
        alertmanager.AlertmanagerSettings(AT), transport=way
    ),
    "argocd": lambda way: argocd.ArgoCdDeploys(argocd.ArgoCdSettings(AT), transport=way),
    "backstage": lambda way: backstage.BackstageCatalogue(backstage.BackstageSettings(AT), transport=way),
    "elasticsearch": lambda way: elasticsearch.ElasticsearchLogs(
        elasticsearch.ElasticsearchSettings(AT, kibana_url="https://kibana.example"), transport=way
    ),
    "github": lambda way: github.GithubDeploys(
        github.GithubSettings(AT, "octo", "shop", "checkout"), transport=way
    ),
    "gitlab": lambda way: gitlab.GitlabDeploys(
        gitlab.GitlabSettings(AT, "octo/shop", "checkout"), transport=way
    ),
    "grafana": lambda way: grafana.GrafanaAlerts(grafana.GrafanaSettings(AT), transport=way),
    "jaeger": lambda way: jaeger.JaegerTraces(jaeger.JaegerSettings(AT), transport=way),
    "kubernetes": lambda way: kubernetes.Kubernetes(kubernetes.KubernetesSettings(AT, "shop"), transport=way),
    "launchdarkly": lambda way: launchdarkly.LaunchDarklyFlags(
        launchdarkly.LaunchDarklySettings(AT, services={"checkout-": "checkout"}), transport=way
    ),
    "loki": lambda way: loki.LokiLogs(
        loki.LokiSettings(AT, selector='{env="prod"}', grafana_url="https://grafana.example"), transport=way
    ),
    "pagerduty": lambda way: pagerduty.PagerDutyIncidents(
        pagerduty.PagerDutySettings(AT, "k3y"), transport=way
    ),
    "prometheus": lambda way: prometheus.PrometheusMetrics(prometheus.PrometheusSettings(AT), transport=way),
    "tempo": lambda way: tempo.TempoGraph(tempo.TempoSettings(AT), transport=way),
}


def source(name: str, answers: Answers) -> tuple[Any, respx.MockRouter]:
    """Return the provider *name*, answered by path; what has no answer here is a 404 of the router."""
    router = respx.MockRouter(assert_all_called=False, assert_all_mocked=False)
    for path, answer in answers.items():
        reply = {"text": answer} if isinstance(answer, str) else {"json": answer}
        router.route(url__regex=rf"^{BASE}{path}(\?.*)?$").respond(200, **reply)
    router.route().respond(404)
    return SOURCES[name](transport(router)), router


async def test_loki() -> None:
    logs, router = source("loki", {"/loki/api/v1/query_range": told.LOKI})
    lines = await logs.lines(WINDOW, service="checkout", contains="a.b")
    assert [(line.text, line.level, line.pod) for line in lines] == [
        ("pool at 19 of 20", "error", "checkout-1"),
        ("pool exhausted", "error", "checkout-1"),
    ]
    assert router.calls[0].request.url.params["query"] == (
        '{env="prod", service_name="checkout"} |~ "(?i)a\\\\.b"'
    )
    assert logs.link(WINDOW, "checkout").startswith(
        "https://grafana.example/explore?schemaVersion=1&panes=%7B"
    )


async def test_elasticsearch() -> None:
    logs, router = source("elasticsearch", {r"/logs-%2A/_search": told.ELASTICSEARCH})
    lines = await logs.lines(WINDOW, service="checkout", contains="pool")
    assert [(line.text, line.service, line.level) for line in lines] == [
        ("pool low", "checkout", ""),
        ("pool exhausted", "checkout", "error"),
    ]
    assert b'"term":{"service.name":"checkout"}' in router.calls[0].request.content.replace(b" ", b"")
    assert logs.link(WINDOW, 'it\'s "x"!') == (
        "https://kibana.example/app/discover#/"
        "?_g=(time:(from:'2026-03-01T11:40:00.000Z',to:'2026-03-01T12:10:00.000Z'))"
        "&_a=(query:(language:kuery,query:'service.name%3A%22it%21%27s%20%5C%22x%5C%22%21%21%22'))"
    )


async def test_github_by_deployment_and_by_commit() -> None:
    commit = f"/repos/octo/shop/commits/{told.SHA[:8]}"
    answers = {
        "/repos/octo/shop/deployments": told.GITHUB_DEPLOYMENTS,
        f"/repos/octo/shop/commits/{told.SHA}": told.GITHUB_COMMIT,
        commit: told.GITHUB_COMMIT,
        "/repos/octo/shop/commits": [told.GITHUB_COMMIT],
    }
    deploys, _ = source("github", answers)
    await contract.check_deploys(deploys, WINDOW)
    (found,) = await deploys.deployments(WINDOW)
    assert (found.title, found.author, found.service) == ("Make the pool leaner", "deploy-bot", "checkout")
    assert found.at == told.ONSET - timedelta(minutes=12)
    assert "-size = 20\n+size = 2" in found.diff
    assert await deploys.deployments(WINDOW, service="user") == ()
    by_commit = github.GithubDeploys(
        github.GithubSettings(AT, "octo", "shop", by="commits"),
        transport=transport(source("github", answers)[1]),
    )
    (same,) = await by_commit.deployments(WINDOW.widened(timedelta(hours=1)))
    assert (same.author, same.at) == ("ada", told.ONSET - timedelta(minutes=30))


async def test_gitlab() -> None:
    prefix = "/api/v4/projects/octo%2Fshop"
    answers: Answers = {f"{prefix}/deployments": told.GITLAB_DEPLOYMENTS}
    for sha in (told.SHA, told.SHA[:8]):
        answers[f"{prefix}/repository/commits/{sha}"] = told.GITLAB_COMMIT
        answers[f"{prefix}/repository/commits/{sha}/diff"] = told.GITLAB_DIFF
    deploys, _ = source("gitlab", answers)
    await contract.check_deploys(deploys, WINDOW)
    found = await deploys.diff(told.SHA)
    assert [(each.path, each.added, each.deleted) for each in found.files] == [("pool.toml", 1, 1)]


async def test_launchdarkly() -> None:
    sha = str(told.FLAG_CHANGE["_id"])
    answers = {"/api/v2/auditlog": {"items": [told.FLAG_CHANGE]}, f"/api/v2/auditlog/{sha}": told.FLAG_ENTRY}
    flags, router = source("launchdarkly", answers)
    await contract.check_deploys(flags, WINDOW)
    (change,) = await flags.deployments(WINDOW)
    assert (change.title, change.service, change.author) == (
        "Flag Lean pool: turned on the flag in production",
        "checkout",
        "Ada Lovelace",
    )
    found = await flags.diff(sha[:8])
    assert '- "on": false\n+ "on": true' in found.diff
    assert router.calls[0].request.url.params["spec"] == "proj/*:env/production:flag/*"


async def test_argocd() -> None:
    revision = f"/api/v1/applications/checkout/revisions/{told.SHA}/metadata"
    deploys, _ = source("argocd", {"/api/v1/applications": told.ARGOCD, revision: told.ARGOCD_REVISION})
    (found,) = await deploys.deployments(WINDOW)
    assert (found.title, found.service, found.author) == ("Sync of checkout (checkout)", "checkout", "ada")
    assert found.link == f"{BASE}/applications/checkout"
    told_more = await deploys.diff(told.SHA[:8])
    assert (told_more.title, told_more.author) == ("Make the pool leaner", "Ada <ada@example>")
    assert await deploys.diff("ffff") is None


async def test_kubernetes() -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    event = {
        "reason": "FailedScheduling", "type": "Warning", "message": "0/3 nodes are available", "count": 7,
        "lastTimestamp": now, "involvedObject": {"kind": "Pod", "name": "user-a"},
    }  # fmt: skip
    here = "/api/v1/namespaces/shop"
    cluster, _ = source(
        "kubernetes",
        {f"{here}/pods": told.PODS, f"{here}/events": {"items": [event]},
         f"{here}/pods/checkout-10f9c-a/log": told.POD_LOG,
         "/apis/apps/v1/namespaces/shop/replicasets": told.REPLICA_SETS},
    )  # fmt: skip
    scheduling, killed, evicted, ended = await cluster.alerts.firing()
    assert (evicted.name, evicted.summary) == (
        "Evicted",
        "store-b: Evicted, The node was low on resource: memory.",
    )
    assert (ended.name, ended.service) == ("Error", "user")
    assert ended.summary == "user-a: Error, 2 restarts, last exit code 1"
    assert (scheduling.name, scheduling.service) == ("FailedScheduling", "user")
    assert (killed.name, killed.service, killed.since) == (
        "OOMKilled",
        "checkout",
        told.ONSET + timedelta(minutes=3),
    )
    assert killed.summary == "checkout-10f9c-a: CrashLoopBackOff, 4 restarts, last exit code 137"
    await contract.check_deploys(cluster.deploys, WINDOW)
    (rollout,) = await cluster.deploys.deployments(WINDOW)
    assert rollout.diff.splitlines() == [
        "-app: image: shop:1.8", "-app: env POOL_SIZE=20", "+app: image: shop:1.9", "+app: env POOL_SIZE=2"
    ]  # fmt: skip
    lines = await cluster.logs.lines(WINDOW)  # the other pod's log is a 404 and hides nothing
    assert [(line.text, line.service) for line in lines] == [
        ("pool at 19 of 20", "checkout"),
        ("pool exhausted", "checkout"),
    ]


async def test_pagerduty() -> None:
    incidents, router = source("pagerduty", {"/incidents": told.PAGERDUTY})
    await contract.check_alerts(incidents)
    (incident,) = await incidents.firing()
    assert (incident.service, incident.severity) == ("checkout", "critical")
    assert incident.summary == "triggered, assigned to Ada Lovelace"
    assert router.calls[0].request.url.params.get_list("statuses[]") == ["triggered", "acknowledged"]


async def test_grafana_shows_only_links_of_its_own() -> None:
    alerts, _ = source("grafana", {"/api/alertmanager/grafana/api/v2/alerts": told.GRAFANA})
    await contract.check_alerts(alerts)
    latency, odd = await alerts.firing()
    assert latency.link == "https://source.example/base/alerting/grafana/abc/view?orgId=1"
    assert odd.link is None


async def test_jaeger() -> None:
    traces, _ = source(
        "jaeger",
        {"/api/dependencies": told.JAEGER_DEPENDENCIES, "/api/services": {"data": ["gateway", "checkout"]},
         "/api/traces": told.JAEGER_TRACES},
    )  # fmt: skip
    await contract.check_dependencies(traces, WINDOW)
    (span,) = await traces.spans(WINDOW)  # two services sampled the same trace: it counts once
    assert (span.service, span.operation, span.count, span.max_s) == ("checkout", "POST /pay", 2, 2.0)
    assert span.errors == 1
    assert traces.link(WINDOW, "checkout").startswith(f"{BASE}/search?service=checkout&start=1772")
    assert traces.link(WINDOW) == f"{BASE}/dependencies"


async def test_tempo() -> None:
    calls, _ = source("tempo", {"/api/v1/query": told.graph("12.4")})
    await contract.check_dependencies(calls, WINDOW)
    (call,) = await calls.calls(WINDOW)
    assert (call.caller, call.callee, call.count, call.client_p90_s) == ("gateway", "checkout", 12, 12.4)


async def test_backstage() -> None:
    catalogue, _ = source("backstage", {"/api/catalog/entities": told.BACKSTAGE})
    found = [(call.caller, call.callee) for call in await catalogue.calls(WINDOW)]
    assert found == [("checkout", "store"), ("checkout", "orders-db")]
    assert await catalogue.owners() == [Owner("checkout", "orders", "backstage")]


async def test_services_yaml(tmp_path: Path) -> None:
    path = tmp_path / "services.yaml"
    path.write_text(
        "services:\n  checkout: {calls: [store], owner: team-orders, on_call: '#orders'}\n  store:\n"
    )
    file = services_yaml.ServicesFile(path)
    await contract.check_dependencies(file, WINDOW)
    assert (await file.entries())["checkout"].on_call == "#orders"
    for broken in ("a: [", "- list", "services: nothing"):
        path.write_text(broken)
        await contract.check_unavailable(file.calls(WINDOW))
    await contract.check_unavailable(services_yaml.ServicesFile(tmp_path / "none").calls(WINDOW))


FOREIGN: list[object] = [
    7,
    {},
    {"message": "moved"},
    {"data": {}},
    {"data": "x", "items": 7, "hits": {"hits": "x"}},
]


@pytest.mark.parametrize("answer", FOREIGN, ids=json.dumps)
@pytest.mark.parametrize(
    "name", sorted(set(SOURCES) - {"argocd"})
)  # with its fields chosen, {} may be all of it
async def test_an_answer_of_another_shape_is_not_an_empty_one(name: str, answer: object) -> None:
    """A gateway's own JSON with status 200 says nothing of what fires, runs or was deployed."""
    made, _ = source(name, {r"/.*": answer})
    for question in ("lines", "series", "deployments", "firing", "calls", "owners"):
        if asked := getattr(made, question, None):
            with pytest.raises(Unavailable, match="form"):
                await (asked() if question in {"firing", "owners"} else asked(WINDOW))


async def test_a_search_that_did_not_see_all_says_so() -> None:
    lost = {"timed_out": True, "_shards": {"total": 5, "failed": 3}}
    logs, _ = source("elasticsearch", {r"/logs-%2A/_search": {**lost, "hits": {"hits": []}}})
    with pytest.raises(Unavailable, match="did not see all: its time was up, 3 shards failed"):
        await logs.lines(WINDOW)
    logs, _ = source("elasticsearch", {r"/logs-%2A/_search": {**told.ELASTICSEARCH, **lost}})
    with reporting(Progress()) as seen:
        assert await logs.lines(WINDOW)
    assert seen.remarks == ["elasticsearch: the search did not see all: its time was up, 3 shards failed"]
