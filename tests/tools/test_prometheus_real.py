"""The real Prometheus and the real Alertmanager of Debian, on loopback, watching a target that becomes sick."""

import http.server
import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tests.tools import source_contracts as contract
from tools.providers.alertmanager import AlertmanagerAlerts, AlertmanagerSettings
from tools.providers.prometheus import PrometheusMetrics, PrometheusSettings
from tools.reads import Endpoint
from tools.telemetry import Window

PROGRAMS = ("prometheus", "prometheus-alertmanager")
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, PROGRAMS)),
    reason="Debian's prometheus and prometheus-alertmanager are not installed",
)


@dataclass
class Target:
    """A service that counts requests; once sick, most of them fail."""

    port: int = 0
    sick: threading.Event = field(default_factory=threading.Event)
    good: int = 0
    bad: int = 0

    def exposition(self) -> str:
        self.good += 2 if self.sick.is_set() else 20
        self.bad += 18 if self.sick.is_set() else 0
        return (
            "# TYPE http_requests_total counter\n"
            f'http_requests_total{{service="checkout",code="200"}} {self.good}\n'
            f'http_requests_total{{service="checkout",code="503"}} {self.bad}\n'
            "# TYPE pool_in_use gauge\n"
            f'pool_in_use{{service="checkout"}} {20 if self.sick.is_set() else 3}\n'
            f'pool_in_use{{service="user"}} 1\n'
            "# TYPE latency_seconds histogram\n"
            f'latency_seconds_bucket{{service="checkout",le="0.1"}} {self.good}\n'
            f'latency_seconds_bucket{{service="checkout",le="2.5"}} {self.good + self.bad}\n'
            f'latency_seconds_bucket{{service="checkout",le="+Inf"}} {self.good + self.bad}\n'
            f'latency_seconds_count{{service="checkout"}} {self.good + self.bad}\n'
            f'latency_seconds_sum{{service="checkout"}} {self.bad * 2.0}\n'
        )


@dataclass(frozen=True)
class Watched:
    prometheus: str
    alertmanager: str
    sick_since: datetime


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], bool], what: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.1)


