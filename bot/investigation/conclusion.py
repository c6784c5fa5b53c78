"""From what is known to a verdict: by memory, by code's suspects, or by a model's answer. Pure.

A verdict never says more than its evidence: what could not be looked at is listed, what the checks object to is
kept, and nothing standing out is "inconclusive". It knows no router and no Slack.
"""

from collections.abc import Iterable
from dataclasses import replace

from bot.investigation.casefile import CaseFile
from bot.investigation.diagnosis import (
    Diagnosis,
    accused_deploys,
    parse,
    supported_claims,
    weighed_and_left,
)
from bot.investigation.footing import why_not_offered, why_not_said, why_not_told, without_its_commands
from bot.investigation.precedent import Precedent
from bot.investigation.spoken import spoken
from bot.investigation.suspects import Suspects
from bot.investigation.verdict import Claim, SuggestedFix, Verdict
from router.explain import finding as finding_words
from router.outcomes import Answer
from tools.tool import Status

# one source alone may lie: a claim on a single kind of untrusted evidence is never told as more than this
SINGLE_SOURCE_CAP = 0.6
# how alike a precedent must be to answer in a model's place
SURE = 0.85


def from_suspects(case: CaseFile, suspects: Suspects, why: str) -> Verdict:
    """Return the verdict that code reaches alone; *why* tells why no model has the last word."""
    concluded = suspects.cause is not None
    verdict = Verdict(
        outcome="concluded" if concluded else "inconclusive",
        mode="evidence_only",
        cause=suspects.cause,
        services=tuple(suspect.service for suspect in suspects.services),
        deploys=tuple(deploy.sha for deploy in suspects.deploys),
        confidence=suspects.confidence if concluded else None,
        claims=(Claim(suspects.cause, suspects.cites),) if suspects.cause and suspects.cites else (),
        cites=suspects.cites,
        fixes=_fixes(case, suspects),
        tried_without_success=_tried(case),
        not_checked=_not_checked(case, suspects),
        why=why,
    )
    return _capped(verdict)


def from_memory(case: CaseFile, suspects: Suspects) -> Verdict | None:
    """Return the verdict of a precedent that current evidence agrees with, or None when a model must reason.

    Asked for: seen before by what the services say and not by the alert's words alone, very much alike, a cause
    people confirmed, a fix that worked, not an example, and today's first suspect among its services.
    """
    if case.recalls < 2 or not suspects.services:
        return None
    guilty = suspects.services[0]
    known = next((found for found in _precedents(case) if _settled(found)), None)
    if known is None or guilty.service not in known.services:
        return None
    recalled = next(
        piece.id
        for piece in reversed(case.evidence)
        if piece.kind == "recall" and piece.facts.get("incident") == known.id
    )
    agreeing = guilty.evidence[:3]
    cause = f"As in {known.id}: {known.cause}"
    return replace(
        from_suspects(
            case, suspects, "Memory knew this one, and today's evidence agrees: no model was needed."
        ),
        outcome="concluded",
        cause=cause,
        services=_unique((guilty.service, *(suspect.service for suspect in suspects.services))),
        confidence=min(known.score, 0.9),
        claims=(
            Claim(cause, (recalled, *agreeing)),
            Claim(f"Today's evidence points at {guilty.service} as well.", agreeing),
        ),
        cites=_unique((recalled, *agreeing, *suspects.cites)),
    )


def from_answer(case: CaseFile, suspects: Suspects, answer: Answer) -> Verdict:
    """Return the verdict of a model's *answer*; an answer that is no diagnosis falls back to code's suspects."""
    diagnosis = parse(answer.reply.text)
    if diagnosis is None:
        return from_suspects(
            case, suspects, "The model's answer could not be read as a verdict: this one is code's."
        )
    cause = without_its_commands(diagnosis.cause) if diagnosis.cause else None
    claims = supported_claims(diagnosis, case)
    if cause and claims and (objection := why_not_told(cause, claims, case)):
        return from_suspects(
            case, suspects, f"The model's answer is not shown: {objection}. This verdict is code's."
        )
    claims = _sayable(claims)
    fix, withheld = _offered(diagnosis, case)
    verdict = Verdict(
        outcome="concluded" if cause and claims else "inconclusive",
        mode="model",
        cause=cause if claims else None,
        services=_unique(diagnosis.services),
        deploys=accused_deploys(claims, case),
        confidence=diagnosis.confidence,
        claims=claims,
        cites=_unique(evidence for claim in claims for evidence in claim.evidence),
        fixes=_model_fix(fix, _fixes(case, suspects)),
        tried_without_success=_tried(case),
        not_checked=_unique((*_not_looked_at(case), *withheld)),
        unverified=_objections(answer),
        discounted=weighed_and_left(diagnosis, case),
    )
    return _capped(verdict)


