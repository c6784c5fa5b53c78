"""`kill -9` at each named step of a case's life: rows P01 to P13, S03, Q04 and C02. `make faults` runs it.

The real `app.py serve` dies at the step; the next one must come to the same evidence and verdict as one that was
left alone, without a second post or memory. A model's call in flight may be asked again, and is paid for twice.
"""

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.investigation.casefile import CaseFile, fold
from bot.investigation.events import EvidenceCollected, Resolved
from bot.store.cases import Cases
from bot.store.database import FILE_NAME, engine_for
from sandbox.anthropic_script import Received, Say, Tool, Turn
from sandbox.anthropic_server import AnthropicServer
from sandbox.server import Sandbox
from sandbox.timing import Timing
from tests.bot.office import ALERTS, alert_post, is_verdict, text_of, write_case
from tests.bot.test_office_model import diagnosis
from tests.faults import invariants
from tests.faults.conftest import WAIT
from tests.faults.process import ended, joined, serving

# as often as Slack asks again, but sooner: a process needs some seconds to start
AGAIN = Timing(retry_delays=(0.2, *[1.5] * 40), ack_timeout=2.0)
CAUSE = "store has no connection free in its pool, so the gateway answers 503"
# each row's step, and at which passing of it the process dies
STEPS = {
    "p01": ("received", 1),
    "p02": ("kept", 1),
    "p03": ("acked", 1),
    "s03": ("opened", 1),
    "p04": ("claimed", 1),
    "p06": ("answered", 1),
    "p07": ("wants_look", 1),
    "p08": ("looking", 2),  # the first look is code's, the second is the model's
    "p09": ("looked", 7),
    "p10": ("posting", 2),
    "p11": ("posted", 2),
    "p12": ("resolved", 1),
    "q04": ("indexing", 1),
    "p13": ("indexed", 1),
}
IN_FLIGHT = {"p05", "p06"}


def model(received: Received) -> Turn:
    """Look once, then conclude; the answer hangs on what was asked only, never on how often."""
    if len(received.body["messages"]) == 1:
        return Say("", tools=(Tool("search_logs", {"service": "store"}),))
    return diagnosis(received)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("row", STEPS)
async def test_killed_at(row: str, tmp_path: Path) -> None:
    point, nth = STEPS[row]
    async with Sandbox(timing=AGAIN) as sandbox, AnthropicServer(model) as server:
        keys = given(tmp_path, server)
        async with serving(sandbox, tmp_path, die_at=point, nth=nth, settings=keys) as process:
            await joined(sandbox, process)
            alert = str(sandbox.post_webhook(alert_post())["ts"])
            closing_it = asyncio.create_task(close_case(sandbox, alert))
            assert await ended(process) == -9
            closing_it.cancel()
            await asyncio.gather(closing_it, return_exceptions=True)
        await carried_on(row, sandbox, server, tmp_path, alert)


@pytest.mark.timeout(240)
async def test_p05_killed_during_the_model_call(tmp_path: Path) -> None:
    asked = asyncio.Event()

    def slow_once(received: Received) -> Turn:
        asked.set()
        return Say("", delay_s=WAIT) if received.number == 0 else model(received)

    async with Sandbox(timing=AGAIN) as sandbox, AnthropicServer(slow_once) as server:
        async with serving(sandbox, tmp_path, settings=given(tmp_path, server)) as process:
            await joined(sandbox, process)
            alert = str(sandbox.post_webhook(alert_post())["ts"])
            async with asyncio.timeout(WAIT):
                await asked.wait()
            process.kill()
            await ended(process)
        await carried_on("p05", sandbox, server, tmp_path, alert)


@pytest.mark.timeout(240)
async def test_c02_killed_in_a_timers_work(tmp_path: Path) -> None:
    """The alert stays clear: the timer is taken, the process dies, the next one does it, once."""
    async with Sandbox(timing=AGAIN) as sandbox:
        write_case(tmp_path / "telemetry", datetime.now(UTC))
        async with serving(sandbox, tmp_path, die_at="ticked") as process:
            await joined(sandbox, process)
            alert = str(sandbox.post_webhook(alert_post())["ts"])
            await sandbox.wait_for(lambda: verdict_of(sandbox, alert), WAIT, "the verdict")
            sandbox.post_webhook(alert_post("[RESOLVED] HighErrorRate gateway (shop critical)", "good"))
            await sandbox.wait_for(lambda: found(sandbox, alert, "cleared"), WAIT, "the question")
            fall_due(tmp_path)
            assert await ended(process) == -9
        fall_due(tmp_path)
        async with serving(sandbox, tmp_path) as heir:
            await joined(sandbox, heir)
            await sandbox.wait_for(lambda: found(sandbox, alert, "stayed clear"), WAIT, "the confirmation")
        case = await case_of(tmp_path)
        assert Counter(entry.event.type for entry in case.history)["stayed_clear"] == 1


