"""`cost`: what was spent, by model, task, service and day, beside what the strong model alone would have cost."""

import argparse
import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from bot.blocks.words import seconds
from bot.cli.books import books
from bot.cli.failures import Refused
from bot.cli.plain import paper
from bot.settings import Settings
from bot.wiring import now
from router.prices import dollar_range, dollars
from router.reports import cost

LONGEST = 3660  # days
LONGEST_NAME = 17  # letters of a model or a task: the names must be readable, also in eighty columns


async def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print the spend of the last days that *options* name; exit 1 when the chain of records is broken."""
    if not 1 <= options.days <= LONGEST:
        raise Refused(f"--days must be 1 to {LONGEST}, not {options.days}.")
    async with books(Settings.read(environment)) as kept:
        spent = await cost(kept.audit, kept.policy, since=now() - timedelta(days=options.days))
    if options.json:
        print(json.dumps(spent))
        return 1 if spent["chain"] else 0
    console = paper()
    if spent["chain"]:
        warning = "The record is not whole: the figures below tell what is left of it."
        console.print(warning, style="bold", highlight=False)
    console.print(head(spent, options.days), highlight=False)
    if spent["calls"]:
        console.print(alone(spent), highlight=False, soft_wrap=True)
    if Decimal(spent["unrecorded_usd"]):
        console.print(unrecorded(spent), highlight=False, soft_wrap=True)
    for title in ("task", "model", "service", "day"):
        name = f"by_{title}"
        if spent[name]:
            console.print(_table("day (UTC)" if title == "day" else title, spent[name]))
    for each in spent["spikes"]:
        told = (
            f"{each['day']}: {each['task']} cost {dollars(Decimal(each['usd']))} ({each['calls']} calls), usually "
            f"{dollars(Decimal(each['usual_usd']))} ({each['usual_calls']}): {each['why']}"
        )
        console.print(f"Look at {told}", markup=False, highlight=False, soft_wrap=True)
    if spent["chain"]:
        console.print(f"The chain is broken: {spent['chain']}", markup=False, highlight=False, soft_wrap=True)
    return 1 if spent["chain"] else 0


def head(spent: Mapping[str, Any], days: int) -> str:
    """Return the spend of the last *days* in one line: ours, all on the strong model, what code answered."""
    low, high = (Decimal(usd) for usd in spent["all_strong"]["usd"])
    beside = f", all on {spent['strong_model']} ≈ {dollar_range(low, high)} (estimate)" if high else ""
    calls = f"{spent['calls']} model call{'' if spent['calls'] == 1 else 's'}"
    kept = spent["kept_aside_usd"]
    aside = (
        f" ({_exactly(kept)} of it kept aside, as nobody knows whether it is billed)" if Decimal(kept) else ""
    )
    last = "Last day" if days == 1 else f"Last {days} days"
    return f"{last}: {_exactly(spent['usd'])} for {calls}{aside}{beside}; {spent['avoided']} answered by code at $0"


def unrecorded(spent: Mapping[str, Any]) -> str:
    """Say what the budgets hold and no record tells of."""
    what = "calls under way, or of a process that was killed, which may be billed all the same"
    return f"{_exactly(spent['unrecorded_usd'])} more (of all time) is set aside and in no record: {what}"


def alone(spent: Mapping[str, Any]) -> str:
    """Return in one line what the same questions would have cost on one model alone, the cheapest first."""
    models = {each["model"]: each for each in (spent["all_weak"], spent["all_strong"], spent["all_top"])}
    told = ", ".join(f"{name} {dollar_range(*map(Decimal, each['usd']))}" for name, each in models.items())
    return f"On one model alone (estimates; how good its answers would have been is not measured): {told}"


def _exactly(usd: str) -> str:
    """Write dollars so that a column adds up."""
    return f"${Decimal(usd):.4f}"


def _table(title: str, groups: list[Mapping[str, Any]]) -> Table:
    table = Table(title=f"by {title}", title_justify="left", box=SIMPLE_HEAD, padding=0, pad_edge=False)
    table.add_column(title, overflow="fold", min_width=LONGEST_NAME)
    for name in ("calls", "failed", "$", "in", "out", "cached", "p50", "p95"):
        table.add_column(name, justify="right", no_wrap=True)
    for group in groups:
        cached = group["cached_share"]
        table.add_row(
            group["name"] or "–",
            str(group["calls"]),
            str(group["failed"]),
            _exactly(group["usd"]),
            f"{group['tokens_in']:,}",
            f"{group['tokens_out']:,}",
            "–" if cached is None else f"{cached:.0%}",
            seconds(group["p50_s"]),
            seconds(group["p95_s"]),
        )
    return table
