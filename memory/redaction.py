"""Apply a redaction to every text of an incident before it is kept. Pure; it knows no secret's form.

A redactor may mark equal secrets alike, by a hash whose key dies with its process (`[REDACTED:password:c112]`).
What is kept outlives the process, so the hash is cut from the mark: the same incident stays the same when it
is imported again tomorrow.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from memory.incident import Incident

_PASSING_MARK = re.compile(r"\[REDACTED:(?P<kind>[\w-]+):[0-9a-f]+\]")


def lasting(redact: Callable[[str], str]) -> Callable[[str], str]:
    """Return *redact* with marks that mean the same in every process."""

    def clean(text: str) -> str:
        return _PASSING_MARK.sub(r"[REDACTED:\g<kind>]", redact(text))

    return clean


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
