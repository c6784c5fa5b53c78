"""Many alerts at once: one case for one trouble and its neighbours, few at a time, the loudest first."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.investigation.casefile import CaseFile
from bot.investigation.events import Concluded, Event
from bot.investigation.investigator import Investigator
from bot.office import Office
from bot.settings import Settings
from bot.sources import file_sources
from bot.wiring import house, office
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict, text_of, write_case
from tests.faults.conftest import nothing_waits

WAIT = 60.0


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@dataclass
class Floor:
    """Where investigations are watched: who began, in which order, how many at once. *open* lets them go on."""

    open: asyncio.Event = field(default_factory=asyncio.Event)
    began: list[str] = field(default_factory=list)
    inside: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Watched(Investigator):
    """The real investigator, seen from the floor."""

    floor: Floor = field(default_factory=Floor)

    async def investigate(self, case: CaseFile) -> AsyncGenerator[Event, None]:
        """Count, wait until the floor is open, then investigate."""
        floor = self.floor
        name = f"{case.id} {case.alert.title.split()[0]}"
        if name not in floor.began:  # it is entered again when somebody else wrote into the journal meanwhile
            floor.began.append(name)
        floor.inside += 1
        floor.most = max(floor.most, floor.inside)
        try:
            await floor.open.wait()
            async for event in Investigator.investigate(self, case):
                yield event
        finally:
            floor.inside -= 1


@asynccontextmanager
async def watched_bot(sandbox: Sandbox, folder: Path, floor: Floor, **more: str) -> AsyncIterator[Office]:
    write_case(folder / "telemetry", datetime.now(UTC))
    told = {
        "INCIDENTOS_DATA": str(folder / "data"),
        "INCIDENTOS_EXAMPLES": "no",
        "INCIDENTOS_NEAR_MINUTES": "0",
        "INCIDENTOS_PLOTS": "no",
    }
    read = Settings.read({**told, **more})
    async with house(read, file_sources(folder / "telemetry", read)) as parts:

        def watched(known: object) -> Investigator:
            real = parts.investigator(known)  # type: ignore[arg-type] # the office's own memory
            return Watched(real.memory, real.router, real.toolbox, real.now, real.limits, floor)

        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        running = office(replace(parts, investigator=watched), client, sandbox.app_token)
        await running.open()
        try:
            yield running
        finally:
            floor.open.set()
            await running.close()


async def cases_of(bot: Office) -> int:
    return len(await bot.cases.recent(100))


async def opened(bot: Office, number: int) -> None:
    """Wait until *number* cases are open: events are acknowledged before they are worked on."""
    for _ in range(int(WAIT / 0.02)):
        if await cases_of(bot) >= number:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never {number} cases")


async def test_few_at_a_time_and_the_loudest_first(sandbox: Sandbox, tmp_path: Path) -> None:
    floor = Floor()
    async with watched_bot(sandbox, tmp_path, floor, INCIDENTOS_AT_ONCE="1") as bot:
        sandbox.post_webhook(alert_post("[FIRING:1] First (warning)"))
        await sandbox.wait_for(lambda: floor.began, WAIT, "the first investigation")
        for title in ("Quiet (info)", "Loud (critical)", "Middling (warning)"):
            sandbox.post_webhook(alert_post(f"[FIRING:1] {title}"))
        await sandbox.settled(WAIT)
        await opened(bot, 4)
        floor.open.set()
        await sandbox.wait_for(lambda: len(floor.began) == 4, WAIT, "the last investigation")
        assert [name.split()[1] for name in floor.began] == ["First", "Loud", "Middling", "Quiet"]
        assert floor.most == 1


async def test_hundreds_of_equal_alerts_are_one_investigation_and_one_counter(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    floor = Floor()
    floor.open.set()
    async with watched_bot(sandbox, tmp_path, floor) as bot:
        root = sandbox.post_webhook(alert_post())["ts"]
        for _ in range(300):
            sandbox.post_webhook(alert_post())
        await sandbox.wait_for(
            lambda: any("Repeated 300 times" in text_of(reply) for reply in sandbox.thread(ALERTS, root)),
            WAIT,
            "the counter",
        )
        assert floor.began == ["INC-1 HighErrorRate"]
        case = await bot.case_at(ALERTS, root)
        assert sum(isinstance(entry.event, Concluded) for entry in case.history) == 1
        looks = [repr(call) for call in case.requested]
        assert len(looks) == len(set(looks)), "nothing was looked at twice"
        assert await cases_of(bot) == 1
        told = [reply for reply in sandbox.thread(ALERTS, root) if "Repeated" in text_of(reply)]
        assert len(told) == 1, "one line, edited"
        assert [m for m in sandbox.messages(ALERTS) if m.get("user") == sandbox.workspace.app.bot_user] == []


async def test_the_same_service_and_its_neighbours_are_one_case(sandbox: Sandbox, tmp_path: Path) -> None:
    async with bot_in(sandbox, tmp_path) as bot:
        root = sandbox.post_webhook(alert_post("[FIRING:1] HighErrorRate eu gateway (shop critical)"))["ts"]
        await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, root)[1:])), WAIT)
        for title in ("SlowAnswers eu gateway", "PoolEmpty eu store", "Unrelated eu mailer"):
            sandbox.post_webhook(alert_post(f"[FIRING:1] {title} (shop warning)"))
        await sandbox.settled(WAIT)
        await opened(bot, 2)
        await nothing_waits(bot)
        joined = (await bot.case_at(ALERTS, root)).joined
        assert dict(joined) == {"gateway": 1, "store": 1}
        assert [row.service for row in await bot.cases.recent(10)] == ["mailer", "gateway"]
