"""Much log: megabytes in, a few kB out, with a bound on what is read and a word on what was left out."""

import gzip
import json
import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tools.recorded import Stored
from tools.log_digest_fit import FIRST_LINES
from tools.logs import SearchLogs
from tools.metrics import QueryMetrics
from tools.progress import Progress, reporting
from tools.providers.elasticsearch import ElasticsearchLogs, ElasticsearchSettings
from tools.providers.files import FileTelemetry
from tools.providers.jsonl import FileLimits
from tools.providers.log_pages import Pages
from tools.providers.loki import LokiLogs, LokiSettings
from tools.providers.moments import nanoseconds
from tools.reads import Endpoint
from tools.sources import LogSource
from tools.telemetry import LogLine, Window
from tools.tool import Findings, Scope, ToolCall
from tools.toolbox import Toolbox

ONSET = datetime(2026, 11, 27, 10, tzinfo=UTC)
WINDOW = Window(ONSET - timedelta(minutes=30), ONSET + timedelta(minutes=10))
CAP = 400_000
SAID = "could not charge card {}: the bank's certificate expired {} s ago"


def lines(count: int) -> list[LogLine]:
    """Return *count* lines of four services around the onset, with a new error since then."""
    dice = random.Random(6)
    step = (WINDOW.end - WINDOW.start) / count
    told: list[LogLine] = []
    for number in range(count):
        at = WINDOW.start + number * step
        if at > ONSET + timedelta(seconds=20) and number % 40 == 0:
            text = SAID.format(dice.randrange(10**6), dice.randrange(900))
            told.append(LogLine(at, "payments", text, "ERROR"))
            continue
        service = ("gateway", "store", "users", "mail")[number % 4]
        text = f"loaded order {dice.randrange(10**6)} for user u{dice.randrange(5000)} in {dice.randrange(90)} ms"
        told.append(LogLine(at, service, text, "INFO"))
    return told


def rows(told: Sequence[LogLine]) -> list[bytes]:
    return [
        json.dumps(
            {"ts": line.at.isoformat(), "service": line.service, "level": line.level, "msg": line.text}
        ).encode()
        for line in told
    ]


async def look(source: LogSource, progress: Progress | None = None) -> Findings:
    scope = Scope(WINDOW, ONSET, timeout=timedelta(seconds=60), progress=progress or Progress())
    return await Toolbox([SearchLogs([source])], str).run(ToolCall("search_logs"), scope)


def files(folder: Path, cap: int = CAP) -> LogSource:
    return FileTelemetry(folder, onset=ONSET, limits=FileLimits(line_bytes=100_000, file_bytes=cap)).logs


def has_found(found: Findings) -> bool:
    (first, *_) = (seen for seen in found.observations if "group" in seen.facts)
    told = "\n".join(seen.text for seen in found.observations)
    assert len(told.encode()) < 6_000
    return first.service == "payments" and "could not charge card" in first.text and first.link is not None


