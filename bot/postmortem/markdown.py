"""A post-mortem in Markdown: the facts of a case, each linked to what it rests on. Pure; no model is needed.

What nobody told and no evidence shows stays open, in words: this text invents nothing.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.blocks.words import dollars, seconds
from bot.investigation.casefile import CaseFile
from bot.investigation.events import Concluded, FixJudged, Steered
from bot.investigation.evidence import Evidence
from bot.postmortem.timeline import JOURNAL, Moment, timeline

MARKS = re.compile(r"([\\`*_\[\]<>|#~])")
OPEN = "_Open: nobody has said so yet._"


def postmortem(case: CaseFile) -> str:
    """Return the post-mortem of *case* as it stands."""
    parts = (
        _head(case),
        ("Impact", _impact(case)),
        ("Timeline (UTC)", _timeline(case)),
        ("Root cause", _cause(case)),
        ("Contributing factors", _factors(case)),
        ("What worked, what did not", _fixes(case)),
        ("Detection and resolution", _times(case)),
        ("Follow-ups", _follow_ups(case)),
        ("Similar incidents", _similar(case)),
        ("What this investigation cost", _cost(case)),
        ("Evidence", _evidence(case)),
    )
    head, *sections = parts
    assert isinstance(head, str)
    return "\n\n".join([head, *(f"## {title}\n\n{text}" for title, text in sections if text)]) + "\n"


def _head(case: CaseFile) -> str:
    state = "resolved" if case.resolution else "open"
    when = f"{min(case.alert.starts_at, case.opened_at):%Y-%m-%d}"
    by = f", written up from what @{case.resolution.by} confirmed" if case.resolution else ", a draft"
    return f"# {case.id}: {plain(case.alert.title)}\n\n{when} · {state}{by} · every statement names what it rests on"


def _impact(case: CaseFile) -> str:
    services = _services(case)
    lines = [f"- Alert: {plain(case.alert.text, 600)} ({_rest(JOURNAL)})"]
    if services:
        lines.append(
            f"- Services that showed trouble: {', '.join(f'`{name}`' for name in services)} ({_cited(case)})"
        )
    if case.alert.severity != "unknown":
        lines.append(f"- Severity: {case.alert.severity} ({_rest(JOURNAL)})")
    lines.append(f"- Duration: {_duration(case)} ({_rest(JOURNAL)})")
    lines.append("- Customers affected: " + OPEN)
    return "\n".join(lines)


def _duration(case: CaseFile) -> str:
    """Say how long it lasted, from the first sign to the end that was told."""
    if case.resolution:
        return f"{_span(timedelta(minutes=case.resolution.minutes))}, as @{case.resolution.by} confirmed"
    if case.cleared_at:
        return f"{_span(case.cleared_at - case.alert.starts_at)} until the alert cleared"
    return "not over yet"


def _timeline(case: CaseFile) -> str:
    rows = timeline(case)
    day = rows[0].at.date()
    return "\n".join(_row(row, full=row.at.date() != day) for row in rows)


def _row(row: Moment, *, full: bool) -> str:
    stamp = f"{row.at:%Y-%m-%d %H:%M:%S}" if full else f"{row.at:%H:%M:%S}"
    return f"- **{stamp}** {plain(row.text)} ({_rest(row.rests_on)})"


def _cause(case: CaseFile) -> str:
    lines = []
    if case.resolution:
        lines.append(
            f"{plain(case.resolution.root_cause, 2000)} (confirmed by @{case.resolution.by}, {_rest(JOURNAL)})"
        )
    verdict = case.verdict
    if verdict and verdict.cause:
        sure = "" if verdict.confidence is None else f", {verdict.confidence * 100:.0f} %"
        who = "a model" if verdict.mode == "model" else "code, from the evidence alone"
        lines.append(
            f"The investigation's own reading{sure}, by {who}: {plain(verdict.cause, 900)} ({_cited(case)})"
        )
    elif verdict:
        lines.append(f"The investigation was inconclusive ({_rest(JOURNAL)}).")
    return "\n\n".join(lines) or OPEN


def _factors(case: CaseFile) -> str:
    verdict = case.verdict
    if verdict is None:
        return OPEN
    lines = [
        f"- {plain(claim.text, 500)} ({', '.join(map(_rest, claim.evidence))})"
        for claim in verdict.claims
        if claim.text != verdict.cause
    ]
    lines += [f"- Deployment `{sha[:12]}` is suspected ({_deploy(case, sha)})" for sha in verdict.deploys]
    lines += [
        f"- Weighed and left: {plain(left.cause)}, because {plain(left.why)} ({', '.join(map(_rest, left.evidence))})"
        for left in verdict.discounted
    ]
    lines += [f"- Not checked: {plain(each)}" for each in verdict.not_checked]
    return "\n".join(lines) or "None beside the cause stand out in the evidence."


def _fixes(case: CaseFile) -> str:
    lines = []
    if case.resolution:
        words = {
            "worked": "worked",
            "partly": "worked partly",
            "did_not": "did not work",
            "not_same": "did not work",
        }
        end = case.resolution
        lines.append(f"- {plain(end.fix, 900)}: {words[end.worked]} (@{end.by}, {_rest(JOURNAL)})")
    judged = [entry for entry in case.history if isinstance(entry.event, FixJudged)]
    suggested = case.verdict.fix.text if case.verdict and case.verdict.fix else ""
    if suggested and judged:
        votes = ", ".join(f"@{vote.by} {vote.outcome.replace('_', ' ')}" for vote in case.judgements)
        lines.append(
            f"- Suggested: {plain(suggested, 500)}: {votes or 'votes were taken back'} ({_rest(JOURNAL)})"
        )
    lines += [
        f"- Known from before not to work: {plain(each)}"
        for each in (case.verdict.tried_without_success if case.verdict else ())
    ]
    lines += [
        f"- Said on the way by @{entry.event.by}: “{plain(entry.event.text)}” ({_rest(JOURNAL)})"
        for entry in case.history
        if isinstance(entry.event, Steered)
    ]
    return "\n".join(lines) or OPEN


def _times(case: CaseFile) -> str:
    onset = case.alert.starts_at
    concluded = next((entry.at for entry in case.history if isinstance(entry.event, Concluded)), None)
    sign = min((piece.time for piece in _cited_pieces(case) if piece.time), default=None)
    rows = [
        ("First sign in the cited evidence to the alert", onset - sign if sign and sign < onset else None),
        ("Onset to our first look", case.opened_at - onset),
        ("First look to verdict", concluded - case.opened_at if concluded else None),
        ("Onset to the alert clearing", case.cleared_at - onset if case.cleared_at else None),
        ("First sign to resolution", timedelta(minutes=case.resolution.minutes) if case.resolution else None),
    ]
    return "\n".join(f"- {what}: {_span(span)} ({_rest(JOURNAL)})" for what, span in rows if span is not None)


def _span(span: timedelta) -> str:
    return seconds(max(0.0, span.total_seconds()))


def _follow_ups(case: CaseFile) -> str:
    lines = []
    verdict = case.verdict
    if verdict and verdict.deploys:
        lines.append(
            f"- [ ] Test what deployment `{verdict.deploys[0][:12]}` changed, before it goes out again."
        )
    if any(fix.source == "runbook" for fix in (verdict.fixes if verdict else ())):
        lines.append("- [ ] Hold the runbook that was found against what really helped.")
    lines += [
        f"- [ ] Make this visible next time: {plain(each)}"
        for each in (verdict.not_checked if verdict else ())
    ]
    if case.precedents and case.precedents.tier == "seen_before" and case.precedents.found:
        lines.append(
            f"- [ ] It was seen before ({plain(case.precedents.found[0].id)}): fix the cause, not the symptom."
        )
    if case.resolution and not case.cleared_at:
        lines.append("- [ ] The alert never told that it cleared: let its sender tell resolutions.")
    return "\n".join(lines) or "- [ ] " + OPEN


def _similar(case: CaseFile) -> str:
    found = case.precedents.found if case.precedents else ()
    lines = []
    for match in found[:5]:
        title = plain(match.title, 160)
        name = f"[{title}]({match.link})" if _safe(match.link) else title
        fix = (
            f"; fix then: {plain(match.best_fix.action, 200)} ({plain(match.best_fix.record)})"
            if match.best_fix
            else ""
        )
        lines.append(f"- {plain(match.id)} {name}, likeness {match.score:.2f}{fix}")
    return "\n".join(lines) or "None in memory."


def _cost(case: CaseFile) -> str:
    bill = case.bill
    if bill is None:
        return "Not known."
    strong = (
        f"; all on {bill.strong_model} ≈ {dollars(bill.all_strong_usd)} (estimate)" if bill.models else ""
    )
    if not bill.calls:
        return f"{dollars(bill.usd)}: no model was called; {bill.avoided} questions answered by code."
    calls = f"{bill.calls} model call{'' if bill.calls == 1 else 's'}"
    return f"{dollars(bill.usd)} for {calls}{strong}; {bill.avoided} questions answered by code at $0."


def _evidence(case: CaseFile) -> str:
    left = [cited for each in (case.verdict.discounted if case.verdict else ()) for cited in each.evidence]
    cited = {*case.verdict.cites, *left} if case.verdict else set()
    pieces: Iterable[Evidence] = [piece for piece in case.evidence if piece.id in cited] or case.evidence[:10]
    return "\n".join(_piece(piece) for piece in pieces)


def _piece(piece: Evidence) -> str:
    at = f" {_stamp(piece.time)}" if piece.time else ""
    link = f" ([open]({piece.seen.link}))" if _safe(piece.seen.link) else ""
    query = f" Query: `{piece.seen.query.replace('`', 'ˋ')}`" if piece.seen.query else ""
    return f'- <a id="{_anchor(piece.id)}"></a>**{piece.id}**{at} {plain(piece.text, 500)}{link}{query}'


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"


def _services(case: CaseFile) -> tuple[str, ...]:
    if case.resolution and case.resolution.services:
        return case.resolution.services
    return case.verdict.services[:5] if case.verdict else ()


def _cited_pieces(case: CaseFile) -> list[Evidence]:
    """Return what the verdict cites of today; a deployment is a cause, not a sign."""
    cited = set(case.verdict.cites) if case.verdict else set()
    return [piece for piece in case.evidence if piece.id in cited and piece.kind not in {"recall", "deploy"}]


def _cited(case: CaseFile) -> str:
    cites = case.verdict.cites[:4] if case.verdict else ()
    return ", ".join(map(_rest, cites)) or _rest(JOURNAL)


def _deploy(case: CaseFile, sha: str) -> str:
    found = next((piece.id for piece in case.evidence if piece.facts.get("sha") == sha), JOURNAL)
    return _rest(found)


def _rest(what: str) -> str:
    return what if what == JOURNAL else f"[{what}](#{_anchor(what)})"


def _anchor(what: str) -> str:
    return what.replace(":", "-")


def plain(text: str, limit: int = 300) -> str:
    """Return foreign *text* as one line that makes no Markdown of its own."""
    line = " ".join(text.split())
    return MARKS.sub(r"\\\1", line if len(line) <= limit else line[: limit - 1].rstrip() + "…")


def _safe(url: str | None) -> bool:
    return bool(url and url.startswith(("https://", "http://")) and not any(mark in url for mark in "<>()| "))
