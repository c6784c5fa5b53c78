"""What a person is told of an import from Slack: what it would bring, with the button that brings it, and the end."""

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Final

from bot.blocks.words import Block, said, unquoted
from bot.history.span import DAYS, MOST_DAYS, Span
from memory.importing import ImportReport

IMPORT_HISTORY: Final = "import_history"
SHOWN: Final = 5  # of what was understood, so that a person sees the kind of text that would be remembered
REASONS: Final = 4
HOW: Final = (
    f"Say `/incident import #channel [days]`: the last {DAYS} days when none are given, {MOST_DAYS} at most. "
    "I show what I would remember first. Nothing was done."
)
READING: Final = (
    "I read what is there and tell you here, only you, what I would remember. Nothing is stored yet."
)
STORING: Final = "I import it and tell you here when it is done; what is stored is marked as imported."
BUSY: Final = (
    "Another import runs: Slack grants few reads a minute. Nothing was done; try again when it is over."
)
NOT_SEEN: Final = (
    "I see no such channel from here. Invite me to it; a private channel's past is imported from within it alone. "
    "Nothing was done."
)
_CASE: Final = re.compile(r"\bINC-\d+\b")


def outcome(report: ImportReport, span: Span) -> str:
    """Return what a dry run came to, in one line."""
    understood = report.stored + report.unchanged
    return (
        f"<#{span.channel}> since {_day(span.oldest)}: {_incidents(understood)} understood, "
        f"{report.stored} of them new or changed{_left_out(report)}."
    )


def offered(report: ImportReport, span: Span) -> list[Block]:
    """Return a dry run's outcome, some of what was understood, and the button where there is anything to store."""
    shown = [f"• {said(line, 200)}" for line in report.understood[:SHOWN]]
    shown += [f"… {len(report.understood) - SHOWN} more like these"] if len(report.understood) > SHOWN else []
    end = "Nothing is stored yet." if report.stored else "There is nothing to store."
    blocks = [_section(f"{outcome(report, span)} {end}")]
    blocks += [_section("\n".join(shown))] if shown else []
    if report.stored:
        words = {"type": "plain_text", "text": f"Import {_incidents(report.stored)}"}
        button = {"type": "button", "action_id": IMPORT_HISTORY, "text": words, "value": span.value()}
        blocks.append({"type": "actions", "elements": [button]})
    return blocks


def imported(report: ImportReport, span: Span) -> str:
    """Return what an import came to."""
    if not report.stored:
        return f"Nothing changed: memory has the {_incidents(report.unchanged)} of <#{span.channel}> as they are."
    return (
        f"Imported {_incidents(report.stored)} of <#{span.channel}>; {report.unchanged} were there as they are"
        f"{_left_out(report)}. They are marked as imported; `/incident recall` finds them."
    )


def on_the_way(read: int, upto: str) -> str:
    """Return how far a run has come."""
    return f"Still reading: {read} thread{'s' * (read != 1)} so far, back to {_day(upto)}."


def stopped(why: str, kept: int, *, dry_run: bool) -> str:
    """Return why a run ended early, what was kept, and what to do."""
    if dry_run:
        return f"I could not read it to the end: {why}. Nothing was stored; say it again in a while."
    return f"The import stopped: {why}. {_incidents(kept)} stored, which stay; press the button again: it goes on."


def _left_out(report: ImportReport) -> str:
    counted: Counter[str] = Counter()
    for each in report.left_out:
        counted[_CASE.sub("a case", unquoted(each.why))] += each.count
    if not counted:
        return ", none left out"
    told = [f"{count} × {said(why, 120)}" for why, count in counted.most_common(REASONS)]
    rest = len(counted) - REASONS
    more = f"; {rest} more reason{'s' * (rest > 1)}" if rest > 0 else ""
    return f", {counted.total()} left out ({'; '.join(told)}{more})"


def _incidents(count: int) -> str:
    return f"{count} incident{'s' * (count != 1)}"


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _day(ts: str) -> str:
    return datetime.fromtimestamp(float(ts), tz=UTC).strftime("%Y-%m-%d")
