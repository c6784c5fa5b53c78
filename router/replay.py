"""Deciding again: under the policy that was in force, to prove it, or under another one, to see what would change.

It asks no model: what another model would have answered is not known, and not claimed.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from router.audit import Audit, KeptPolicy
from router.decide import decide
from router.outcomes import Selection
from router.policy import Policy
from router.policy_file import PolicyError, parse_policy, prices_from_json
from router.records import Decided, Tried


async def prove(audit: Audit, *, case: str | None = None) -> Mapping[str, Any]:
    """Decide every recorded decision again under its own policy and prices.

    ``{"decisions", "identical", "different": [{"selection", "was", "now"}], "unknown_policy": [sha], "chain":
    null or what is broken}``
    """
    decided = await _decisions(audit, case)
    kept = await audit.kept_policies()
    used = {one.selection.policy_sha for one in decided} & set(kept)
    policies = {sha: _revived(kept[sha]) for sha in used}
    different, unknown = [], set()
    for one in decided:
        policy = policies.get(one.selection.policy_sha)
        if policy is None:
            unknown.add(one.selection.policy_sha)
            continue
        again = decide(one.question, one.state, policy)
        if again != one.selection:
            different.append(
                {"selection": one.selection.id, "was": _short(one.selection), "now": _short(again)}
            )
    missing = sum(one.selection.policy_sha in unknown for one in decided)
    return {
        "decisions": len(decided),
        "identical": len(decided) - len(different) - missing,
        "different": different,
        "unknown_policy": sorted(unknown),
        "chain": await audit.broken(),
    }


async def compare(audit: Audit, other: Policy, *, case: str | None = None) -> Mapping[str, Any]:
    """Decide every recorded decision again under *other*, from the same state of affairs.

    ``{"decisions", "left_out": n, "policy_sha", "est_usd_was", "est_usd_now", "spent_usd", "lower": n, "higher": n,
    "no_longer_asked": n, "changed": [{"selection", "case", "task", "severity", "was", "now", "est_usd_was",
    "est_usd_now", "risk"}], "chain": null or what is broken}``; risk is "lower tier", "higher tier", "not asked",
    "asked" or "same tier"; dollars are estimates before the call, save *spent_usd*, which the same calls cost. What
    followed on a decision that changes (retries, repairs, climbs) is left out: nobody knows what would follow.
    """
    spent = await _spent(audit, case)
    all_of_them = await _decisions(audit, case)
    changed, otherwise = [], set()
    was_usd = now_usd = spent_usd = Decimal(0)
    left_out = 0
    for one in all_of_them:
        if one.state.step is not None and one.asked in otherwise:
            left_out += 1
            continue
        again = decide(one.question, one.state, other)
        was_usd += one.selection.est_usd if one.selection.available else 0
        now_usd += again.est_usd if again.available else 0
        spent_usd += spent.get(one.selection.id, Decimal(0))
        if _short(again) != _short(one.selection):
            otherwise.add(one.asked)
            changed.append(_change(one, again, other))
    risks = [change["risk"] for change in changed]
    return {
        "decisions": len(all_of_them),
        "left_out": left_out,
        "policy_sha": other.sha,
        "est_usd_was": str(was_usd),
        "est_usd_now": str(now_usd),
        "spent_usd": str(spent_usd),
        "lower": risks.count("lower tier"),
        "higher": risks.count("higher tier"),
        "no_longer_asked": risks.count("not asked"),
        "changed": changed,
        "chain": await audit.broken(),
    }


def _change(one: Decided, again: Selection, other: Policy) -> dict[str, str]:
    return {
        "selection": one.selection.id,
        "case": one.case,
        "task": one.question.task,
        "severity": one.question.severity,
        "was": _short(one.selection),
        "now": _short(again),
        "est_usd_was": str(one.selection.est_usd),
        "est_usd_now": str(again.est_usd),
        "risk": _risk(one.selection, again, other),
    }


async def _spent(audit: Audit, case: str | None) -> Mapping[str, Decimal]:
    """Return what each selection's call cost."""
    rows = await audit.rows(case=case, kinds=("tried",))
    tried = [row.record.attempt for row in rows if isinstance(row.record, Tried)]
    return {attempt.selection.id: attempt.usd for attempt in tried}


async def _decisions(audit: Audit, case: str | None) -> Sequence[Decided]:
    rows = await audit.rows(case=case, kinds=("decided",))
    return [row.record for row in rows if isinstance(row.record, Decided)]


def _revived(kept: KeptPolicy) -> Policy | None:
    """Return a kept policy with the prices of its time, as it was in force then; None when it cannot be read."""
    prices = prices_from_json(kept.prices)
    try:
        return parse_policy(kept.text, source=kept.sha, now=kept.first_used, price_of=prices, in_force=True)
    except PolicyError:
        return None


def _short(selection: Selection) -> str:
    asked = "" if selection.available else f", not asked: {selection.why_unavailable}"
    return f"{selection.tier} {selection.model} {selection.effort} {selection.max_tokens}{asked}"


def _risk(was: Selection, again: Selection, other: Policy) -> str:
    if was.available != again.available:
        return "asked" if again.available else "not asked"
    ladder = other.ladder
    if was.tier not in ladder or was.tier == again.tier:
        return "same tier"
    return "lower tier" if ladder.index(again.tier) < ladder.index(was.tier) else "higher tier"
