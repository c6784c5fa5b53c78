"""`replay`: decide recorded decisions again, to prove them; or under another policy, to see what would change."""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.cli.books import books
from bot.cli.failures import Refused
from bot.cli.plain import first_few, paper
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
    if options.case and not told["decisions"]:
        raise Refused(
            f"No decision is recorded for {options.case}. Without --case, all cases are decided again."
        )
    if options.json:
        print(json.dumps(told))
    else:
        lines = _proof(told) if other is None else _comparison(told)
        lines.append(f"The chain is broken: {told['chain']}" if told["chain"] else "The chain is whole.")
        paper().print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)
    doubts = told["chain"] or (other is None and (told["different"] or told["unknown_policy"]))
    return 1 if doubts else 0


def _proof(told: Mapping[str, Any]) -> list[str]:
    if not told["decisions"]:
        return ["No decision is recorded yet."]
    lines = [f"{told['identical']} of {told['decisions']} decisions come out the same."]
    lines += [
        f"differs: {each['selection']}: was {each['was']}, now {each['now']}" for each in told["different"]
    ]
    if told["unknown_policy"]:
        named = ", ".join(told["unknown_policy"])
        lines.append(f"Not decided again, since their policy was not kept or cannot be read: {named}")
    return lines


def _comparison(told: Mapping[str, Any]) -> list[str]:
    if not told["decisions"]:
        return ["No decision is recorded yet."]
    was, would, spent = (dollars(Decimal(told[name])) for name in ("est_usd_was", "est_usd_now", "spent_usd"))
    risk = (
        f"{told['lower']} lower tier, {told['higher']} higher tier, {told['no_longer_asked']} no longer asked"
    )
    lines = [
        f"{len(told['changed'])} of {told['decisions']} decisions change: {risk}.",
        f"Estimates before the calls, with answers at their longest: {was} → {would}; they came to {spent}.",
        "What another model would have answered is not known.",
    ]
    if told["left_out"]:
        what = f"{told['left_out']} left out: retries, repairs and climbs after a decision that changes"
        lines.append(f"{what}; nobody knows which would follow.")
    return lines + [_alike(each) for each in _groups(told["changed"])]


def _groups(changed: Sequence[Mapping[str, str]]) -> Iterable[Sequence[Mapping[str, str]]]:
    """Return the changes that are alike together, the most frequent first."""
    alike: dict[tuple[str, ...], list[Mapping[str, str]]] = defaultdict(list)
    for each in changed:
        alike[each["task"], each["was"], each["now"], each["risk"]].append(each)
    return sorted(alike.values(), key=len, reverse=True)


def _alike(group: Sequence[Mapping[str, str]]) -> str:
    was, would = (
        dollars(sum((Decimal(each[name]) for each in group), Decimal(0)))
        for name in ("est_usd_was", "est_usd_now")
    )
    one, cases = group[0], list(dict.fromkeys(each["case"] for each in group))
    moved = f"{one['was']} → {one['now']} ({one['risk']}), {was} → {would}"
    return f"{len(group)} × {one['task']}: {moved} in {first_few(cases)}"
