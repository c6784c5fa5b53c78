"""What routing cost and why it chose as it did, in a few lines for one person. Pure; it reads the router's reports."""

from collections.abc import Mapping
from typing import Any

from bot.blocks.home import missing, spend
from bot.blocks.words import fitted, said

MOST = 14  # steps of one case: the newest


def cost_text(told: Mapping[str, Any]) -> str:
    """Return the week's spend; *told* is `router.reports.cost`'s object."""
    if not told["calls"] and not told["avoided"] and not told["missing"]:
        return "Nothing was asked in the last 7 days."
    return spend(told)


def why_text(case: str, told: Mapping[str, Any]) -> str:
    """Return why a case was routed as it was; *told* is `router.reports.why`'s object."""
    steps = [step for step in told["steps"] if step["line"]]
    if not steps:
        nothing = f"Nothing was routed for {case}: no model and no code was asked yet."
        return "\n".join([nothing, *missing(told)])
    lines = [f"• {said(str(step['line']), 400)}" for step in steps[-MOST:]]
    if len(steps) > MOST:
        lines.insert(0, f"… {len(steps) - MOST} earlier steps: `app.py audit --case {case}`")
    return fitted("\n".join([f"*Why {case} was routed so*", *lines, *missing(told)]))
