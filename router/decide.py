"""Deciding who is asked: a question's facts, the state of affairs and the policy give one selection. Pure.

The same three give the same selection, byte for byte; that is what replay proves. It reads no clock, no
database and no prompt: the router hands in what it needs, and stores it beside the selection.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from router.messages import Task
from router.outcomes import Effort, FailureCode, FindingCode, Reason, ReasonCode, Selection
from router.plan import Plan, plan_for
from router.policy import Policy, Remedy
from router.prices import cents
from router.spending import Purse, Spent, purse_for


@dataclass(frozen=True, slots=True)
class Question:
    """An `Ask` without its words. Token counts are estimates: expected, and the most it can be."""

    task: Task
    case: str
    severity: str
    service: str
    prompt_tokens: int
    worst_tokens: int
    optional: bool = False
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What the last attempt of the same question calls for, and where that attempt stood."""

    remedy: Remedy
    tier: str
    model: str
    effort: Effort | None
    max_tokens: int
    findings: tuple[FindingCode, ...] = ()
    fault: FailureCode | None = None
    detail: str = ""
    spared: tuple[str, ...] = ()  # models that are not asked again for this question


@dataclass(frozen=True, slots=True)
class State:
    """How things stand at the moment of deciding. *id* and *parent* name the selection to be made.

    *warm* is how many tokens of this prompt each model is expected to have cached; *unwell* are models whose
    breaker is open; *stalled* describes a tool loop that goes nowhere, "" when there is none.
    """

    id: str
    has_key: bool
    spent: Spent
    warm: Mapping[str, int] = field(default_factory=dict)
    unwell: tuple[str, ...] = ()
    step: Step | None = None
    stalled: str = ""
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class _Choice:
    tier: str
    model: str
    reasons: tuple[Reason, ...]


def decide(question: Question, state: State, policy: Policy) -> Selection:
    """Return who is asked, why, and at what price; or who would have been, and why nobody is."""
    plan = plan_for(question.task, question.severity, question.service, policy, settled=question.settled)
    purse = purse_for(question.severity, state.spent, policy)
    plan, reasons = _required(plan, state, policy)
    plan, degraded = _capped(plan, purse, policy)
    choice = _choose(question, plan, state, policy)
    reasons = (*reasons, *degraded, *choice.reasons)
    price = policy.price(choice.model)
    warm = min(state.warm.get(choice.model, 0), question.prompt_tokens)
    reserved = price.worst(question.worst_tokens, plan.max_tokens)
    refused = _refused(question, state, policy, purse, choice, reserved)
    if purse.overdrawn and refused is None:
        reasons = (*reasons, Reason(ReasonCode.OVERDRAFT, {"severity": question.severity}))
    return Selection(
        id=state.id,
        task=question.task,
        case=question.case,
        tier=choice.tier,
        model=choice.model,
        effort=plan.effort if policy.takes_effort(choice.model) else None,
        max_tokens=plan.max_tokens,
        reasons=reasons if refused is None else (*reasons, refused),
        est_usd=price.expected(question.prompt_tokens, warm, plan.max_tokens),
        reserved_usd=Decimal(0) if refused else reserved,
        policy_sha=policy.sha,
        available=refused is None,
        why_unavailable=refused.code if refused else None,
        prompt_tokens=question.prompt_tokens,
        warm_tokens=warm,
        deadline_s=plan.call_s,
        parent=state.parent,
    )


def _required(plan: Plan, state: State, policy: Policy) -> tuple[Plan, tuple[Reason, ...]]:
    """Return the plan with the least tier that will do, after what the last attempt called for."""
    step = state.step
    if step is None:
        if not state.stalled or plan.at == plan.ceiling:
            return plan, plan.reasons
        up = Reason(ReasonCode.STALLED, {"what": state.stalled})
        return plan.moved(policy.ladder[policy.ladder.index(plan.at) + 1], policy), (*plan.reasons, up)
    plan = plan.resumed(step.tier, step.effort, step.max_tokens)
    about = {"was": step.model, "why": step.detail or _codes(step)}
    if step.remedy is Remedy.UP:
        above = min(policy.ladder.index(plan.at) + 1, policy.ladder.index(plan.ceiling))
        code = ReasonCode.PEER if step.fault else ReasonCode.CLIMB
        return plan.moved(policy.ladder[above], policy), (Reason(code, about),)
    if step.remedy is Remedy.MORE_TOKENS:
        plan = plan.with_room(step.max_tokens * 2)
    return plan, (Reason(_SAID_AS[step.remedy], about),)


_SAID_AS = {
    Remedy.RETRY: ReasonCode.RETRY,
    Remedy.MORE_TOKENS: ReasonCode.MORE_TOKENS,
    Remedy.TRIM: ReasonCode.TRIM,
    Remedy.REPAIR: ReasonCode.REPAIR,
    Remedy.FETCH_MORE: ReasonCode.RETRY,
    Remedy.PEER: ReasonCode.PEER,
    Remedy.FALLBACK: ReasonCode.FALLBACK,
}


