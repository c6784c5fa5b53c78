"""A post-mortem in Markdown: the facts of a case, each linked to what it rests on. Pure; no model is needed.

What nobody told and no evidence shows stays open, in words: this text invents nothing.
"""

from datetime import datetime, timedelta

from bot.blocks.words import ended, seconds, span
from bot.investigation.casefile import CaseFile
from bot.investigation.events import Concluded, FixJudged, Steered
from bot.investigation.evidence import Evidence
from bot.postmortem.follow_ups import deploy_id, follow_ups
from bot.postmortem.marks import OPEN, anchor, plain, rest, safe
from bot.postmortem.timeline import JOURNAL, Moment, timeline
from router.prices import dollars

LEDGER = "audit"
VOTED = {
    "worked": "worked",
    "partly": "worked partly",
    "did_not": "did not work",
    "not_same": "is for another incident",
}


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
        ("Follow-ups", follow_ups(case)),
        ("Similar incidents", _similar(case)),
        ("What this investigation cost", _cost(case)),
    )
    head, *sections = parts
    assert isinstance(head, str)
    body = "\n\n".join([head, *(f"## {title}\n\n{text}" for title, text in sections if text)])
    return f"{body}\n\n## Evidence\n\n{_evidence(case, body)}\n"


def _head(case: CaseFile) -> str:
    state = "resolved" if case.resolution else "open"
    when = f"{min(case.alert.starts_at, case.opened_at):%Y-%m-%d}"
    by = f", written up from what @{case.resolution.by} confirmed" if case.resolution else ", a draft"
    return f"# {case.id}: {plain(case.alert.title)}\n\n{when} · {state}{by} · every statement names what it rests on"


def _impact(case: CaseFile) -> str:
    services = _services(case)
    lines = [f"- Alert: {plain(_alert(case), 600)} ({rest(JOURNAL)})"]
    if services:
        lines.append(
            f"- Services that showed trouble: {', '.join(f'`{name}`' for name in services)} ({_cited(case)})"
        )
    if case.alert.severity != "unknown":
        lines.append(f"- Severity: {case.alert.severity} ({rest(JOURNAL)})")
    lines.append(f"- Duration: {_duration(case)} ({rest(JOURNAL)})")
    lines.append("- Customers affected: " + OPEN)
    return "\n".join(lines)


def _alert(case: CaseFile) -> str:
    """Return the alert's title and, set apart, what else it said."""
    title = case.alert.title.strip()
    others = case.alert.text.strip().removeprefix(title).strip()
    return f"{title}: {others}" if others else title


def _duration(case: CaseFile) -> str:
    """Say how long it lasted, from the first sign to the end that was told."""
    if case.resolution:
        return f"{span(case.resolution.minutes * 60)}, as @{case.resolution.by} confirmed"
    if case.cleared_at:
        return f"{_span(case.cleared_at - case.alert.starts_at)} until the alert cleared"
    return "not over yet"


def _timeline(case: CaseFile) -> str:
    rows = timeline(case)
    day = rows[0].at.date()
    return "\n".join(_row(row, full=row.at.date() != day) for row in rows)


def _row(row: Moment, *, full: bool) -> str:
    stamp = f"{row.at:%Y-%m-%d %H:%M:%S}" if full else f"{row.at:%H:%M:%S}"
    return f"- **{stamp}** {plain(row.text)} ({rest(row.rests_on)})"


def _cause(case: CaseFile) -> str:
    lines = []
    if case.resolution:
        lines.append(
            f"{ended(plain(case.resolution.root_cause, 2000))} (confirmed by @{case.resolution.by}, {rest(JOURNAL)})"
        )
    verdict = case.verdict
    if verdict and verdict.cause:
        sure = "" if verdict.confidence is None else f", {verdict.confidence * 100:.0f} %"
        who = "a model" if verdict.mode == "model" else "code, from the evidence alone"
        same = case.resolution is not None and case.resolution.root_cause.strip() == verdict.cause.strip()
        told = "the same" if same else plain(verdict.cause, 900)
        lines.append(f"The investigation's own reading{sure}, by {who}: {told} ({_cited(case)})")
    elif verdict:
        lines.append(f"The investigation was inconclusive ({rest(JOURNAL)}).")
    return "\n\n".join(lines) or OPEN


