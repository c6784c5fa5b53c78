"""`sandbox`: a local Slack workspace with the bot in it, in one process; a page for people, `--play` for programs."""

import argparse
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
import yaml
from rich.console import Console
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.failures import Refused
from bot.cli.plain import plain
from bot.cli.serve import until_told
from bot.cli.shapes import case_shape
from bot.office import Office
from bot.settings import Settings
from bot.sources import runbooks_of
from bot.wiring import house, office
from sandbox.case_shelf import CaseShelf
from sandbox.directory import InstalledApp
from sandbox.scenario import Scenario
from sandbox.scenarios import scenarios
from sandbox.server import PortInUse, Sandbox
from sandbox.telemetry import Fired, FiredAlerts, FiredDependencies, FiredDeploys, FiredLogs, FiredMetrics
from tools.providers.configured import Configured

log = structlog.get_logger()
ALERTS = "C0001"
PATIENCE_S = 300.0
MANIFEST = Path(__file__).resolve().parent.parent / "manifest.yml"


@dataclass(frozen=True)
class Running:
    """A sandbox with the bot joined to it."""

    sandbox: Sandbox
    office: Office
    scenarios: Mapping[str, Scenario]


async def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """List, play one scenario, or serve the page until told to stop."""
    settings = Settings.read(environment)
    root = settings.folder / "sandbox"
    if options.list:
        _print_list(scenarios(Fired(root / "telemetry")), as_json=options.json)
        return 0
    if options.play and options.play not in scenarios(Fired(root / "telemetry")):
        known = ", ".join(scenarios(Fired(root / "telemetry")))
        raise Refused(f"There is no scenario named {options.play!r}. There are: {known}.")
    if options.play:
        # apart from a sandbox that may be running: the embedded index has one owner
        with tempfile.TemporaryDirectory(prefix="incidentos-") as apart:
            async with joined(settings, Path(apart), 0) as running:
                shape = await _play(running, options.play)
        print(json.dumps(shape) if options.json else _told(shape))
        return 0
    try:
        async with joined(settings, root, options.port) as running:
            print(f"The sandbox is at {running.sandbox.url} (Ctrl-C stops it)", flush=True)
            await until_told()
            return 0
    except PortInUse as taken:
        raise Refused(str(taken)) from taken


@asynccontextmanager
async def joined(settings: Settings, root: Path, port: int) -> AsyncIterator[Running]:
    """Start the workspace and let the bot join it; its state is below *root*, apart from a real workspace's."""
    fired = Fired(root / "telemetry")
    shutil.rmtree(fired.root, ignore_errors=True)
    # every fired scenario strikes the same shop, often with the same alert: each is shown in a thread of its own
    apart = settings.model_copy(update={"data": root, "near_minutes": 0})
    sources = Configured(
        logs=(FiredLogs(fired),),
        metrics=(FiredMetrics(fired),),
        deploys=(FiredDeploys(fired),),
        alerts=(FiredAlerts(fired),),
        dependencies=(FiredDependencies(fired),),
        runbooks=runbooks_of(settings),
    )
    known = scenarios(fired)
    with Console(stderr=True).status("opening the sandbox …") as status:
        async with (
            Sandbox(
                port,
                app=InstalledApp.from_manifest(yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))),
                scenarios=known,
            ) as sandbox,
            house(apart, sources, lambda what, share: status.update(f"{what} {share:.0%}")) as parts,
        ):
            client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
            bot = office(parts, client, sandbox.app_token)
            shelf = CaseShelf(bot.cases.engine)
            await shelf.archive()
            fired.before = shelf.part
            await bot.open()
            status.stop()
            try:
                yield Running(sandbox, bot, known)
            finally:
                await bot.close()


async def _play(running: Running, name: str) -> dict[str, Any]:
    """Fire one scenario and wait until the bot has shown its verdict; return what came of it."""
    sandbox = running.sandbox
    before = {message["ts"] for message in sandbox.messages(ALERTS)}
    await running.scenarios[name].fire(sandbox)
    root = next(message["ts"] for message in sandbox.messages(ALERTS) if message["ts"] not in before)

    def replies() -> list[dict[str, Any]]:
        return sandbox.thread(ALERTS, root)[1:]

    await sandbox.wait_for(lambda: any(map(_is_verdict, replies())), PATIENCE_S, "the verdict")
    verdict = next(reply for reply in replies() if _is_verdict(reply))
    case = await running.office.case_at(ALERTS, root)
    return {
        **case_shape(case, stages=True),
        "first_reply_s": round(float(replies()[0]["ts"]) - float(root), 3),
        "verdict_s": round(float(verdict["ts"]) - float(root), 3),
    }


def _is_verdict(reply: dict[str, Any]) -> bool:
    return any(
        element.get("action_id") == "resolve"
        for block in reply.get("blocks", ())
        for element in block.get("elements", ())
    )


def _print_list(known: Mapping[str, Scenario], *, as_json: bool) -> None:
    rows = [
        {"name": each.name, "title": each.title, "description": each.description, "kind": each.kind}
        for each in known.values()
    ]
    if as_json:
        print(json.dumps({"scenarios": rows}))
        return
    for row in rows:
        print(f"{row['name']:28} {row['kind']:9} {row['title']}\n{'':38} {row['description']}")


def _told(shape: Mapping[str, Any]) -> str:
    return "\n\n".join(plain(stage["text"]) for stage in shape["stages"])
