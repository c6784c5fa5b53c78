"""What memory keeps of a case that ended: people's words, never a model's. Pure."""

from datetime import timedelta

from bot.investigation.casefile import CaseFile
from bot.investigation.suspects import rank
from bot.investigation.symptoms import symptoms_of
from memory.incident import Fix, Incident, Outcome, Status


def incident_of(case: CaseFile, workspace: str) -> Incident:
    """Return what memory keeps of a case that ended: people's words, never a model's.

    An end that was taken back leaves its fix, with no outcome; while no other end stands, the incident is open.
    """
    end = case.resolution or case.taken_back[-1].resolution
    alert = case.alert
    deploy = case.verdict.deploys[0] if case.verdict and case.verdict.deploys else ""
    return Incident(
        id=case.id,
        workspace=workspace,
        title=alert.title,
        symptoms=f"{alert.text}\n{symptoms_of(case.evidence, rank(case.evidence, alert))}".strip(),
        root_cause=end.root_cause if case.resolution else "",
        services=end.services,
        version=deploy,
        fixes=_fixes_of(case),
        status=Status.RESOLVED if case.resolution else Status.OPEN,
        severity=str(alert.severity),
        started_at=end.resolved_at - timedelta(minutes=end.minutes),
        resolved_at=end.resolved_at if case.resolution else None,
        resolved_by=end.by if case.resolution else "",
        source="slack",
    )


def _fixes_of(case: CaseFile) -> tuple[Fix, ...]:
    """Return what people did, oldest first; what was taken back stands with no outcome and the reason."""
    told = [
        (back.resolution, Outcome.UNKNOWN, f"reopened: {back.why}" if back.why else "reopened")
        for back in case.taken_back
    ]
    if case.resolution:
        told.append((case.resolution, Outcome(_told(case.resolution.worked)), ""))
    return tuple(
        Fix(f"{case.id}:{n}", end.fix, outcome, end.by, end.resolved_at, why)
        for n, (end, outcome, why) in enumerate(told, 1)
    )


def _told(outcome: str) -> str:
    return "did_not" if outcome == "not_same" else outcome
