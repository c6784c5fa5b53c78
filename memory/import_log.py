"""What the log of a PagerDuty incident tells: who did what and when, and who resolved it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from memory.moments import moment_of

MOST = 200


@dataclass(frozen=True, slots=True)
class Log:
    """The log in words, and the resolution in it."""

    text: str = ""
    resolved_at: datetime | None = None
    resolved_by: str = ""


def log_of(fields: Mapping[str, Any]) -> Log:
    """Return what `log_entries` say, oldest first; without any, what the incident says of its last change."""
    entries = [each for each in _listed(fields.get("log entries")) if isinstance(each, Mapping)][:MOST]
    entries.sort(key=lambda entry: str(entry.get("created_at", "")))
    lines = [line for entry in entries if (line := _line(entry))]
    ended = [entry for entry in entries if str(entry.get("type", "")).startswith("resolve")]
    if ended:
        last = ended[-1]
        return Log("\n".join(lines), moment_of(last.get("created_at")), _who(last.get("agent")))
    if str(fields.get("status", "")).lower() == "resolved":
        changed = moment_of(fields.get("last status change at"))
        return Log("\n".join(lines), changed, _who(fields.get("last status change by")))
    return Log("\n".join(lines))


def _line(entry: Mapping[str, Any]) -> str:
    channel = entry.get("channel")
    said = channel.get("summary") or channel.get("content") if isinstance(channel, Mapping) else ""
    words = " ".join(str(part) for part in (entry.get("summary"), said) if part)
    return f"{entry.get('created_at', '')} {words}".strip() if words else ""


def _who(agent: object) -> str:
    """Return a person's name; a service that resolves by itself is nobody."""
    if not isinstance(agent, Mapping) or str(agent.get("type", "user")).startswith(
        ("service", "integration")
    ):
        return ""
    return str(agent.get("summary") or agent.get("name") or "")


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
