"""`correct`: put an incident right that people told wrongly; what rests on it is made anew."""

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace

from bot.cli.failures import Refused
from bot.settings import Settings
from bot.wiring import parts
from memory.incident import Fix, Incident, Outcome
from memory.memory import MemoryUnavailable


async def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Change what *options* give of one incident and tell whether anything changed."""
    async with parts(Settings.read(environment)) as shared:
        known = (await shared.memory.records.get([options.id])).get(options.id)
        if known is None:
            raise Refused(f"Memory has no incident {options.id}.")
        try:
            changed = await shared.memory.retain(corrected(known, options))
        except MemoryUnavailable as down:
            raise Refused(str(down)) from down
    shape = {"id": options.id, "changed": bool(changed)}
    print(json.dumps(shape) if options.json else f"{options.id} {'is corrected' if changed else 'stays'}.")
    return 0


def corrected(known: Incident, options: argparse.Namespace) -> Incident:
    """Return *known* with what *options* say instead; a fix that is replaced loses its votes with its words."""
    fixes = known.fixes
    if options.fix is not None:
        first = fixes[0] if fixes else None
        made = Fix(f"corrected:{len(options.fix)}:{options.fix[:40]}", options.fix, Outcome.UNKNOWN)
        kept = replace(first, action=options.fix) if first and first.action == options.fix else made
        fixes = (kept, *fixes[1:])
    return replace(
        known,
        title=known.title if options.title is None else options.title,
        root_cause=known.root_cause if options.cause is None else options.cause,
        services=known.services if options.service is None else tuple(options.service),
        fixes=fixes,
    )
