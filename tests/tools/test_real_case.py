"""One case on the real Prometheus and the real Alertmanager: an hour of history, a target that is sick, a verdict.

The history is written with promtool, so that there is a normal operation to compare with; the target that the test
makes sick is scraped as it is in the live test.
"""

import json
import shutil
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.investigation.alert import Alert, Severity
from bot.investigation.casefile import CaseFile, fold
from bot.investigation.events import AlertReceived, Recorded
from bot.settings import Settings
from bot.sources import sources_of
from bot.wiring import investigating
from tests.tools.test_prometheus_real import PROGRAMS, Target, answers, free_port, serve, start, until

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, (*PROGRAMS, "promtool"))), reason="Debian's monitoring is not installed"
)
SICK_FOR = timedelta(minutes=6)
STEP = 15


def history(now: datetime) -> str:
    """Return an hour and a half of OpenMetrics: checkout's pool runs dry at the onset, user stays as it is."""
    rows: dict[str, list[str]] = {"http_requests": [], "pool_in_use": [], "latency_seconds": []}
    good = bad = 0
    for at in range(int((now - timedelta(minutes=90)).timestamp()), int(now.timestamp()) - 20, STEP):
        sick = at >= (now - SICK_FOR).timestamp()
        wobble = (at // STEP) % 3
        good, bad = good + (100 if sick else 1_000 + 10 * wobble), bad + (900 if sick else 0)
        service = 'service="checkout"'
        rows["http_requests"] += [
            f'http_requests_total{{{service},code="200"}} {good} {at}',
            f'http_requests_total{{{service},code="503"}} {bad} {at}',
            f'http_requests_total{{service="user",code="200"}} {(at % 100_000) * 50} {at}',
        ]
        rows["pool_in_use"] += [
            f"pool_in_use{{{service}}} {20 if sick else 3 + wobble} {at}",
            f'pool_in_use{{service="user"}} {1 + wobble} {at}',
        ]
        fast = good + (0 if sick else bad)
        rows["latency_seconds"] += [
            f'latency_seconds_bucket{{{service},le="0.1"}} {fast} {at}',
            f'latency_seconds_bucket{{{service},le="2.5"}} {good + bad} {at}',
            f'latency_seconds_bucket{{{service},le="+Inf"}} {good + bad} {at}',
            f"latency_seconds_count{{{service}}} {good + bad} {at}",
        ]
    kinds = {"http_requests": "counter", "pool_in_use": "gauge", "latency_seconds": "histogram"}
    text = [
        line for name, kind in kinds.items() for line in (f"# TYPE {name} {kind}", *_by_series(rows[name]))
    ]
    return "\n".join([*text, "# EOF", ""])


def post_alert(address: str, since: datetime) -> None:
    labels = {"alertname": "PoolExhausted", "service": "checkout", "severity": "critical"}
    body = json.dumps([{"labels": labels, "startsAt": since.isoformat()}]).encode()
    asked = urllib.request.Request(f"{address}/api/v2/alerts", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(asked, timeout=5).close()


def _by_series(lines: list[str]) -> list[str]:
    """OpenMetrics wants the samples of a series together, oldest first."""
    return sorted(lines, key=lambda line: (line.partition(" ")[0], int(line.rpartition(" ")[2])))


@pytest.fixture(scope="module")
def monitored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, datetime]]:
    here = tmp_path_factory.mktemp("case")
    now = datetime.now(UTC)
    (here / "history").write_text(history(now))
    blocks = [
        "promtool",
        "tsdb",
        "create-blocks-from",
        "openmetrics",
        str(here / "history"),
        str(here / "tsdb"),
    ]
    subprocess.run(blocks, check=True, capture_output=True)
    metrics, alerts = free_port(), free_port()
    target = Target()
    target.sick.set()
    with ExitStack() as stack:
        serve(target, stack)
        scraped = [{"job_name": "shop", "static_configs": [{"targets": [f"127.0.0.1:{target.port}"]}]}]
        (here / "prometheus.yml").write_text(
            json.dumps(
                {"global": {"scrape_interval": "1s", "scrape_timeout": "500ms"}, "scrape_configs": scraped}
            )
        )
        (here / "am.yml").write_text('{"route": {"receiver": "none"}, "receivers": [{"name": "none"}]}')
        start(
            stack, "prometheus-alertmanager", f"--config.file={here / 'am.yml'}", f"--storage.path={here / 'am'}",
            f"--web.listen-address=127.0.0.1:{alerts}", "--cluster.listen-address=",
        )  # fmt: skip
        start(
            stack, "prometheus", f"--config.file={here / 'prometheus.yml'}",
            f"--storage.tsdb.path={here / 'tsdb'}", f"--web.listen-address=127.0.0.1:{metrics}",
        )  # fmt: skip
        live = f"http://127.0.0.1:{metrics}/api/v1/query?query=pool_in_use%7Bjob%3D%22shop%22%7D"
        until(lambda: b'"checkout"' in answers(live), "the first scrape")
        until(lambda: bool(answers(f"http://127.0.0.1:{alerts}/-/ready")), "Alertmanager")
        post_alert(f"http://127.0.0.1:{alerts}", now - SICK_FOR + timedelta(minutes=1))
        yield (
            f"http://127.0.0.1:{metrics}",
            f"http://127.0.0.1:{alerts}",
            now - SICK_FOR + timedelta(minutes=1),
        )


