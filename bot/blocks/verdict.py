"""The fourth reply: cause, evidence, fix, what could not be checked, cost, buttons.

Cause first. Nothing is said with more certainty than the verdict has.
"""

from typing import Any

from bot.blocks.clearing import clear_lines
from bot.blocks.runbook import runbook_line
from bot.blocks.storm import repeat_lines
from bot.blocks.words import Block, age, code, context, ended, link, percent, said, seconds, section
from bot.investigation.casefile import CaseFile
from bot.investigation.commands import without_commands
from bot.investigation.evidence import Evidence
from bot.investigation.precedent import OTHER_SYMPTOMS
from bot.investigation.verdict import SuggestedFix, Verdict
from bot.investigation.waiting import promised_at
from router.ledger import Summary
from router.prices import dollar_range, dollars

DIFFER = (
    "⚖️ You differ on whether it worked: which is it? Each one's last word counts; 🏁 closes with what is so."
)
OUTCOME_WORDS = {
    "worked": "✅ worked",
    "partly": "🟡 partly",
    "did_not": "❌ did not work",
    "not_same": "🚫 not the same",
}
MODE_WORDS = {"model": "reasoned by a model", "evidence_only": "evidence only, no model"}


def verdict_reply(case: CaseFile) -> list[Block]:
    """Return the verdict of *case*, which must have one."""
    verdict = case.verdict
    assert verdict is not None
    blocks = [section(_head(case, verdict))]
    blocks += [section(text) for text in _sections(case, verdict) if text]
    if small := _small_print(case, verdict):
        blocks.append(context(small))
    blocks += _people(case)
    blocks.append(_buttons(case) if case.resolution is None else _reopen_button(case))
    blocks.append(context(footer(case.bill)))
    return blocks


def _sections(case: CaseFile, verdict: Verdict) -> tuple[str, ...]:
    return (_evidence(case, verdict), _left(verdict), _similar(case), _fix(verdict))


def verdict_text(case: CaseFile) -> str:
    """Return the same in one line, for notifications and screen readers."""
    verdict = case.verdict
    assert verdict is not None
    if verdict.cause is None:
        return "Inconclusive: the evidence does not show a cause."
    return f"Cause: {said(verdict.cause, 2900)} ({percent(verdict.confidence)})"


def footer(bill: Summary | None) -> str:
    """Return the cost footer: dollars, calls and tokens by model, the all-strong figure, seconds, avoided calls."""
    if bill is None:
        return "cost not known yet"
    models = [
        f"{said(used.model)} {used.calls}× {used.usage.prompt:,} + {used.usage.output:,} tokens {dollars(used.usd)}"
        for used in bill.models
    ]
    strong = [f"all on {said(bill.strong_model)} ≈ {_would_cost(bill)} (estimate)"] if models else []
    waited = [f"{seconds(bill.seconds)} in models"] if models else []
    avoided = f"{bill.avoided} model call{'s' if bill.avoided != 1 else ''} avoided"
    aside = [f"{dollars(bill.kept_aside_usd)} of it kept aside, as nobody knows whether it is billed"]
    unknown = aside if bill.kept_aside_usd else []
    return " · ".join([f"💰 {dollars(bill.usd)}", *unknown, *models, *strong, *waited, avoided])


def _would_cost(bill: Summary) -> str:
    """Say what the strong model alone would have cost; a range where its answers' length is not known."""
    span = bill.all_strong
    return dollar_range(span.low, span.high) if span else dollars(bill.all_strong_usd)


def _head(case: CaseFile, verdict: Verdict) -> str:
    sure = f"{percent(verdict.confidence)} · {MODE_WORDS[verdict.mode]}"
    if verdict.cause is None:
        return f"*Inconclusive.* The evidence does not show a cause.\n_{MODE_WORDS[verdict.mode]}_"
    lines = [f"*Cause:* {said(verdict.cause, 700)}", f"_{sure}_"]
    if verdict.services:
        lines.append("Suspects: " + ", ".join(code(service) for service in verdict.services[:3]))
        if owner := _owner(case, verdict.services[0]):
            lines.append(f"👤 {said(owner, 240)}")
    if verdict.deploys:
        lines.append("Deploy: " + ", ".join(code(sha[:12]) for sha in verdict.deploys[:2]))
    if verdict.unverified:
        lines.append("⚠️ *Unverified:* " + "; ".join(said(finding, 160) for finding in verdict.unverified[:3]))
    return "\n".join(lines)


def _owner(case: CaseFile, service: str) -> str:
    """Return who owns *service* and who is on call, in the words of the evidence; people are named, never called."""
    told = [
        row for piece in case.evidence if isinstance(rows := piece.facts.get("owners"), list) for row in rows
    ]
    found = (row for row in told if isinstance(row, dict) and row.get("service") == service)
    return next((str(row.get("words") or "") for row in found), "")


def _evidence(case: CaseFile, verdict: Verdict) -> str:
    cited = sorted(
        (piece for piece in case.evidence if piece.id in verdict.cites),
        key=lambda piece: _near(piece, verdict),
    )[:6]
    return "\n".join(["*Evidence*", *(_piece(piece) for piece in cited)]) if cited else ""


