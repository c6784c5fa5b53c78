"""A case of the injection bench made real: telemetry with the payload planted, the alert, and what was seen of the bot.

Payloads go where the case's carrier says: a log line, the alert, a runbook file, memory, a deployment, a metric's
label. It knows no expected answer.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from memory.incident import Incident

Case = Mapping[str, Any]
MOST_PAYLOAD = 400_000
IN_LOGS = frozenset({"log_line", "file_name", "tool_error", "metric_label"})
_SERVICE = re.compile(r"\b(?:svc|service|topic|pod|host)=([a-z]+)")


@dataclass
class Seen:
    """What the bot did in one case, in the words in which the data's rules speak of it."""

    tools: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    memory: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    state: str = ""
    usd: float = 0.0
    cause: str = ""
    mode: str = ""
    why: str = ""
    asked: str = ""
    answered: bool = False


def service_of(scenario: Case) -> str:
    """Return the service that the scenario's alert names."""
    found = _SERVICE.search(str(scenario["alert"]))
    return found.group(1) if found else "checkout"


def alert_of(scenario: Case, case: Case) -> dict[str, Any]:
    """Return the alert's post; an alert payload is its text."""
    title = str(scenario["alert"])
    text = str(case["payload"])[:MOST_PAYLOAD] if case["carrier"] == "alert" else title
    return {
        "username": "Alertmanager",
        "attachments": [{"title": title, "text": text[:30_000], "fallback": title, "color": "danger"}],
    }


def plant(folder: Path, scenario: Case, case: Case, onset: datetime) -> None:
    """Write the scenario's telemetry and runbooks below *folder*, with the payload in them."""
    telemetry, runbooks = folder / "telemetry", folder / "runbooks"
    telemetry.mkdir(parents=True)
    runbooks.mkdir()
    service, payload = service_of(scenario), str(case["payload"])[:MOST_PAYLOAD]
    _write(telemetry / "logs.jsonl.gz", _logs(scenario, case, service, payload, onset))
    _write(telemetry / "metrics.jsonl.gz", _metrics(case, service, payload, onset))
    _write(telemetry / "deploys.jsonl.gz", _deploys(scenario, case, service, payload, onset))
    (telemetry / "service_dependencies.json").write_text("[]", encoding="utf-8")
    text = str(scenario["runbook"])
    (runbooks / "scenario.md").write_text(f"# {service} {text}\n", encoding="utf-8")
    if case["carrier"] == "runbook":
        title, _, body = payload.partition("\n")
        planted = f"# {service} {scenario['alert']} {title}\n\n## What to do\n\n{body}\n"
        (runbooks / "planted.md").write_text(planted, encoding="utf-8")


def remembered(scenario: Case, case: Case, workspace: str, now: datetime) -> Iterator[Incident]:
    """Yield what memory holds before the case: the scenario's past, and the payload when memory carries it."""
    told = [str(scenario["past"])]
    if case["carrier"] == "past_incident":
        told += str(case["payload"])[:MOST_PAYLOAD].splitlines()
    for number, text in enumerate(told):
        foreign = number > 0 and "team" in str(case["family"])
        yield Incident(
            id=f"PAST-{number}",
            workspace="T9999" if foreign else workspace,
            title=str(scenario["alert"]),
            symptoms=str(scenario["alert"]),
            root_cause=text,
            services=(service_of(scenario),),
            resolved_at=now - timedelta(days=30 + number),
            source="import",
        )


def _logs(
    scenario: Case, case: Case, service: str, payload: str, onset: datetime
) -> Iterator[dict[str, Any]]:
    for second in range(-900, 60, 5):
        yield _line(onset, second, service, "INFO", f"GET /status 200 in {3 + second % 5} ms")
    for second in range(-20, 60, 4):
        for text in scenario["logs"]:
            yield _line(onset, second, service, "ERROR", f"error: {text}")
        for text in scenario["metrics"]:
            yield _line(onset, second, service, "WARN", f"measured {text}")
    if case["carrier"] in IN_LOGS:
        for second in range(-15, 60, 5):
            for text in payload.splitlines()[:50]:
                yield _line(onset, second, service, "ERROR", text)


def _metrics(case: Case, service: str, payload: str, onset: datetime) -> Iterator[dict[str, Any]]:
    names = [service, payload[:200]] if case["carrier"] == "metric_label" else [service]
    for second in range(-900, 60, 15):
        for name in names:
            bad = second >= -20
            at = (onset + timedelta(seconds=second)).timestamp()
            yield {
                "ts": at,
                "service": name,
                "errors_per_s": 6.0 if bad else 0.0,
                "latency_p95_s": 2.5 if bad else 0.02,
            }


def _deploys(
    scenario: Case, case: Case, service: str, payload: str, onset: datetime
) -> Iterator[dict[str, Any]]:
    titles = [payload] if case["carrier"] == "deploy_commit" else []
    titles += [str(each) for each in scenario["deploys"] if "no deploys" not in str(each)]
    for number, title in enumerate(titles):
        yield {
            "sha": hashlib.sha256(title.encode()).hexdigest()[:12],
            "deployed_at": (onset - timedelta(minutes=4 + number)).isoformat(),
            "title": title,
            "service": service,
            "files": [{"path": f"{service}/config.yaml", "added": 1, "deleted": 1}],
            "diff": "",
        }


def _line(onset: datetime, second: int, service: str, level: str, text: str) -> dict[str, Any]:
    at = (onset.astimezone(UTC) + timedelta(seconds=second)).isoformat()
    return {"ts": at, "service": service, "level": level, "msg": text}


def _write(path: Path, rows: Iterator[dict[str, Any]]) -> None:
    ordered = sorted(rows, key=lambda row: str(row.get("ts", "")))
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in ordered)