async def test_of_a_file_larger_than_the_cap_the_newest_is_read_and_told(tmp_path: Path) -> None:
    (tmp_path / "logs.jsonl").write_bytes(b"\n".join(rows(lines(12_000))) + b"\n")
    size, progress = (tmp_path / "logs.jsonl").stat().st_size, Progress()
    found = await look(files(tmp_path, cap=size // 2), progress)
    assert has_found(found)
    assert found.observations[1].link == (tmp_path / "logs.jsonl").as_uri()
    assert any("larger than the limit, its newest part only was read" in said for said in found.remarks)
    assert size * 0.49 < progress.read <= size / 2
    assert "12,000 lines" not in found.observations[0].text

    whole = await look(files(tmp_path, cap=2 * size))
    assert "first at 10:00:2" in whole.observations[1].text
    assert f"12,000 lines ({size / 1e6:.1f} MB read)" in whole.observations[0].text
    assert not whole.remarks


async def test_a_gzip_bomb_costs_no_more_than_the_cap_and_is_told(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "logs.jsonl.gz", "wb") as out:
        out.write(b"\n".join(rows(lines(2_000))) + b"\n")
        for _ in range(40):
            out.write(b" " * 1_000_000)
    progress = Progress()
    found = await look(files(tmp_path), progress)
    assert has_found(found)
    assert progress.read <= CAP
    assert any("larger than the limit" in said for said in found.remarks)


async def test_junk_broken_utf8_and_giant_lines_hide_nothing(tmp_path: Path) -> None:
    dice = random.Random(7)
    good = rows(lines(1_500))
    junk = [dice.randbytes(200).replace(b"\n", b"") for _ in range(200)]
    giant = [rows([LogLine(ONSET, "store", "x" * 150_000, "INFO")])[0]]
    broken = [row.replace(b"loaded order", b"loaded \xff\xfe\xc3 order") for row in good[:300]]
    mixed = good + junk + giant + broken
    dice.shuffle(mixed)
    (tmp_path / "logs.jsonl").write_bytes(b"\n".join(mixed) + b"\n")
    found = await look(files(tmp_path, cap=10_000_000))
    assert has_found(found)
    assert any("malformed lines skipped" in said for said in found.remarks)


class Held:
    """A server of logs that answers as Loki or Elasticsearch documents it, from lines that it holds."""

    def __init__(self, told: Sequence[LogLine]) -> None:
        self._lines = sorted(told, key=lambda line: line.at, reverse=True)
        self.asked = 0

    def loki(self, page_lines: int, max_log_bytes: int = 64_000_000) -> LokiLogs:
        told = LokiSettings(
            Endpoint("http://loki"), grafana_url="https://grafana.example", page_lines=page_lines,
            max_log_bytes=max_log_bytes,
        )  # fmt: skip
        return LokiLogs(told, transport=httpx2.MockTransport(self._loki))

    def elasticsearch(self, page_lines: int) -> ElasticsearchLogs:
        told = ElasticsearchSettings(Endpoint("http://es"), page_lines=page_lines)
        return ElasticsearchLogs(told, transport=httpx2.MockTransport(self._elasticsearch))

    async def _loki(self, request: httpx2.Request) -> httpx2.Response:
        asked = request.url.params
        start, end = int(asked["start"]), int(asked["end"])
        assert asked["direction"] == "backward"
        found = [line for line in self._lines if start <= nanoseconds(line.at) < end][: int(asked["limit"])]
        streams: dict[str, list[list[str]]] = {}
        for line in found:
            streams.setdefault(line.service, []).append([f"{nanoseconds(line.at)}", line.text])
        result = [{"stream": {"service_name": name}, "values": values} for name, values in streams.items()]
        return self._answer({"status": "success", "data": {"resultType": "streams", "result": result}})

    async def _elasticsearch(self, request: httpx2.Request) -> httpx2.Response:
        asked = json.loads(await request.aread())
        span = asked["query"]["bool"]["filter"][0]["range"]["@timestamp"]
        start, end = (datetime.fromisoformat(span[key]) for key in ("gte", "lte"))
        found = [line for line in self._lines if start <= line.at <= end][: asked["size"]]
        hits = [
            {
                "_source": {
                    "@timestamp": line.at.isoformat(),
                    "message": line.text,
                    "service": {"name": line.service},
                }
            }
            for line in found
        ]
        return self._answer({"took": 1, "timed_out": False, "hits": {"hits": hits}})

    def _answer(self, body: object) -> httpx2.Response:
        self.asked += 1
        return httpx2.Response(200, stream=Stored(json.dumps(body).encode()))


def texts(found: Sequence[LogLine]) -> Counter[tuple[datetime, str, str]]:
    return Counter((line.at, line.service, line.text) for line in found)


@pytest.mark.parametrize("kind", ["loki", "elasticsearch"])
async def test_every_page_is_read_once(kind: str) -> None:
    told = lines(2_000)
    server = Held(told)
    logs = getattr(server, kind)(page_lines=150)
    assert texts(await logs.lines(WINDOW)) == texts(told)
    assert server.asked < 2_000 / 150 + 3 * 6
    small = Held(told[:100])
    assert len(await getattr(small, kind)(page_lines=150).lines(WINDOW)) == 100
    assert small.asked == 1


async def test_loki_is_read_page_by_page_up_to_the_cap() -> None:
    told = lines(6_000)
    size = sum(len(line.text) for line in told)
    server, progress = Held(told), Progress()
    logs = server.loki(page_lines=100, max_log_bytes=size // 5)
    found = await look(logs, progress)
    assert has_found(found)
    assert any("more lines than one look reads" in said for said in found.remarks)
    assert "first at 10:0" in found.observations[1].text  # the onset has its share, not the end alone
    with reporting(Progress()):
        read = await logs.lines(WINDOW)
    assert sum(len(line.text) for line in read) < size / 2
    link = httpx2.URL(found.observations[1].link or "")
    (pane,) = json.loads(link.params["panes"]).values()
    first = datetime.fromtimestamp(int(pane["range"]["from"]) / 1000, UTC)
    assert ONSET - timedelta(minutes=2) < first < WINDOW.end
    assert "payments" in pane["queries"][0]["expr"]


async def test_when_there_is_no_time_left_what_has_come_serves() -> None:
    server, progress = Held(lines(3_000)), Progress(until=0.0)
    with reporting(progress):
        found = await server.loki(page_lines=100).lines(WINDOW)
    assert server.asked == 1
    assert len(found) == 100
    assert progress.remarks


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 60), max_size=120).filter(
        lambda seconds: max(Counter(seconds).values(), default=0) < 12
    ),
    st.integers(12, 40),
)
@example([0] * 11 + [1] * 2, 12)  # the first page ends within the window's first moment
async def test_no_line_is_lost_or_told_twice_by_pages(seconds: list[int], size: int) -> None:
    told = [
        LogLine(ONSET + timedelta(seconds=at), "store", f"line {number}") for number, at in enumerate(seconds)
    ]
    newest = sorted(told, key=lambda line: line.at, reverse=True)
    window = Window(ONSET, ONSET + timedelta(seconds=60))

    async def page(part: Window) -> Sequence[LogLine]:
        return [line for line in newest if line.at in part][:size]

    found = await Pages("held", page, size, limit=10_000, max_bytes=10_000_000).read(window)
    assert texts(found) == texts(told)
    assert [line.at for line in found] == sorted(line.at for line in found)


