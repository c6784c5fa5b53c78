"""The first three replies of a thread: what memory knew, what was seen, how it was reasoned.

Each is drawn from the case file alone, so that it reads the same live, after a restart and in a replay.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.blocks.runbook import runbook_line
from bot.blocks.storm import arrival_lines
from bot.blocks.words import Block, age, code, context, person, said, seconds, section, unquoted
from bot.investigation.casefile import CaseFile
from bot.investigation.commands import without_commands
from bot.investigation.events import (
    Degraded,
    EvidenceCollected,
    EvidenceRequested,
    ModelAnswered,
    ModelAttempted,
    ModelFailed,
    ModelSelected,
    Recalled,
    Recorded,
    Steered,
    Stopped,
)
from bot.investigation.look_progress import LookProgressed
from bot.investigation.precedent import OTHER_SYMPTOMS, Precedent, Precedents
from router.explain import attempt_line, finding
from router.explain import line as selection_line
from router.messages import Task
from router.outcomes import Failure, Selection
from tools.tool import Findings, Observation, Status, ToolCall

NAME = re.compile(r"[a-z]{2,20}(?:_[a-z]{2,20}){1,3}")
SHOWN = 2  # observations of one look that a reply tells; the verdict cites the rest
TIER_WORDS = {
    "seen_before": "seen before",
    "possibly_related": "possibly related",
    "none": "nothing similar in memory",
}


def recall_reply(case: CaseFile) -> list[Block]:
    """Return the recall stage: the routing decision and what memory offered."""
    lines = [*arrival_lines(case), *_selections(case.history, Task.MEMORY_RECALL)]
    if case.precedents is None:
        return [section("*Recall* · searching memory …"), context(*lines)]
    took = sum(entry.event.took_s for entry in case.history if isinstance(entry.event, Recalled))
    by = " · asked again with what the services say" if case.recalls > 1 else ""
    head = f"*Recall* · {_tier(case.precedents)} · {seconds(took)}{by}"
    return [section("\n".join([head, *_precedent_lines(case, case.precedents)])), context(*lines)]


def evidence_reply(case: CaseFile) -> list[Block]:
    """Return the evidence stage: each look, what it found, how long it took."""
    first, collected = _first_look(case.history)
    waiting = [call for call in first if call not in [findings.call for findings in collected]]
    took = max((findings.took_s for findings in collected), default=0.0)
    state = (
        f"{len(first)} looks in {seconds(took)}" if not waiting else f"{len(collected)} of {len(first)} looks"
    )
    lines = [_look_line(findings) for findings in collected]
    lines += [f"⏳ {code(call.name)} … {said(_progress_of(case, call))}".rstrip() for call in waiting]
    if any(findings.status is Status.UNAVAILABLE for findings in collected):
        lines.append(
            "ℹ️ Not available is not “nothing found”. The others stand; ask me to check here to look again."
        )
    return [
        section("\n".join([f"*Evidence* · {state}", *lines])),
        context(*_selections(case.history, Task.DATA_RETRIEVAL)),
    ]


def _progress_of(case: CaseFile, call: ToolCall) -> str:
    """Return how far a look has come, empty when it has not said."""
    told = [entry.event for entry in case.history if isinstance(entry.event, LookProgressed)]
    return next((each.said for each in reversed(told) if each.call == call), "")


def reasoning_reply(case: CaseFile) -> list[Block]:
    """Return the reasoning stage: every selection, answer, further look and refusal, in order."""
    lines: list[str] = []
    for entry in case.history:
        lines.extend(_reasoning_lines(entry))
    state = "" if case.finished else " · thinking …"
    blocks = [section("\n".join([f"*Reasoning*{state}", *lines]))]
    return blocks if case.finished else [*blocks, _stop_button(case)]


def _stop_button(case: CaseFile) -> Block:
    label = {"type": "plain_text", "text": "Stop"}
    return {
        "type": "actions",
        "elements": [{"type": "button", "text": label, "action_id": "stop", "value": case.id}],
    }


def _reasoning_lines(entry: Recorded) -> Iterable[str]:
    match entry.event:
        case ModelSelected(selection) if selection.task is Task.COMPLEX_REASONING:
            yield chosen(selection)
        case ModelAttempted(attempt):
            yield said(unquoted(attempt_line(attempt)), 400)
        case EvidenceRequested(calls, "model"):
            yield from (f"🔎 wants to look: {_call_words(call)}" for call in calls)
        case EvidenceCollected(findings) if findings.call.id:
            yield _look_line(findings)
        case ModelAnswered(answer) if answer.unverified:
            yield from (
                f"⚠️ unverified: {said(finding(each.code))}{_against(each.evidence)}"
                for each in answer.unverified
            )
        case ModelFailed(failure) if failure.attempts:  # else the selection has said why nobody was asked
            yield f"ℹ️ {said(failure.message)} {_without_it(failure, entry.at)}"
        case Steered(by, text):
            yield f"💬 <@{by}>: {said(text)}"
        case Stopped(by):
            yield f"⏹️ stopped by <@{by}>"
        case Degraded(_, told):
            yield f"⚠️ {said(told)}"
        case _:
            pass


def chosen(selection: Selection) -> str:
    """Return the line of a selection: its reasons quote a vendor's errors and a model's names for tools."""
    return said(unquoted(selection_line(selection)), 600)


def _without_it(failure: Failure, at: datetime) -> str:
    """Say what still works without a model's answer, and when one is asked again."""
    when = "again"
    if again := failure.retry_at:
        day = "" if again.date() == at.date() else f"{again:%-d %b} "
        when = f"from {day}{again:%H:%M} UTC on"
    return f"Memory, evidence and suspects stand without it; ask here {when} to have a model try."


