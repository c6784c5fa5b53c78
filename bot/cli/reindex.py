"""`reindex`: write the search index anew from SQL, the truth."""

import argparse
import json
import time
from collections.abc import Mapping

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.cli.failures import Refused
from bot.settings import Settings
from bot.wiring import parts
from memory.store import StoreUnavailable


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
            except StoreUnavailable as down:
                raise Refused(f"{down} Nothing is lost: SQL has it all; run this again.") from down
        waiting = await shared.memory.waiting()
    shape = {"indexed": indexed, "waiting": waiting, "seconds": round(time.monotonic() - began, 1)}
    print(json.dumps(shape) if options.json else f"{indexed} incidents are indexed, {waiting} wait.")
    return 0
