"""CloudWatch: against moto's server on loopback, which checks forms and answers as AWS does; links; what is signed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from botocore.session import Session
from moto.server import ThreadedMotoServer

from tests.tools import source_contracts as contract
from tests.tools.recorded import Stored
from tools.providers.cloudwatch import CloudWatch, CloudWatchSettings
from tools.telemetry import Window
from tools.tool import Unavailable

NOW = datetime.now(UTC).replace(microsecond=0, second=0)
WINDOW = Window(NOW - timedelta(minutes=30), NOW)
REGION = "eu-west-1"
KEYS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "example", "region_name": REGION}


def filled(url: str) -> None:
    """Put two services' lines and metrics there, with AWS' own client, as an application would."""
    make: Any = Session().create_client
    logs = make("logs", endpoint_url=url, **KEYS)
    for group in ("/ecs/checkout", "/ecs/user"):
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="task-1")
        events = [
            {"timestamp": int((NOW - timedelta(minutes=minute)).timestamp() * 1000),
             "message": f"Pool exhausted after {minute} tries\n"}
            for minute in range(28, 1, -1)
        ]  # fmt: skip
        logs.put_log_events(logGroupName=group, logStreamName="task-1", logEvents=events)
    metrics = make("cloudwatch", endpoint_url=url, **KEYS)
    for minute in range(29, 0, -1):
        at = NOW - timedelta(minutes=minute)
        of = [{"Name": "ServiceName", "Value": "checkout"}]
        metrics.put_metric_data(
            Namespace="Shop",
            MetricData=[
                {"MetricName": "HTTPCode_5XX_Count", "Dimensions": of, "Timestamp": at, "Value": 40.0 - minute},
                {"MetricName": "CPUUtilization", "Dimensions": of, "Timestamp": at, "Value": 20.0},
                {"MetricName": "CPUUtilization", "Dimensions": [*of, {"Name": "Zone", "Value": "a"}],
                 "Timestamp": at, "Value": 99.0},
                {"MetricName": "Homeless", "Dimensions": [], "Timestamp": at, "Value": 1.0},
            ],
        )  # fmt: skip


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    filled(f"http://{host}:{port}")
    yield f"http://{host}:{port}"
    server.stop()


def made(url: str, **more: object) -> CloudWatch:
    told: dict[str, Any] = {
        "region": REGION, "log_groups": ("/ecs/checkout", "/ecs/user"), "services": {"/ecs/user": "users"},
        "namespaces": ("Shop",), "access_key": "AKIDEXAMPLE", "secret_key": "example", "logs_url": url,
        "metrics_url": url, "console_url": "https://eu-west-1.console.aws.amazon.com", **more,
    }  # fmt: skip
    return CloudWatch(CloudWatchSettings(**told))


async def test_logs_keep_the_contract_on_a_real_server(url: str) -> None:
    logs = made(url).logs
    assert logs is not None
    await contract.check_logs(logs, WINDOW)
    lines = await logs.lines(WINDOW)
    assert {line.service for line in lines} == {"checkout", "users"}
    assert len(lines) == 2 * 27
    assert (lines[0].text, lines[0].pod) == ("Pool exhausted after 28 tries", "task-1")


async def test_of_too_many_lines_each_part_of_the_window_keeps_some(url: str) -> None:
    logs = made(url, max_lines=24).logs
    assert logs is not None
    lines = await logs.lines(WINDOW)
    assert len(lines) <= 24
    halves = [line.at < NOW - timedelta(minutes=15) for line in lines]
    assert any(halves)
    assert not all(halves)


async def test_metrics_keep_the_contract_on_a_real_server(url: str) -> None:
    metrics = made(url).metrics
    assert metrics is not None
    await contract.check_metrics(metrics, WINDOW)
    found = {(each.service, each.metric): each.points for each in await metrics.series(WINDOW)}
    assert set(found) == {("checkout", "HTTPCode_5XX_Count"), ("checkout", "CPUUtilization")}
    assert {value for _, value in found["checkout", "CPUUtilization"]} == {20.0}  # not the zone's 99
    assert max(value for _, value in found["checkout", "HTTPCode_5XX_Count"]) == 39.0


async def test_links_open_the_console_and_queries_can_be_looked_up(url: str) -> None:
    cloud = made(url)
    assert cloud.logs is not None
    assert cloud.metrics is not None
    await cloud.metrics.series(WINDOW)
    start, end = (f"{at.timestamp() * 1e3:.0f}" for at in (WINDOW.start, WINDOW.end))
    assert cloud.logs.link(WINDOW, "checkout") == (
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/"
        f"$252Fecs$252Fcheckout/log-events$3Fstart$3D{start}$26end$3D{end}"
    )
    graph = cloud.metrics.link(WINDOW, "checkout", "CPUUtilization")
    assert graph is not None
    assert "~(metrics~(~(~'Shop~'CPUUtilization~'ServiceName~'checkout))" in graph
    assert cloud.metrics.query("checkout", "HTTPCode_5XX_Count") == (
        'Namespace="Shop" MetricName="HTTPCode_5XX_Count" ServiceName="checkout" Sum'
    )


async def test_a_missing_log_group_and_missing_credentials_are_told(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = made(url, log_groups=("/ecs/gone",)).logs
    assert gone is not None
    with pytest.raises(
        Unavailable, match=r"cloudwatch: refused the query \(400\): ResourceNotFoundException"
    ):
        await gone.lines(WINDOW)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    nobody = made(url, access_key="", secret_key="").logs
    assert nobody is not None
    with pytest.raises(Unavailable, match="cloudwatch: no AWS credentials were found"):
        await nobody.lines(WINDOW)
    unknown = made(url, access_key="", profile="nobody").logs
    assert unknown is not None
    with pytest.raises(Unavailable, match=r"no AWS credentials \(ProfileNotFound\)"):
        await unknown.lines(WINDOW)


async def test_the_signature_covers_the_action_and_a_session_token_goes_along() -> None:
    sent: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(200, stream=Stored(b'{"events": []}'))

    told = CloudWatchSettings(
        REGION, ("/ecs/checkout",), access_key="AKIDEXAMPLE", secret_key="example", session_token="t0ken"
    )
    logs = CloudWatch(told, transport=httpx2.MockTransport(answer)).logs
    assert logs is not None
    assert await logs.lines(WINDOW) == []
    first = sent[0]
    assert str(first.url) == "https://logs.eu-west-1.amazonaws.com/"
    assert first.headers["X-Amz-Target"] == "Logs_20140328.FilterLogEvents"
    assert (
        "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target"
        in (first.headers["Authorization"])
    )
    assert first.headers["X-Amz-Security-Token"] == "t0ken"
    assert "example" not in repr(told)


def test_naming_nothing_to_read_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="name log_groups or namespaces"):
        CloudWatch(CloudWatchSettings(REGION))
