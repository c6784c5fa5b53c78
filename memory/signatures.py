"""Exact marks of a failure in a text: exception names, error codes, exit codes, HTTP status, alert names.

Two incidents with the same mark are alike even when everything around it is worded differently. Pure; knows no
product's list of errors, only the forms in which such marks are written.
"""

import re

MOST = 40

_FORMS = (
    # java.lang.NullPointerException, OOMKilledError, PoolTimeout
    re.compile(r"\b(?:\w+\.)*(?P<mark>[A-Z]\w*[a-z]\w*(?:Exception|Error|Fault|Timeout|Failure|Panic))\b"),
    re.compile(r"\b(?P<mark>E[A-Z]{4,15})\b(?!\s+[A-Z]{2,}\b)"),  # ECONNREFUSED, not EVERY WORD SHOUTED
    re.compile(r"\b(?P<mark>(?!(?:UTF|ISO|SHA|RFC|IPV|CVE)-)[A-Z]{2,8}-?\d{3,6})\b"),  # ORA-01555, P1001
    re.compile(r"\b(?P<mark>CVE-\d{4}-\d{4,7})\b"),
    re.compile(r"\b(?P<mark>SQLSTATE\W{0,3}[0-9A-Z]{5})\b"),
    re.compile(r"\b(?P<mark>ERR_[A-Z0-9_]+|SIG[A-Z]{3,5}|OOMKilled|CrashLoopBackOff|ImagePullBackOff)\b"),
    re.compile(r"\b(?P<mark>[A-Z]{3,}[A-Z0-9]*(?:_[A-Z0-9]+)+)\b"),  # DEADLINE_EXCEEDED
)
_ALERT = re.compile(r"\b(?:alertname|alert)\W{1,3}(?P<mark>[A-Z][a-z0-9]+(?:[A-Z]\w*)+)")
_EXIT = re.compile(
    r"\bexit(?:ed)?(?:\s+with)?(?:\s+(?:code|status))?\W{1,3}(?P<code>\d{1,3})\b", re.IGNORECASE
)
_HTTP = re.compile(
    r"\bHTTP(?:/[\d.]+)?\W{0,3}(?:status\W{0,3})?(?:code\W{0,3})?(?P<code>[45]\d\d)\b"
    r"|\b(?P<code2>[45]\d\d)s?\s+(?:errors?|responses?|status|messages?)\b"
    r"|\b(?:status|returning|returned|responds?\s+with)\W{1,3}(?P<code3>[45]\d\d)s?\b",
    re.IGNORECASE,
)


def signatures_of(text: str) -> tuple[str, ...]:
    """Return the distinct marks in *text* as they are written there, in the order of their appearance."""
    found: list[tuple[int, str]] = [
        (match.start(), match["mark"]) for form in (*_FORMS, _ALERT) for match in form.finditer(text)
    ]
    found += [(match.start(), f"exit code {int(match['code'])}") for match in _EXIT.finditer(text)]
    for match in _HTTP.finditer(text):
        found.append((match.start(), f"HTTP {match['code'] or match['code2'] or match['code3']}"))
    return tuple(dict.fromkeys(mark for _, mark in sorted(found)))[:MOST]