async def test_of_too_many_lines_those_nearest_to_the_onset_are_grouped() -> None:
    class Many:
        name = "many"

        async def lines(self, window: Window, **_: object) -> Sequence[LogLine]:
            return [line for line in lines(2 * FIRST_LINES + 5_000) if line.at in window]

        async def baseline(self, window: Window) -> Sequence[LogLine]:  # noqa: ARG002 — it has none
            return ()

        def link(self, window: Window, service: str | None = None) -> str | None:
            return f"https://many.example/{service}?from={window.start:%H:%M}"

    scope = Scope(WINDOW, ONSET, timeout=timedelta(milliseconds=50))
    found = await SearchLogs([Many()]).look(SearchLogs.arguments(), scope)
    assert has_found(found)
    assert f"of 65,000 lines only the {FIRST_LINES:,} nearest to the onset were grouped" in found.note
    assert found.observations[1].link == "https://many.example/payments?from=09:58"


async def test_what_was_skipped_in_a_file_is_told_by_every_look_at_it(tmp_path: Path) -> None:
    row = {"ts": ONSET.timestamp(), "service": "store", "errors": 3.0}
    (tmp_path / "metrics.jsonl").write_text("\n".join([json.dumps(row), "{broken", "[]"]) + "\n")
    (tmp_path / "logs.jsonl").write_bytes(b"\n".join(rows(lines(50))) + b"\n")
    telemetry = FileTelemetry(tmp_path, onset=ONSET)
    box = Toolbox([SearchLogs([telemetry.logs]), QueryMetrics([telemetry.metrics])], str)
    calls = [ToolCall("query_metrics"), ToolCall("search_logs")]
    metrics, logs = await box.run_all(calls, Scope(WINDOW, ONSET))
    assert metrics.remarks == ("files: metrics.jsonl: 2 malformed lines skipped",)
    assert logs.remarks == ()
