"""What is said to a person who asks for a setting, the bill, help, or something that the bot never does. Pure."""

from bot.blocks.words import dollars
from bot.investigation.casefile import CaseFile


def about_us(case: CaseFile) -> tuple[str, ...]:
    """Return the lines: what this case cost, where settings are, what can be asked here."""
    bill = case.bill
    if bill is None:
        cost = "This case has cost nothing yet."
    else:
        calls = f"{bill.calls} model call{'' if bill.calls == 1 else 's'}"
        cost = (
            f"This case has cost {dollars(bill.usd)} so far ({calls}; {bill.avoided} answered by code at $0)."
        )
    return (
        "I only read: I change nothing in your systems, and no word in a thread changes my settings.",
        cost,
        "Settings of a channel (alerts, shadow mode, steps, severity floor, quiet hours) are in my App Home.",
        "Here you can ask: catch me up, what changed, have we seen this, check a service, why, stop.",
    )
