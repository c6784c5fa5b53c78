"""How long people wait: from an alert to its first threaded reply and to an evidence-only verdict.

The bot runs as the product does, in a process of its own, joined to the sandbox; one alert at a time. *share*
says for how many seconds of a case each part was at work (Slack's emulator, embedding, Qdrant, tools; what
overlaps within a part counts once), and `ours` what remains of the verdict's time when none of them was. Also
how long a warm start takes until it is joined, and its memory when idle.

    python -m bench.latency [--cases 20]
"""

import argparse
import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench.common import arguments, print_result, print_table
from bench.joined import Beside, beside, telemetry_in
from sandbox.server import Sandbox

ALERTS = "C0001"
PATIENCE_S = 60.0
IDLE_S = 3.0
# between alerts: thread posts are paced as Slack bears them, about one a second and channel
PAUSE_S = 6.0


@dataclass
class Waited:
    """Seconds, a case each."""

    first_reply: list[float] = field(default_factory=list)
    verdict: list[float] = field(default_factory=list)


async def main() -> None:
    """Start cold, start warm, send the alerts, print the figures."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="latency-") as root:
        folder = await asyncio.to_thread(telemetry_in, Path(root) / "telemetry")
        async with Sandbox() as sandbox:
            words = ["bot", "--api", sandbox.api_url, "--data", f"{root}/data", "--telemetry", str(folder)]
            words += ["--near", "0", "--storm", "100000"]
            log = Path(root) / "bot.log"
            async with beside(words, log) as cold:
                await cold.end()
            async with beside(words, log) as bot:
                await asyncio.sleep(IDLE_S)
                idle = bot.rss_mb
                waited = await _waited(sandbox, options.cases)
                await bot.end()
    figures = _figures(waited, bot, options.cases)
    figures |= {"ready_s": round(bot.ready_s, 2), "idle_rss_mb": round(idle, 1)}
    print_table(
        "from an alert to its replies, seconds",
        ("figure", "value"),
        [(name, value) for name, value in figures.items() if not isinstance(value, dict)]
        + [(f"share: {part}", seconds) for part, seconds in figures["share"].items()],
    )
    print_result(figures)


async def _waited(sandbox: Sandbox, cases: int) -> Waited:
    waited = Waited()
    for number in range(cases):
        began = time.perf_counter()
        root = sandbox.post_webhook(_alert(number))["ts"]
        await sandbox.wait_for(partial(_replies, sandbox, root), PATIENCE_S, "a reply")
        waited.first_reply.append(time.perf_counter() - began)
        await sandbox.wait_for(partial(_verdict, sandbox, root), PATIENCE_S, "a verdict")
        waited.verdict.append(time.perf_counter() - began)
        await asyncio.sleep(PAUSE_S)
    return waited


def _replies(sandbox: Sandbox, root: str) -> list[dict[str, Any]]:
    return sandbox.thread(ALERTS, root)[1:]


def _verdict(sandbox: Sandbox, root: str) -> bool:
    return any(
        element.get("action_id") == "resolve"
        for reply in _replies(sandbox, root)
        for block in reply.get("blocks", ())
        for element in block.get("elements", ())
    )


def _figures(waited: Waited, bot: Beside, cases: int) -> dict[str, Any]:
    busy = bot.told["busy_s"]
    share = {
        part: round(busy.get(part, 0.0) / cases, 3) for part in ("slack", "embedding", "qdrant", "tools")
    }
    mean = sum(waited.verdict) / cases
    return {
        "first_reply_p50_s": round(_at(waited.first_reply, 0.5), 3),
        "first_reply_p95_s": round(_at(waited.first_reply, 0.95), 3),
        "verdict_p50_s": round(_at(waited.verdict, 0.5), 3),
        "verdict_p95_s": round(_at(waited.verdict, 0.95), 3),
        "share": {**share, "ours": round(max(0.0, mean - busy.get("any", 0.0) / cases), 3)},
    }


def _at(values: list[float], quantile: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * quantile))]


def _alert(number: int) -> dict[str, Any]:
    title = f"[FIRING:1] HighErrorRate{number} gateway (shop critical)"
    text = "51% of requests to gateway ended in a 5xx over the last 20 s (limit 5%)."
    return {
        "username": "Alertmanager",
        "attachments": [{"title": title, "text": text, "fallback": title, "color": "danger"}],
    }


def _options() -> argparse.Namespace:
    parser = arguments(__doc__ or "", data=False)
    parser.add_argument("--data", type=Path, help="not needed: the alerts are made here")
    parser.add_argument("--cases", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
