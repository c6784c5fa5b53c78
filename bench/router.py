"""What the router adds to a call: CPU and wall time over the bare anthropic SDK, against one loopback stub.

    .venv/bin/python -m bench.router [--calls N]
    .venv/bin/python -m bench.router --case [NAME …]      # what one investigation costs: bench/router_case.py

Both arms send the same streamed request and hear it to its end, one in flight, taking turns, so that neighbours on
the machine disturb both alike; each arm has an SDK arm of its own, so that a slow peer does not disturb ours. The stub
sends a reply in one write: how often an arm wakes for it is then no luck. CPU is the event loop's own thread; the
process's CPU is in the table. The router's books are a real SQLite file; what they write before and behind is shared
by many calls here. The bare SDK is as it comes, its own spans on; the router has them off. cascadeflow and LiteLLM are
measured beside us where they are installed (`bench/peers.py` says how).
The last line is `{"cpu_p50_ms", "cpu_p95_ms", "wall_p50_ms", "import_ms", "rss_mb", "stall_ms", "by_size": {KB:
cpu_p50_ms}, "baselines": {NAME: the same}}`; all but import, rss and stall are differences to the bare SDK.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import anthropic

from bench.common import arguments, print_result, print_table
from bench.peers import peers
from bench.router_case import main as case_costs
from bench.stall import longest_callback_ms
from bot.store.database import engine_for
from router.anthropic_model import AnthropicModel
from router.messages import Ask, Message, Task, Text
from router.outcomes import Answered
from router.policy_file import DEFAULT, parse_policy
from router.router import Router
from router.tables import metadata

SIZES_KB = (1, 4, 64)
MODEL = "claude-haiku-5-5"
MAX_TOKENS = 1024
SYSTEM = "You label log lines."

Arm = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of one call: on the event loop's thread, in the process, on the wall."""

    loop: float
    process: float
    wall: float


@dataclass(slots=True)
class Measured:
    """All calls of one arm, by size in kB."""

    calls: dict[int, list[Cost]] = field(default_factory=lambda: {size: [] for size in SIZES_KB})

    def loop(self, size: int, share: float = 0.5) -> float:
        """Return a quantile of the loop's CPU at one size."""
        return _quantile([cost.loop for cost in self.calls[size]], share)

    def over(self, bare: "Measured", of: str, share: float = 0.5) -> float:
        """Return how much more than *bare* a quantile is, averaged over the sizes."""
        differences = [
            _quantile([getattr(c, of) for c in self.calls[size]], share)
            - _quantile([getattr(c, of) for c in bare.calls[size]], share)
            for size in SIZES_KB
        ]
        return statistics.mean(differences)


