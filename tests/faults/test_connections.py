"""Too many connections, or none for a while: rows S07 and S08. S05 and S06 stand in test_slack_in and test_network."""

import asyncio
from pathlib import Path

from bot.ear import Hearing
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, text_of
from tests.bot.test_ear import answered, listening
from tests.faults import invariants
from tests.faults.conftest import WAIT, verdict_under

PATIENT = Hearing(ping_s=5.0, quiet_s=30.0, look_s=0.2, history_s=60.0, connect_s=5.0, tries=50)


async def test_s07_ghosts_fill_the_ten_connections(sandbox: Sandbox, tmp_path: Path) -> None:
    """They are told, waited out without a tight loop, and nothing needs a click."""
    sandbox.socket.ghosts = 9
    async with bot_in(sandbox, tmp_path, INCIDENTOS_OPERATORS_CHANNEL="C0002") as bot:
        note = await sandbox.wait_for(
            lambda: next(
                (m for m in sandbox.messages("C0002") if "connections of this app" in m["text"]), None
            ),
            WAIT,
            "the operators' note",
        )
        assert "Slack counts 10 connections" in note["text"]
        assert (await bot.condition()).slack_connections == 10
        root = str(sandbox.post_webhook(alert_post())["ts"])
        await verdict_under(sandbox, root)
        sandbox.post_as("U0002", ALERTS, "@IncidentOS resolved: rolled store back", thread_ts=root)
        await sandbox.wait_for(
            lambda: any("Closing this case" in text_of(m) for m in sandbox.thread(ALERTS, root)[1:]), WAIT
        )
        await invariants.check(sandbox, bot.cases.engine)


async def test_s07_too_many_websockets_is_waited_out(sandbox: Sandbox, tmp_path: Path) -> None:
    async with listening(sandbox, tmp_path, PATIENT):
        opened = len(sandbox.calls_of("apps.connections.open"))
        sandbox.socket.disconnect("too_many_websockets")
        await asyncio.sleep(1.5)
        assert len(sandbox.calls_of("apps.connections.open")) - opened <= 2, "no tight loop"
        alert = sandbox.post_webhook(alert_post())
        await answered(sandbox, alert["ts"])


async def test_s08_alerts_of_a_gap_are_answered_as_seen_late(sandbox: Sandbox, tmp_path: Path) -> None:
    async with listening(sandbox, tmp_path, PATIENT):
        first = sandbox.post_webhook(alert_post())
        await answered(sandbox, first["ts"])
    sandbox.faults.add(Fault(envelope="events_api", times=None, kind="drop"))  # Slack has given up telling
    missed = [
        sandbox.post_webhook(alert_post(f"[FIRING:1] DiskFull{n} users{n} (shop critical)")) for n in range(3)
    ]
    async with listening(sandbox, tmp_path, PATIENT) as bot:
        for alert in missed:
            await answered(sandbox, alert["ts"])
            assert "seen late" in text_of(sandbox.thread(ALERTS, alert["ts"])[1])
        sandbox.faults.clear()
        assert len(await bot.cases.recent()) == 4, "each once, and the first one not again"
        await invariants.check(sandbox, bot.cases.engine)
