"""The bot, or a bare Bolt app, in a process of its own beside a sandbox: what benches start, measure and kill.

    python -m bench.bot_process bot --api URL --data DIR --telemetry DIR [--database URL]
    python -m bench.bot_process echo --api URL

It prints one JSON line when it is ready and, after SIGTERM, one with what it saw of itself: the longest time that
its event loop did not turn, and its peak memory. It is the product's own house and office, given a telemetry
folder and the sandbox's address.
"""

import argparse
import asyncio
import json
import resource
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.logs import configure_logs
from bot.poster import Tempo
from bot.settings import Settings
from bot.slack_web import SlackWeb
from bot.sources import file_sources
from bot.wiring import house, office
from memory.embedder import MiniLm
from memory.store_edge import EdgeStore
from memory.store_qdrant import QdrantStore
from sandbox.server import Sandbox
from tools.toolbox import Toolbox

BEAT_S = 0.005
# where the time of a case goes: the part's name, and the calls that are its work
PARTS: Sequence[tuple[str, type, str]] = (
    ("slack", SlackWeb, "post"),
    ("slack", SlackWeb, "edit"),
    ("slack", SlackWeb, "react"),
    ("slack", SlackWeb, "find"),
    ("embedding", MiniLm, "embed"),
    ("qdrant", EdgeStore, "search"),
    ("qdrant", QdrantStore, "search"),
    ("tools", Toolbox, "run"),
)


class Busy:
    """For how many seconds each part, and any of them, was at work; what overlaps counts once."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._open: Counter[str] = Counter()
        self._since: dict[str, float] = {}

    def watch(self) -> None:
        """Time the calls of `PARTS` from now on."""
        for part, owner, name in PARTS:
            setattr(owner, name, self._timed(part, getattr(owner, name)))

    def _timed(self, part: str, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        @wraps(call)
        async def timed(*args: object, **kwargs: object) -> Any:  # noqa: ANN401 (whatever it returns)
            for name in (part, "any"):
                if not self._open[name]:
                    self._since[name] = time.perf_counter()
                self._open[name] += 1
            try:
                return await call(*args, **kwargs)
            finally:
                for name in (part, "any"):
                    self._open[name] -= 1
                    if not self._open[name]:
                        self.seconds[name] += time.perf_counter() - self._since[name]

        return timed


class Pulse:
    """How long the event loop did not turn, at worst."""

    def __init__(self) -> None:
        self.stall_ms = 0.0
        self.own_cpu_ms = 0.0

    async def beat(self) -> None:
        """Sleep a little, look how late it got, and which part of that was our own work; for ever."""
        while True:
            wall, cpu = time.perf_counter(), time.thread_time()
            await asyncio.sleep(BEAT_S)
            late = (time.perf_counter() - wall - BEAT_S) * 1000
            self.stall_ms = max(self.stall_ms, late)
            self.own_cpu_ms = max(self.own_cpu_ms, min(late, (time.thread_time() - cpu) * 1000))


async def run_bot(options: argparse.Namespace, pulse: Pulse) -> None:
    """Join the sandbox as the product does, until told to stop."""
    given = {
        "INCIDENTOS_DATA": str(options.data),
        "DATABASE_URL": options.database,
        "INCIDENTOS_TELEMETRY": str(options.telemetry),
        "INCIDENTOS_NEAR_MINUTES": str(options.near),
        "INCIDENTOS_STORM_CASES": str(options.storm),
        "QDRANT_URL": options.qdrant,
    }
    settings = Settings.read(given)
    async with house(settings, file_sources(options.telemetry, settings)) as parts:
        client = AsyncWebClient(token=Sandbox.bot_token, base_url=options.api)
        tempo = Tempo(post_every=timedelta(seconds=options.post_every))
        running = office(replace(parts, tempo=tempo), client, Sandbox.app_token)
        await running.open()
        await _until_told(pulse)
        await running.close()


async def run_echo(options: argparse.Namespace, pulse: Pulse) -> None:
    """Answer every message by its own text in its thread, as Bolt's first example does; keep nothing."""
    app = AsyncApp(client=AsyncWebClient(token=Sandbox.bot_token, base_url=options.api))

    @app.event("message")
    async def echo(event: dict[str, str], say: AsyncSay) -> None:
        await say(text=event.get("text") or "?", thread_ts=event["ts"])

    handler = AsyncSocketModeHandler(app, Sandbox.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await _until_told(pulse)
    await handler.close_async()  # type: ignore[no-untyped-call]


async def _until_told(pulse: Pulse) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, told.set)
    beating = asyncio.create_task(pulse.beat())
    print(json.dumps({"ready": True}), flush=True)
    await told.wait()
    beating.cancel()


def main() -> None:
    """Run one of the two, then tell what it saw of itself."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", choices=("bot", "echo"))
    parser.add_argument("--api", required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--telemetry", type=Path)
    parser.add_argument("--database", default="")
    parser.add_argument("--qdrant", default="")
    parser.add_argument("--near", type=int, default=5)
    parser.add_argument("--storm", type=int, default=20)
    parser.add_argument("--post-every", type=float, default=1.0, help="seconds between posts in a channel")
    options = parser.parse_args()
    configure_logs(pretty=False)
    pulse, busy = Pulse(), Busy()
    busy.watch()
    asyncio.run((run_bot if options.which == "bot" else run_echo)(options, pulse))
    peak = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    )  # of what it starts, bench.joined keeps the peak
    told = {
        "stall_ms": round(pulse.stall_ms, 1),
        "own_cpu_ms": round(pulse.own_cpu_ms, 1),
        "peak_rss_mb": round(peak, 1),
        "busy_s": {part: round(seconds, 4) for part, seconds in busy.seconds.items()},
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