def _look_line(findings: Findings) -> str:
    name = _call_words(findings.call)
    if findings.status is Status.UNAVAILABLE:
        return f"✖ {name} not available: {said(findings.note, 160)}"
    if findings.status is Status.REFUSED:
        return f"✖ {name} refused: {said(findings.note, 160)}"
    if findings.status is Status.NOTHING or not findings.observations:
        note = _note(findings)
        line = f"– {name} looked, found nothing{note} · {seconds(findings.took_s)}"
        return line + _more(
            f"ℹ️ {said(remark, 160)}" for remark in findings.remarks[:SHOWN] if said(remark) not in note
        )
    told = [said(_words_of(seen), 220) for seen in findings.observations[:SHOWN]]
    if len(findings.observations) > SHOWN:
        told[-1] += f" (+{len(findings.observations) - SHOWN} more)"
    told += [f"✖ {said(problem, 160)}" for problem in findings.problems[:SHOWN]]
    told += [f"ℹ️ {said(remark, 160)}" for remark in findings.remarks[:SHOWN]]
    return f"✔ {name} · {seconds(findings.took_s)}" + _more(told)


def _more(lines: Iterable[str]) -> str:
    return "".join(f"\n      {line}" for line in lines)


def _words_of(seen: Observation) -> str:
    return runbook_line(seen.text) if seen.kind == "runbook" else seen.text


def _note(findings: Findings) -> str:
    return f" ({said(findings.note, 120)})" if findings.note else ""


def _call_words(call: ToolCall) -> str:
    arguments = ", ".join(f"{key}={value}" for key, value in call.arguments.items() if value is not None)
    # a model may call what it likes: only a name like ours is set as code, its arguments stay plain words
    name = code(call.name) if NAME.fullmatch(call.name) else said(call.name, 60)
    return f"{name} ({said(without_commands(arguments), 120)})" if arguments else name


def _against(evidence: Sequence[str]) -> str:
    """Return which evidence an objection was held against; what it objects to is not repeated."""
    return f" ({said(', '.join(evidence[:3]))})" if evidence else ""


def _precedent_lines(case: CaseFile, precedents: Precedents) -> list[str]:
    if not precedents.available:
        return [f"✖ Memory is not available: {said(precedents.note)}"]
    alike = [found for found in precedents.found if OTHER_SYMPTOMS not in found.reasons]
    others = [found.id for found in precedents.found if OTHER_SYMPTOMS in found.reasons]
    lines = [line for found in alike[:3] for line in _precedent(case, found)]
    if others:
        lines.append(f"The same alert fired before for other reasons: {said(', '.join(others[:5]))}.")
    if precedents.note:
        lines.append(f"ℹ️ {said(precedents.note)}")
    return lines


def _tier(precedents: Precedents) -> str:
    """Say how near the nearest is; an alert that only shares its name with others is not related."""
    if not precedents.available:
        return "not available"
    if precedents.found and all(OTHER_SYMPTOMS in found.reasons for found in precedents.found):
        return "the same alert, other symptoms"
    return TIER_WORDS[precedents.tier]


def _precedent(case: CaseFile, found: Precedent) -> list[str]:
    when = f" · {age(found.resolved_at, case.opened_at)}" if found.resolved_at else ""
    example = " · public example" if found.example else ""
    title = f"<{found.link}|{said(found.title, 100)}>" if _safe(found.link) else said(found.title, 100)
    lines = [f"• *{said(found.id)}* {title} · {found.score:.2f}{when}{example}"]
    if found.reasons:
        lines.append(f"   why: {said('; '.join(found.reasons), 200)}")
    if found.cause:
        lines.append(f"   cause then: {said(without_commands(found.cause), 200)}")
    if fix := found.best_fix:
        by = f" by {person(fix.by)}" if fix.by else ""
        lines.append(
            f"   fix then: {said(without_commands(fix.action), 160)} ({said(fix.record or fix.outcome)}{by})"
        )
    lines += [
        f"   tried, did not work: {said(without_commands(fix.action), 120)}" for fix in found.failed_fixes[:2]
    ]
    return lines


def _safe(url: str | None) -> bool:
    return bool(url and url.startswith(("https://", "http://")) and not any(mark in url for mark in "<>| "))


def _selections(history: Iterable[Recorded], task: Task) -> list[str]:
    return [
        chosen(entry.event.selection)
        for entry in history
        if isinstance(entry.event, ModelSelected) and entry.event.selection.task is task
    ]


def _first_look(history: Iterable[Recorded]) -> tuple[list[ToolCall], list[Findings]]:
    calls: list[ToolCall] = []
    collected: list[Findings] = []
    for entry in history:
        match entry.event:
            case EvidenceRequested(asked, "code"):
                calls.extend(asked)
            case EvidenceCollected(findings) if not findings.call.id:
                collected.append(findings)
    return calls, collected
