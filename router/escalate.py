"""What to do about findings and faults: the next remedy of the policy, or nothing more. Pure.

Bounded and monotone: each remedy once per rung, the rung never falls, attempts, climbs and retries are counted.
It knows no prices and no models' health; whether the step can be paid for is `router/decide.py`'s business.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from router.decide import Step
from router.outcomes import FailureCode, Finding, FindingCode, Selection
from router.policy import REMEDIES, Policy, Remedy

# These ask for more, but an answer that has only them is not unverified: it is honest about itself.
ADVISORY = frozenset({FindingCode.LOW_CONFIDENCE, FindingCode.INSUFFICIENT, FindingCode.STALLED})


@dataclass(frozen=True, slots=True)
class Tried:
    """What was done for one question so far."""

    attempts: int = 0
    climbs: int = 0
    retries: int = 0
    used: frozenset[tuple[Remedy, str]] = frozenset()  # remedy and the tier it was tried on
    spared: tuple[str, ...] = ()

    def after(self, step: Step) -> "Tried":
        """Return the same with *step* taken."""
        return replace(
            self,
            climbs=self.climbs + (step.remedy is Remedy.UP),
            retries=self.retries + (step.remedy is Remedy.RETRY),
            used=self.used | {(step.remedy, step.tier)},
            spared=step.spared,
        )


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that leave an answer unverified."""
    return tuple(finding for finding in findings if finding.code not in ADVISORY)


def after_findings(
    selection: Selection, findings: Sequence[Finding], tried: Tried, ceiling: str, policy: Policy
) -> Step | None:
    """Return the step that *findings* in an answer call for, or None when the answer is to be kept.

    When several findings ask for different remedies, the dearest is taken: it mends the others too.
    """
    wanted = {
        remedy
        for finding in findings
        if (remedy := _next(policy.text.remedies[finding.code], selection, tried, ceiling, policy))
    }
    wanted.discard(Remedy.FETCH_MORE)
    if not wanted:
        return None
    remedy = max(wanted, key=REMEDIES.index)
    detail = "; ".join(dict.fromkeys(f.detail for f in findings))[:200]
    step = _step(selection, remedy, tried, detail)
    return replace(step, findings=tuple(finding.code for finding in findings))


def after_fault(
    selection: Selection, fault: FailureCode, message: str, tried: Tried, ceiling: str, policy: Policy
) -> Step | None:
    """Return the step that a *fault* calls for, or None when there is none left."""
    remedy = _next(policy.text.faults.get(fault, ()), selection, tried, ceiling, policy)
    if remedy is None:
        return None
    return replace(_step(selection, remedy, tried, message[:200]), fault=fault)


def _next(
    remedies: Sequence[Remedy], selection: Selection, tried: Tried, ceiling: str, policy: Policy
) -> Remedy | None:
    if tried.attempts >= policy.text.limits.max_attempts:
        return None
    return next((r for r in remedies if _open(r, selection, tried, ceiling, policy)), None)


def _open(remedy: Remedy, selection: Selection, tried: Tried, ceiling: str, policy: Policy) -> bool:
    """Say whether *remedy* may still be tried where *selection* stands."""
    limits = policy.text.limits
    below = policy.ladder.index(selection.tier) < policy.ladder.index(ceiling)
    others = set(policy.text.tiers[selection.tier].models) - {selection.model, *tried.spared}
    match remedy:
        case Remedy.UP:
            return below and tried.climbs < limits.max_climbs
        case Remedy.RETRY:
            return tried.retries < limits.max_retries
        case Remedy.PEER:
            return bool(others)
        case Remedy.FALLBACK:
            return bool(others) or below
        case Remedy.MORE_TOKENS | Remedy.TRIM | Remedy.REPAIR | Remedy.FETCH_MORE:
            return (remedy, selection.tier) not in tried.used


def _step(selection: Selection, remedy: Remedy, tried: Tried, detail: str) -> Step:
    assert selection.model is not None
    spared = tried.spared
    if remedy in {Remedy.PEER, Remedy.FALLBACK}:
        spared = tuple(dict.fromkeys((*spared, selection.model)))
    return Step(
        remedy=remedy,
        tier=selection.tier,
        model=selection.model,
        effort=selection.effort,
        max_tokens=selection.max_tokens,
        detail=detail,
        spared=spared,
    )
