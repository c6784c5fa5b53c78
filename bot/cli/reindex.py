"""`reindex`: write the search index anew from SQL, the truth."""

import argparse
import asyncio
import json
import time
from collections.abc import Mapping

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.cli.failures import Refused
from bot.settings import Settings
from bot.wiring import parts
from memory.indexing import Progress as OnProgress
from memory.memory import Memory
from memory.store import StoreInUse, StoreUnavailable

LOOK_S = 0.5
PATIENCE_S = 120.0  # the bot looks every 30 s


async def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Rebuild the index and tell how many incidents it holds."""
    began = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    async with parts(Settings.read(environment)) as shared:
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("indexing", total=None)

            def on_progress(done: int, of: int) -> None:
                bar.update(task, completed=done, total=of)

            try:
                indexed = await shared.memory.reindex(on_progress)
            except StoreInUse:
                indexed = await _by_the_bot(shared.memory, on_progress)
            except StoreUnavailable as down:
                raise Refused(f"{down} Nothing is lost: SQL has it all; run this again.") from down
        waiting = await shared.memory.waiting()
    shape = {"indexed": indexed, "waiting": waiting, "seconds": round(time.monotonic() - began, 1)}
    print(json.dumps(shape) if options.json else f"{indexed} incidents are indexed, {waiting} wait.")
    return 0


async def _by_the_bot(memory: Memory, on_progress: OnProgress) -> int:
    """Follow the running bot, who has the index: everything waits in SQL by now, and its next look takes it up.

    Raises:
        Refused: nothing has moved for a while.
    """
    total = await memory.records.count()
    left, since = await memory.waiting(), time.monotonic()
    while left:
        on_progress(max(0, total - left), total)
        await asyncio.sleep(LOOK_S)
        now_left = await memory.waiting()
        if now_left != left:
            left, since = now_left, time.monotonic()
        elif time.monotonic() - since > PATIENCE_S:
            raise Refused(
                f"Another process has the index and leaves {left} incidents waiting. Nothing is lost: the bot "
                "takes them up at its next look, or stop it and run this again."
            )
    return total
