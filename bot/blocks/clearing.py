"""The alert is over: what the verdict tells of it, with the one question that follows. Drawn from the case file alone.

It is an edit and no reply of its own: a thread is told four times at most.
"""

from typing import Final

from bot.blocks.words import span
from bot.investigation.casefile import CaseFile

CLOSES: Final = "🏁 on the alert closes the case, and I remember how it ended."
ASKED: Final = f"Did the suggested fix do it? ✅ or ❌ here; {CLOSES}"


def clear_lines(case: CaseFile) -> list[str]:
    """Return what the verdict tells of the alert's end."""
    if case.cleared_at is None:
        return []
    lines = [f"The alert cleared at {case.cleared_at:%H:%M} UTC."]
    worked = any(said.outcome == "worked" for said in case.judgements)
    if case.calm_minutes is not None:
        confirmed = " “Worked” is confirmed." if worked else ""
        lines.append(f"It has stayed clear for {span(case.calm_minutes * 60)}.{confirmed}")
    elif worked:
        lines.append("“Worked” is provisional until it has stayed clear for a while.")
    if case.resolution is None and not case.judgements:
        lines.append(ASKED if case.verdict and case.verdict.fix else CLOSES)
    return lines
