"""Record a run of a fault in a folder that is small enough to keep: the run's own files, gzipped."""

import asyncio
import gzip
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sandbox.lab.run import Outcome, RunPlan, run_live

_GZIPPED = ("logs.jsonl", "metrics.jsonl", "trace_summary.jsonl", "deploys.jsonl", "alerts.jsonl")


async def record(
    fault: str, folder: Path, plan: RunPlan, on_progress: Callable[[str], Awaitable[None]]
) -> Outcome:
    """Run *fault* into *folder* (empty or absent) and gzip what it wrote; raises what run_live raises.

    A run that fails leaves no folder behind.
    """
    fresh = not await asyncio.to_thread(folder.exists)
    try:
        outcome = await run_live(fault, folder=folder, on_alert=_nobody, on_progress=on_progress, plan=plan)
    except BaseException:
        if fresh:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    await asyncio.to_thread(pack, folder)
    return outcome


def pack(folder: Path) -> None:
    """Gzip the lines of a finished case folder and its baseline; addresses of a shop that is gone are dropped."""
    (folder / "targets.json").unlink(missing_ok=True)
    for each in (folder, folder / "baseline"):
        for name in _GZIPPED:
            plain = each / name
            if plain.exists():
                # no name and no time inside, so that the same lines make the same bytes
                with (
                    (each / f"{name}.gz").open("wb") as raw,
                    gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed,
                ):
                    packed.write(plain.read_bytes())
                plain.unlink()


async def _nobody(_: dict[str, Any]) -> None:
    """Tell nobody: a recording is made for later."""
