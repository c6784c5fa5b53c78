"""Which deployments to accuse, in the light of which service is under suspicion.

Text and time alone (tools/deploy_suspicion.py) accuse where nothing else is known. Once a service stands out, a
deployment of another service is innocent, and one of this service shortly before its trouble is suspect.
It reads no diff.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.investigation.evidence import Evidence
from bot.investigation.suspects.weighing import Weighed

FRESH_MINUTES = 120.0  # so shortly before the onset a deployment of the suspect service needs no other reason
SKEW = timedelta(minutes=1)  # clocks differ
_LEAST = 0.1  # suspicion below which not even that accuses: documents, tests
_FRESH_BONUS = 0.5
_CONFIGURES = "configuration or infrastructure"  # as tools/change_kind.py says it


@dataclass(frozen=True, slots=True)
class DeploySuspect:
    """A deployment that enough speaks against; *score* 0..1, *service* empty when the deployment names none.

    *configures* tells that it changed settings or infrastructure rather than code.
    """

    sha: str
    score: float
    title: str
    service: str
    at: datetime | None
    evidence: tuple[str, ...]
    configures: bool = False


def deploy_suspects(pieces: Sequence[Evidence], first: Weighed | None) -> tuple[DeploySuspect, ...]:
    """Return the deployments to accuse, the most suspect first; *first* is the service that stands out, if any."""
    found = []
    for piece in pieces:
        suspicion = _number(piece, "suspicion")
        accused = piece.facts.get("accused") is True
        if first and piece.service:
            fresh = piece.service == first.service and _shortly_before(piece, first) and suspicion >= _LEAST
            accused = piece.service == first.service and (accused or fresh) and not _too_late(piece, first)
            suspicion = min(1.0, suspicion + _FRESH_BONUS * fresh)
        if accused:
            found.append(
                DeploySuspect(
                    sha=str(piece.facts["sha"]),
                    score=round(suspicion, 3),
                    title=str(piece.facts.get("title") or ""),
                    service=piece.service or "",
                    at=piece.time,
                    evidence=(piece.id,),
                    configures=_CONFIGURES in _texts(piece.facts.get("reasons")),
                )
            )
    return tuple(sorted(found, key=lambda each: (-each.score, each.sha)))


def _shortly_before(piece: Evidence, first: Weighed) -> bool:
    minutes = _number(piece, "minutes_before_onset")
    return -SKEW.total_seconds() / 60 <= minutes <= FRESH_MINUTES and not _too_late(piece, first)


def _too_late(piece: Evidence, first: Weighed) -> bool:
    """Say whether the service was in trouble before: a cause comes before its effect."""
    began = min((clue.first for clue in first.clues[:2] if clue.first), default=None)
    return piece.time is not None and began is not None and piece.time > began + SKEW


def _texts(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _number(piece: Evidence, key: str) -> float:
    value = piece.facts.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
