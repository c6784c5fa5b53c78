"""The whole bot joined to the whole sandbox, for tests: real Bolt, real Socket Mode, real memory and tools."""

import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.office import Office
from bot.poster import Tempo
from bot.settings import Settings
from bot.sources import file_sources
from bot.wiring import house, office
from sandbox.server import Sandbox

ALERTS = "C0001"
# the sandbox bears more than Slack; what Slack bears is tried in test_poster.py
QUICK = Tempo(
    burst=20, post_every=timedelta(seconds=0.2), edit_pause=timedelta(seconds=0.3), edits_a_minute=400
)


@asynccontextmanager
async def bot_in(sandbox: Sandbox, folder: Path, **settings: str) -> AsyncIterator[Office]:
    """Join *sandbox* with a bot whose data and telemetry are below *folder*; it draws only when told to."""
    telemetry = folder / "telemetry"
    if not telemetry.exists():
        write_case(telemetry, datetime.now(UTC))
    given = {"INCIDENTOS_DATA": str(folder / "data"), "INCIDENTOS_EXAMPLES": "no", "INCIDENTOS_PLOTS": "no"}
    read = Settings.read({**given, **settings})
    async with house(read, file_sources(telemetry, read)) as parts:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        running = office(replace(parts, tempo=QUICK), client, sandbox.app_token)
        await running.open()
        try:
            yield running
        finally:
            await running.close()


def write_case(folder: Path, onset: datetime) -> None:
    """Write a small case: store's pool runs dry after a release, the gateway shows it."""
    folder.mkdir(parents=True)
    lines = [_quiet(onset, second) for second in range(-900, 60, 5)]
    lines += [
        {
            "ts": (onset + timedelta(seconds=second)).isoformat(),
            "service": service,
            "level": "ERROR",
            "msg": text,
        }
        for second in range(-20, 60, 2)
        for service, text in (
            ("store", "PoolTimeout: no connection free after 2500 ms (6 of 6 in use)"),
            ("gateway", "GET store/products: 503"),
        )
    ]
    _write(folder / "logs.jsonl.gz", sorted(lines, key=lambda line: line["ts"]))
    _write(
        folder / "metrics.jsonl.gz",
        [
            _row(onset, second, service)
            for second in range(-900, 60, 15)
            for service in ("gateway", "store", "users")
        ],
    )
    _write(
        folder / "deploys.jsonl.gz",
        [
            {
                "sha": "abc1234def56",
                "deployed_at": (onset - timedelta(seconds=60)).isoformat(),
                "title": "store: keep the connection while sold-out products are counted",
                "service": "store",
                "files": [{"path": "store/pool.py", "added": 12, "deleted": 3}],
                "diff": "+++ b/store/pool.py\n@@\n-    pool.release(connection)\n+    count(connection)\n",
            }
        ],
    )
    (folder / "service_dependencies.json").write_text(
        json.dumps(
            [
                {"caller": "gateway", "callee": "store", "calls": 100},
                {"caller": "gateway", "callee": "users", "calls": 80},
            ]
        )
    )


def alert_post(
    title: str = "[FIRING:1] HighErrorRate gateway (shop critical)", color: str = "danger"
) -> dict[str, Any]:
    """Return an Alertmanager post."""
    return {
        "username": "Alertmanager",
        "attachments": [
            {
                "title": title,
                "title_link": "http://am.example:9093/#/alerts?receiver=slack",
                "text": "51% of requests to gateway ended in a 5xx over the last 20 s (limit 5%).",
                "fallback": title,
                "color": color,
            }
        ],
    }


def is_verdict(message: dict[str, Any]) -> bool:
    """Say whether *message* is a verdict that can still be resolved."""
    return any(
        element.get("action_id") == "resolve"
        for block in message.get("blocks", ())
        for element in block.get("elements", ())
    )


def text_of(message: dict[str, Any]) -> str:
    """Return all text of a message."""
    return json.dumps(message.get("blocks", []), ensure_ascii=False)


def _quiet(onset: datetime, second: int) -> dict[str, Any]:
    return {
        "ts": (onset + timedelta(seconds=second)).isoformat(),
        "service": "gateway",
        "level": "INFO",
        "msg": f"GET /products 200 in {3 + second % 5} ms",
    }


def _row(onset: datetime, second: int, service: str) -> dict[str, Any]:
    bad = second >= -20 and service != "users"
    row: dict[str, Any] = {
        "ts": (onset + timedelta(seconds=second)).timestamp(),
        "service": service,
        "errors_per_s": 6.0 if bad else 0.0,
        "latency_p95_s": 2.5 if bad else 0.02 + (second % 30) / 10000,
    }
    if service == "store":
        row["db_pool_waiters"] = 16 if bad else 0
    return row


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


def whole_answer(message: dict[str, Any]) -> bool:
    """Say whether an answer stands as it stays: nothing is looked at, nothing streams any more."""
    text = text_of(message)
    return (
        "looking …" not in text
        and "task_card" not in text
        and not message.get("streaming")
        and "files" not in message
    )