def answers(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bytes(answer.read())
    except OSError:
        return b""


def serve(target: Target, stack: ExitStack) -> None:
    class Metrics(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is http.server's
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(target.exposition().encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metrics)
    target.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)


def start(stack: ExitStack, *command: str) -> None:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(process.wait, 10)
    stack.callback(process.terminate)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    here = tmp_path_factory.mktemp("monitoring")
    metrics_port, alerts_port = free_port(), free_port()
    prometheus, alertmanager = f"http://127.0.0.1:{metrics_port}", f"http://127.0.0.1:{alerts_port}"
    target = Target()
    with ExitStack() as stack:
        serve(target, stack)
        rule = {
            "alert": "PoolExhausted", "expr": "pool_in_use > 15", "labels": {"severity": "critical"},
            "annotations": {"summary": "All connections of {{ $labels.service }} are in use"},
        }  # fmt: skip
        (here / "rules.json").write_text(json.dumps({"groups": [{"name": "pool", "rules": [rule]}]}))
        config = {
            "global": {"scrape_interval": "250ms", "evaluation_interval": "250ms", "scrape_timeout": "200ms"},
            "rule_files": [str(here / "rules.json")],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alerts_port}"]}]}]},
            "scrape_configs": [
                {"job_name": "shop", "static_configs": [{"targets": [f"127.0.0.1:{target.port}"]}]},
                {"job_name": "gone", "static_configs": [{"targets": ["127.0.0.1:9"]}]},
            ],
        }
        (here / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML
        (here / "alertmanager.yml").write_text(
            '{"route": {"receiver": "none"}, "receivers": [{"name": "none"}]}'
        )
        start(
            stack, "prometheus-alertmanager", f"--config.file={here / 'alertmanager.yml'}",
            f"--storage.path={here / 'alerts'}", f"--web.listen-address=127.0.0.1:{alerts_port}",
            "--cluster.listen-address=",
        )  # fmt: skip
        start(
            stack, "prometheus", f"--config.file={here / 'prometheus.yml'}",
            f"--storage.tsdb.path={here / 'tsdb'}", f"--web.listen-address=127.0.0.1:{metrics_port}",
        )  # fmt: skip
        healthy = f"{prometheus}/api/v1/query?query=rate(http_requests_total%5B2s%5D)%3E0"
        until(lambda: b'"checkout"' in answers(healthy), "the first scrapes")
        time.sleep(2)  # normal operation, to compare with
        sick_since = datetime.now(UTC)
        target.sick.set()
        until(lambda: b"PoolExhausted" in answers(f"{alertmanager}/api/v2/alerts"), "the alert")
        time.sleep(1.5)  # trouble lasts a little, so that rates show it
        yield Watched(prometheus, alertmanager, sick_since)


@pytest.fixture
def window(watched: Watched) -> Window:
    return Window(watched.sick_since - timedelta(seconds=20), datetime.now(UTC))


@pytest.fixture
def metrics(watched: Watched) -> PrometheusMetrics:
    return PrometheusMetrics(
        PrometheusSettings(Endpoint(watched.prometheus), rate_window=timedelta(seconds=2))
    )


def around(points: tuple[tuple[float, float], ...], sick: datetime) -> tuple[float, float]:
    """Return the highest value before and after *sick*."""
    at = sick.timestamp()
    return max(value for time_, value in points if time_ < at), max(
        value for time_, value in points if time_ > at
    )


async def test_real_prometheus_keeps_the_contract(metrics: PrometheusMetrics, window: Window) -> None:
    await contract.check_metrics(metrics, window)


async def test_it_shows_which_metric_of_which_service_went_wrong(
    watched: Watched, metrics: PrometheusMetrics, window: Window
) -> None:
    found = {(each.service, each.metric): each.points for each in await metrics.series(window)}
    assert around(found["checkout", "pool_in_use"], watched.sick_since) == (3.0, 20.0)
    before, after = around(found["checkout", "http_requests_total:5xx"], watched.sick_since)
    assert before == 0
    assert after > 5
    slow_before, slow_after = around(found["checkout", "latency_seconds_p95"], watched.sick_since)
    assert slow_before <= 0.1 < slow_after
    assert found["user", "pool_in_use"][-1][1] == 1.0
    assert found["gone", "up"][-1][1] == 0.0
    assert not any("go_" in metric or "prometheus_" in metric for _, metric in found)


async def test_normal_operation_is_the_time_before(watched: Watched, metrics: PrometheusMetrics) -> None:
    normal = await metrics.baseline(Window(watched.sick_since, watched.sick_since + timedelta(seconds=10)))
    pools = [each for each in normal if (each.service, each.metric) == ("checkout", "pool_in_use")]
    assert [max(value for _, value in each.points) for each in pools] == [3.0]


async def test_links_and_queries_can_be_run_again(
    watched: Watched, metrics: PrometheusMetrics, window: Window
) -> None:
    for metric in ("http_requests_total:5xx", "latency_seconds_p95", "pool_in_use"):
        link = metrics.link(window, "checkout", metric)
        assert link
        assert answers(link).startswith(b"<!doctype html") or b"<html" in answers(link)
        query = urllib.parse.urlencode({"query": metrics.query("checkout", metric)})
        assert b'"service":"checkout"' in answers(f"{watched.prometheus}/api/v1/query?{query}")


async def test_hostile_names_stay_inside_their_quotes(metrics: PrometheusMetrics, window: Window) -> None:
    assert not await metrics.series(window, service='x"} or vector(1) or up{job="gone', metric="up")


async def test_real_alertmanager_keeps_the_contract(watched: Watched) -> None:
    source = AlertmanagerAlerts(AlertmanagerSettings(Endpoint(watched.alertmanager)))
    await contract.check_alerts(source)
    (alert,) = await source.firing()
    assert (alert.name, alert.service, alert.severity) == ("PoolExhausted", "checkout", "critical")
    assert alert.summary == "All connections of checkout are in use"
    assert abs((alert.since - watched.sick_since).total_seconds()) < 10
    assert alert.link == f"{watched.alertmanager}/#/alerts?filter=%7Balertname%3D%22PoolExhausted%22%7D"


async def test_a_dead_server_is_unavailable(window: Window) -> None:
    dead = Endpoint(f"http://user:hunter2@127.0.0.1:{free_port()}")
    await contract.check_unavailable(
        PrometheusMetrics(PrometheusSettings(dead)).series(window),
        AlertmanagerAlerts(AlertmanagerSettings(dead)).firing(),
    )
