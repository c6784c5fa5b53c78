"""Apply a redaction to every text of an incident before it is kept. Pure; it knows no secret's form."""

from collections.abc import Callable
from dataclasses import replace

from memory.incident import Incident


def redacted(incident: Incident, redact: Callable[[str], str]) -> Incident:
    """Return *incident* with *redact* applied to everything that a person or an alert wrote."""
    return replace(
        incident,
        title=redact(incident.title),
        symptoms=redact(incident.symptoms),
        root_cause=redact(incident.root_cause),
        report=redact(incident.report),
        signatures=tuple(redact(mark) for mark in incident.signatures),
        fixes=tuple(replace(fix, action=redact(fix.action), why=redact(fix.why)) for fix in incident.fixes),
    )
