"""`kill -9` at random moments under load, on SQLite and on PostgreSQL with two replicas: what is lost or doubled.

    python -m bench.chaos [--kills 500] [--seed N] [--only sqlite|postgresql]

Alerts, repeats, judgements and resolutions go on while the bot is killed and started again, also in the middle
of its start. At the end one process is left alone until all is done; then every event that Slack had an ack for
is looked up, every reply key counted in Slack, every memory counted. The seed is told, so that a run can be
repeated as far as a machine repeats itself.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bench.chaos_load import Load
from bench.common import arguments, print_result, print_table
from bench.joined import beside, telemetry_in
from bench.postgres import BINARIES, MISSING, cluster
from bot.store.database import engine_for, reading
from bot.store.schema import cases, intake, journal, replies
from memory.tables import incidents
from sandbox.server import Sandbox
from sandbox.timing import Timing

# Slack's third retry comes after five minutes; a run that kills every few seconds asks sooner
TIMING = Timing(retry_delays=(0.0, 2.0, 6.0))
IN_ITS_START = 0.25  # so many of the kills come while the process is starting
START_S = (0.2, 3.0)  # after its start
AT_WORK_S = (0.0, 3.0)  # after it is ready
PATIENCE_S = 300.0  # after which nothing is done any more
# quicker than Slack bears: at one post a second verdicts come after the run, and nothing is closed under kills
POST_EVERY_S = 0.1
WANTED = ("kills", "acked", "lost", "double_posts", "double_memory")


async def main() -> None:
    """Kill on both databases, print what each run lost or doubled."""
    options = _options()
    print(f"seed {options.seed}", file=sys.stderr)
    runs: dict[str, dict[str, int]] = {}
    if options.only != "postgresql":
        runs["sqlite"] = await _run(options, options.kills // (1 if options.only else 2), "", replicas=1)
    if options.only != "sqlite":
        if BINARIES:
            with cluster() as url:
                kills = options.kills - runs.get("sqlite", {}).get("kills", 0)
                runs["postgresql"] = await _run(options, kills, url, replicas=2)
        else:
            print(MISSING, file=sys.stderr)
    print_table(
        f"kill -9, seed {options.seed}",
        ("database", *WANTED),
        [(name, *(told[each] for each in WANTED)) for name, told in runs.items()],
    )
    print_result({**{each: sum(told[each] for told in runs.values()) for each in WANTED}, **runs})


async def _run(options: argparse.Namespace, kills: int, url: str, *, replicas: int) -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        root = Path(name)
        folder = await asyncio.to_thread(telemetry_in, root / "telemetry")
        async with Sandbox(timing=TIMING) as sandbox:
            words = ["bot", "--api", sandbox.api_url, "--telemetry", str(folder), "--near", "0"]
            words += ["--storm", "100000", "--post-every", str(POST_EVERY_S)]
            words += ["--database", url] if url else []
            load = Load(sandbox, random.Random(options.seed))  # noqa: S311 (a load, not a secret)
            loading = asyncio.create_task(load.run())
            shares = [kills // replicas + (number < kills % replicas) for number in range(replicas)]
            await asyncio.gather(
                *(
                    _kill(words, root / f"data{number}", share, random.Random(options.seed + number))  # noqa: S311 (same)
                    for number, share in enumerate(shares)
                )
            )
            loading.cancel()
            await asyncio.gather(loading, return_exceptions=True)
            engine = engine_for(url or None, root / "data0")
            async with beside([*words, "--data", str(root / "data0")], root / "data0.log") as last:
                await load.end()
                left = await _quiet(engine)
                told = await _verified(engine, sandbox)
                await last.end()
            await engine.dispose()
            return {"kills": kills, **told, "unfinished": left}


async def _kill(words: list[str], data: Path, kills: int, chance: random.Random) -> None:
    """Start a process and kill it, *kills* times."""
    for number in range(kills):
        with data.with_suffix(".log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.bot_process", *words, "--data", str(data)),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        if chance.random() > IN_ITS_START:
            assert process.stdout is not None
            await process.stdout.readline()
            await asyncio.sleep(chance.uniform(*AT_WORK_S))
        else:
            await asyncio.sleep(chance.uniform(*START_S))
        if process.returncode is not None:
            raise RuntimeError(f"a process ended by itself: see {data.with_suffix('.log')}")
        process.kill()
        await process.wait()
        if number % 25 == 0:
            print(f"{data.name}: killed {number + 1} of {kills}", file=sys.stderr)


async def _quiet(engine: AsyncEngine) -> int:
    """Wait until nothing is left to do; return what was left when nothing more was done for `PATIENCE_S`."""
    shown = sa.and_(replies.c.shown.is_not(None), replies.c.shown == replies.c.digest)
    waits = (
        intake.c.state.in_(("waiting", "taken")),
        cases.c.state.in_(("open", "investigating", "resolved")),
        sa.not_(sa.or_(shown, replies.c.dead)),
    )
    left, most = 0, -1
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        async with reading(engine) as connection:
            # what is done only grows; what is left grows too, since a case that goes on has more to say
            done = sum([await _number(connection, sa.not_(each)) for each in waits])
            left = sum([await _number(connection, each) for each in waits])
        if not left:
            break
        if done > most:
            most, until = done, time.monotonic() + PATIENCE_S
        await asyncio.sleep(1.0)
    return left


async def _number(connection: AsyncConnection, where: sa.ColumnElement[bool]) -> int:
    return await connection.scalar(sa.select(sa.func.count()).where(where)) or 0


async def _verified(engine: AsyncEngine, sandbox: Sandbox) -> dict[str, int]:
    async with reading(engine) as connection:
        rows = (
            await connection.execute(sa.select(intake.c.event_id, intake.c.content_key, intake.c.state))
        ).all()
        kept = await connection.execute(sa.select(incidents.c.id, sa.func.count()).group_by(incidents.c.id))
        memories = {str(row[0]): int(row[1]) for row in kept}
        remembered = (
            await connection.execute(
                sa.select(journal.c.case_number, sa.func.count())
                .where(journal.c.type == "remembered")
                .group_by(journal.c.case_number)
            )
        ).all()
        ambiguous = set(
            (
                await connection.execute(sa.select(replies.c.key).where(replies.c.note == "ambiguous"))
            ).scalars()
        )
    done = {row.event_id for row in rows if row.state == "done"}
    told = {row.content_key for row in rows if row.state == "done"}
    acked = {
        str(each.payload["event_id"]): _content(each.payload.get("event") or {})
        for each in sandbox.envelopes
        if each.kind == "events_api" and each.acked_at is not None and not _own(each.payload["event"])
    }
    lost = [event for event, content in acked.items() if event not in done and content not in told]
    states = {row.event_id: row.state for row in rows}
    for event in lost[:5]:
        print(f"lost: {event} {acked[event]}, {states.get(event, 'not kept')}", file=sys.stderr)
    keys = _keys(sandbox)
    return {
        "acked": len(acked),
        "lost": len(lost),
        "double_posts": sum(n - 1 for key, n in keys.items() if key not in ambiguous),
        "double_memory": sum(n - 1 for n in memories.values()) + sum(int(row[1]) - 1 for row in remembered),
        "cases": len({row.content_key for row in rows}) and await _count(engine),
        "memories": len(remembered),
    }


async def _count(engine: AsyncEngine) -> int:
    async with reading(engine) as connection:
        return int(await connection.scalar(sa.select(sa.func.count()).select_from(cases)) or 0)


def _content(event: dict[str, Any]) -> str:
    """Return the key under which the same message may be kept: told by another event, or found in history."""
    return f"{event.get('channel')}:{event.get('ts')}:posted"


def _own(event: dict[str, Any]) -> bool:
    """Say whether it tells of the bot's own doing, which Bolt acknowledges and drops before anything else."""
    by = event.get("message") or event
    return by.get("bot_id") == "B0BOT" or by.get("user") == "U0BOT"


def _keys(sandbox: Sandbox) -> Counter[str]:
    keys: Counter[str] = Counter()
    for timeline in sandbox.workspace.timelines.values():
        for message in timeline.messages.values():
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if "key" in payload:
                keys[str(payload["key"])] += 1
    return keys


def _options() -> argparse.Namespace:
    parser = arguments(__doc__ or "", data=False)
    parser.add_argument("--data", type=Path, help="not needed: the load is made here")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
