"""Much log through the whole bot: the cap of the settings holds, and the thread says what was read and how far."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.blocks.stages import evidence_reply
from bot.investigation.alert import Alert
from bot.investigation.casefile import fold
from bot.investigation.events import (
    AlertReceived,
    Event,
    EvidenceCollected,
    EvidenceRequested,
    Recorded,
)
from bot.investigation.look_progress import LookProgressed
from bot.investigation.looking import looked
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict, text_of
from tools.telemetry import Window
from tools.tool import Findings, Scope, Status, ToolCall

AT = datetime(2026, 11, 27, 10, tzinfo=UTC)
SCOPE = Scope(Window(AT - timedelta(minutes=30), AT), AT)


async def test_a_big_log_is_read_to_the_cap_and_the_thread_says_so(tmp_path: Path) -> None:
    onset = datetime.now(UTC)
    (tmp_path / "telemetry").mkdir()
    with (tmp_path / "telemetry" / "logs.jsonl").open("w") as out:
        for number in range(14_000):
            at, bad = onset - timedelta(seconds=1200 - number * 0.09), number % 20 == 0
            said = (
                "certificate of the bank expired"
                if bad and at > onset
                else f"order {number} loaded for a user"
            )
            row = {"ts": at.isoformat(), "service": "payments" if bad else "store", "msg": said}
            out.write(json.dumps(row) + "\n")
    assert (tmp_path / "telemetry" / "logs.jsonl").stat().st_size > 1_400_000
    async with Sandbox() as sandbox, bot_in(sandbox, tmp_path, INCIDENTOS_READ_MEGABYTES="1"):
        alert = sandbox.post_webhook(alert_post("[FIRING:1] ChargesFail payments (shop critical)"))
        await sandbox.wait_for(
            lambda: any(is_verdict(reply) for reply in sandbox.thread(ALERTS, alert["ts"])[1:]), 30
        )

        def evidence() -> str:
            replies = sandbox.thread(ALERTS, alert["ts"])[1:]
            return next(text_of(reply) for reply in replies if reply["text"].startswith("Evidence"))

        # edits of a reply are paced, and the last may come behind the verdict
        await sandbox.wait_for(lambda: "(1.0 MB read)" in evidence(), 30)
        assert "payments: new warning lines" in evidence()
        assert "larger than the limit, its newest part only was read" in evidence()


async def test_a_look_that_takes_its_time_tells_how_far_it_has_come() -> None:
    go_on = asyncio.Event()

    async def run(call: ToolCall, scope: Scope) -> Findings:
        if call.name == "search_logs":
            scope.progress.read, scope.progress.of = 31_000_000, 50_000_000
            await go_on.wait()
        return Findings(call, Status.NOTHING, note="0 lines")

    calls = (ToolCall("search_logs"), ToolCall("query_metrics"))
    lines: list[Event] = [AlertReceived("INC-1", Alert("x", "Errors", AT)), EvidenceRequested(calls, "code")]
    async for event in looked(calls, run, SCOPE, within_s=30, told_every_s=0.01):
        lines.append(event)
        if isinstance(event, LookProgressed):
            shown = str(evidence_reply(fold(Recorded(AT, each) for each in lines)))
            assert "⏳ `search_logs` … 31.0 MB of 50.0 MB read" in shown
            go_on.set()
    told = [event for event in lines if isinstance(event, LookProgressed)]
    assert [event.said for event in told] == ["31.0 MB of 50.0 MB read"]
    assert sum(isinstance(event, EvidenceCollected) for event in lines) == 2
    assert "⏳" not in str(evidence_reply(fold(Recorded(AT, each) for each in lines)))


async def test_looks_that_never_end_are_told_at_the_deadline() -> None:
    async def run(call: ToolCall, scope: Scope) -> Findings:
        await asyncio.Event().wait()
        raise AssertionError

    calls = (ToolCall("search_logs"), ToolCall("query_metrics"))
    events = [event async for event in looked(calls, run, SCOPE, within_s=0.02, told_every_s=0.01)]
    found = [event.findings for event in events if isinstance(event, EvidenceCollected)]
    assert [each.status for each in found] == [Status.UNAVAILABLE] * 2
