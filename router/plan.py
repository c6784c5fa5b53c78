"""What the policy plans for a task: where it starts, how far it may climb, with what effort and room. Pure.

It knows no money and no model's health.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from router.messages import Task
from router.outcomes import Effort, Reason, ReasonCode
from router.policy import EFFORTS, Override, Policy


@dataclass(frozen=True, slots=True)
class Plan:
    """The rung *at* which a question stands, its *ceiling*, and how it is to be asked there."""

    at: str
    ceiling: str
    effort: Effort | None
    max_tokens: int
    call_s: float
    own_effort: Effort | None  # what the task or an override says, whatever the rung
    own_room: int | None
    reasons: tuple[Reason, ...]

    def moved(self, tier: str, policy: Policy) -> "Plan":
        """Return the plan at another rung, with that rung's effort and room, or more if more was given."""
        rung = policy.text.tiers[tier]
        effort = _more(rung.effort, self.own_effort)
        return replace(self, at=tier, effort=effort, max_tokens=max(rung.max_tokens, self.own_room or 0))

    def resumed(self, tier: str, effort: Effort | None, max_tokens: int) -> "Plan":
        """Return the plan where the last attempt stood."""
        return replace(self, at=tier, effort=effort, max_tokens=max_tokens)

    def with_room(self, max_tokens: int) -> "Plan":
        """Return the plan with this much room for the answer."""
        return replace(self, max_tokens=max_tokens)

    def held_below(self, tier: str, effort: Effort | None, policy: Policy) -> "Plan":
        """Return the plan at *tier* at most, with *effort* at most."""
        ladder = policy.ladder
        plan = self
        if ladder.index(plan.at) > ladder.index(tier):
            plan = replace(plan, at=tier, max_tokens=min(plan.max_tokens, policy.text.tiers[tier].max_tokens))
        if ladder.index(plan.ceiling) > ladder.index(tier):
            plan = replace(plan, ceiling=tier)
        if (
            effort is not None
            and plan.effort is not None
            and EFFORTS.index(plan.effort) > EFFORTS.index(effort)
        ):
            plan = replace(plan, effort=effort)
        return plan


@lru_cache(maxsize=1024)
def plan_for(task: Task, severity: str, service: str, policy: Policy, *, settled: bool = False) -> Plan:
    """Return the plan for a first attempt: the task's route, changed by the first override that matches.

    *settled*: code's suspect stands on evidence of several kinds.
    """
    route = policy.text.tasks[task]
    override = next(
        (o for o in policy.text.overrides if _matches(o, task, severity, service, settled=settled)), None
    )
    start, ceiling, effort, room = route.start, route.ceiling, route.effort, route.max_tokens
    reasons = [Reason(ReasonCode.TASK_START, {"why": route.why})]
    if override is not None:
        start, ceiling = override.start or start, override.ceiling or ceiling
        effort, room = override.effort or effort, override.max_tokens or room
        reasons.append(Reason(ReasonCode.OVERRIDE, {"rule": override.id, "why": override.why}))
    ladder = policy.ladder
    if override is not None and override.start is None:
        start = min(start, ceiling, key=ladder.index)  # a ceiling alone holds the task below its own start
    ceiling = max(start, ceiling, key=ladder.index)
    # A model is being asked, so rung 0 had nothing: the first rung with a model is where it starts.
    at = next(t for t in ladder[ladder.index(start) :] if policy.text.tiers[t].model is not None)
    rung = policy.text.tiers[at]
    return Plan(
        at=at,
        ceiling=max(at, ceiling, key=ladder.index),
        effort=effort or rung.effort,
        max_tokens=room or rung.max_tokens,
        call_s=route.call_s or route.deadline_s,
        own_effort=effort,
        own_room=room,
        reasons=tuple(reasons),
    )


def _matches(override: Override, task: Task, severity: str, service: str, *, settled: bool) -> bool:
    when = override.when
    return (
        (not when.task or task in when.task)
        and (not when.severity or severity in when.severity)
        and (not when.service or service in when.service)
        and (when.settled is None or when.settled == settled)
    )


def _more(one: Effort | None, other: Effort | None) -> Effort | None:
    return max((e for e in (one, other) if e), key=EFFORTS.index, default=None)
