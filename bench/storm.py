"""How the bot bears a storm: 1,000 distinct alerts in a minute and 10,000 identical ones, beside a bare Bolt app.

Everything goes through the sandbox's real Socket Mode into a process of its own. The same load goes to a bare
Bolt echo app that keeps nothing: durability costs a commit, and the ratio says how much. An alert counts as lost
when Slack had its ack and no case, repeat or digest tells of it.

    python -m bench.storm [--seconds 60] [--distinct 1000] [--identical 10000]
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.common import arguments, print_result, print_table
from bench.joined import Beside, beside, telemetry_in
from bot.store.database import FILE_NAME, engine_for, reading
from bot.store.schema import cases, intake, journal
from sandbox.server import Sandbox
from sandbox.timing import Timing

ALERTS = "C0001"
TICK_S = 0.02
PATIENCE_S = 180.0
Post = Callable[[int], dict[str, Any]]


@dataclass(frozen=True)
class Acks:
    """What Slack's side saw of one load."""

    posted: int
    acked: int
    p50_ms: float
    p99_ms: float


async def main() -> None:
    """Run both loads against both apps and print the figures."""
    options = _options()
    loads = {"identical": (options.identical, _identical), "distinct": (options.distinct, _distinct)}
    figures = {name: await measured(count, post, options) for name, (count, post) in loads.items()}
    print_table(
        "a storm of alerts, ours beside a bare Bolt app",
        ("load", "acked", "lost", "cases", "doubles", "p50 ms", "p99 ms", "p99 ratio", "stall ms", "RSS MB"),
        [
            (
                name,
                told["acked"],
                told["lost"],
                told["investigations"],
                told["duplicates"],
                told["ack_p50_ms"],
                told["ack_p99_ms"],
                told["ack_p99_ratio"],
                told["stall_ms"],
                told["peak_rss_mb"],
            )
            for name, told in figures.items()
        ],
    )
    print_result({**_together(list(figures.values())), **figures})


async def measured(count: int, post: Post, options: argparse.Namespace) -> dict[str, Any]:
    """Send *count* alerts to the bot and to the bare app; return the figures of the bot."""
    with tempfile.TemporaryDirectory(prefix="storm-") as root:
        ours, told = await _ours(Path(root), count, post, options.seconds)
        bare = await _bare(Path(root), count, post, options.seconds)
    return {
        "acked": ours.acked,
        "lost": told["lost"] + ours.posted - ours.acked,
        "investigations": told["investigations"],
        "duplicates": told["duplicates"],
        "ack_p50_ms": round(ours.p50_ms, 2),
        "ack_p99_ms": round(ours.p99_ms, 2),
        "ack_p50_ratio": round(ours.p50_ms / bare.p50_ms, 2),
        "ack_p99_ratio": round(ours.p99_ms / bare.p99_ms, 2),
        "stall_ms": told["stall_ms"],
        "stall_own_cpu_ms": told["own_cpu_ms"],
        "peak_rss_mb": told["peak_rss_mb"],
        "bare": {"ack_p50_ms": round(bare.p50_ms, 2), "ack_p99_ms": round(bare.p99_ms, 2)},
    }


async def _ours(root: Path, count: int, post: Post, seconds: float) -> tuple[Acks, dict[str, Any]]:
    folder = await asyncio.to_thread(telemetry_in, root / "telemetry")
    async with Sandbox(timing=Timing()) as sandbox:
        words = ["bot", "--api", sandbox.api_url, "--data", str(root / "data"), "--telemetry", str(folder)]
        async with beside(words, root / "bot.log") as bot:
            acks = await _load(sandbox, bot, count, post, seconds)
            told = await _settled(root / "data", count)
            await bot.end()
        return acks, {**told, **bot.told, "duplicates": told["duplicates"] + _double_posts(sandbox)}


async def _bare(root: Path, count: int, post: Post, seconds: float) -> Acks:
    async with (
        Sandbox(timing=Timing()) as sandbox,
        beside(["echo", "--api", sandbox.api_url], root / "echo.log") as echo,
    ):
        acks = await _load(sandbox, echo, count, post, seconds)
        await echo.end()
        return acks


