"""One record of an export, whatever its tool calls things, to an Incident or a reason why not. Pure.

Knows the field names of our own JSONL, of PagerDuty and of Jira exports, and the ones people give to CSV columns.
It reads no files.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from memory.import_log import log_of
from memory.incident import Fix, Incident, Outcome, Status
from memory.moments import moment_of

NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "incident id", "incident number", "issue key", "key", "number", "tiny id"),
    "title": ("title", "summary", "name", "subject", "incident", "message"),
    "symptoms": ("symptoms", "symptom", "impact", "description", "what happened", "detection"),
    "root_cause": ("root cause", "rootcause", "cause", "custom field (root cause)", "why"),
    "resolution": ("resolution", "fix", "resolve reason", "mitigation", "remediation", "how it was fixed",
                   "custom field (resolution notes)", "resolution notes", "resolution summary"),
    "timeline": ("timeline", "events"),
    "lessons": ("lessons", "lessons learned", "notes", "comment", "comments"),
    "text": ("text", "body", "report", "postmortem", "content"),
    "services": ("services", "service", "service name", "components", "component/s", "component", "system",
                 "impacted services", "affected services"),
    "severity": ("severity", "priority", "urgency", "impact level"),
    "started_at": ("started at", "date", "created at", "created", "created on", "start", "opened", "occurred at",
                   "start time", "detected at"),
    "resolved_at": ("resolved at", "resolved", "end", "closed", "end time", "resolution date", "resolutiondate",
                    "resolved on", "closed at"),
    "resolved_by": ("resolved by", "resolved by user name", "assignee", "resolver", "responder"),
    "link": ("link", "url", "html url", "self", "permalink"),
    "version": ("version", "release", "affects version/s", "versions", "fix version/s", "fix versions"),
    "status": ("status", "state"),
}  # fmt: skip
TOO_SHORT = 20
"""Characters of text below which there is nothing to recall."""
NOT_A_FIX = frozenset({"fixed", "done", "duplicate", "won't fix", "wontfix", "invalid", "worksforme", "incomplete",
                       "unresolved", "cannot reproduce", "resolved", "closed", "not a problem"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was not understood, and why, in one line for people; *count* of them."""

    what: str
    why: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records come from: the workspace they are for, and the file, which begins the id of those without."""

    workspace: str
    name: str


def incident_from(record: Mapping[str, Any], origin: Origin) -> Incident | LeftOut:
    """Return the incident that *record* tells of, or why it tells of none.

    The same record always gets the same id, so that importing twice changes nothing.
    """
    fields = _with_details(_named(record))
    said = {name: _text(_first(fields, NAMES[name])) for name in NAMES}
    report = said["text"] or _joined(said["timeline"], said["lessons"])
    content = _joined(said["title"], said["symptoms"], said["root_cause"], said["resolution"], report)
    what = said["id"] or said["title"] or f"a record of {origin.name}"
    if len(content) < TOO_SHORT:
        return LeftOut(what, f"only {len(content)} characters of text: nothing to recall it by")
    started, resolved = (moment_of(_first(fields, NAMES[n])) for n in ("started_at", "resolved_at"))
    log = log_of(fields)
    report = _joined(report, log.text)
    resolved = resolved or log.resolved_at
    by = said["resolved_by"] or log.resolved_by
    return Incident(
        id=said["id"] or f"{origin.name}:{hashlib.sha256(content.encode()).hexdigest()[:12]}",
        workspace=origin.workspace,
        title=said["title"] or _first_line(content),
        symptoms=said["symptoms"],
        root_cause=said["root_cause"],
        report=report,
        services=_services(_first(fields, NAMES["services"])),
        version=said["version"],
        fixes=_fixes(said["resolution"], by, resolved or started),
        severity=said["severity"],
        started_at=started,
        resolved_at=resolved,
        resolved_by=by,
        status=_status(said["status"]),
        source="import",
        link=said["link"] or None,
    )


def _named(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields under names that compare: rootCause, Root-Cause and root_cause are one."""
    named: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(key, str):
            parts = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key.strip())
            name = re.sub(r"[\s_-]+", " ", parts).lower()
            if named.get(name) in (None, "", [], {}):
                named[name] = value
    return named


def _with_details(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with PagerDuty's body told as what was seen: its description only repeats the title."""
    body = fields.get("body")
    if not isinstance(body, Mapping) or "details" not in body:
        return fields
    seen = dict.fromkeys(filter(None, (_text(fields.get("description")), _text(body["details"]))))
    return {name: value for name, value in fields.items() if name != "body"} | {
        "description": "\n".join(seen)
    }


def _first(fields: Mapping[str, Any], names: Sequence[str]) -> Any:  # noqa: ANN401 - a field is what it is
    return next((fields[name] for name in names if fields.get(name) not in (None, "", [], {})), None)


def _text(value: Any) -> str:  # noqa: ANN401
    """Return a field as text: tools nest names in objects and lists."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        if isinstance(value.get("comments"), list):  # Jira's comments
            return "\n".join(
                _text(_first(each, ("body",))) for each in value["comments"] if isinstance(each, Mapping)
            )
        if isinstance(value.get("content"), list):  # Jira's document format
            inner = [_text(each) for each in value["content"]]
            return (" " if value.get("type") == "paragraph" else "\n").join(filter(None, inner))
        names = ("summary", "name", "displayName", "value", "text", "content", "body", "details", "id")
        return _text(_first({str(k): v for k, v in value.items()}, names))
    if isinstance(value, (list, tuple)):
        mark = "\n" if any(isinstance(item, Mapping) and "content" in item for item in value) else ", "
        return mark.join(text for item in value if (text := _text(item)))
    return str(value).strip()


def _services(value: Any) -> tuple[str, ...]:  # noqa: ANN401
    items = value if isinstance(value, (list, tuple)) else re.split(r"[,;|]", _text(value))
    return tuple(dict.fromkeys(name for item in items if (name := _text(item))))


def _fixes(resolution: str, by: str, when: datetime | None) -> tuple[Fix, ...]:
    if not resolution or resolution.lower() in NOT_A_FIX:
        return ()
    return (Fix("resolution", resolution, Outcome.WORKED, by, when),)


def _status(word: str) -> Status:
    word = word.lower().replace(" ", "_")
    if word in {"triggered", "acknowledged", "open", "to_do", "in_progress", "new", "investigating"}:
        return Status.OPEN
    return Status(word) if word in set(Status) else Status.RESOLVED


def _first_line(text: str) -> str:
    line = next(line for line in text.splitlines() if line.strip()).strip("# *-")
    return line if len(line) <= 120 else f"{line[:117]}…"


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
