import asyncio
import gzip
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.lab.fault import Deploy
from sandbox.lab.faults import FAULTS
from sandbox.lab.load import Crowd
from sandbox.lab.record import record
from sandbox.lab.recordings import FOLDER, Recording, recordings, write_answers
from sandbox.lab.run import RunPlan, UnknownFault, run_live
from sandbox.lab.shop_run import SERVICES
from tools.providers.files import FileTelemetry
from tools.telemetry import Window

RECORDED = recordings()
NAMES = [each.name for each in RECORDED]
LARGEST = 400_000


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def document(folder: Path, name: str) -> Any:  # noqa: ANN401 - JSON
    found: Any = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return found


def values(folder: Path, service: str, metric: str) -> list[float]:
    return [row[metric] for row in rows(folder, "metrics") if row["service"] == service and metric in row]


def said(folder: Path, words: str, service: str) -> int:
    return sum(words in row["msg"] for row in rows(folder, "logs") if row["service"] == service)


TRUTH: Mapping[
    str, Callable[[Path], object]
] = {  # what shows the true cause in the telemetry, and is not there when all is well
    "session-leak": lambda at: (
        max(values(at, "users", "process_resident_memory_bytes"))
        > 1.6 * min(values(at, "users", "process_resident_memory_bytes"))
        and said(at, "OOMKilled", "users")
    ),
    "pool-dry": lambda at: (
        values(at, "store", "db_pool_in_use")[-1] == values(at, "store", "db_pool_size")[-1]
        and said(at, "no database connection free", "store")
    ),
    "payments-refused": lambda at: (
        min(values(at, "payments", "up")) == 0 and said(at, "Connection refused", "checkout")
    ),
    "slow-query": lambda at: max(values(at, "store", "db_query_duration_seconds_history_of_p95")) > 0.25,
    "expired-certificate": lambda at: (
        min(values(at, "payments", "tls_certificate_seconds_left")) < 0
        and said(at, "certificate has expired", "checkout")
    ),
    "bad-config": lambda at: said(at, "no answer within 2 ms", "checkout"),
    "full-disk": lambda at: (
        max(values(at, "checkout", "data_folder_bytes")) > 0.9 * values(at, "checkout", "file_limit_bytes")[0]
        and said(at, "File too large", "checkout")
    ),
    "noisy-neighbour": lambda at: (
        max(values(at, "reports", "report_exports_running")) == 1 and said(at, "database is locked", "store")
    ),
}


def test_every_fault_is_recorded_and_three_of_them_twice() -> None:
    faults = [each.fault for each in RECORDED]
    assert set(faults) == set(FAULTS) == set(TRUTH)
    assert len(faults) - len(set(faults)) >= 2


@pytest.mark.parametrize("recording", RECORDED, ids=NAMES)
def test_a_recording_has_the_form_of_a_case(recording: Recording) -> None:
    at, case, alert = (
        recording.folder,
        document(recording.folder, "case"),
        document(recording.folder, "alert"),
    )
    assert sum(file.stat().st_size for file in at.rglob("*") if file.is_file()) <= LARGEST
    assert (case["id"], case["set"]) == (recording.name, "lab")
    assert case["command"].startswith(f".venv/bin/python -m sandbox.lab record {recording.fault} --out ")
    start, end = (datetime.fromisoformat(each) for each in case["window"])
    assert start < datetime.fromisoformat(alert["starts_at"]) < end
    assert {row["service"] for row in rows(at, "metrics")} == set(SERVICES)
    edges = document(at, "service_dependencies")
    assert {edge[end] for edge in edges for end in ("caller", "callee")} == set(SERVICES)
    assert {"ts", "service", "pod", "trace", "msg"} <= rows(at, "logs")[0].keys()
    assert {"service", "operation", "count", "p50_us", "p95_us", "max_us"} <= rows(at, "trace_summary")[
        0
    ].keys()
    assert {"sha", "deployed_at", "title", "files", "diff"} <= rows(at, "deploys")[-1].keys()
    normal = at / case["baseline"]
    assert rows(normal, "logs")[-1]["ts"] <= rows(at, "logs")[0]["ts"]
    assert len(rows(normal, "metrics")) > 30


