"""`report`: what memory sees in many incidents: causes that recur, fixes that keep failing, what comes back."""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from bot.cli.failures import Refused
from bot.prose import told_by_model
from bot.settings import Settings
from bot.wiring import LOCAL, now, parts
from memory.insights import Reflection, reflect_now
from memory.memory import MemoryUnavailable
from memory.reflection import SUPPORT


async def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print what memory sees in the workspace that *options* name."""
    async with parts(Settings.read(environment)) as shared:
        with Console(stderr=True).status("reflecting …"):
            try:
                seen = await reflect_now(shared.memory, options.workspace or LOCAL, now())
                worded = await told_by_model(shared.router, seen.insights) if options.prose else ()
                incidents = await shared.memory.records.count()
            except MemoryUnavailable as down:
                raise Refused(str(down)) from down
    if options.json:
        shape = report_shape(seen, incidents)
        prose = [{"text": each.text, "incidents": list(each.incidents)} for each in worded]
        print(json.dumps(shape | ({"prose": prose} if options.prose else {})))
        return 0
    console = Console()
    for each in worded:
        console.print(f"{each.text} ({', '.join(each.incidents[:8])})", markup=False, highlight=False)
    for insight in seen.insights:
        console.print(f"• {insight.text}", markup=False, highlight=False)
        console.print(f"  {', '.join(insight.evidence[:8])}", style="dim", markup=False, highlight=False)
    if not seen.insights:
        told = f"{incidents} incidents in memory: nothing recurs often enough to be said"
        console.print(f"{told} (at least {SUPPORT} cases).", highlight=False)
    return 0


def report_shape(seen: Reflection, incidents: int) -> dict[str, Any]:
    """Return the object that `report --json` prints."""
    return {
        "made_at": seen.made_at.isoformat(),
        "incidents": incidents,
        "insights": [
            {
                "kind": insight.kind.value,
                "text": insight.text,
                "evidence": list(insight.evidence),
                "count": insight.count,
                "of": insight.of,
                "low": insight.low,
                "high": insight.high,
            }
            for insight in seen.insights
        ],
    }
