"""A real Alertmanager posts to the sandbox's webhook: a case begins, and its resolved post closes the loop."""

from pathlib import Path

from sandbox.server import Sandbox
from tests.bot.office import ALERTS, bot_in, is_verdict, text_of
from tests.sandbox.alertmanager import alertmanager, needs_alertmanager, put_alert

WAIT = 40.0


@needs_alertmanager
async def test_a_real_alert_opens_a_case_and_its_resolution_is_noted(tmp_path: Path) -> None:
    alert = {"labels": {"alertname": "HighErrorRate", "service": "gateway", "severity": "critical"}}
    async with (
        Sandbox() as sandbox,
        bot_in(sandbox, tmp_path) as bot,
        alertmanager(sandbox.webhook_url, tmp_path) as address,
    ):
        await put_alert(address, alert)
        posted = await sandbox.wait_for(
            lambda: next(iter(sandbox.messages(ALERTS)), None), WAIT, "the alert's post"
        )
        shown = await sandbox.wait_for(
            lambda: next(
                (reply for reply in sandbox.thread(ALERTS, posted["ts"])[1:] if is_verdict(reply)), None
            ),
            WAIT,
            "a verdict",
        )
        await put_alert(address, alert | {"endsAt": "2020-01-01T00:00:00Z"})
        await sandbox.wait_for(
            lambda: "cleared" in text_of(sandbox.message(ALERTS, shown["ts"])).lower(),
            WAIT,
            "the alert's end",
        )
        case = await bot.case_at(ALERTS, posted["ts"])
        assert case.cleared_at is not None
        assert len(await bot.cases.recent()) == 1