def _factors(case: CaseFile) -> str:
    verdict = case.verdict
    if verdict is None:
        return OPEN
    lines = [
        f"- {plain(claim.text, 500)} ({', '.join(map(rest, claim.evidence))})"
        for claim in verdict.claims
        if claim.text != verdict.cause
    ]
    lines += [
        f"- Deployment `{sha[:12]}` is suspected ({rest(deploy_id(case, sha))})" for sha in verdict.deploys
    ]
    lines += [
        f"- Weighed and left: {plain(left.cause)}, because {plain(left.why)} ({', '.join(map(rest, left.evidence))})"
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
        lines.append(f"- {plain(end.fix, 900)}: {words[end.worked]} (@{end.by}, {rest(JOURNAL)})")
    lines += [
        f"- {plain(back.resolution.fix, 900)}: did not hold, @{back.by} reopened the case"
        f"{f': “{plain(back.why)}”' if back.why else ''} ({rest(JOURNAL)})"
        for back in reversed(case.taken_back)
    ]
    judged = [entry for entry in case.history if isinstance(entry.event, FixJudged)]
    suggested = case.verdict.fix.text if case.verdict and case.verdict.fix else ""
    if suggested and judged:
        votes = ", ".join(f"@{vote.by} said that it {VOTED[vote.outcome]}" for vote in case.judgements)
        lines.append(
            f"- Suggested: “{plain(suggested, 500)}”; {votes or 'the votes were taken back'} ({rest(JOURNAL)})"
        )
    lines += [
        f"- Known from before not to work: {plain(each)}"
        for each in (case.verdict.tried_without_success if case.verdict else ())
    ]
    lines += [
        f"- Said on the way by @{entry.event.by}: “{plain(entry.event.text)}” ({rest(JOURNAL)})"
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
    ]
    lines = [f"- {what}: {_span(took)} ({rest(JOURNAL)})" for what, took in rows if took is not None]
    if case.resolution:
        took = span(case.resolution.minutes * 60)
        lines.append(
            f"- First sign to resolution: {took}, as @{case.resolution.by} confirmed ({rest(JOURNAL)})"
        )
    return "\n".join(lines)


def _span(took: timedelta) -> str:
    return seconds(max(0.0, took.total_seconds()))


def _similar(case: CaseFile) -> str:
    found = case.precedents.found if case.precedents else ()
    lines = []
    for match in found[:5]:
        title = plain(match.title, 160)
        name = f"[{title}]({match.link})" if safe(match.link) else title
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
        return (
            f"{dollars(bill.usd)}: no model was called; {_asked(bill.avoided)} answered by code ({LEDGER})."
        )
    calls = f"{bill.calls} model call{'' if bill.calls == 1 else 's'}"
    return (
        f"{dollars(bill.usd)} for {calls}{strong}; {_asked(bill.avoided)} answered by code at $0 ({LEDGER})."
    )


def _asked(count: int) -> str:
    return f"{count} question{'' if count == 1 else 's'}"


def _evidence(case: CaseFile, body: str) -> str:
    """Return every piece that *body* links to; the first ones when it links to none."""
    linked = [piece for piece in case.evidence if f"(#{anchor(piece.id)})" in body]
    return "\n".join(_piece(piece) for piece in linked or case.evidence[:10]) or "None was collected."


def _piece(piece: Evidence) -> str:
    at = f" {_stamp(piece.time)}" if piece.time else ""
    link = f" ([open]({piece.seen.link}))" if safe(piece.seen.link) else ""
    query = f" Query: `{piece.seen.query.replace('`', 'ˋ')}`" if piece.seen.query else ""
    text = (
        piece.text.strip().split("\n")[0] if piece.kind == "runbook" else piece.text
    )  # its name, not its chapters
    return f'- <a id="{anchor(piece.id)}"></a>**{piece.id}**{at} {plain(text, 500)}{link}{query}'


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
    return ", ".join(map(rest, cites)) or rest(JOURNAL)
