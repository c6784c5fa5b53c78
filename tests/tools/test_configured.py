"""The file of sources: every kind can be named, what cannot be meant is refused in one line without values."""

import tomllib

import httpx2
import pytest

from tests.tools.every_kind import EXAMPLE, SECRETS, WINDOW
from tests.tools.recorded import Stored
from tools.providers.configured import KINDS, SourcesError, configured
from tools.providers.prometheus import PrometheusMetrics


async def test_the_example_names_every_kind_and_all_of_it_can_be_made() -> None:
    assert set(tomllib.loads(EXAMPLE)) == set(KINDS)
    made = configured(EXAMPLE, SECRETS)
    assert sorted(each.name for each in made.logs) == [
        "cloudwatch",
        "elasticsearch",
        "files",
        "kubernetes",
        "loki",
        "observability",
    ]
    assert sorted(each.name for each in made.metrics) == ["cloudwatch", "files", "prometheus"]
    assert sorted(each.name for each in made.deploys) == [
        "argocd",
        "files",
        "git",
        "github",
        "gitlab",
        "kubernetes",
        "kubernetes",
        "launchdarkly",
    ]
    assert sorted(each.name for each in made.alerts) == [
        "alertmanager",
        "files",
        "grafana",
        "kubernetes",
        "pagerduty",
    ]
    assert sorted(each.name for each in made.dependencies) == [
        "backstage",
        "files",
        "jaeger",
        "services.yaml",
        "tempo",
    ]
    assert [each.name for each in made.runbooks] == ["runbook repository", "runbooks"]
    assert "s3cret" not in repr(made)
    await made.aclose()


async def test_one_kind_may_stand_several_times_and_nothing_is_nothing() -> None:
    made = configured('[[prometheus]]\nurl = "http://a"\n[[prometheus]]\nurl = "http://b"\nmax_names = 3', {})
    first, second = made.metrics
    assert isinstance(first, PrometheusMetrics)
    assert isinstance(second, PrometheusMetrics)
    assert first.query(None, None) == "up"
    assert configured("", {}).metrics == ()
    await made.aclose()


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[[loki]", "not TOML"),
        ("[[splunk]]", "[[splunk]] is no kind of source; known: alertmanager"),
        ('[loki]\nurl = "http://h"', "write [[loki]] with two brackets"),
        ('[[loki]]\nadress = "http://hunter2"', "[[loki]] number 1: unknown key 'adress'; known: ca_file"),
        ("[[loki]]", "[[loki]] number 1: url: "),
        ('[[loki]]\nurl = "hunter2"', "must begin with http:// or https://"),
        ('[[loki]]\nurl = "http://user:hunter2@169.254.169.254"', "is not an address that sources live at"),
        ('[[loki]]\nurl = "http://h"\npage_lines = "hunter2"', "[[loki]] number 1: page_lines: "),
        ('[[loki]]\nurl = "http://h"\ntoken = "env:NOT_THERE"', "NOT_THERE is not set in the environment"),
        ('[[git]]\nrepository = "/srv"\nbranch = "--evil"', "is not the name of a branch"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(toml: str, said: str) -> None:
    with pytest.raises(SourcesError) as problem:
        configured(toml, {})
    assert said in str(problem.value)
    assert "hunter2" not in str(problem.value)
    assert "\n" not in str(problem.value)


async def test_a_tenant_and_a_base_path_reach_the_server_as_mimir_and_victoriametrics_want_them() -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, stream=Stored(b'{"status": "success", "data": []}'))

    toml = (
        '[[prometheus]]\nurl = "https://mimir.example/prometheus"\nheaders = { X-Scope-OrgID = "team-a" }\n'
        '[[prometheus]]\nurl = "https://victoria.example/select/0/prometheus"\n'
    )
    made = configured(toml, {}, transport=httpx2.MockTransport(answer))
    for source in made.metrics:
        assert await source.series(WINDOW) == []
    assert [(each.url.path, each.headers.get("X-Scope-OrgID")) for each in asked] == [
        ("/prometheus/api/v1/label/__name__/values", "team-a"),
        ("/select/0/prometheus/api/v1/label/__name__/values", None),
    ]
    await made.aclose()
