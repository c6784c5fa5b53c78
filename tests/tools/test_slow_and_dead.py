"""Slow and dead sources: one deadline for all of a gathering, and a line for each that could not be read."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from bot.blocks.stages import evidence_reply
from bot.investigation.alert import Alert
from bot.investigation.casefile import fold
from bot.investigation.conclusion import from_suspects
from bot.investigation.events import AlertReceived, EvidenceCollected, EvidenceRequested, Recorded
from bot.investigation.suspects import rank
from tests.tools.every_kind import KIND_NAMES, ONSET, OVER_HTTP, SECRETS, WINDOW, made, sources, toml_of
from tests.tools.recorded import Stored
from tools.alerts import AlertsTool
from tools.dependencies import ServiceDependencies
from tools.deploys import DeploymentsTool
from tools.diffs import DiffTool
from tools.logs import SearchLogs
from tools.metrics import QueryMetrics
from tools.providers.configured import Configured, configured
from tools.providers.loki import LokiLogs, LokiSettings
from tools.reads import Endpoint
from tools.runbooks import RunbookTool
from tools.tool import Findings, Scope, Status, Tool, ToolCall
from tools.toolbox import Toolbox

SCOPE = Scope(WINDOW, ONSET, service="checkout")
LOOKS = (
    "search_logs",
    "query_metrics",
    "service_dependencies",
    "list_deployments",
    "active_alerts",
    "find_runbook",
)
LOKI_LINE = (
    '{"status": "success", "data": {"result": [{"stream": {"service_name": "checkout"}, '
    f'"values": [["{int(ONSET.timestamp())}000000000", "pool exhausted"]]}}]}}}}'
)


class Patient(asyncio.SelectorEventLoop):
    """An event loop on whose clock waiting takes no time: what is due next is due now."""

    def __init__(self) -> None:
        super().__init__(Impatient(self))
        self.passed = 0.0

    def time(self) -> float:
        return super().time() + self.passed

    def run_in_executor(  # type: ignore[override]  # the base's signature is generic over what a thread returns
        self,
        executor: object,  # noqa: ARG002 — asyncio's name
        func: Callable[..., object],
        *args: object,
    ) -> asyncio.Future[object]:
        """Do the work at once: no clock may be moved while a thread works."""
        done = self.create_future()
        done.set_result(func(*args))
        return done


class Impatient(selectors.DefaultSelector):
    """Looks what is ready, and instead of waiting moves its loop's clock."""

    def __init__(self, loop: Patient) -> None:
        super().__init__()
        self.loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0 if timeout is None or timeout > 0 else timeout)
        if ready or not timeout:
            return ready if timeout is not None else super().select(0.01)
        self.loop.passed += timeout
        return ready


def patiently(work: Callable[[], Awaitable[object]]) -> float:
    """Do *work* and return how many seconds it takes on the loop's clock."""
    loop = Patient()
    try:
        began = loop.time()
        loop.run_until_complete(asyncio.ensure_future(work(), loop=loop))
        return loop.time() - began
    finally:
        loop.close()


def toolbox(found: Configured) -> Toolbox:
    tools: list[Tool] = [
        SearchLogs(found.logs), QueryMetrics(found.metrics), ServiceDependencies(found.dependencies),
        DeploymentsTool(found.deploys), DiffTool(found.deploys), AlertsTool(found.alerts),
        RunbookTool(found.runbooks),
    ]  # fmt: skip
    return Toolbox(tools, lambda text: text)


