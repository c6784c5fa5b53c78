"""Clues from the log digest: what a service started to log, no longer logs, and about whom it complains."""

import re
from collections.abc import Iterator, Sequence

from bot.investigation.commands import without_commands
from bot.investigation.suspects.clue import Clue, quoted
from bot.investigation.suspects.facts import Told
from bot.investigation.suspects.mentions import mentioned

_NOISE, _POINTS = 1.3, 0.75
_COMPLAINT = 0.9  # of the complaining line's points, against whom it names
# Of a line that a call failed: the rest speaks against whom it called, named or not. A pool that timed out is its own.
_OWN_PART, _OWN = 0.5, frozenset({"config", "resource"})
_UNREACHED = re.compile(
    r"refused|reach|unavailab|timed? ?out|deadline|connect|resolve|no such host|certificate|handshake|reset|"
    r"no instances|5\d\d\b|failed|unhealthy|circuit",
    re.IGNORECASE,
)
_CALL_FAILED = re.compile(
    r"refused|unreachable|no instances|no such host|unavailab|timed? ?out|deadline exceeded|connection reset|"
    r"upstream|bad gateway|http\w*(error|exception)\b",
    re.IGNORECASE,
)
_TELLS: tuple[tuple[str, re.Pattern[str]], ...] = (  # what a line says of its own cause, the plainest first
    (
        "config",
        re.compile(
            r"certificate|\bexpired\b|\bconfig|\b(missing|unknown|invalid) (setting|key|option)",
            re.IGNORECASE,
        ),
    ),
    (
        "resource",
        re.compile(
            r"no space left|file too large|disk|out of memory|\boom|too many open files|\bpool\b|exhausted|"
            r"connections? (free|available)|\block(ed)?\b|throttl|\bquota\b|cannot be written",
            re.IGNORECASE,
        ),
    ),
    ("latency", re.compile(r"\bslow\b|timed? ?out|deadline exceeded|in time\b", re.IGNORECASE)),
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
        began = _SAID.get((trend, calm), "logs")
        if group.text("severity") == "warning":
            began = began.replace("errors", "warnings")
        said = f"{began} “{without_commands(quoted(template))}”"
        unheard = trend == "new" and not calm
        cause = _cause(template, calm=calm)
        borrowed = rising and not calm and cause not in _OWN and _CALL_FAILED.search(template) is not None
        own = points * (_OWN_PART if borrowed else 1.0)
        yield Clue(service, "log", cause, own, rising, group.id, said, first, unheard=unheard)
        if rising and not calm and _UNREACHED.search(template):
            for other in mentioned(template, services, but=service):
                told = f"{service} complains about it: “{without_commands(quoted(template))}”"
                yield Clue(
                    other,
                    "complaint",
                    _cause(template, calm=calm),
                    points * _COMPLAINT,
                    True,
                    group.id,
                    told,
                    first,
                    told_by=service,
                )


def _cause(template: str, *, calm: bool) -> str:
    """Return the kind of cause that a line of trouble tells of; a calm line tells none and counts as an error."""
    return next((cause for cause, told in _TELLS if not calm and told.search(template)), "error")
