"""How far a moment lies from the onset, in words a person says. Pure."""

HOUR, DAY = 60.0, 1_440.0


def from_onset(minutes: float) -> str:
    """Return "4 min before the onset" for 4.0, "2.5 h after the onset" for -150.0, "at the onset" within a minute."""
    side = "before" if minutes > 0 else "after"
    far = abs(minutes)
    if far < 1:
        return "at the onset"
    if far < 2 * HOUR:
        return f"{far:.0f} min {side} the onset"
    if far < 2 * DAY:
        return f"{far / HOUR:.1f} h {side} the onset"
    return f"{far / DAY:.0f} days {side} the onset"
