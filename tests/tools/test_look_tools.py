"""search_logs, query_metrics and service_dependencies on real folders, through the toolbox."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tools.dependencies import ServiceDependencies
from tools.dependency_changes import call_changes, gone_calls, span_changes
from tools.logs import SearchLogs
from tools.metrics import QueryMetrics
from tools.providers.files import FileTelemetry
from tools.telemetry import Call, Span, Window
from tools.tool import Findings, Scope, Status, ToolCall
from tools.toolbox import Toolbox

ONSET = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SCOPE = Scope(Window(ONSET - timedelta(minutes=30), ONSET + timedelta(minutes=10)), ONSET, service="checkout")


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")


def at(seconds: float) -> str:
    return (ONSET + timedelta(seconds=seconds)).isoformat()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    logs = [
        {"ts": at(n), "service": "checkout", "msg": f"INFO served {n} items"} for n in range(-1500, 300, 3)
    ]
    logs += [
        {"ts": at(n), "service": "stock", "msg": f"ERROR lock {n} timed out\n    at Stock.take(Stock.java:7)"}
        for n in range(10, 200, 10)
    ]
    write(tmp_path, "logs.jsonl", sorted(logs, key=lambda row: str(row["ts"])))
    metrics = [
        {
            "ts": (ONSET + timedelta(seconds=n)).timestamp(),
            "service": service,
            "latency_p95_seconds": (0.1 + n % 7 / 100) * (20 if n >= 60 and service == "stock" else 1),
            "requests": 600 + n % 11,
        }
        for n in range(-1800, 600, 60)
        for service in ("checkout", "stock")
    ]
    write(tmp_path, "metrics.jsonl", metrics)
    calls = [
        {
            "caller": "web",
            "callee": "checkout",
            "calls": 90,
            "client_p90_us": 90_000,
            "server_p90_us": 80_000,
        },
        {
            "caller": "checkout",
            "callee": "stock",
            "calls": 80,
            "client_p90_us": 2_100_000,
            "server_p90_us": 60_000,
            "network_p90_us": 2_040_000,
        },
    ]
    (tmp_path / "service_dependencies.json").write_text(json.dumps(calls), encoding="utf-8")
    write(
        tmp_path,
        "trace_summary.jsonl",
        [{"service": "stock", "operation": "SELECT item", "count": 80, "p50_us": 9000, "p95_us": 900_000}],
    )
    normal = tmp_path / "normal"
    normal.mkdir()
    usual = [{**call, "client_p90_us": 70_000, "network_p90_us": 9_000} for call in calls]
    gone = {"caller": "web", "callee": "search", "calls": 50}
    (normal / "service_dependencies.json").write_text(json.dumps([*usual, gone]), encoding="utf-8")
    write(
        normal,
        "trace_summary.jsonl",
        [{"service": "stock", "operation": "SELECT item", "count": 80, "p50_us": 9000, "p95_us": 20_000}],
    )
    (tmp_path / "case.json").write_text(json.dumps({"baseline": "normal"}), encoding="utf-8")
    return tmp_path


async def look(folder: Path, name: str, scope: Scope = SCOPE, **arguments: str) -> Findings:
    telemetry = FileTelemetry(folder, onset=ONSET)
    tools = (
        SearchLogs([telemetry.logs]),
        QueryMetrics([telemetry.metrics]),
        ServiceDependencies([telemetry.dependencies]),
    )
    return await Toolbox(tools, redact=str).run(ToolCall(name, arguments), scope)


async def test_logs_tell_what_is_new_with_its_stack(folder: Path) -> None:
    found = await look(folder, "search_logs")
    assert found.status is Status.FOUND
    summary, first, *_ = found.observations
    assert summary.facts["has_normal"] is True
    assert first.service == "stock"
    assert first.text.startswith(
        "stock: new error lines, first at 10:00:10 (19 lines, normally 0): ERROR lock"
    )
    assert "Stock.java:7" in first.text
    assert first.link
    assert summary.facts["groups"][0] == first.facts["group"]  # type: ignore[index]


async def test_logs_give_matching_lines(folder: Path) -> None:
    found = await look(folder, "search_logs", contains="TIMED OUT", service="stock")
    assert found.observations[0].facts == {"matching": 19}
    assert found.observations[0].text.count("Stock.java") == 19
    nothing = await look(folder, "search_logs", contains="no such words")
    assert (nothing.status, nothing.observations) == (Status.NOTHING, ())


async def test_an_empty_window_is_widened(folder: Path) -> None:
    later = ONSET + timedelta(hours=1)
    scope = Scope(Window(later, later + timedelta(minutes=5)), later)
    found = await look(folder, "search_logs", scope, service="stock")
    assert found.status is Status.FOUND


async def test_metrics_tell_what_changed(folder: Path) -> None:
    found = await look(folder, "query_metrics")
    summary, first, *_ = found.observations
    assert first.text.startswith("stock: latency_p95_seconds 1")
    assert "first at 10:01:00" in first.text
    assert summary.facts["changes"][0] == first.facts["change"]  # type: ignore[index]
    assert all(each.service != "checkout" for each in found.observations)


async def test_metrics_give_a_course(folder: Path) -> None:
    found = await look(folder, "query_metrics", service="stock", metric="latency")
    (course,) = found.observations
    assert "left its normal range first at 10:01:00" in course.text
    assert "jq" in course.query
    calm = await look(folder, "query_metrics", service="checkout", metric="latency")
    assert "stayed within its normal range" in calm.observations[0].text


async def test_dependencies_tell_the_side_that_slowed(folder: Path) -> None:
    found = await look(folder, "service_dependencies")
    summary, call, span = found.observations
    assert "checkout is called by web and calls stock" in summary.text
    assert "no longer called: web → search" in summary.text
    assert call.text.startswith(
        "checkout → stock (80 calls, normally 80): p90 seen by the caller 70 ms → 2.1 s"
    )
    assert "between them 9 ms → 2.04 s" in call.text
    assert span.text == "stock: operation SELECT item p95 20 ms → 900 ms (×45) (80 times)"


@pytest.mark.parametrize("name", ["search_logs", "query_metrics", "service_dependencies"])
async def test_what_cannot_be_read_is_unavailable(tmp_path: Path, name: str) -> None:
    found = await look(tmp_path, name)
    assert found.status is Status.UNAVAILABLE
    assert "files" in found.note


@pytest.mark.parametrize("name", ["search_logs", "query_metrics", "service_dependencies"])
async def test_everything_fits_the_scope(folder: Path, name: str) -> None:
    scope = Scope(SCOPE.window, ONSET, max_bytes=700)
    found = await look(folder, name, scope)
    assert sum(len(each.text.encode()) for each in found.observations) <= 700
    assert found.observations[0].facts


def test_calls_are_compared_part_by_part() -> None:
    normal = [Call("a", "b", 50, 0.05, 0.04, 0.01), Call("c", "d", 50, 0.3, 0.05, 0.25)]
    slow, calm = call_changes(
        [Call("a", "b", 50, 2.0, 1.99, 0.01), Call("c", "d", 50, 0.3, 0.05, 0.25)], normal
    )
    assert slow.now.callee == "b"
    assert slow.server is not None
    assert slow.server > 4
    assert slow.network is not None
    assert slow.network < 0  # its usual is at least the longest that any pair has
    assert calm.score < 0.1


def test_few_calls_count_less_and_unknown_pairs_not_at_all() -> None:
    normal = [Call("a", "b", 50, 0.05, 0.04, 0.01)]
    often = call_changes([Call("a", "b", 50, 1.0, 1.0, 0.0)], normal)[0]
    once = call_changes([Call("a", "b", 1, 1.0, 1.0, 0.0)], normal)[0]
    assert often.score > once.score
    assert call_changes([Call("x", "y", 50, 1.0, 1.0, 0.0)], normal)[0].score == 0
    assert call_changes([Call("x", "b", 50, 1.0, 1.0, 0.0)], normal)[0].score > 0


def test_gone_and_unknown() -> None:
    assert gone_calls([], [Call("a", "b", 50), Call("c", "d", 2)]) == (Call("a", "b", 50),)
    assert span_changes([Span("a", "new", 5, 1.0, 1.0, 1.0)], [])[0].score == 0


async def test_an_operation_that_fails_is_told_with_the_page_that_shows_it() -> None:
    class Traces:
        name = "traces"

        async def calls(self, window: Window) -> list[Call]:  # noqa: ARG002 — the Protocol's name
            return [Call("gateway", "checkout", 100)]

        async def baseline_calls(self, window: Window) -> list[Call]:  # noqa: ARG002 — the Protocol's name
            return [Call("gateway", "checkout", 100)]

        async def spans(self, window: Window) -> list[Span]:  # noqa: ARG002 — the Protocol's name
            return [
                Span("checkout", "POST /pay", 40, 0.1, 0.2, 0.3, errors=30),
                Span("user", "GET /", 9, 1, 1, 1, 1),
            ]

        async def baseline_spans(self, window: Window) -> list[Span]:  # noqa: ARG002 — the Protocol's name
            return [Span("checkout", "POST /pay", 40, 0.1, 0.2, 0.3, errors=2)]

        def link(self, window: Window, service: str | None = None) -> str:  # noqa: ARG002 — the Protocol's name
            return f"https://traces.example/{service or ''}"

    scope = Scope(Window(ONSET, ONSET + timedelta(minutes=5)), ONSET, service="gateway")
    told = await Toolbox([ServiceDependencies([Traces()])], str).run(ToolCall("service_dependencies"), scope)
    failing = [each for each in told.observations if "fails" in each.text]
    assert [each.text for each in failing] == [
        "checkout: operation POST /pay fails: 30 of 40 times, normally 5 %"
    ]
    assert failing[0].link == "https://traces.example/checkout"
    span = failing[0].facts["span"]
    assert isinstance(span, dict)
    assert span["failing"] == 0.7
