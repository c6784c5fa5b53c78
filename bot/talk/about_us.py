"""What is said to a person who asks for a setting, the bill, help, or something that the bot never does. Pure."""

import re
from typing import Final

from bot.investigation.casefile import CaseFile
from router.prices import dollars

_COST: Final = re.compile(
    r"\b(?:cost|price|spen[dt]|budget|bill|dollars?|tokens?|expensive|kosten|cout)\b|\$", re.IGNORECASE
)
_ORDER: Final = re.compile(
    r"\b(?:restart|reboot|roll ?back|redeploy|deploy|scale|delete|kill|drain|revert|drop|apply|"
    r"kubectl|terraform|helm)\b",
    re.IGNORECASE,
)


def about_us(case: CaseFile, text: str) -> tuple[str, ...]:
    """Return the lines for *text*: what the case cost, that nothing is changed here, or where settings are."""
    bill = case.bill
    if bill is None:
        cost = "This case has cost nothing yet."
    else:
        calls = f"{bill.calls} model call{'' if bill.calls == 1 else 's'}"
        cost = (
            f"This case has cost {dollars(bill.usd)} so far ({calls}; {bill.avoided} answered by code at $0)."
        )
    if _COST.search(text):
        return (cost,)
    if _ORDER.search(text):
        return ("I only read: I restart, scale, deploy and delete nothing. That stays with you.",)
    return (
        "No word in a thread changes my settings.",
        "Settings of a channel (alerts, shadow mode, steps, severity floor, quiet hours) are in my App Home.",
        "Here you can ask: catch me up, what changed, have we seen this, check a service, why, stop.",
    )
