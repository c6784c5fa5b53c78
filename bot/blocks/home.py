"""App Home: what is open, what was learned lately."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.blocks.words import Block, age, code, context, said, section
from bot.investigation.casefile import CaseFile
from bot.store.cases import CaseRow


def home_view(files: Sequence[tuple[CaseRow, CaseFile]], now: datetime) -> dict[str, Any]:
    """Return the home tab for *files*, newest first."""
    live = [pair for pair in files if pair[1].resolution is None]
    ended = [pair for pair in files if pair[1].resolution is not None]
    blocks: list[Block] = [{"type": "header", "text": {"type": "plain_text", "text": "IncidentOS"}}]
    blocks += _list("Open cases", live, now) or [section("*Open cases*\nNone. Quiet is good.")]
    blocks += _list("Resolved lately", ended, now)
    blocks.append(context("I only read. I never touch your infrastructure."))
    return {"type": "home", "blocks": blocks[:100]}


def _list(title: str, files: Sequence[tuple[CaseRow, CaseFile]], now: datetime) -> list[Block]:
    lines = [_line(row, case, now) for row, case in files[:10]]
    return [section("\n".join([f"*{title}*", *lines]))] if lines else []


def _line(row: CaseRow, case: CaseFile, now: datetime) -> str:
    if case.resolution:
        state = f"fix: {said(case.resolution.fix, 80)}"
    elif case.verdict:
        state = said(case.verdict.cause or "inconclusive", 80)
    else:
        state = "investigating"
    return f"• {code(row.id)} {said(case.alert.title, 80)} · {age(row.opened_at, now)} · {state}"