def _near(piece: Evidence, verdict: Verdict) -> int:
    """Return how near *piece* is to the cause: the first suspect's own, what was deployed, others, then overviews."""
    if piece.kind in {"deploy", "recall"}:
        return 1
    if piece.seen.service and piece.seen.service in verdict.services[:1]:
        return 0
    return 2 if piece.seen.service else 3


def _left(verdict: Verdict) -> str:
    """Return the causes that were weighed and left, a line each."""
    return "\n".join(
        f"⚖️ Weighed and left: {said(left.cause, 160)}, because {said(left.why, 200)}"
        f" ({', '.join(map(code, left.evidence[:3]))})"
        for left in verdict.discounted[:2]
    )


def _piece(piece: Evidence) -> str:
    where = f" · {link(piece.seen.link, 'open')}" if (piece.seen.link or "").startswith("http") else ""
    return f"• {code(piece.id)} {said(piece.text, 260)}{where}"


def _similar(case: CaseFile) -> str:
    if case.precedents is None or not case.precedents.found or case.precedents.tier == "none":
        return ""
    found = case.precedents.found[0]
    if OTHER_SYMPTOMS in found.reasons:
        return ""
    when = f", {age(found.resolved_at, case.opened_at)}" if found.resolved_at else ""
    took = f", resolved in {seconds(found.minutes_to_resolve * 60)}" if found.minutes_to_resolve else ""
    tier = "Seen before" if found.tier == "seen_before" else "Possibly related"
    return f"*{tier}:* {said(found.id)} {said(found.title, 120)}{when}{took}"


def _fix(verdict: Verdict) -> str:
    if not verdict.fixes and not verdict.tried_without_success:
        return ""
    lines = ["*Try next*", *(_one_fix(fix) for fix in verdict.fixes)] if verdict.fixes else []
    lines += [
        f"✖ tried before, did not work: {said(without_commands(tried), 200)}"
        for tried in verdict.tried_without_success[:3]
    ]
    return "\n".join(lines)


def _one_fix(fix: SuggestedFix) -> str:
    origin = {
        "precedent": fix.record or "its record is not known",
        "runbook": f"runbook: {fix.record}" if fix.record else "runbook",
        "deploy": "deploy near the onset",
        "model": "model's suggestion, not tried here",
    }[fix.source]
    words = runbook_line(fix.text) if fix.source == "runbook" else fix.text
    if fix.source == "precedent":
        words = f"As in {fix.reference}: {words}"
    return f"• {said(without_commands(words), 400)} _({said(origin)})_"


def _small_print(case: CaseFile, verdict: Verdict) -> str:
    lines = []
    if verdict.not_checked:
        lines.append("Not checked: " + "; ".join(said(phrase, 140) for phrase in verdict.not_checked[:6]))
    if verdict.why:
        lines.append(said(verdict.why, 240))
    if case.asking_again:
        lines.append("The model is being asked once more.")
    elif again := promised_at(case):
        lines.append(f"The model is asked once more at {again:%H:%M} UTC; this stands until it knows better.")
    return "\n".join(lines)


def _people(case: CaseFile) -> list[Block]:
    """Return what people and alerts have said since the verdict."""
    lines = [f"<@{judged.by}>: {OUTCOME_WORDS[judged.outcome]}" for judged in case.judgements]
    if {"worked", "did_not"} <= {judged.outcome for judged in case.judgements}:
        lines.append(DIFFER)
    lines += clear_lines(case)
    lines += repeat_lines(case)
    if case.reopened_by:
        lines.append(_reopened(case))
    if case.resolution:
        end = case.resolution
        told = case.verdict is not None and end.root_cause == case.verdict.cause
        cause = "as above." if told else ended(said(end.root_cause, 300))
        lines.append(f"🏁 Resolved by <@{end.by}>. Cause: {cause} Fix: {ended(said(end.fix, 300))}")
    if case.remembered:
        lines.append(f"Kept in memory as {said(case.remembered.incident)}.")
    return [context("\n".join(lines))] if lines else []


def _reopened(case: CaseFile) -> str:
    """Say who took the end back, why, and what memory makes of it."""
    why = said(case.taken_back[-1].why, 200) if case.taken_back else ""
    told = f": “{why}”" if why else ""
    kept = "Until it is closed again, memory tells no cause and counts no fix of it."
    return f"↩️ Reopened by <@{case.reopened_by}>{told}. {kept}"


def _reopen_button(case: CaseFile) -> Block:
    label = {"type": "plain_text", "text": "Reopen"}
    return {
        "type": "actions",
        "elements": [{"type": "button", "text": label, "action_id": "reopen", "value": case.id}],
    }


def _buttons(case: CaseFile) -> Block:
    def button(label: str, action: str, style: str | None = None) -> dict[str, Any]:
        made: dict[str, Any] = {
            "type": "button",
            "text": {"type": "plain_text", "text": label},
            "action_id": action,
            "value": case.id,
        }
        return {**made, "style": style} if style else made

    judging = [
        button("Worked", "fix_worked", "primary"),
        button("Partly", "fix_partly"),
        button("Did not", "fix_did_not"),
    ]
    recalled = bool(case.precedents and case.precedents.found)
    offered = judging if case.verdict and case.verdict.fixes else []
    apart = [button("Not the same", "fix_not_same")] if recalled else []
    return {"type": "actions", "elements": [*offered, *apart, button("Resolve", "resolve")]}
