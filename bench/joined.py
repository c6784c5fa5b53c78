"""Starting, watching and ending a process beside a sandbox, for benches. It knows nothing of what is measured."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.lab.recordings import FOLDER
from sandbox.retiming import retimed

START_S = 120.0
DRAIN_S = 60.0


@dataclass
class Beside:
    """A process joined to a sandbox. *told* is what it said of itself at its end."""

    process: asyncio.subprocess.Process
    ready_s: float = 0.0
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def rss_mb(self) -> float:
        """Its memory now and that of what it started, in megabytes."""
        return sum(map(_rss_mb, (self.process.pid, *_children(self.process.pid))))

    async def line(self) -> dict[str, Any]:
        """Return its next JSON line."""
        assert self.process.stdout is not None
        while True:
            text = await self.process.stdout.readline()
            if not text:
                raise RuntimeError("the process ended before it said what was expected")
            if text.startswith(b"{"):
                said: dict[str, Any] = json.loads(text)
                return said

    async def end(self) -> None:
        """Ask it to stop, and keep what it tells of itself."""
        if self.process.returncode is None:
            self.process.terminate()
            async with asyncio.timeout(DRAIN_S):
                self.told = await self.line()
                await self.process.wait()


@asynccontextmanager
async def beside(words: Sequence[str], log: Path) -> AsyncIterator[Beside]:
    """Start `bench.bot_process` with *words*, its log to a file, and end it again."""
    with log.open("ab") as out:
        started = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.bot_process", *words, stdout=asyncio.subprocess.PIPE, stderr=out
        )
        running = Beside(process)
        try:
            try:
                async with asyncio.timeout(START_S):
                    await running.line()
            except RuntimeError as ended:
                raise RuntimeError(_tail(log)) from ended
            running.ready_s = time.perf_counter() - started
            yield running
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text(encoding="utf-8").split()]


def _rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]


def telemetry_in(folder: Path, name: str = "pool-dry") -> Path:
    """Lay a recorded run into *folder* as if it happened now; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    retimed(FOLDER / name, folder, datetime.now(UTC))
    return folder
