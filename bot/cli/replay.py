"""`replay`: decide recorded decisions again, to prove them; or under another policy, to see what would change."""

import argparse
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.cli.books import books
from bot.cli.plain import paper
from bot.settings import Settings
from bot.wiring import now
from router.policy_file import read_policy
from router.prices import dollars
from router.replay import compare, prove


async def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Prove the decisions (exit 1 when that fails or the chain is broken), or compare with *options.policy*."""
    settings = Settings.read(environment)
    other = read_policy(Path(options.policy), now=now()) if options.policy else None
    async with books(settings) as kept:
        if other is None:
            told = await prove(kept.audit, case=options.case)
        else:
            told = await compare(kept.audit, other, case=options.case)
    if options.json:
        print(json.dumps(told))
    else:
        paper().print(_proof(told) if other is None else _comparison(told), markup=False, highlight=False)
    doubts = told["different"] or told["unknown_policy"] or told["chain"] if other is None else ()
    return 1 if doubts else 0


def _proof(told: Mapping[str, Any]) -> str:
    if not told["decisions"]:
        return "No decision is recorded yet."
    lines = [f"{told['identical']} of {told['decisions']} decisions come out the same."]
    lines += [
        f"differs: {each['selection']}: was {each['was']}, now {each['now']}" for each in told["different"]
    ]
    if told["unknown_policy"]:
        named = ", ".join(told["unknown_policy"])
        lines.append(f"Not decided again, since their policy was not kept or cannot be read: {named}")
    lines.append(f"The chain is broken: {told['chain']}" if told["chain"] else "The chain is whole.")
    return "\n".join(lines)


def _comparison(told: Mapping[str, Any]) -> str:
    was, would = dollars(Decimal(told["est_usd_was"])), dollars(Decimal(told["est_usd_now"]))
    lines = [
        f"{len(told['changed'])} of {told['decisions']} decisions change; estimates {was} → {would}.",
        f"{told['lower']} lower tier, {told['higher']} higher tier, {told['no_longer_asked']} no longer asked.",
    ]
    lines += [
        f"{each['selection']} {each['task']}: {each['was']} → {each['now']} ({each['risk']})"
        for each in told["changed"]
    ]
    return "\n".join(lines)
