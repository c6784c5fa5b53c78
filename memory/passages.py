"""Which texts of an incident are embedded and counted.

Three readings of the same incident: the *symptom* (as it was reported), the *case* (symptom, cause and fix as
one text) and *passages* (windows over everything, so that a detail deep in a long report is found). It knows
no model; lengths are in words, chosen to stay below the model's 256 tokens.
"""

from memory.incident import Incident

WINDOW = 120
STEP = 90
MOST = 24


def symptom_text(incident: Incident) -> str:
    """Return the incident as it was reported; the beginning of its report when nothing else is known."""
    reported = _joined(incident.title, incident.symptoms)
    return reported or " ".join(incident.report.split()[:WINDOW])


def case_text(incident: Incident) -> str:
    """Return symptom, cause and fixes, then the report: the model sees as much of it as it can."""
    actions = " ".join(fix.action for fix in incident.fixes)
    return _joined(incident.title, incident.symptoms, incident.root_cause, actions, incident.report)


def passages_of(incident: Incident) -> list[str]:
    """Return windows over what was seen and found, then over the report, each below the title."""
    told = _joined(incident.symptoms, incident.root_cause)
    parts = [told] if told and not _holds(incident.report, incident.symptoms, incident.root_cause) else []
    if incident.report:
        parts.append(_joined(" ".join(incident.services), incident.report))
    windows = [window for part in parts for window in _windows(part)] or [""]
    return [_joined(incident.title, window) or incident.id for window in windows[:MOST]]


def counted_text(incident: Incident) -> str:
    """Return everything that words are counted in."""
    actions = "\n".join(fix.action for fix in incident.fixes)
    services = " ".join(incident.services)
    return _joined(incident.title, services, incident.symptoms, incident.root_cause, actions, incident.report)


def _holds(report: str, *parts: str) -> bool:
    flat = " ".join(report.split())
    return bool(flat) and all(" ".join(part.split()) in flat for part in parts)


def _windows(text: str) -> list[str]:
    words = text.split()
    if len(words) <= WINDOW:
        return [" ".join(words)]
    starts = range(0, len(words) - WINDOW + STEP, STEP)
    return [" ".join(words[start : start + WINDOW]) for start in starts]


def _joined(*parts: str) -> str:
    return "\n".join(part.strip() for part in parts if part.strip())
