"""Clues from other alerts that fire: somebody else's rule found a service in trouble."""

import re
from collections.abc import Iterator, Sequence

from bot.investigation.alert import Alert
from bot.investigation.evidence import Evidence
from bot.investigation.suspects.clue import Clue

_LOUD, _QUIET = 2.5, 1.5
_DOWN = re.compile(r"down|absent|not ?ready|oom|restart|crash|expir|disk|full|unreachable", re.IGNORECASE)
_OWN = 1.6  # an alert that a service itself is down or out of something


def from_alerts(firing: Sequence[Evidence], alert: Alert) -> Iterator[Clue]:
    """Yield a clue for each firing alert on a service, without the case's own."""
    for piece in firing:
        name = str(piece.facts.get("alert") or "")
        if not piece.service or (name and name in alert.title and piece.service == alert.service):
            continue
        loud = str(piece.facts.get("severity") or "").lower() in {"critical", "high", "page", "error"}
        own = _DOWN.search(name) is not None
        points = (_LOUD if loud else _QUIET) * (_OWN if own else 1.0)
        yield Clue(
            piece.service,
            "alert",
            "resource" if own else "error",
            points,
            symptom=not own,
            evidence=piece.id,
            said=f"{name} fires as well",
            first=piece.time,
        )