def _sayable(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Return the claims that may be said, each without its commands."""
    told = (replace(claim, text=without_its_commands(claim.text)) for claim in claims)
    return tuple(claim for claim in told if not why_not_said(claim.text))


def _objections(answer: Answer) -> tuple[str, ...]:
    """Say what the checks object to, without the words they object to: those may be all an attacker wants shown."""
    return _unique(
        finding_words(found.code) + (f" ({', '.join(found.evidence[:3])})" if found.evidence else "")
        for found in answer.unverified
    )


def _offered(diagnosis: Diagnosis, case: CaseFile) -> tuple[str, tuple[str, ...]]:
    """Return the model's fix when it may be offered, else nothing and a word about why."""
    if not diagnosis.fix or not (objection := why_not_offered(diagnosis.fix, case)):
        return diagnosis.fix or "", ()
    return "", (f"the model's suggestion, which is not shown: {objection}",)


def _model_fix(fix: str, known: tuple[SuggestedFix, ...]) -> tuple[SuggestedFix, ...]:
    """What worked before comes first; a model's idea stands behind it."""
    own = (SuggestedFix(fix, "model"),) if fix else ()
    proven = tuple(fix for fix in known if fix.source == "precedent")
    rest = tuple(fix for fix in known if fix.source != "precedent")
    return (*proven, *own, *rest)[:3]


def _fixes(case: CaseFile, suspects: Suspects) -> tuple[SuggestedFix, ...]:
    precedents = (
        SuggestedFix(found.best_fix.action, "precedent", found.best_fix.record, found.id)
        for found in _precedents(case)
        if found.best_fix and not found.example and found.tier == "seen_before"
    )
    deploys = (
        SuggestedFix(f"Roll back deploy {deploy.sha[:12]}: the quickest test.", "deploy", "", deploy.sha)
        for deploy in suspects.deploys[:1]
    )
    runbooks = (
        SuggestedFix(piece.text, "runbook", "", piece.id)
        for piece in case.evidence
        if piece.kind == "runbook"
    )
    return (*tuple(precedents)[:1], *deploys, *tuple(runbooks)[:1])


def _tried(case: CaseFile) -> tuple[str, ...]:
    return _unique(
        f"{fix.action} ({found.id}{': ' + fix.why if fix.why else ''})"
        for found in _precedents(case)
        if not found.example
        for fix in found.failed_fixes
    )


def _not_checked(case: CaseFile, suspects: Suspects) -> tuple[str, ...]:
    """Return what could not be looked at, and what the suspects rest without for another reason."""
    told = _not_looked_at(case)
    named = {name for each in told for name in each.partition(": ")[0].split(", ")}
    return _unique((*told, *(each for each in suspects.not_checked if each.partition(":")[0] not in named)))


def _not_looked_at(case: CaseFile) -> tuple[str, ...]:
    memory = (
        () if case.precedents is None or case.precedents.available else (f"memory: {case.precedents.note}",)
    )
    reasons: dict[str, list[str]] = {}
    for findings in case.findings:
        if findings.status is Status.UNAVAILABLE:
            reasons.setdefault(findings.note or "not available", []).append(spoken(findings.call.name))
        for problem in findings.problems if findings.status is not Status.UNAVAILABLE else ():
            reasons.setdefault(problem, []).append(spoken(findings.call.name))
    tools = (
        reason if reason.startswith(f"{', '.join(names)}: ") else f"{', '.join(names)}: {reason}"
        for reason, names in reasons.items()
    )
    return _unique((*memory, *tools))


def _settled(found: Precedent) -> bool:
    return bool(
        found.tier == "seen_before"
        and found.score >= SURE
        and found.cause
        and not found.example
        and found.best_fix
        and found.outcome == "worked"
    )


def _precedents(case: CaseFile) -> tuple[Precedent, ...]:
    return case.precedents.found if case.precedents else ()


def _capped(verdict: Verdict) -> Verdict:
    """Cap the confidence of a verdict that rests on one kind of today's evidence, and say so."""
    kinds = {cited.partition(":")[0] for cited in verdict.cites} - {
        "recall"
    }  # what was is no second source of what is
    if verdict.confidence is None or verdict.outcome != "concluded" or len(kinds) != 1:
        return verdict
    told = f"a second source: everything cited is {kinds.pop()} evidence"
    return replace(
        verdict,
        confidence=min(verdict.confidence, SINGLE_SOURCE_CAP),
        not_checked=_unique((*verdict.not_checked, told)),
    )


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