async def investigated(prometheus: str, alertmanager: str, onset: datetime, folder: Path) -> CaseFile:
    sources = folder / "sources.toml"
    sources.write_text(
        f'[[prometheus]]\nurl = "{prometheus}"\nrate_window = 60\n[[alertmanager]]\nurl = "{alertmanager}"\n'
    )
    settings = Settings.read(
        {
            "INCIDENTOS_DATA": str(folder / "data"),
            "INCIDENTOS_EXAMPLES": "no",
            "INCIDENTOS_SOURCES": str(sources),
        }
    )
    alert = Alert("alertmanager", "PoolExhausted", onset, "All connections are in use", Severity.CRITICAL)
    async with investigating(settings, sources_of(settings, {})) as investigator:
        case = fold([Recorded(datetime.now(UTC), AlertReceived("INC-1", alert))])
        async for event in investigator.investigate(case):
            case = case.after(Recorded(datetime.now(UTC), event))
    return case


async def test_the_case_finds_the_right_metric_with_a_link_that_works(
    monitored: tuple[str, str, datetime], tmp_path: Path
) -> None:
    prometheus, alertmanager, onset = monitored
    case = await investigated(prometheus, alertmanager, onset, tmp_path)
    assert case.verdict is not None
    assert case.verdict.outcome == "concluded"
    assert case.verdict.services[0] == "checkout", case.verdict
    assert "user" not in case.verdict.services[:1]
    found = next(piece for piece in case.evidence if piece.kind == "metric" and piece.service == "checkout")
    change = found.facts["change"]
    assert isinstance(change, dict)
    assert change["metric"] in {"pool_in_use", "http_requests_total:5xx", "latency_seconds_p95"}
    first = datetime.fromisoformat(str(change["first"]))
    assert abs(first - (onset - timedelta(minutes=1))) < timedelta(minutes=1)
    assert found.id in case.verdict.cites
    link = found.seen.link
    assert link is not None
    assert link.startswith(f"{prometheus}/graph?")
    assert b"<html" in answers(link).lower()
    shown = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)
    again = urllib.parse.urlencode({"query": shown["g0.expr"][0]})
    assert b'"service":"checkout"' in answers(f"{prometheus}/api/v1/query?{again}")
    firing = next(piece for piece in case.evidence if piece.kind == "alert")
    assert firing.seen.link == f"{alertmanager}/#/alerts?filter=%7Balertname%3D%22PoolExhausted%22%7D"
    assert "logs: no source is configured" in "; ".join(case.verdict.not_checked)
