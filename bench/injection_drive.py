"""The bot of the injection bench: joined to a sandbox, attacked as a case says, and watched.

What it reaches outside loopback is told by the interpreter's own audit events. It judges nothing.
"""

import asyncio
import json
import re
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from slack_sdk.web.async_client import AsyncWebClient

from bench.injection_case import Case, Seen
from bot.investigation.casefile import CaseFile
from bot.investigation.events import EvidenceCollected, QuestionLooked
from bot.office import Office
from bot.settings import Settings
from bot.sources import file_sources
from bot.store.cases import Place
from bot.store.schema import intake
from bot.wiring import house, office, remembering
from memory import tables
from memory.incident import Incident
from sandbox.server import Sandbox
from tools.tool import Findings, Status

ALERTS, INCIDENTS, PERSON, STRANGER, OTHER_BOT = "C0001", "C0002", "U0001", "U0003", "U0042B"
PATIENCE_S = 90.0
_REACHED: list[str] = []
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        _REACHED.append(str(arguments[1][0]))
    elif event == "socket.getaddrinfo":
        _REACHED.append(str(arguments[0]))


sys.addaudithook(_audit)


@dataclass
class Bot:
    """A running bot and the memory that it has."""

    office: Office
    memory: Any

    async def remember(self, incidents: Iterable[Incident]) -> None:
        """Put *incidents* into memory, as an import does."""
        await self.memory.retain(*incidents)


async def prepare(template: Path) -> None:
    """Make a fresh state with the public examples in memory, once: each case begins from a copy."""
    async with remembering(Settings.read({"INCIDENTOS_DATA": str(template)})):
        pass


@asynccontextmanager
async def bot_in(sandbox: Sandbox, folder: Path, model: str, template: Path) -> AsyncIterator[Bot]:
    """Join *sandbox* with a bot whose state is below *folder*; the public examples come from *template*."""
    await asyncio.to_thread(_copied, template, folder / "data")
    read = Settings.read(
        {
            "INCIDENTOS_DATA": str(folder / "data"),
            "INCIDENTOS_RUNBOOKS": str(folder / "runbooks"),
            "INCIDENTOS_CHANNELS": ALERTS,
            "INCIDENTOS_PEOPLE": PERSON,
            "ANTHROPIC_API_KEY": "test",
            "ANTHROPIC_BASE_URL": model,
        }
    )
    _REACHED.clear()
    async with house(read, file_sources(folder / "telemetry", read)) as parts:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        running = office(parts, client, sandbox.app_token)
        await running.open()
        try:
            assert running._remembering is not None  # noqa: SLF001 (the bench watches the seams)
            yield Bot(running, running._remembering.memory)  # noqa: SLF001 (same)
        finally:
            await running.close()


def _copied(source: Path, target: Path) -> None:
    if source.is_dir() and not target.exists():
        shutil.copytree(source, target)


async def attack(sandbox: Sandbox, bot: Bot, case: Case, alert: Callable[[], dict[str, Any]]) -> str | None:
    """Do what the case's attacker does; return the thread to look at, or None when nothing may come of it."""
    payload = str(case["payload"])
    if case["carrier"] == "slack_message" and "(DM)" in payload:
        channel = sandbox.workspace.direct_message(PERSON).id
        sandbox.post_as(PERSON, channel, payload)
        await _quiet(sandbox, bot)
        return None
    if case["carrier"] == "slack_message" and "posted in" in payload:
        sandbox.post_as(PERSON, INCIDENTS, payload.replace("<@UBOT>", f"<@{sandbox.workspace.app.bot_user}>"))
        await _quiet(sandbox, bot)
        return None
    root = str(sandbox.post_webhook(alert())["ts"])
    if case["carrier"] == "slack_message":
        await sandbox.wait_for(lambda: verdict_in(sandbox, root), PATIENCE_S, "a verdict")
        await _say(sandbox, bot, payload, root)
    return root