async def carried_on(row: str, sandbox: Sandbox, server: AnthropicServer, folder: Path, alert: str) -> None:
    """Let the next process come to the end; hold it against a life that nobody disturbed."""
    async with serving(sandbox, folder, settings=given(folder, server)) as heir:
        await joined(sandbox, heir)
        await close_case(sandbox, alert)
        await sandbox.wait_for(lambda: found(sandbox, alert, "Kept in memory"), WAIT, "the memory")
        await sandbox.settled(WAIT)
        engine = engine_for(None, folder / "data")
        await invariants.check(sandbox, engine)
        await engine.dispose()
        heir.terminate()
        assert await ended(heir) == 0
    case = await case_of(folder)
    assert case.verdict is not None
    assert (case.verdict.mode, case.verdict.cause) == ("model", CAUSE), case.verdict.why
    looks = Counter(
        repr(e.event.findings.call) for e in case.history if isinstance(e.event, EvidenceCollected)
    )
    assert set(looks.values()) == {1}, "each look stands once in the journal"
    assert len(looks) == 7, "six looks of code and one of the model"
    assert sum(isinstance(entry.event, Resolved) for entry in case.history) == 1
    assert len(server.requests) <= 2 + (row in IN_FLIGHT), "only the call in flight is asked again"
    assert writers(folder) == 2 if row in IN_FLIGHT else True, "what was set aside for both calls is counted"


def given(folder: Path, server: AnthropicServer) -> dict[str, str]:
    if not (folder / "telemetry").exists():
        write_case(folder / "telemetry", datetime.now(UTC))
    return {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": server.url}


def verdict_of(sandbox: Sandbox, root: str) -> dict[str, Any] | None:
    return next((each for each in sandbox.thread(ALERTS, root)[1:] if is_verdict(each)), None)


def found(sandbox: Sandbox, root: str, words: str) -> dict[str, Any] | None:
    return next((each for each in sandbox.thread(ALERTS, root)[1:] if words in text_of(each)), None)


async def close_case(sandbox: Sandbox, root: str) -> None:
    """Do as a person does: wait for the verdict, ask for the end, accept it; again until it is acknowledged."""

    def come_to_an_end() -> bool:
        return bool(verdict_of(sandbox, root) or found(sandbox, root, "🏁 Resolved by"))

    await sandbox.wait_for(come_to_an_end, WAIT, "a verdict")
    if not found(sandbox, root, "Closing this case") and not found(sandbox, root, "🏁 Resolved by"):
        sandbox.post_as("U0002", ALERTS, "@IncidentOS resolved: rolled store back", thread_ts=root)
        await sandbox.wait_for(lambda: found(sandbox, root, "Closing this case"), WAIT, "the draft")
    draft = found(sandbox, root, "Closing this case")
    if draft is not None and not found(sandbox, root, "🏁 Resolved by"):
        await sandbox.click(ALERTS, draft["ts"], "Accept", user="U0003")


async def case_of(folder: Path) -> CaseFile:
    engine = engine_for(None, folder / "data")
    lines = await Cases(engine, "test").journal(1)
    await engine.dispose()
    return fold(lines)


def fall_due(folder: Path) -> None:
    """Let every timer be due now: the shortest time that can be set is a minute."""
    with closing(sqlite3.connect(folder / "data" / FILE_NAME, timeout=30)) as database, database:
        database.execute("UPDATE timers SET due_at = '2026-01-01 00:00:00.000000' WHERE done_at IS NULL")


def writers(folder: Path) -> int:
    """Return how many processes hold money for the case."""
    with closing(sqlite3.connect(folder / "data" / FILE_NAME)) as database:
        asked = "SELECT count(DISTINCT writer) FROM router_holds WHERE kase = 'INC-1' AND held > 0"
        return int(database.execute(asked).fetchone()[0])
