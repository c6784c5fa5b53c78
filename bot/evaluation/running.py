"""Runs one case under one arm: the product's own investigation and router, without memory, Slack or a journal.

Memory is not asked and never written: it may hold the very incident. It knows no score.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.evaluation.arms import Arm
from bot.evaluation.cap import CappedBudget
from bot.evaluation.score import Result
from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile, fold
from bot.investigation.events import AlertReceived, Recorded
from bot.investigation.investigator import Asks, Investigator
from bot.investigation.precedent import Precedents
from router.audit import Audit
from router.calls import Model
from router.ledger import Summary
from router.outcomes import FailureCode
from router.prices import dollars
from router.router import Router
from tools.toolbox import Toolbox

# What a case comes to when its own budget is spent, or a model will not answer, is what the policy makes of it.
_PART_OF_THE_ARM = frozenset({FailureCode.OVER_BUDGET, FailureCode.DROPPED, FailureCode.REFUSAL})


class NoMemory:
    """A memory that is not asked."""

    async def recall(
        self,
        alert: Alert,
        symptoms: str = "",
        services: Sequence[str] = (),
        case: str = "",
        channel: str = "",
    ) -> Precedents:
        """Return nothing, and why."""
        del alert, symptoms, services, case, channel
        return Precedents("none", note="not asked in an evaluation", available=False)


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """The case came to no result of this arm's own: *why* in a clause. *final*: no other case would, either."""

    why: str
    final: bool


async def router_of(arm: Arm, model: Model | None, budget: CappedBudget, audit: Audit) -> Router:
    """Return a router that decides by *arm*; its books are the evaluation's."""
    router = Router(arm.policy, model if arm.asks else None, budget, audit, audit.now)
    await audit.keep_policy(arm.policy)
    return router


async def run_case(
    name: str, alert: Alert, arm: Arm, router: Router, toolbox: Toolbox, budget: CappedBudget
) -> Result | NotMeasured:
    """Investigate one case under *arm*; its id in the books is ARM/CASE/RUN: each try has its own budget."""
    began = time.perf_counter()
    case = await _investigated(f"{arm.name}/{name}/{budget.writer}", alert, router, toolbox)
    seconds = time.perf_counter() - began
    if not arm.asks:
        return _result(name, arm, case, seconds)
    if budget.reached:
        why = f"the next call could cost more than is left of the cap of {dollars(budget.cap)}"
        return NotMeasured(why, final=True)
    failure = case.failure
    if failure is not None and failure.code not in _PART_OF_THE_ARM:
        return NotMeasured(failure.message, final=failure.code is FailureCode.KEY_REFUSED)
    return _result(name, arm, case, seconds)


async def _investigated(case_id: str, alert: Alert, router: Asks, toolbox: Toolbox) -> CaseFile:
    investigator = Investigator(NoMemory(), router, toolbox, _now)
    case = fold([Recorded(_now(), AlertReceived(case_id, alert))])
    async for event in investigator.investigate(case):
        case = case.after(Recorded(_now(), event))
    return case


def _result(name: str, arm: Arm, case: CaseFile, seconds: float) -> Result:
    verdict, bill = case.verdict, case.bill or Summary()
    assert verdict is not None
    weakest, *above = [tier.models for tier in arm.policy.text.tiers.values() if tier.model]
    strong = {model for models in above for model in models} - set(weakest)
    return Result(
        case=name,
        arm=arm.name,
        sha=arm.policy.sha,
        services=verdict.services,
        deploys=verdict.deploys,
        outcome=verdict.outcome,
        mode=verdict.mode,
        usd=str(bill.usd),
        seconds=round(seconds, 3),
        calls=bill.calls,
        strong_calls=sum(one.calls for one in bill.models if one.model in strong),
        unverified=bool(verdict.unverified),
    )


def _now() -> datetime:
    return datetime.now(UTC)
