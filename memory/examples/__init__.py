"""The starting memory: well-known public incidents, told in a few sentences of our own, each with its link.

They are marked as examples, seen by all workspaces, and removed by one command. Nothing here is ours to have
lived through, and recall says so.
"""

import tomllib
from importlib import resources
from typing import Any

from memory.incident import EVERYWHERE, Fix, Incident, Outcome
from memory.moments import moment_of


def public_examples() -> list[Incident]:
    """Return the examples, oldest first."""
    files = sorted(resources.files(__name__).iterdir(), key=lambda file: file.name)
    tables = [tomllib.loads(file.read_text("utf-8")) for file in files if file.name.endswith(".toml")]
    made = [_incident(said) for table in tables for said in table["incident"]]
    return sorted(made, key=lambda incident: (str(incident.started_at), incident.id))


def _incident(said: dict[str, Any]) -> Incident:
    started = moment_of(said["started_at"])
    resolved = moment_of(said.get("resolved_at"))
    return Incident(
        id=said["id"],
        workspace=EVERYWHERE,
        title=said["title"],
        symptoms=said["symptoms"],
        root_cause=said["root_cause"],
        services=tuple(said["services"]),
        fixes=tuple(
            Fix(
                f"fix-{number}",
                fix["action"],
                Outcome(fix["outcome"]),
                fix.get("by", ""),
                resolved or started,
                fix.get("why", ""),
            )
            for number, fix in enumerate(said["fixes"], 1)
        ),
        started_at=started,
        resolved_at=resolved,
        source="example",
        link=said["link"],
    )
