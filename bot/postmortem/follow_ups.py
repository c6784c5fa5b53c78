"""What the facts of a case ask for next, each with what it rests on. Pure: it invents no task and names no owner."""

from collections.abc import Iterator

from bot.investigation.casefile import CaseFile
from bot.postmortem.marks import OPEN, plain, rest
from bot.postmortem.timeline import JOURNAL


def follow_ups(case: CaseFile) -> str:
    """Return the follow-ups as a list to be ticked off."""
    return "\n".join(f"- [ ] {each}" for each in _wanted(case)) or "- [ ] " + OPEN


def _wanted(case: CaseFile) -> Iterator[str]:
    verdict = case.verdict
    if verdict and verdict.deploys:
        sha = verdict.deploys[0]
        yield f"Test what deployment `{sha[:12]}` changed before it goes out again ({rest(deploy_id(case, sha))})."
    for fix in [fix for fix in (verdict.fixes if verdict else ()) if fix.source == "runbook"][:1]:
        title = plain(fix.text.strip().partition("\n")[0].partition(" (")[0].strip("# "), 120)
        where = rest(fix.reference) if any(fix.reference == each.id for each in case.evidence) else JOURNAL
        yield f"Compare the runbook “{title}” with what helped, and correct it ({where})."
    for each in verdict.not_checked if verdict else ():
        yield f"Make visible next time: {plain(each)} ({rest(JOURNAL)})."
    if case.precedents and case.precedents.tier == "seen_before" and case.precedents.found:
        known = case.precedents.found[0].id
        where = _recalled(case, known)
        yield f"It happened before as {plain(known)}: remove the cause, not only the symptom ({where})."
    if case.resolution and not case.cleared_at:
        yield f"The alert never reported that it cleared: turn that on at its sender ({rest(JOURNAL)})."


def deploy_id(case: CaseFile, sha: str) -> str:
    """Return the evidence id of a deployment, the journal's name when none tells it."""
    return next((piece.id for piece in case.evidence if piece.facts.get("sha") == sha), JOURNAL)


def _recalled(case: CaseFile, incident: str) -> str:
    found = (
        piece.id
        for piece in case.evidence
        if piece.kind == "recall" and piece.facts.get("incident") == incident
    )
    return rest(next(found, JOURNAL))