async def _load(sandbox: Sandbox, _app: Beside, count: int, post: Post, seconds: float) -> Acks:
    """Post *count* alerts evenly over *seconds*, and wait until Slack's side has every ack or gave up."""
    sent: set[str] = set()
    began = time.perf_counter()
    while len(sent) < count:
        due = min(count, int((time.perf_counter() - began) / seconds * count) + 1)
        while len(sent) < due:
            sent.add(str(sandbox.post_webhook(post(len(sent)))["ts"]))
        await asyncio.sleep(TICK_S)
    await sandbox.settled(30.0)
    took = sorted(
        (each.acked_at - each.sent_at) * 1000
        for each in sandbox.envelopes
        if each.acked_at and each.sent_at and str((each.payload.get("event") or {}).get("ts")) in sent
    )
    return Acks(count, len(took), took[len(took) // 2], took[min(len(took) - 1, int(len(took) * 0.99))])


async def _settled(data: Path, count: int) -> dict[str, int]:
    """Wait until the bot has done all that it took and concluded every case; then count what it knows."""
    engine = engine_for(None, data)
    assert (data / FILE_NAME).exists()
    until = time.monotonic() + PATIENCE_S
    try:
        while time.monotonic() < until:
            async with reading(engine) as connection:
                waits = await connection.scalar(
                    sa.select(sa.func.count()).where(intake.c.state.in_(("waiting", "taken")))
                )
                busy = await connection.scalar(
                    sa.select(sa.func.count()).where(cases.c.state.in_(("open", "investigating")))
                )
            if not waits and not busy:
                break
            await asyncio.sleep(0.5)
        return await _counted(engine, count)
    finally:
        await engine.dispose()


async def _counted(engine: Any, count: int) -> dict[str, int]:  # noqa: ANN401 (an AsyncEngine)
    async with reading(engine) as connection:
        rows = (
            await connection.execute(sa.select(journal.c.case_number, journal.c.type, journal.c.body))
        ).all()
        prints = (await connection.execute(sa.select(cases.c.fingerprint, cases.c.channel))).all()
    bodies = [(row.type, json.loads(row.body)) for row in rows]
    storms = sum(
        1 for kind, body in bodies if kind == "alert_received" and body["alert"]["source"] == "storm"
    )
    opened = sum(1 for kind, _ in bodies if kind == "alert_received") - storms
    joined = sum(body["times"] for kind, body in bodies if kind == "alert_repeated")
    doubles = sum(n - 1 for n in Counter(map(tuple, prints)).values())
    return {
        "lost": max(0, count - opened - joined),
        "investigations": len({row.case_number for row in rows if row.type == "recalled"}),
        "duplicates": doubles + max(0, opened + joined - count),
    }


def _double_posts(sandbox: Sandbox) -> int:
    keys: Counter[str] = Counter()
    for channel in sandbox.workspace.timelines:
        for message in sandbox.workspace.timelines[channel].messages.values():
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if "key" in payload:
                keys[payload["key"]] += 1
    return sum(n - 1 for n in keys.values())


def _identical(_number: int) -> dict[str, Any]:
    return _post("HighErrorRate", "checkout")


def _distinct(number: int) -> dict[str, Any]:
    return _post(f"Alert{number:04d}", f"service-{number % 250}")


def _post(name: str, service: str) -> dict[str, Any]:
    title = f"[FIRING:1] {name} {service} (shop critical)"
    return {
        "username": "Alertmanager",
        "attachments": [
            {
                "title": title,
                "title_link": f"http://alertmanager.example:9093/#/alerts?filter={name}",
                "text": f"51% of requests to {service} ended in a 5xx over the last 20 s (limit 5%).",
                "fallback": title,
                "color": "danger",
            }
        ],
    }


def _together(figures: list[dict[str, Any]]) -> dict[str, Any]:
    added = ("acked", "lost", "investigations", "duplicates")
    worst = ("ack_p50_ms", "ack_p99_ms", "ack_p50_ratio", "ack_p99_ratio", "stall_ms", "peak_rss_mb")
    return {
        **{name: sum(each[name] for each in figures) for name in added},
        **{name: max(each[name] for each in figures) for name in worst},
    }


def _options() -> argparse.Namespace:
    parser = arguments(__doc__ or "", data=False)
    parser.add_argument("--data", type=Path, help="not needed: the load is made here")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each load lasts")
    parser.add_argument("--distinct", type=int, default=1_000)
    parser.add_argument("--identical", type=int, default=10_000)
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