@pytest.mark.parametrize("recording", RECORDED, ids=NAMES)
def test_the_label_is_true_and_visible_and_the_alert_does_not_tell_it(recording: Recording) -> None:
    at, label, fault = recording.folder, document(recording.folder, "answer"), FAULTS[recording.fault]
    deployed = {row["sha"]: row["title"] for row in rows(at, "deploys")}
    guilty = {step.release.title for step in fault.steps if isinstance(step, Deploy) and step.guilty}
    assert {deployed[sha] for sha in label["deploys"]} == guilty
    assert label["services"] == list(fault.services)
    alert = document(at, "alert")
    assert alert["service"] == "gateway"
    assert not any(service in alert["description"] + alert["title"] for service in label["services"])
    assert TRUTH[recording.fault](at)
    assert said(at / "baseline", "OOMKilled", "users") == 0
    assert not [row for row in rows(at / "baseline", "logs") if row["level"] == "ERROR"]
    assert max(values(at / "baseline", "gateway", "error_ratio")) == 0


def test_the_second_recording_of_a_fault_is_told_in_other_words() -> None:
    titles = {each.name: document(each.folder, "alert")["title"] for each in RECORDED}
    again = [name for name in titles if name.endswith("-2")]
    assert again
    assert all(titles[name] != titles[name.removesuffix("-2")] for name in again)


def test_all_labels_stand_in_one_file_too(tmp_path: Path) -> None:
    lines = (FOLDER / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [document(each.folder, "answer") for each in RECORDED]
    (tmp_path / "no-recording").mkdir()
    write_answers(tmp_path)
    assert (tmp_path / "answers.jsonl").read_text() == ""


async def test_a_recording_of_a_few_seconds_is_read_by_the_file_provider(tmp_path: Path) -> None:
    told = []

    async def progress(words: str) -> None:
        told.append(words)

    plan = RunPlan(
        quiet_s=2, lead_s=1, trouble_s=3, after_alert_s=0.5, scrape_s=0.4, command="… record bad-config",
        crowd=Crowd(people=20, visits_per_s=8),
    )  # fmt: skip
    outcome = await record("bad-config", tmp_path / "short", plan, progress)
    assert outcome.alert["title"] in {"HighErrorRate", "HighLatency"}
    assert [each.fault for each in recordings(tmp_path)] == ["bad-config"]
    case = document(tmp_path / "short", "case")
    window = Window(*(datetime.fromisoformat(each) for each in case["window"]))
    telemetry = FileTelemetry(tmp_path / "short")
    assert await telemetry.logs.lines(window, service="checkout", contains="no answer within 2 ms")
    assert await telemetry.logs.baseline(window)
    assert await telemetry.metrics.series(window, service="gateway", metric="error_ratio")
    found = await telemetry.deploys.diff(outcome.answer["deploys"][0])
    assert found is not None
    assert "+timeout_ms = 2\n" in found.diff
    calls = await telemetry.dependencies.calls(window)
    assert ("checkout", "payments") in {(call.caller, call.callee) for call in calls}
    assert telemetry.caveats() == ()


async def test_an_unknown_fault_and_a_full_folder_are_refused_in_one_line(tmp_path: Path) -> None:
    async def nothing(_: object) -> None:
        await asyncio.sleep(0)

    with pytest.raises(UnknownFault, match=r"No fault called 'nope'\. There are: session-leak, "):
        await run_live("nope", folder=tmp_path / "a", on_alert=nothing, on_progress=nothing)
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError, match="is not empty"):
        await run_live("bad-config", folder=tmp_path, on_alert=nothing, on_progress=nothing)
