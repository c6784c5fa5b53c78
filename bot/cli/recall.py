"""`recall`: what memory knows about some words."""

import argparse
import json
from collections.abc import Mapping

from rich.text import Text

from bot.cli.plain import paper
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
    console = paper()
    if not found.available:
        console.print(f"Memory is not available: {found.note}", markup=False)
    elif found.tier == "none":
        console.print("No similar incident." + (" What comes nearest:" if found.found else ""))
    if found.available and found.note:
        console.print(found.note, style="yellow", highlight=False, markup=False)
    for match in found.found:
        tier = "" if match.tier == "none" else f" · {match.tier.replace('_', ' ')}"
        console.print(Text.assemble((match.id, "bold"), f" {match.title}  {match.score:.2f}{tier}"))
        console.print(f"   {'; '.join(match.reasons)}", style="dim", highlight=False, markup=False)
        if match.cause:
            console.print(f"   cause: {match.cause}", highlight=False, markup=False)
        for fix in match.fixes:
            record = f": {fix.record}" if fix.record else ""
            console.print(f"   tried: {fix.action}{record}", highlight=False, markup=False)
    return 0
