"""The file provider: the contracts, and folders as they really are: growing, damaged, hostile, not there."""

import gzip
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools import source_contracts as contract
from tools.providers import file_rows
from tools.providers.files import FileTelemetry
from tools.providers.jsonl import FileLimits, Tally, rows
from tools.providers.moments import moment
from tools.telemetry import Window
from tools.tool import Unavailable

ONSET = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WINDOW = Window(ONSET - timedelta(minutes=10), ONSET + timedelta(minutes=10))
AHEAD = Window(ONSET, ONSET + timedelta(minutes=10))


def write(path: Path, *objects: object) -> Path:
    text = "".join(json.dumps(each) + "\n" for each in objects).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def log(minutes: float, text: str, service: str = "checkout") -> dict[str, object]:
    at = (ONSET + timedelta(minutes=minutes)).isoformat()
    return {"ts": at, "service": service, "pod": f"{service}-1", "trace": "t1", "msg": text, "level": "INFO"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    here = tmp_path / "case"
    here.mkdir()
    write(
        here / "logs.jsonl.gz", log(-5, "order taken"), log(-1, "Order taken"), log(-7, "user seen", "user")
    )
    write(here / "logs.jsonl", log(1, "pool exhausted after 30 s"))
    seconds = ONSET.timestamp()
    write(
        here / "metrics.jsonl",
        {
            "ts": seconds - 60,
            "service": "checkout",
            "latency_p90": 0.1,
            "errors": 0,
            "note": "text",
            "up": True,
        },
        {"ts": seconds + 60, "service": "checkout", "latency_p90": 2.5, "errors": 7},
        {"ts": seconds - 60, "service": "user", "latency_p90": 0.2},
    )
    write(
        here / "deploys.jsonl",
        {"sha": "a" * 40, "deployed_at": "2026-03-01T12:50:00+01:00", "title": "pool 20 to 5",
         "diff": "-20\n+5", "files": [{"path": "pool.toml", "added": 1, "deleted": 1}],
         "service": "checkout", "author": "Ada"},
        {"sha": "b" * 40, "deployed_at": "2026-03-01T11:55:00Z", "title": "docs", "diff": "+word"},
    )  # fmt: skip
    write(
        here / "alert.json",
        {"title": "HighErrorRate", "starts_at": ONSET.isoformat(), "severity": "critical"},
    )
    (here / "service_dependencies.json").write_text(
        json.dumps([{"caller": "gateway", "callee": "checkout", "calls": 9, "client_p90_us": 2_500_000}])
    )
    write(
        here / "trace_summary.jsonl",
        {
            "service": "checkout",
            "operation": "POST /pay",
            "count": 3,
            "p50_us": 100,
            "p95_us": 900,
            "max_us": 950,
        },
    )
    return here


async def test_it_keeps_the_contract_of_every_source(folder: Path) -> None:
    files = FileTelemetry(folder)
    await contract.check_logs(files.logs, WINDOW)
    await contract.check_metrics(files.metrics, WINDOW)
    await contract.check_deploys(files.deploys, WINDOW)
    await contract.check_alerts(files.alerts)
    await contract.check_dependencies(files.dependencies, WINDOW)
    assert files.caveats() == ()


async def test_plain_and_gzipped_parts_are_read_as_one(folder: Path) -> None:
    texts = [line.text for line in await FileTelemetry(folder).logs.lines(WINDOW)]
    assert texts == ["user seen", "order taken", "Order taken", "pool exhausted after 30 s"]


async def test_times_of_any_offset_become_utc(folder: Path) -> None:
    newest, older = await FileTelemetry(folder).deploys.deployments(WINDOW)
    assert (newest.title, newest.at) == ("docs", ONSET - timedelta(minutes=5))
    assert (older.at, older.service, older.author) == (ONSET - timedelta(minutes=10), "checkout", "Ada")
    assert older.files[0].path == "pool.toml"


async def test_latencies_come_in_seconds(folder: Path) -> None:
    files = FileTelemetry(folder)
    (call,) = await files.dependencies.calls(WINDOW)
    (span,) = await files.dependencies.spans(WINDOW)
    assert (call.count, call.client_p90_s, call.network_p90_s) == (9, 2.5, None)
    assert (span.p50_s, span.p95_s, span.max_s) == (0.0001, 0.0009, 0.00095)


async def test_without_a_baseline_the_rows_before_the_onset_serve(folder: Path) -> None:
    files = FileTelemetry(folder)
    for window in (WINDOW, AHEAD):
        assert len(await files.logs.baseline(window)) == 3
        assert {each.points[-1][1] for each in await files.metrics.baseline(window)} == {0.1, 0.0, 0.2}
    assert await files.dependencies.baseline_calls(WINDOW) == ()


async def test_a_baseline_named_by_the_case_serves_with_the_parts_it_has(folder: Path) -> None:
    normal = folder.parent / "normal"
    normal.mkdir()
    write(normal / "logs.jsonl", log(-9000, "quiet day"))
    (folder / "case.json").write_text('{"baseline": "../normal"}')
    files = FileTelemetry(folder)
    assert [line.text for line in await files.logs.baseline(WINDOW)] == ["quiet day"]
    assert len(await files.metrics.baseline(WINDOW)) == 3  # of the case itself


async def test_the_baselines_map_serves_without_its_measurements(folder: Path) -> None:
    normal = folder.parent / "normal"
    normal.mkdir()
    (folder / "service_dependencies.json").rename(normal / "service_dependencies.json")
    files = FileTelemetry(folder, normal)
    (call,) = await files.dependencies.calls(WINDOW)
    assert (call.caller, call.callee, call.client_p90_s) == ("gateway", "checkout", None)
    (normal_call,) = await files.dependencies.baseline_calls(WINDOW)
    assert normal_call.client_p90_s == 2.5


async def test_a_growing_file_is_read_again_and_its_half_line_is_left_for_later(folder: Path) -> None:
    files = FileTelemetry(folder)
    assert len(await files.logs.lines(WINDOW)) == 4
    row = json.dumps(log(2, "still here"))
    with (folder / "logs.jsonl").open("a") as stream:
        stream.write(row[:20])
    assert len(await files.logs.lines(WINDOW)) == 4
    with (folder / "logs.jsonl").open("a") as stream:
        stream.write(row[20:] + "\n")
    assert (await files.logs.lines(WINDOW))[-1].text == "still here"
    assert files.caveats() == ()


async def test_what_is_malformed_is_counted_and_told(folder: Path) -> None:
    with (folder / "logs.jsonl").open("ab") as stream:
        stream.write(b'\x00\xff\xfe junk\n{"ts": "yesterday", "msg": "x"}\n[1,2]\n' + b"[" * 100_000 + b"\n")
        stream.write(b'{"ts": "2026-03-01T12:03:00Z", "service": "checkout", "msg": "broken \xff utf-8"}\n')
    files = FileTelemetry(folder)
    assert (await files.logs.lines(WINDOW))[-1].text == "broken \N{REPLACEMENT CHARACTER} utf-8"
    assert files.caveats() == ("logs.jsonl: 4 malformed lines skipped",)


async def test_giant_lines_and_gzip_bombs_cost_no_more_than_the_limits(tmp_path: Path) -> None:
    bomb = gzip.compress(b'{"ts": 1, "msg": "' + b"A" * 3_000_000 + b'"}\n' + b"\0" * 60_000_000)
    (tmp_path / "logs.jsonl.gz").write_bytes(bomb)
    write(tmp_path / "logs.jsonl", log(1, "fine"))
    files = FileTelemetry(tmp_path, limits=FileLimits(line_bytes=100_000, file_bytes=5_000_000))
    assert [line.text for line in await files.logs.lines(WINDOW)] == ["fine"]
    assert any("larger than the limit" in caveat for caveat in files.caveats())


async def test_of_a_file_over_the_limit_the_newest_lines_are_read(tmp_path: Path) -> None:
    write(tmp_path / "logs.jsonl", *(log(number / 100, f"line {number}") for number in range(900)))
    files = FileTelemetry(tmp_path, limits=FileLimits(file_bytes=10_000))
    lines = await files.logs.lines(WINDOW)
    assert lines[-1].text == "line 899"
    assert 40 < len(lines) < 200


async def test_a_gzip_that_is_cut_off_or_damaged_gives_what_it_holds(folder: Path) -> None:
    packed = gzip.compress(
        "".join(json.dumps(log(1, os.urandom(40).hex())) + "\n" for _ in range(300)).encode()
    )
    (folder / "logs.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    files = FileTelemetry(folder)
    assert 20 < len(await files.logs.lines(WINDOW)) < 300
    assert files.caveats() == ("logs.jsonl.gz: incomplete gzip, read up to there",)
    (folder / "logs.jsonl.gz").write_bytes(b"no gzip at all")
    assert len(await files.logs.lines(WINDOW)) == 1
    assert files.caveats() == ("logs.jsonl.gz: damaged gzip, read up to there",)


async def test_what_is_not_there_is_unavailable_and_not_empty(tmp_path: Path) -> None:
    files = FileTelemetry(tmp_path)
    files.check()
    await contract.check_unavailable(
        files.logs.lines(WINDOW), files.logs.baseline(WINDOW), files.metrics.series(WINDOW),
        files.deploys.deployments(WINDOW), files.deploys.diff("abc"), files.alerts.firing(),
        files.dependencies.calls(WINDOW), files.dependencies.spans(WINDOW),
    )  # fmt: skip


async def test_a_folder_that_cannot_be_read_says_so_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="is not a folder"):
        FileTelemetry(tmp_path / "nowhere").check()
    (tmp_path / "logs.jsonl").mkdir()
    await contract.check_unavailable(FileTelemetry(tmp_path).logs.lines(WINDOW))


async def test_resolved_alerts_fire_no_more(folder: Path) -> None:
    start = ONSET.isoformat()
    write(
        folder / "alerts.jsonl",
        {"title": "TargetDown", "service": "user", "starts_at": start},
        {"title": "HighLatency", "service": "user", "starts_at": start},
        {"title": "TargetDown", "service": "user", "starts_at": start, "status": "resolved"},
    )
    names = [alert.name for alert in await FileTelemetry(folder).alerts.firing()]
    assert names == ["HighLatency", "HighErrorRate"]


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
CALM = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
KEYS = st.sampled_from(
    ["ts", "service", "msg", "sha", "deployed_at", "files", "diff", "caller", "callee", "calls", "p50_us",
     "p95_us", "operation", "title", "starts_at", "labels", "latency", "client_p90_us"]
)  # fmt: skip


@CALM
@given(st.dictionaries(KEYS, JSONISH))
def test_no_object_breaks_the_reading_of_a_row(row: dict[str, object]) -> None:
    readers = (
        file_rows.log_line,
        file_rows.metric_values,
        file_rows.deployment,
        file_rows.call,
        file_rows.span,
    )
    for reader in (*readers, file_rows.alert):
        reader(row)


@CALM
@given(st.binary(max_size=3000), st.integers(16, 400), st.integers(16, 2000))
def test_no_bytes_break_the_reading_of_a_file(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, line_bytes: int, file_bytes: int
) -> None:
    path = tmp_path_factory.mktemp("junk") / "logs.jsonl"
    for each in (path, path.with_suffix(".gz")):
        each.write_bytes(data)
        list(rows(each, FileLimits(line_bytes, file_bytes), Tally(each)))


@CALM
@given(st.datetimes(timezones=st.timezones()), st.integers(0, 4_000_000_000))
def test_times_are_read_as_they_were_meant(at: datetime, seconds: int) -> None:
    assert moment(at.isoformat()) in {at.astimezone(UTC), None}
    assert moment(seconds) == datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize("written", [b"\x00\xff" * 500 + b"\n", b"not json\nat all\n", b'{"no": "time"}\n'])
async def test_a_file_of_which_nothing_can_be_read_is_not_an_empty_one(
    tmp_path: Path, written: bytes
) -> None:
    for name in ("logs.jsonl", "metrics.jsonl.gz"):
        (tmp_path / name).write_bytes(written)
    telemetry = FileTelemetry(tmp_path)
    for question in (telemetry.logs.lines, telemetry.metrics.series):
        with pytest.raises(Unavailable, match=r"files: (logs|metrics)\.jsonl"):
            await question(Window(ONSET - timedelta(hours=1), ONSET))
