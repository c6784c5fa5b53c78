"""The real `app.py` in a process of its own beside the sandbox, to be killed, drained and started again."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

from sandbox.server import Sandbox
from tests.faults.conftest import WAIT

NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
NOWHERE = "never"  # a step that no process passes


@asynccontextmanager
async def serving(
    sandbox: Sandbox,
    folder: Path,
    *,
    die_at: str = NOWHERE,
    nth: int = 1,
    words: tuple[str, ...] = ("serve",),
    settings: Mapping[str, str] = NO_SETTINGS,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start it with its data and telemetry below *folder*; it is killed when the block ends, if it still runs."""
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.dying", die_at, str(nth), *words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment(sandbox, folder, settings),
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def environment(sandbox: Sandbox, folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Return what `app.py` reads."""
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},  # noqa: TID251 (a child's)
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_API_URL": sandbox.api_url,
        "INCIDENTOS_DATA": str(folder / "data"),
        "INCIDENTOS_TELEMETRY": str(folder / "telemetry"),
        "INCIDENTOS_EXAMPLES": "no",
        "INCIDENTOS_NEAR_MINUTES": "0",
        **settings,
    }


async def joined(sandbox: Sandbox, process: asyncio.subprocess.Process) -> None:
    """Wait until *process* listens; fail at once when it ends instead."""
    listens = asyncio.create_task(sandbox.wait_for(lambda: len(sandbox.socket), WAIT, "the process to join"))
    ends = asyncio.create_task(process.wait())
    await asyncio.wait((listens, ends), return_when=asyncio.FIRST_COMPLETED)
    ends.cancel()
    assert process.returncode is None, "it ended before it joined: see its log"
    await listens


async def ended(process: asyncio.subprocess.Process) -> int:
    """Wait for its end and return its exit code; negative: by that signal."""
    async with asyncio.timeout(WAIT):
        return await process.wait()
