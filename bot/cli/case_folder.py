"""Reads the alert of a case folder; what cannot be read is said in one line."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.cli.failures import Refused
from bot.investigation.alert import Alert, Severity


def alert_of(folder: Path) -> Alert:
    """Return the alert that `alert.json` in *folder* tells.

    Raises:
        Refused: there is no such folder or file, or it is no alert.
    """
    path = folder / "alert.json"
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(
            f"{path} cannot be read ({error.strerror}). A case folder holds an alert.json."
        ) from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{path} is no JSON ({error}).") from error
    if not isinstance(told, dict) or not told.get("title"):
        raise Refused(f"{path} has no title; an alert has at least title and starts_at.")
    return Alert(
        source=str(told.get("source", "alertmanager")),
        title=str(told["title"]),
        description=str(told.get("description", "")),
        severity=_severity(told.get("severity")),
        service=str(told.get("service") or ""),
        labels={str(key): str(value) for key, value in (told.get("labels") or {}).items()},
        link=told.get("link"),
        starts_at=_moment(told.get("starts_at"), path),
    )


def _severity(told: object) -> Severity:
    return next((known for known in Severity if known.value == str(told).lower()), Severity.UNKNOWN)


def _moment(told: object, path: Path) -> datetime:
    if told is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(str(told))
    except ValueError as error:
        raise Refused(f"{path}: starts_at is no time ({told}).") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
