"""The lab's command line: list the faults, record one, run one live."""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from sandbox.lab.faults import FAULTS
from sandbox.lab.load import Crowd
from sandbox.lab.record import record
from sandbox.lab.recordings import FOLDER, write_answers
from sandbox.lab.rules import PACKS
from sandbox.lab.run import LIVE, Outcome, RunPlan, UnknownFault, run_live
from sandbox.lab.shop_run import ShopBroken

_PROG = ".venv/bin/python -m sandbox.lab"


def main() -> int:
    """Do what the command line says; 0 when done, 1 with one clear line when not, 130 when interrupted."""
    given = _parser().parse_args()
    if given.command == "list":
        for fault in FAULTS.values():
            sys.stdout.write(f"{fault.name:22} {fault.title}: {fault.description}\n")
        return 0
    try:
        outcome = asyncio.run(
            _until_told_to_stop(_record(given) if given.command == "record" else _live(given))
        )
    except (UnknownFault, ShopBroken, FileExistsError, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.stderr.write("interrupted; every process of the shop has ended\n")
        return 130
    sys.stdout.write(
        json.dumps({"alert": outcome.alert, "answer": outcome.answer}, ensure_ascii=False) + "\n"
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=_PROG, description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="list the faults")
    for name, says in (("record", "record a run into a case folder"), ("live", "run one, telling alerts")):
        command = commands.add_parser(name, help=says)
        command.add_argument("fault", help="its name, as `list` says")
        command.add_argument("--out", type=Path, required=True, help="the case folder to make")
        command.add_argument("--seconds", type=float, default=100.0, help="length of the whole run")
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--people", type=int, default=60, help="how many shoppers there are")
        command.add_argument("--visits", type=float, default=2.5, help="visits a second")
        command.add_argument("--names", default="shopper", help="what the shoppers' names begin with")
        command.add_argument("--rules", choices=sorted(PACKS), default="operations", help="whose alert rules")
    return parser


def _plan(given: argparse.Namespace) -> RunPlan:
    seconds: float = max(20.0, given.seconds)
    return replace(
        LIVE if given.command == "live" else RunPlan(),
        seed=given.seed,
        quiet_s=0.32 * seconds,
        lead_s=0.12 * seconds,
        trouble_s=0.56 * seconds,
        rules=given.rules,
        crowd=Crowd(people=given.people, visits_per_s=given.visits, names=given.names),
        command=f"{_PROG} {' '.join(sys.argv[1:])}",
    )


async def _record(given: argparse.Namespace) -> Outcome:
    outcome = await record(given.fault, given.out, _plan(given), _progress)
    if await asyncio.to_thread(given.out.parent.samefile, FOLDER):
        await asyncio.to_thread(write_answers)
    return outcome


async def _live(given: argparse.Namespace) -> Outcome:
    return await run_live(
        given.fault, folder=given.out, on_alert=_show, on_progress=_progress, plan=_plan(given)
    )


async def _until_told_to_stop(work: Any) -> Outcome:  # noqa: ANN401 - a coroutine
    task: asyncio.Task[Outcome] = asyncio.ensure_future(work)
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        with contextlib.suppress(ValueError):
            asyncio.get_running_loop().add_signal_handler(each, task.cancel)
    return await task


async def _progress(said: str) -> None:
    sys.stderr.write(f"{said}\n")


async def _show(post: dict[str, Any]) -> None:
    sys.stderr.write(json.dumps(post, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
