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
WEIGH_S = 0.5


@dataclass
class Beside:
    """A process joined to a sandbox. *told* is what it said of itself at its end, its peak with what it started."""

    process: asyncio.subprocess.Process
    peak_mb: float = 0.0
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
                self.told["peak_rss_mb"] = round(max(self.told["peak_rss_mb"], self.peak_mb), 1)
                await self.process.wait()

    async def weigh(self) -> None:
        """Look at its memory twice a second, for ever."""
        while True:
            self.peak_mb = max(self.peak_mb, self.rss_mb)
            await asyncio.sleep(WEIGH_S)


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
            weighing = asyncio.create_task(running.weigh())
            try:
                yield running
            finally:
                weighing.cancel()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in _proc(task).split()]


def _rss_mb(pid: int) -> float:
    lines = _proc(Path(f"/proc/{pid}/status")).splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def _proc(file: Path) -> str:
    """Return what the kernel tells; of what has ended, nothing."""
    try:
        return file.read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]


def telemetry_in(folder: Path, name: str = "pool-dry") -> Path:
    """Lay a recorded run into *folder* as if it happened now; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    retimed(FOLDER / name, folder, datetime.now(UTC))
    return folder
