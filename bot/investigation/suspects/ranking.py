"""Rank suspects from a case's evidence alone: services, deployments, one plain sentence, or nothing.

Pure: the same evidence gives the same answer, so a resumed case agrees with itself. No model is asked. It is honest
by threshold: when nothing stands out, no cause is named and no confidence is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.investigation.alert import Alert
from bot.investigation.evidence import Evidence
from bot.investigation.suspects.clues import clues, complaints, holders
from bot.investigation.suspects.deploys import DeploySuspect, deploy_suspects
from bot.investigation.suspects.facts import Facts, read
from bot.investigation.suspects.sentence import deploy_sentence, service_sentence
from bot.investigation.suspects.weighing import Map, Weighed, map_of, weigh

STANDS_OUT = 1.5  # points from which a service is told as the cause: without a fault it has about 1
LEAST_TOLD = 0.5
MAX_SERVICES = 10
MAX_CLUES = 5
_RECALLED = 1.2  # of the points of a service that a like incident of the past was about
_DEPLOYED = 1.0  # points that a deployment with full suspicion adds to its service


@dataclass(frozen=True, slots=True)
class Suspect:
    """A service, named as the telemetry names it; *causes* of: resource, latency, error, dependency, deploy, config.

    *score* is in points (clues.py); *evidence* are the ids that speak against it, the strongest first.
    """

    service: str
    score: float
    causes: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suspects:
    """What code makes of the evidence. *cause* is None when nothing stands out, and then so is *confidence*."""

    services: tuple[Suspect, ...] = ()
    deploys: tuple[DeploySuspect, ...] = ()
    cause: str | None = None
    confidence: float | None = None
    cites: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()


def rank(evidence: Sequence[Evidence], alert: Alert) -> Suspects:
    """Return the suspects of *evidence*, most suspect first."""
    facts = read(evidence)
    found = clues(facts, alert)
    pairs = [(call.text("caller"), call.text("callee")) for call in facts.calls]
    held = {(holder, waiting) for waiting, holder in holders(found)}
    calls = map_of(pair for pair in (*pairs, *complaints(found)) if pair not in held)
    weighed = _with_history(weigh(found, calls, alert.service), facts)
    told = [each for each in weighed if each.points >= LEAST_TOLD][:MAX_SERVICES]
    outstanding = told[0] if told and told[0].points >= STANDS_OUT else None
    deploys = deploy_suspects(facts.deploys, outstanding)
    services = tuple(_suspect(each, deploys) for each in told)
    return _concluded(told, services, deploys, facts, calls)


def _concluded(
    told: Sequence[Weighed],
    services: tuple[Suspect, ...],
    deploys: tuple[DeploySuspect, ...],
    facts: Facts,
    calls: Map,
) -> Suspects:
    blamed = deploys[0] if deploys else None
    if told and told[0].points >= STANDS_OUT:
        cause, cites = service_sentence(told[0], told, calls), services[0].evidence
        confidence = confidence_of(told)
        if blamed and blamed.service == told[0].service:
            cause = f"{cause} {deploy_sentence(blamed.sha, blamed.title, blamed.at)}"
    elif blamed:
        cause, cites = deploy_sentence(blamed.sha, blamed.title, blamed.at), blamed.evidence
        confidence = round(0.7 * blamed.score, 2)
    else:
        return Suspects(services, not_checked=_not_checked(facts))
    return Suspects(services, deploys, cause, confidence, cites, _not_checked(facts))


def confidence_of(weighed: Sequence[Weighed]) -> float:
    """Return how sure the order is, 0..1: by how much stands out, and by how far from the next."""
    first = weighed[0].points
    rest = [each.points for each in weighed[1:] if each.explained_by != weighed[0].service]
    margin = 1.0 - (rest[0] / first if rest else 0.0)
    return round(min(0.85, 0.3 + 0.35 * min(1.0, margin * 2) + 0.25 * min(1.0, first / 6.0)), 2)


def _with_history(weighed: Sequence[Weighed], facts: Facts) -> list[Weighed]:
    """Let what memory and deployments know raise services that have clues of their own."""
    remembered = {
        str(service)
        for piece in facts.recalled
        if piece.facts.get("tier") == "seen_before" and piece.facts.get("by") != "alert"
        for service in _names(piece.facts.get("services"))
    }
    raised: dict[str, float] = {}
    for piece in facts.deploys:
        suspicion = piece.facts.get("suspicion")
        if piece.facts.get("accused") is True and piece.service and isinstance(suspicion, int | float):
            raised[piece.service] = max(raised.get(piece.service, 0.0), _DEPLOYED * float(suspicion))
    changed = [
        Weighed(
            each.service,
            each.points * (_RECALLED if each.service in remembered else 1.0) + raised.get(each.service, 0.0),
            each.clues,
            each.explained_by,
        )
        for each in weighed
    ]
    return sorted(changed, key=lambda each: (-each.points, each.service))


def _names(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _suspect(weighed: Weighed, deploys: Sequence[DeploySuspect]) -> Suspect:
    strong = [clue for clue in weighed.clues if clue.points >= weighed.clues[0].points * 0.3][:MAX_CLUES]
    own = [deploy for deploy in deploys if deploy.service == weighed.service]
    causes = [clue.cause for clue in strong]
    causes += ["dependency"] * bool(weighed.explained_by) + ["deploy"] * bool(own)
    causes += ["config"] * any(deploy.configures for deploy in own)
    evidence = [clue.evidence for clue in strong] + [each for deploy in own for each in deploy.evidence]
    return Suspect(
        weighed.service,
        round(weighed.points, 3),
        tuple(dict.fromkeys(causes)),
        tuple(dict.fromkeys(evidence)),
    )


def _not_checked(facts: Facts) -> tuple[str, ...]:
    """Return what the order rests without, in whole phrases for people."""
    missing = []
    if "log" not in facts.kinds:
        missing.append("logs: none were seen")
    elif not facts.has_normal_logs:
        missing.append("logs: no normal operation to compare with")
    if "metric" not in facts.kinds:
        missing.append("metrics: none were seen")
    if not facts.calls:
        missing.append("dependencies: who calls whom is not known")
    elif not any(call.part("client", "now") is not None for call in facts.calls):
        missing.append("calls between services: known, not measured")
    return tuple(missing)
