"""The alert is over: what is told of it, and the one question that follows. Drawn from the case file alone."""

from datetime import datetime

from bot.blocks.words import Block, section
from bot.investigation.casefile import CaseFile
from bot.investigation.events import AlertCleared


def clear_lines(case: CaseFile) -> list[str]:
    """Return what the verdict tells of the alert's end."""
    if case.cleared_at is None:
        return []
    lines = [f"The alert cleared at {case.cleared_at:%H:%M} UTC."]
    worked = any(said.outcome == "worked" for said in case.judgements)
    if case.calm_minutes is not None:
        confirmed = " “Worked” is confirmed." if worked else ""
        lines.append(f"It has stayed clear for {case.calm_minutes:.0f} min.{confirmed}")
    elif worked:
        lines.append("“Worked” is provisional until it has stayed clear for a while.")
    return lines


def first_cleared(case: CaseFile) -> datetime | None:
    """Return when the alert was over for the first time."""
    return next((entry.at for entry in case.history if isinstance(entry.event, AlertCleared)), None)


def asking_reply(case: CaseFile) -> list[Block]:
    """Return the question for the outcome: asked once a case, then edited to what is known."""
    at = case.cleared_at or first_cleared(case)
    assert at is not None
    if case.cleared_at is None:
        return [section(f"The alert had cleared at {at:%H:%M} UTC, and came back.")]
    if case.resolution or case.judgements:
        return [section(f"The alert cleared at {at:%H:%M} UTC. Noted: thank you.")]
    return [
        section(
            f"The alert cleared at {at:%H:%M} UTC. Did the suggested fix do it? ✅ or ❌ on the verdict; "
            "🏁 on the alert closes the case, and I remember how it ended."
        )
    ]