def prompt_of(kilobytes: int, number: int) -> str:
    """Return a prompt of log lines of this size; its beginning differs, so that no cache of ours helps."""
    line = f"2026-11-22T12:00:00Z checkout WARN request {number} took 1250 ms, 3 of 20 connections left\n"
    return (line * (kilobytes * 1024 // len(line) + 1))[: kilobytes * 1024]


@asynccontextmanager
async def stub() -> AsyncGenerator[str, None]:
    """Run the scripted Messages API in a process of its own; give its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.stub", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


def bare(url: str) -> Arm:
    """Return the reference: the SDK alone, streaming."""
    client = anthropic.AsyncAnthropic(api_key="bench", base_url=url, max_retries=0)

    async def call(prompt: str) -> None:
        stream = await client.messages.create(
            model=MODEL,
            max_tokens=MAX_TOKENS,
            system=SYSTEM,
            messages=[{"role": "user", "content": prompt}],
            stream=True,
        )
        assert [
            event.delta.text
            async for event in stream
            if event.type == "content_block_delta" and event.delta.type == "text_delta"
        ]

    return call


def ours(router: Router) -> Arm:
    """Return our arm: the router as the product asks it, with its books."""

    async def call(prompt: str) -> None:
        ask = Ask(Task.INCIDENT_SUMMARY, "bench", (Message("user", (Text(prompt),)),), system=SYSTEM)
        async with aclosing(router.ask(ask)) as told:
            last = [event async for event in told][-1]
        assert isinstance(last, Answered), last

    return call


@asynccontextmanager
async def opened(url: str, folder: Path) -> AsyncGenerator[Router, None]:
    """Open a router with the shipped policy and budgets that a bench does not reach."""
    text = DEFAULT.read_text(encoding="utf-8")
    for name, was in (("case_usd", "1.00"), ("hour_usd", "8.00"), ("day_usd", "40.00")):
        text = text.replace(f"{name} = {was}", f"{name} = 100000.00")
    policy = parse_policy(text, now=datetime.now(UTC))
    assert policy.text.budget.case_usd == Decimal(100_000)
    engine = engine_for(None, folder)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    model = AnthropicModel("bench", url)
    router = await Router.open(policy, model, engine, now=lambda: datetime.now(UTC))
    try:
        yield router
    finally:
        await router.aclose()
        await model.aclose()
        await engine.dispose()


async def measure(arms: Mapping[str, Arm], calls: int) -> dict[str, Measured]:
    """Call the arms in turn, *calls* times at each size, after a few that are not counted."""
    measured = {name: Measured() for name in arms}
    for size in SIZES_KB:
        for number in range(-10, calls):
            for name, arm in arms.items():
                cost = await _one(arm, prompt_of(size, number))
                if number >= 0:
                    measured[name].calls[size].append(cost)
        print(f"{size} kB: {calls} calls of {', '.join(arms)}", file=sys.stderr)
    return measured


async def _one(arm: Arm, prompt: str) -> Cost:
    loop, process, wall = time.thread_time(), time.process_time(), time.perf_counter()
    await arm(prompt)
    return Cost(
        1000 * (time.thread_time() - loop),
        1000 * (time.process_time() - process),
        1000 * (time.perf_counter() - wall),
    )


def import_cost(imports: str) -> tuple[float, float]:
    """Return the median milliseconds and the peak MB of a fresh interpreter that imports *imports*."""
    code = (
        "import time,re;t=time.perf_counter();"
        f"import {imports};"
        "print(1000*(time.perf_counter()-t),"
        "int(re.search(r'VmHWM:\\s+(\\d+)',open('/proc/self/status').read())[1])/1024)"
    )
    runs = []
    for _ in range(3):
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
        milliseconds, megabytes = ran.stdout.split()
        runs.append((float(milliseconds), float(megabytes)))
    return statistics.median(r[0] for r in runs), statistics.median(r[1] for r in runs)


def figures(mine: Measured, reference: Measured, stall: float | None, imports: str) -> dict[str, object]:
    """Return one system's figures in the shape of the last line."""
    import_ms, rss_mb = import_cost(imports)
    return {
        "cpu_p50_ms": round(mine.over(reference, "loop"), 3),
        "cpu_p95_ms": round(mine.over(reference, "loop", 0.95), 3),
        "wall_p50_ms": round(mine.over(reference, "wall"), 3),
        "import_ms": round(import_ms, 1),
        "rss_mb": round(rss_mb, 1),
        "stall_ms": None if stall is None else round(stall, 2),
        "by_size": {str(size): round(mine.loop(size) - reference.loop(size), 3) for size in SIZES_KB},
    }


async def run(calls: int) -> dict[str, object]:
    """Measure everything and return the last line."""
    results: dict[str, dict[str, object]] = {}
    rows: list[Sequence[object]] = []
    with tempfile.TemporaryDirectory() as folder:
        async with stub() as url, opened(url, Path(folder)) as router:
            arms = {"ours": (ours(router), "router.router,router.policy_file")}
            arms |= {name: (peer.call, peer.imports) for name, peer in peers(url).items()}
            for name, (arm, imports) in arms.items():
                measured = await measure({"sdk": bare(url), name: arm}, calls)
                stall = await longest_callback_ms(arm, [prompt_of(64, n) for n in range(20)])
                results[name] = figures(measured[name], measured["sdk"], stall, imports)
                rows += _rows(name, measured[name], measured["sdk"], stall)
    columns = ("arm", "kB", "n", "SDK CPU p50", "over SDK", "p95", "process CPU", "wall p50", "stall ms")
    print_table("One call, milliseconds", columns, rows)
    mine = results.pop("ours")
    _compare(mine, results)
    return mine | {"baselines": results}


def _rows(name: str, one: Measured, reference: Measured, stall: float) -> list[Sequence[object]]:
    rows: list[Sequence[object]] = []
    for size in SIZES_KB:
        process = _quantile([c.process for c in one.calls[size]], 0.5)
        wall = _quantile([c.wall for c in one.calls[size]], 0.5)
        loop, over = reference.loop(size), one.loop(size) - reference.loop(size)
        count = len(one.calls[size])
        rows.append((name, size, count, loop, over, one.loop(size, 0.95), process, wall, stall))
    return rows


def _compare(mine: Mapping[str, object], others: Mapping[str, Mapping[str, object]]) -> None:
    """Print how many times our p50 each peer's is, at the size where it is nearest."""
    for name, theirs in others.items():
        ours_by, by = mine["by_size"], theirs["by_size"]
        assert isinstance(ours_by, dict)
        assert isinstance(by, dict)
        least = min(float(by[size]) / max(float(ours_by[size]), 0.01) for size in by)
        print(f"{name} adds {least:.0f} times what we add, or more", file=sys.stderr)


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench."""
    asked = arguments("What the router adds to a call", data=False)
    asked.add_argument("--calls", type=int, default=200, help="calls of each arm at each size (default 200)")
    asked.add_argument(
        "--case", nargs="*", metavar="NAME", help="the dollars of recorded investigations instead"
    )
    options = asked.parse_args(argv)
    if options.case is not None:
        return asyncio.run(case_costs(options.case))
    print_result(asyncio.run(run(options.calls)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
