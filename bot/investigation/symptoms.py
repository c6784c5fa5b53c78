"""What an incident looks like from the inside: the telling log templates and metrics, without their numbers.

Two incidents of the same kind rarely share an alert's words; they share what the services say. This text is what
memory is asked with once the evidence is in, and what it keeps beside the alert. Pure; from facts, never from a
model's words.
"""

from collections.abc import Iterator, Sequence

from bot.investigation.evidence import Evidence
from bot.investigation.suspects import Suspects

SERVICES = 3
LINES = 4
METRICS = 4


def symptoms_of(evidence: Sequence[Evidence], suspects: Suspects) -> str:
    """Return the symptoms of the most suspect services as lines of text; empty when nothing stands out."""
    guilty = [suspect.service for suspect in suspects.services[:SERVICES]]
    if suspects.cause is None:
        return ""
    logs = list(dict.fromkeys(_log_lines(evidence, guilty)))[:LINES]
    metrics = list(dict.fromkeys(_metric_words(evidence, guilty)))[:METRICS]
    return "\n".join([*logs, *metrics])


def _log_lines(evidence: Sequence[Evidence], services: Sequence[str]) -> Iterator[str]:
    for piece in evidence:
        group = piece.facts.get("group")
        if not isinstance(group, dict) or group.get("service") not in services:
            continue
        if group.get("trend") in {"new", "more"}:
            words = str(group.get("template", "")).replace("<*>", " ")
            yield f"{group['service']}: {' '.join(words.split())}"


def _metric_words(evidence: Sequence[Evidence], services: Sequence[str]) -> Iterator[str]:
    for piece in evidence:
        change = piece.facts.get("change")
        if isinstance(change, dict) and change.get("service") in services:
            metric = str(change.get("metric", "")).replace("_", " ")
            yield f"{change['service']}: {metric} {change.get('direction', '')}"
