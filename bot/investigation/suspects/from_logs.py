"""Clues from the log digest: what a service started to log, no longer logs, and about whom it complains."""

import re
from collections.abc import Iterator, Sequence

from bot.investigation.suspects.clue import Clue, quoted
from bot.investigation.suspects.facts import Told
from bot.investigation.suspects.mentions import mentioned

_NOISE, _POINTS = 1.3, 0.75
_COMPLAINT = 0.9  # of the complaining line's points, against whom it names
_UNREACHED = re.compile(
    r"refused|reach|unavailab|timed? ?out|deadline|connect|resolve|no such host|certificate|handshake|reset|"
    r"no instances|5\d\d\b|failed|unhealthy|circuit",
    re.IGNORECASE,
)
_SAID = {
    ("new", True): "started to log",
    ("new", False): "started to log errors:",
    ("more", True): "logs more often",
    ("more", False): "logs more often",
    ("fewer", True): "logs more rarely",
    ("gone", True): "no longer logs",
}


def from_logs(groups: Sequence[Told], services: frozenset[str]) -> Iterator[Clue]:
    """Yield a clue for each changed template, and one against each service that an error complains about."""
    for group in groups:
        trend, service, template = group.text("trend"), group.text("service"), group.text("template")
        calm = group.text("severity") == "info"
        points = ((group.number("score") or 0.0) - _NOISE) * _POINTS
        rising = trend in {"new", "more"}
        first = group.time("first") if rising else None
        said = f"{_SAID.get((trend, calm), 'logs')} “{quoted(template)}”"
        yield Clue(service, "log", "error", points, rising, group.id, said, first)
        if rising and not calm and _UNREACHED.search(template):
            for other in mentioned(template, services, but=service):
                told = f"{service} complains about it: “{quoted(template)}”"
                yield Clue(
                    other,
                    "complaint",
                    "error",
                    points * _COMPLAINT,
                    True,
                    group.id,
                    told,
                    first,
                    told_by=service,
                )