def _codes(step: Step) -> str:
    return step.fault or ", ".join(dict.fromkeys(step.findings))


def _capped(plan: Plan, purse: Purse, policy: Policy) -> tuple[Plan, tuple[Reason, ...]]:
    """Hold the plan below the cap that a spent budget puts on it."""
    cap = purse.cap
    if cap is None or cap.tier is None:
        return plan, ()
    lowered = plan.held_below(cap.tier, cap.effort, policy)
    if lowered == plan:
        return plan, ()
    said = {"share": f"{purse.share:.0%}", "scope": purse.scope, "tier": cap.tier, "effort": cap.effort or ""}
    return lowered, (Reason(ReasonCode.DEGRADED, said),)


def _choose(question: Question, plan: Plan, state: State, policy: Policy) -> _Choice:
    """Pick the model: the required tier's own, unless it cannot or a stronger one is cheaper."""
    spared = state.step.spared if state.step else ()
    ladder = policy.ladder
    tiers = ladder[ladder.index(plan.at) : ladder.index(plan.ceiling) + 1] or (plan.at,)
    reasons: list[Reason] = []
    able: list[tuple[str, str]] = []
    for tier in tiers:
        for model in policy.text.tiers[tier].models:
            why = _unable(model, question, state, policy, plan.max_tokens)
            if why is None and model not in spared:
                able.append((tier, model))
            elif why is not None and not able:
                reasons.append(why)
    if not able:
        first = next(tier for tier in tiers if policy.text.tiers[tier].model)
        return _Choice(first, policy.text.tiers[first].models[0], tuple(reasons))
    wanted = able[0]
    may_be_cheaper = state.warm or not policy.rising or question.prompt_tokens > policy.least_edge
    if may_be_cheaper and (state.step is None or state.step.remedy is Remedy.UP):
        firsts = [one for one in able if one == wanted or policy.text.tiers[one[0]].model == one[1]]
        cheapest = min(firsts, key=lambda one: _likely(one[1], question, state, policy, plan.max_tokens))
        if cheapest != wanted:
            reasons.append(_cheaper(cheapest[1], wanted, question, state, policy))
            wanted = cheapest
    return _Choice(*wanted, tuple(reasons))


def _unable(model: str, question: Question, state: State, policy: Policy, room: int) -> Reason | None:
    if model in state.unwell:
        return Reason(ReasonCode.BREAKER_OPEN, {"model": model})
    context = policy.price(model).context
    if context is not None and question.prompt_tokens + room > context:
        return Reason(ReasonCode.TOO_LONG, {"model": model, "tokens": f"{question.prompt_tokens:,}"})
    return None


def _likely(model: str, question: Question, state: State, policy: Policy, room: int) -> Decimal:
    return policy.price(model).expected(question.prompt_tokens, state.warm.get(model, 0), room)


def _cheaper(model: str, wanted: tuple[str, str], question: Question, state: State, policy: Policy) -> Reason:
    tier, weaker = wanted
    edge = policy.text.tiers[tier].max_prompt_tokens
    warm = state.warm.get(model, 0)
    said = {"model": weaker, "tokens": f"{question.prompt_tokens:,}", "warm": f"{warm:,}"}
    if warm == 0 and edge is not None and question.prompt_tokens > edge:
        return Reason(ReasonCode.PRICE_EDGE, said)
    return Reason(ReasonCode.WARM_CACHE, said)


def _refused(
    question: Question, state: State, policy: Policy, purse: Purse, choice: _Choice, reserved: Decimal
) -> Reason | None:
    """Say why no call may follow, or None."""
    return next(_against(question, state, policy, purse, choice, reserved), None)


def _against(
    question: Question, state: State, policy: Policy, purse: Purse, choice: _Choice, reserved: Decimal
) -> Iterator[Reason]:
    """Yield what stands against a call, the most telling first."""
    model = choice.model
    if purse.code_only:
        yield Reason(ReasonCode.OVER_BUDGET, {"scope": purse.scope, "spent": f"{purse.share:.0%}"})
    if question.optional and purse.no_optional:
        yield Reason(ReasonCode.OPTIONAL_DROPPED, {"scope": purse.scope, "spent": f"{purse.share:.0%}"})
    if model in state.unwell:
        yield Reason(ReasonCode.BREAKER_OPEN, {"model": model})
    if short := purse.short_of(reserved):
        yield Reason(ReasonCode.OVER_BUDGET, {"scope": short, "needs": cents(reserved)})
    if state.step is not None and model in state.step.spared:
        yield Reason(ReasonCode.FALLBACK, {"was": model, "why": "no other model is left"})
    if too_long := _unable(model, question, state, policy, 0):
        yield too_long
    if not state.has_key:
        yield Reason(ReasonCode.NO_KEY)
