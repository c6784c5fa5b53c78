"""How often, how late and with what else an alert came: the counter, the "seen late" mark, the digest of a storm.

Drawn from the case file alone. It knows no Slack client and no grouping rule.
"""

from datetime import timedelta

from bot.blocks.words import Block, context, said, seconds, section
from bot.investigation.casefile import CaseFile
from bot.investigation.events import AlertReceived, AlertRepeated

STORM = "storm"
MOST_NAMED = 12
AHEAD = timedelta(seconds=30)  # below that nobody is misled


def repeat_lines(case: CaseFile) -> list[str]:
    """Return what is told of repeats, flaps and neighbours; nothing for an alert that came once."""
    lines = []
    if case.repeats:
        flapped = f", flapped {case.flaps}×" if case.flaps else ""
        lines.append(f"Repeated {_times(case.repeats)} since{flapped}.")
    if case.joined and case.alert.source != STORM:
        lines.append(f"Other alerts that joined: {_named(case)}.")
    changed = [
        entry.at
        for entry in case.history
        if isinstance(entry.event, AlertRepeated) and entry.event.how == "changed"
    ]
    if changed:
        lines.append(f"The alert's text changed at {changed[-1]:%H:%M} UTC.")
    return lines


def arrival_lines(case: CaseFile) -> list[str]:
    """Return the marks of an alert that was found when catching up, or that tells a time which is yet to come."""
    first = case.history[0]
    ahead = case.alert.starts_at - first.at
    if ahead >= AHEAD:
        return [
            f"🕰️ the alert's clock is {seconds(ahead.total_seconds())} ahead of ours; its times are taken as told"
        ]
    if not isinstance(first.event, AlertReceived) or not first.event.seen_late:
        return []
    posted = case.alert.starts_at
    return [
        f"🕰️ seen late: posted {posted:%H:%M} UTC, read {first.at:%H:%M} UTC (I was not connected in between)"
    ]


def digest_text(case: CaseFile) -> str:
    """Return the digest in one line."""
    alerts = sum(case.joined.values())
    return f"Alert storm since {case.opened_at:%H:%M} UTC: {alerts:,} alerts of {len(case.joined)} services"


def digest_reply(case: CaseFile) -> list[Block]:
    """Return the one line in the channel that stands for all alerts of a storm."""
    return [
        section(f"⛈️ *{digest_text(case)}.* They are counted here and not answered one by one."),
        context(
            f"Loudest: {_named(case)}. Investigated together as {said(case.id)}, in the thread of the first one. "
            "To have one investigated by itself: its message menu, “Investigate this”."
        ),
    ]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _named(case: CaseFile) -> str:
    loudest = sorted(case.joined.items(), key=lambda each: (-each[1], each[0]))
    named = [f"{said(name, 80)} {count:,}×" for name, count in loudest[:MOST_NAMED]]
    if len(loudest) > MOST_NAMED:
        named.append(f"{len(loudest) - MOST_NAMED} more")
    return ", ".join(named) or "nothing yet"
