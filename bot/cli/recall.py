"""`recall`: what memory knows about some words."""

import argparse
import json
from collections.abc import Mapping

from rich.console import Console

from bot.cli.shapes import recall_shape
from bot.investigation.alert import Alert
from bot.settings import Settings
from bot.wiring import now, remembering


async def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print the matches for the words that *options* give, best first."""
    async with remembering(Settings.read(environment)) as known:
        found = await known.nearest(Alert("person", options.text, now()))
    if options.json:
        print(json.dumps(recall_shape(options.text, found)))
        return 0
    console = Console()
    if not found.found:
        console.print("No similar incident." if found.available else f"Memory is not available: {found.note}")
    for match in found.found:
        console.print(
            f"[bold]{match.id}[/] {match.title}  {match.score:.2f}  {match.tier.replace('_', ' ')}",
            highlight=False,
        )
        console.print(f"   {'; '.join(match.reasons)}", style="dim", highlight=False)
        if match.cause:
            console.print(f"   cause: {match.cause}", highlight=False, markup=False)
        for fix in match.fixes:
            console.print(f"   tried: {fix.action} ({fix.record})", highlight=False, markup=False)
    return 0
