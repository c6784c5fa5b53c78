"""`report`: what memory sees in many incidents, and what people's words on cases say of the routing."""

import argparse
import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from bot.cli.failures import Refused
from bot.cli.plain import paper
from bot.investigation.casefile import CaseFile, fold
from bot.outcomes import judged
from bot.prose import told_by_model
from bot.settings import Settings
from bot.store.cases import Cases
from bot.wiring import LOCAL, Parts, now, parts
from memory.insights import Reflection, reflect_now
from memory.memory import MemoryUnavailable
from memory.reflection import SUPPORT
from router.learning import Calibration, Corrected, Proposal, calibration, corrected, proposals

MOST_CASES = 1000


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
            routing = await _routing(shared)
    if options.json:
        shape = report_shape(seen, incidents) | {"routing": dataclasses.asdict(routing)}
        prose = [{"text": each.text, "incidents": list(each.incidents)} for each in worded]
        print(json.dumps(shape | ({"prose": prose} if options.prose else {})))
        return 0
    console = paper()
    for each in worded:
        console.print(f"{each.text} ({', '.join(each.incidents[:8])})", markup=False, highlight=False)
    for insight in seen.insights:
        console.print(f"• {insight.text}", markup=False, highlight=False)
        console.print(f"  {', '.join(insight.evidence[:8])}", style="dim", markup=False, highlight=False)
    if not seen.insights:
        told = f"{incidents} incidents in memory: nothing recurs often enough to be said"
        console.print(f"{told} (at least {SUPPORT} cases).", highlight=False)
    for line in _lines(routing):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return 0


@dataclasses.dataclass(frozen=True, slots=True)
class Routing:
    """What people's words say of the routing."""

    corrected: Sequence[Corrected]
    calibration: Calibration | None
    proposals: Sequence[Proposal]


async def _routing(shared: Parts) -> Routing:
    cases = Cases(shared.engine, "report")
    files: list[CaseFile] = [fold(await cases.journal(row.number)) for row in await cases.recent(MOST_CASES)]
    told = judged(files)
    rows = await shared.router.audit.rows(kinds=("tried",))
    found = corrected(rows, told)
    sure = calibration(told.values())
    return Routing(found, sure, proposals(found, sure, shared.router.policy))


def _lines(routing: Routing) -> list[str]:
    """Return what is said of the routing, for people."""
    lines = [
        f"• {each.task} at {each.tier}: {each.corrected} of {counted(each.judged, 'judged answer')} corrected "
        f"(95 % interval {each.low:.0%} to {each.high:.0%})"
        for each in routing.corrected
    ]
    if sure := routing.calibration:
        lines.append(
            f"• {counted(sure.n, 'judged verdict')}: {sure.said:.0%} sure on average, {sure.held:.0%} held. "
            f"Brier score {sure.brier:.3f}, lower is better; always saying {sure.held:.0%} would give {sure.base:.3f}"
        )
        lines += [f"  {each.said:.0%} sure: {each.held:.0%} of {each.n} held" for each in sure.bins]
    lines += [
        f"• Consider in routes.toml: {each.where} = {toml(each.proposed)} (now {toml(each.now)}). {each.why}"
        + (f": {', '.join(each.cases[:8])}" if each.cases else "")
        for each in routing.proposals
    ]
    return lines or ["Nobody has judged a verdict yet: nothing can be said of the routing."]


def counted(number: int, what: str) -> str:
    """Return *number* with its noun."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def toml(value: str) -> str:
    """Return *value* as it is written in the policy: a tier in quotes, a number bare."""
    return value if value[:1].isdigit() else f'"{value}"'


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
