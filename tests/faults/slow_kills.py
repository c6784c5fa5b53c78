"""`kill -9` at each step of a case's life: rows P01 to P16, C01 and C02. Started by `make faults`, not by `make test`.

A process of its own dies at the step; the next one must come to the same end without a second post or memory.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.joined import beside, telemetry_in
from bot.store.database import engine_for
from sandbox.server import Sandbox
from sandbox.timing import Timing
from tests.bot.office import ALERTS, alert_post, is_verdict, text_of
from tests.faults import invariants

WAIT = 90.0
# each row's step of a case's life, and at which passing of it the process dies
STEPS = {
    "p01": ("received", 1),
    "p02": ("kept", 1),
    "p03": ("acked", 1),
    "p04": ("claimed", 1),
    "p05": ("recalled", 1),
    "p06": ("asked", 1),
    "p07": ("journalled", 3),
    "p08": ("looked", 1),
    "p09": ("wanted", 2),
    "p10": ("posting", 2),
    "p11": ("posted", 2),
    "p12": ("resolving", 1),
    "p13": ("remembered", 1),
    "p14": ("indexed", 2),
    "c01": ("taken", 1),
    "c02": ("opened", 1),
}


@asynccontextmanager
async def dying(
    words: list[str], point: str, nth: int, log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.bot_process", *words, "--die-at", point, "--nth", str(nth)),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=out,
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def found(sandbox: Sandbox, root: str, words: str) -> dict[str, Any] | None:
    return next((each for each in sandbox.thread(ALERTS, root)[1:] if words in text_of(each)), None)


async def close_case(sandbox: Sandbox, root: str) -> None:
    """Do as a person does: judge the verdict, ask for the end, accept it; again until it is acknowledged."""

    def come_to_an_end() -> bool:
        return any(map(is_verdict, sandbox.thread(ALERTS, root)[1:])) or bool(
            found(sandbox, root, "🏁 Resolved by")
        )

    await sandbox.wait_for(come_to_an_end, WAIT, "a verdict")
    if not found(sandbox, root, "Closing this case") and not found(sandbox, root, "*Resolved.*"):
        sandbox.post_as("U0002", ALERTS, "@IncidentOS resolved: rolled store back", thread_ts=root)
        await sandbox.wait_for(lambda: found(sandbox, root, "Closing this case"), WAIT, "the draft")
    draft = found(sandbox, root, "Closing this case")
    if draft is not None:
        await sandbox.click(ALERTS, draft["ts"], "Accept", user="U0003")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("row", STEPS)
async def test_a_process_that_dies_at_any_step(row: str, tmp_path: Path) -> None:
    point, nth = STEPS[row]
    folder = await asyncio.to_thread(telemetry_in, tmp_path / "telemetry")
    timing = Timing(retry_delays=(0.2, 2.0, 5.0), ack_timeout=2.0)
    async with Sandbox(timing=timing) as sandbox:
        words = [
            "bot",
            "--api",
            sandbox.api_url,
            "--data",
            str(tmp_path / "data"),
            "--telemetry",
            str(folder),
        ]
        async with beside(words, tmp_path / "log") as first:  # a first start, so that it has listened here
            sandbox.post_as("U0002", ALERTS, "good morning")
            await sandbox.settled(WAIT)
            await first.end()
        async with dying(words, point, nth, tmp_path / "log") as process:
            await sandbox.wait_for(lambda: len(sandbox.socket), WAIT, "the process")
            alert = str(sandbox.post_webhook(alert_post())["ts"])
            closing = asyncio.create_task(close_case(sandbox, alert))
            async with asyncio.timeout(WAIT):
                await process.wait()
            closing.cancel()
            await asyncio.gather(closing, return_exceptions=True)
        async with beside(words, tmp_path / "log") as heir:
            await close_case(sandbox, alert)
            await sandbox.wait_for(lambda: found(sandbox, alert, "Kept in memory"), WAIT, "the memory")
            await sandbox.settled(WAIT)
            engine = engine_for(None, tmp_path / "data")
            await invariants.check(sandbox, engine)
            await engine.dispose()
            await heir.end()
