"""`audit`: every routing decision with its reason, newest first, and whether the record is whole."""

import argparse
import json
from collections.abc import Mapping

from bot.cli.books import books
from bot.cli.failures import Refused
from bot.cli.plain import paper
from bot.settings import Settings
from router.reports import why


async def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print the newest records; exit 1 when the chain of records is broken."""
    if options.limit < 1:
        raise Refused(f"--limit must be at least 1, not {options.limit}.")
    async with books(Settings.read(environment)) as kept:
        told = await why(kept.audit, options.case)
    if options.case and not told["steps"]:
        raise Refused(f"Nothing is recorded for {options.case}. Without --case, all cases are listed.")
    shape = {**told, "steps": told["steps"][::-1][: options.limit], "recorded": len(told["steps"])}
    if options.json:
        print(json.dumps(shape))
    else:
        console = paper()
        for step in shape["steps"]:
            about = f"{step['at'][:19]}Z  {step['case']:14} {step['task']:21} {step['kind']:8}"
            console.print(f"{about} {step['line']}", markup=False, highlight=False, soft_wrap=True)
        chain = f"The chain is broken: {told['chain']}" if told["chain"] else "The chain is whole."
        count = (
            f"{len(shape['steps'])} of {shape['recorded']} records."
            if shape["steps"]
            else "Nothing is recorded yet."
        )
        console.print(f"{count} {chain}", highlight=False)
    return 1 if told["chain"] else 0
