"""What a policy can say that cannot be meant, though every key and type is right.

Each finding is the path of the value at fault and one line for people. It knows no prices and no calendar.
"""

from collections.abc import Iterator, Sequence

from router.messages import Task
from router.outcomes import FailureCode, FindingCode
from router.policy import EFFORTS, Override, PolicyText, Remedy, Route, When

Where = Sequence[str | int]

_FOR_ANSWERS = {
    Remedy.RETRY,
    Remedy.MORE_TOKENS,
    Remedy.REPAIR,
    Remedy.FETCH_MORE,
    Remedy.FALLBACK,
    Remedy.UP,
}
_FINAL = {
    FailureCode.NO_KEY,
    FailureCode.KEY_REFUSED,
    FailureCode.BAD_REQUEST,
    FailureCode.OVER_BUDGET,
    FailureCode.DROPPED,
    FailureCode.BOOKS,
    FailureCode.ABANDONED,
}


def contradictions(policy: PolicyText) -> Iterator[tuple[Where, str]]:
    """Find what the file says that cannot be meant, nearest to its cause."""
    yield from _tiers(policy)
    for missing in sorted(set(Task) - set(policy.tasks)):
        yield ("tasks", *list(policy.tasks)[:1]), f"the task {missing} is not routed"
    for task, route in policy.tasks.items():
        yield from _places(("tasks", task), route, policy)
        if route.call_s and route.call_s > route.deadline_s:
            yield ("tasks", task, "call_s"), f"one call may take {route.call_s} s, the whole question less"
    yield from _overrides(policy)
    yield from _remedies(policy)
    yield from _money(policy)
    if policy.limits.stall_repeats > policy.limits.stall_window:
        told = (
            f"{policy.limits.stall_repeats} repeats never fit into a window of {policy.limits.stall_window}"
        )
        yield ("limits", "stall_repeats"), told


def _tiers(policy: PolicyText) -> Iterator[tuple[Where, str]]:
    names = list(policy.tiers)
    if names != sorted(names):
        yield ("tiers", names[0]), f"the ladder is not in order: {' → '.join(names)}"
    seen: dict[str, int] = {}
    for number, (name, tier) in enumerate(policy.tiers.items()):
        where = ("tiers", name)
        if (tier.model is None) != (number == 0):
            yield where, "the lowest tier, and only it, has no model: code does the work there"
        if tier.model is not None and tier.max_tokens == 0:
            yield where, "max_tokens is missing"
        effort = EFFORTS.index(tier.effort) if tier.effort else -1
        for model in tier.models:
            if tier.models.count(model) > 1:
                yield where, f"{model} stands twice on this tier: a fallback is another model"
            if model in seen and seen[model] >= effort:
                yield where, f"{model} stands on a lower tier with the same effort: this rung is no step up"
            seen[model] = effort
    if not seen:
        yield ("tiers", names[0]), "no tier has a model; to ask none, set no key"


def _overrides(policy: PolicyText) -> Iterator[tuple[Where, str]]:
    known: set[str] = set()
    for number, override in enumerate(policy.overrides):
        where = ("overrides", number)
        yield from _places(where, override, policy)
        if override.id in known:
            yield (*where, "id"), f"two overrides are called {override.id}"
        known.add(override.id)
        for earlier in policy.overrides[:number]:
            if _covers(earlier.when, override.when):
                yield (
                    (*where, "id"),
                    f"{override.id} can never apply: {earlier.id} above takes all that it would",
                )


def _covers(wide: When, narrow: When) -> bool:
    """Say whether *wide* applies wherever *narrow* does; an empty list means any."""
    lists = ((wide.severity, narrow.severity), (wide.service, narrow.service), (wide.task, narrow.task))
    within = all(not some or (few and set(few) <= set(some)) for some, few in lists)
    return within and wide.settled in {None, narrow.settled}


def _places(where: Where, route: Route | Override, policy: PolicyText) -> Iterator[tuple[Where, str]]:
    ladder = list(policy.tiers)
    for key, tier in (("start", route.start), ("ceiling", route.ceiling)):
        if tier is not None and tier not in ladder:
            yield (*where, key), f"there is no tier {tier!r} (there are {', '.join(ladder)})"
            return
    if route.start and route.ceiling and ladder.index(route.start) > ladder.index(route.ceiling):
        yield (*where, "ceiling"), f"the ceiling {route.ceiling} is below the start {route.start}"
    if route.ceiling and policy.tiers[route.ceiling].model is None:
        yield (
            (*where, "ceiling"),
            f"{route.ceiling} has no model: what code cannot answer would find nobody to ask",
        )


def _remedies(policy: PolicyText) -> Iterator[tuple[Where, str]]:
    for finding in sorted(set(FindingCode) - set(policy.remedies)):
        yield ("remedies",), f"no remedy is given for the finding {finding.value}"
    for finding, remedies in policy.remedies.items():
        if wrong := set(remedies) - _FOR_ANSWERS:
            yield ("remedies", finding), f"{min(wrong)} does not mend an answer"
    for fault, remedies in policy.faults.items():
        if fault in _FINAL and remedies:
            yield ("faults", fault), f"{fault} is final: asking again cannot help"
        if {Remedy.REPAIR, Remedy.FETCH_MORE, Remedy.MORE_TOKENS} & set(remedies):
            yield ("faults", fault), "after a fault there is no answer to repair or to lengthen"


def _money(policy: PolicyText) -> Iterator[tuple[Where, str]]:
    budget = policy.budget
    steps = (("case_usd", "request_usd"), ("hour_usd", "case_usd"), ("day_usd", "hour_usd"))
    for bigger, smaller in steps:
        if getattr(budget, bigger) < getattr(budget, smaller):
            yield ("budget", bigger), f"{bigger} is less than {smaller}"
    shares = [step.at for step in policy.degrade]
    if shares != sorted(shares):
        yield ("degrade", 0), "the steps down are not in order of their share"
    for number, step in enumerate(policy.degrade):
        if step.do == "cap" and step.tier not in policy.tiers:
            said = f"{step.tier!r} is none" if step.tier else "this one does not"
            yield ("degrade", number), f"a cap names a tier; {said}"
        elif step.do != "cap" and (step.tier or step.effort):
            yield ("degrade", number), f"{step.do} takes neither tier nor effort: only a cap does"
        elif step.do == "cap" and step.tier and policy.tiers[step.tier].model is None:
            yield ("degrade", number), f"a cap at {step.tier}, which has no model, is code_only: say so"