async def _say(sandbox: Sandbox, bot: Bot, payload: str, root: str) -> None:
    me = f"<@{sandbox.workspace.app.bot_user}>"
    if "reaction_added" in payload:
        verdict = next(message for message in sandbox.thread(ALERTS, root) if _is_verdict(message))
        for name, ts in (("white_check_mark", str(verdict["ts"])), ("checkered_flag", root)):
            sandbox.deliver(
                {
                    "type": "reaction_added",
                    "user": OTHER_BOT,
                    "reaction": name,
                    "item": {"type": "message", "channel": ALERTS, "ts": ts},
                }
            )
    elif "message_changed" in payload:
        sandbox.edit_message(ALERTS, root, payload)
    elif re.search(r"\bU0\w+ in thread\b", payload):
        sandbox.post_as(STRANGER, ALERTS, f"{me} {payload}", root)
        sandbox.post_as(STRANGER, ALERTS, payload, root)
    else:
        for turn in re.split(r"\bturn\d+:", payload):
            if turn.strip():
                sandbox.post_as(PERSON, ALERTS, f"{me} {turn.replace('<@UBOT>', '').strip()}", root)
    await _quiet(sandbox, bot)


async def _quiet(sandbox: Sandbox, bot: Bot) -> None:
    """Wait until what was said was taken, worked on and told."""
    await sandbox.settled()

    open_rows = sa.select(sa.func.count()).where(intake.c.state.in_(("waiting", "taken")))

    async def done() -> bool:
        async with bot.office.intake.engine.connect() as connection:
            return not await connection.scalar(open_rows)

    for _ in range(200):
        if await done() and not bot.office._talk._running:  # type: ignore[union-attr]  # noqa: SLF001
            break
        await sandbox.settled(0.1)
    await bot.office.poster.send_due()


def verdict_in(sandbox: Sandbox, root: str) -> dict[str, Any] | None:
    """Return the verdict of a thread, when it stands."""
    return next((message for message in sandbox.thread(ALERTS, root)[1:] if _is_verdict(message)), None)


def _is_verdict(message: dict[str, Any]) -> bool:
    return any(
        element.get("action_id") == "resolve"
        for block in message.get("blocks", ())
        for element in block.get("elements", ())
    )


async def look(sandbox: Sandbox, bot: Bot, root: str | None) -> Seen:
    """Return all that the bot did."""
    seen = Seen(hosts=[each for each in _REACHED if not each.startswith(("127.", "::1", "localhost"))])
    for call in sandbox.calls:
        if call.method in {"chat.postMessage", "chat.update", "chat.postEphemeral"}:
            texts = _strings(call.args)
            seen.posts += [*texts, "\n".join(texts)]
            seen.commands += [code for text in texts for code in _CODE.findall(text)]
            seen.commands += [line for text in texts for line in _steps(text)]
    written = await bot.memory.records.select(tables.incidents.c.source == "slack")
    seen.memory = [repr(incident) for incident in written]
    row = await bot.office.cases.at(Place(ALERTS, root)) if root else None
    if row is not None:
        _case(seen, await bot.office.dossier.read(row), str(row.state))
    return seen


def _case(seen: Seen, case: CaseFile, state: str) -> None:
    # "P4" is what monitors call the quietest alerts; for us that is low or info
    quiet = {"low": "P4", "info": "P4"}.get(str(case.alert.severity), "")
    seen.state = f"{'resolved' if case.resolution else state} {quiet}"
    for entry in case.history:
        if isinstance(entry.event, EvidenceCollected):
            seen.tools += _ran((entry.event.findings,))
        elif isinstance(entry.event, QuestionLooked):
            seen.tools += _ran(entry.event.findings)
    seen.usd = float(case.bill.usd) if case.bill else 0.0
    if case.verdict is not None:
        seen.answered, seen.cause = True, case.verdict.cause or ""
        seen.mode, seen.why = case.verdict.mode, case.verdict.why
        seen.commands.append(seen.cause)


def _ran(found: Iterable[Findings]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (each.call.name, dict(each.call.arguments)) for each in found if each.status is not Status.REFUSED
    ]


def _strings(args: dict[str, Any]) -> list[str]:
    blocks = args.get("blocks") or []
    blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
    found: list[str] = [str(args.get("text") or "")]

    def walk(part: Any) -> None:  # noqa: ANN401 (JSON of any shape)
        if isinstance(part, dict):
            for key, value in part.items():
                if key in {"text", "alt_text", "url"} and isinstance(value, str):
                    found.append(value)
                else:
                    walk(value)
        elif isinstance(part, list):
            for each in part:
                walk(each)

    walk(blocks)
    return found


def _steps(text: str) -> list[str]:
    """Return the lines of a message that tell people what to do."""
    _, told, steps = text.partition("*Try next*")
    return [line for line in steps.splitlines() if line.startswith("•")] if told else []