def slow(seconds: float, answer: bytes = b"{}") -> httpx2.MockTransport:
    async def late(_: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(seconds)
        return httpx2.Response(200, stream=Stored(answer))

    return httpx2.MockTransport(late)


def everything(transport: httpx2.AsyncBaseTransport) -> Configured:
    return configured("\n".join(toml_of(kind) for kind in OVER_HTTP), SECRETS, transport=transport)


def test_all_sources_slow_end_in_one_deadline_not_in_the_sum() -> None:
    """Some thirty questions of 5 s each: two and a half minutes one after another, at most the scope's 10 s here."""
    told: list[Findings] = []
    asked = 0

    async def late(_: httpx2.Request) -> httpx2.Response:
        nonlocal asked
        asked += 1
        await asyncio.sleep(5)
        return httpx2.Response(200, stream=Stored(b"{}"))

    async def gather() -> None:
        found = everything(httpx2.MockTransport(late))
        told.extend(await toolbox(found).run_all([ToolCall(name) for name in LOOKS[:5]], SCOPE))
        await found.aclose()

    took = patiently(gather)
    assert asked > 25
    assert 5 <= took <= 10.5
    assert {each.call.name for each in told} == set(LOOKS[:5])


def test_a_source_of_five_seconds_is_still_heard() -> None:
    """Lines and normal operation are asked for at once: 5 s each fit into one deadline of 10 s."""
    told: list[Findings] = []

    async def look() -> None:
        logs = LokiLogs(LokiSettings(Endpoint("http://loki")), transport=slow(5, LOKI_LINE.encode()))
        told.append(await Toolbox([SearchLogs([logs])], str).run(ToolCall("search_logs"), SCOPE))

    assert 5 <= patiently(look) < 6
    assert told[0].status is Status.FOUND


def test_one_source_that_never_answers_hides_no_other() -> None:
    told: list[Findings] = []

    async def look() -> None:
        quick = LokiLogs(LokiSettings(Endpoint("http://loki")), transport=slow(0, LOKI_LINE.encode()))
        never = LokiLogs(LokiSettings(Endpoint("http://lost", timeout_s=60)), transport=slow(3600))
        told.append(await Toolbox([SearchLogs([quick, never])], str).run(ToolCall("search_logs"), SCOPE))

    assert patiently(look) <= 9.5
    assert told[0].status is Status.FOUND
    assert "loki: no answer within 9 s" in told[0].note
    assert told[0].problems == ("loki: no answer within 9 s",)


LOOK_OF = {
    "logs": "search_logs", "metrics": "query_metrics", "deploys": "list_deployments", "alerts": "active_alerts",
    "dependencies": "service_dependencies", "runbooks": "find_runbook",
}  # fmt: skip
DEAD = {
    "is down": (httpx2.Response(503), "answered 503"),
    "lacks credentials": (httpx2.Response(401), "credentials missing or wrong (401)"),
    "may not read": (httpx2.Response(403), "credentials may not read this (403)"),
}


@pytest.mark.parametrize("kind", OVER_HTTP)
@pytest.mark.parametrize("trouble", [*DEAD, "refuses", "hangs"])
async def test_a_dead_source_is_evidence_of_its_own(kind: str, trouble: str) -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        if trouble == "refuses":
            raise httpx2.ConnectError("hunter2")
        if trouble == "hangs":
            raise httpx2.ReadTimeout("hunter2")
        return httpx2.Response(DEAD[trouble][0].status_code, stream=Stored(b"hunter2"))

    said = {"refuses": "cannot connect to", "hangs": "no answer within"}.get(trouble) or DEAD[trouble][1]
    found = made(kind, httpx2.MockTransport(answer))
    box = toolbox(found)
    for part, look in LOOK_OF.items():
        if not getattr(found, part):
            continue
        told = await box.run(ToolCall(look), SCOPE)
        assert told.status is Status.UNAVAILABLE, told
        name = getattr(found, part)[0].name
        assert told.note.startswith(f"{name}: "), told.note
        assert said in told.note
        assert "hunter2" not in told.note
        assert "\n" not in told.note
    await found.aclose()


LOCAL = {
    "folder": 'folder = "{gone}"', "git": 'repository = "{gone}"', "runbooks": 'folder = "{gone}"',
    "runbook_repository": 'repository = "{gone}"',
    "services_yaml": 'path = "{gone}"',
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(set(KIND_NAMES) - {*OVER_HTTP, "mcp"}))
async def test_a_missing_folder_is_evidence_of_its_own(kind: str, tmp_path: Path) -> None:
    found = configured(f"[[{kind}]]\n" + LOCAL[kind].format(gone=tmp_path / "gone"), {})
    assert sources(found)
    box = toolbox(found)
    for part, look in LOOK_OF.items():
        if getattr(found, part):
            told = await box.run(ToolCall(look), SCOPE)
            assert told.status is Status.UNAVAILABLE, told
            assert told.note.startswith(f"{getattr(found, part)[0].name}: "), told.note


async def test_a_clock_that_differs_from_ours_is_told() -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        ahead = "Fri, 01 Jan 2100 00:00:00 GMT"
        return httpx2.Response(200, headers={"date": ahead}, stream=Stored(LOKI_LINE.encode()))

    logs = LokiLogs(LokiSettings(Endpoint("http://loki")), transport=httpx2.MockTransport(answer))
    told = await Toolbox([SearchLogs([logs])], str).run(ToolCall("search_logs"), SCOPE)
    assert "loki: its clock is " in told.note
    assert "s ahead of ours" in told.note
    assert len(told.remarks) == 1
    assert told.problems == ()


async def test_an_empty_window_is_widened_and_that_is_told() -> None:
    asked: list[tuple[float, float]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        start, end = (int(request.url.params[name]) / 1e9 for name in ("start", "end"))
        asked.append((start, end))
        before = ONSET - timedelta(minutes=40)
        line = LOKI_LINE.replace(str(int(ONSET.timestamp())), str(int(before.timestamp())))
        inside = start <= before.timestamp() <= end
        return httpx2.Response(200, stream=Stored((line if inside else '{"data": {"result": []}}').encode()))

    logs = LokiLogs(LokiSettings(Endpoint("http://loki")), transport=httpx2.MockTransport(answer))
    told = await Toolbox([SearchLogs([logs])], str).run(ToolCall("search_logs"), SCOPE)
    assert told.status is Status.FOUND
    assert "so the window was widened by 30 min on both sides" in told.note
    assert "11:10:00 to 12:40:00 UTC" in told.note


async def test_one_dead_source_among_others_stands_in_the_thread_and_under_not_checked() -> None:
    quick = LokiLogs(LokiSettings(Endpoint("http://loki")), transport=slow(0, LOKI_LINE.encode()))
    dead = LokiLogs(
        LokiSettings(Endpoint("http://lost")),
        transport=httpx2.MockTransport(lambda _: httpx2.Response(503, stream=Stored(b""))),
    )
    told = await Toolbox([SearchLogs([quick, dead])], str).run(ToolCall("search_logs"), SCOPE)
    assert told.status is Status.FOUND
    alert = Alert("alertmanager", "HighErrorRate checkout", ONSET)
    events = (AlertReceived("INC-1", alert), EvidenceRequested((told.call,), "code"), EvidenceCollected(told))
    case = fold([Recorded(ONSET, each) for each in events])
    assert "✖ loki: answered 503" in str(evidence_reply(case)[0]["text"]["text"])
    verdict = from_suspects(case, rank(case.evidence, case.alert), "")
    assert "logs: loki: answered 503" in verdict.not_checked
