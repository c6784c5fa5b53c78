"""The arms of an ablation: no model, always the weak one, always the strong one, and each policy as it is. Pure.

An arm is a whole policy: its text says what is done, so that its decisions can be decided again. It asks nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from router.policy import Policy
from router.policy_file import PolicyError, PriceOf, parse_policy
from router.toml_lines import line_of

NO_MODEL, WEAK, STRONG = "no-model", "always-weak", "always-strong"
# One case must not take another's money: an evaluation has a cap of its own (bot/evaluation/cap.py).
_LIFTED = "1000000.00"
_KEY = re.compile(r"^(\s*[A-Za-z_]+\s*=\s*)[^#]*?(\s*#.*)?$")


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to route: a name and a policy. Without *asks* no model is asked, whatever the policy says."""

    name: str
    policy: Policy
    asks: bool = True


def arms_of(policies: Mapping[str, Policy], now: datetime, price_of: PriceOf) -> tuple[Arm, ...]:
    """Return the arms for *policies* by name; the weak and the strong one are the first policy's.

    Raises:
        PolicyError: a policy is written so that its tasks cannot be pinned to one tier, or two arms have one name.
    """
    first = next(iter(policies.values()))
    weak = next(tier for tier in first.ladder if first.text.tiers[tier].model)
    strong = next(tier for tier in first.ladder if first.text.tiers[tier].model == first.strongest)
    taken = {NO_MODEL, WEAK, STRONG} & set(policies)
    if taken:
        raise PolicyError(f"{policies[taken.pop()].source}: its arm has the name of one that is always run.")

    def again(policy: Policy, text: str) -> Policy:
        return parse_policy(text, source=policy.source, now=now, price_of=price_of)

    return (
        Arm(NO_MODEL, first, asks=False),
        Arm(WEAK, again(first, pinned(lifted(first.toml), first, weak))),
        Arm(STRONG, again(first, pinned(lifted(first.toml), first, strong))),
        *(Arm(name, again(policy, lifted(policy.toml))) for name, policy in policies.items()),
    )


def lifted(toml: str) -> str:
    """Return *toml* with the budgets of the hour and the day out of the way; case and question keep theirs."""
    return _with(toml, {("budget", "hour_usd"): _LIFTED, ("budget", "day_usd"): _LIFTED})


def pinned(toml: str, policy: Policy, tier: str) -> str:
    """Return *toml* with every task of *policy* held at *tier*, from its first call to its last."""
    wanted: dict[tuple[str | int, ...], str] = {
        ("tasks", task, key): f'"{tier}"' for task in policy.text.tasks for key in ("start", "ceiling")
    }
    for number, override in enumerate(policy.text.overrides):
        for key in ("start", "ceiling"):
            if getattr(override, key) is not None:
                wanted["overrides", number, key] = f'"{tier}"'
    return _with(toml, wanted)


def _with(toml: str, values: Mapping[tuple[str | int, ...], str]) -> str:
    lines = toml.splitlines()
    for path, value in values.items():
        number = line_of(toml, path)
        found = _KEY.match(lines[number - 1])
        if found is None or found[1].split("=")[0].strip() != path[-1]:
            place = ".".join(str(part) for part in path)
            raise PolicyError(
                f"line {number}: write {place} on a line of its own, so that eval can change it."
            )
        lines[number - 1] = f"{found[1]}{value}{found[2] or ''}"
    return "\n".join(lines) + "\n"


def named(policies: Sequence[tuple[str, Policy]]) -> dict[str, Policy]:
    """Return policies by the name of their arm: "routed" for a single one, else their files' names.

    Raises:
        PolicyError: two files have one name.
    """
    if len(policies) == 1:
        return {"routed": policies[0][1]}
    names = [name for name, _ in policies]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise PolicyError(f"{twice}.toml was named twice: arms are told apart by the names of their files.")
    return dict(policies)
