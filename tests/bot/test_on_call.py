"""Who is on call is called only where the operator says so; an alert from the future is told as one."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.blocks.on_call import on_call_for, with_call
from bot.blocks.stages import recall_reply
from bot.blocks.thread import replies_for
from bot.door import door
from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile, fold
from bot.investigation.events import AlertReceived, Concluded, Event, Recorded
from bot.investigation.verdict import Verdict
from bot.settings import BadSetting, Settings
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict, text_of

AT = datetime(2026, 11, 27, 10, tzinfo=UTC)


def case(*events: Event, starts_at: datetime = AT) -> CaseFile:
    alert = Alert("alertmanager", "HighErrorRate gateway", starts_at, service="gateway")
    return fold(Recorded(AT, event) for event in (AlertReceived("INC-1", alert), *events))


def concluded(*services: str, cause: str | None = "store: PoolTimeout <@U0EVIL>") -> CaseFile:
    return case(Concluded(Verdict("concluded", "evidence_only", cause, services=services)))


def test_only_the_first_suspect_s_on_call_is_called_and_only_when_configured() -> None:
    on_call = {"store-service": "U0ADA", "gateway": "U0BOB"}
    assert on_call_for(concluded("Store_Service", "gateway"), on_call) == ("Store_Service", "U0ADA")
    assert on_call_for(concluded("users", "gateway"), on_call) is None
    assert on_call_for(concluded("gateway"), {}) is None
    assert on_call_for(concluded("gateway", cause=None), on_call) is None
    assert on_call_for(case(), on_call) is None


def test_the_gate_lets_the_configured_user_through_and_nobody_else() -> None:
    told = concluded("store")
    (verdict,) = (
        reply for reply in with_call(replies_for(told), "store", "U0ADA") if reply.slot == "verdict"
    )
    body = {"text": verdict.text, "blocks": list(verdict.blocks), "mentions": ["U0ADA"]}
    sent = json.dumps(door((), str)(body), ensure_ascii=False)
    assert "On call for `store`: <@U0ADA>" in sent
    assert "U0EVIL>" not in sent
    assert "<@U0ADA>" not in json.dumps(door((), str)({**body, "mentions": []}))


def test_what_is_no_user_is_refused() -> None:
    assert Settings.read({"INCIDENTOS_ON_CALL": "store=U0ADA, a b=W12"}).on_call == ("store=U0ADA", "a b=W12")
    for wrong in ("store", "store=ada", "store=S0GROUP", "<x>=U0ADA", "store=U0ADA>"):
        with pytest.raises(BadSetting, match="INCIDENTOS_ON_CALL: must be service=U"):
            Settings.read({"INCIDENTOS_ON_CALL": wrong})


async def test_the_verdict_in_the_thread_calls_whom_the_settings_name(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, bot_in(sandbox, tmp_path, INCIDENTOS_ON_CALL=f"store={sandbox.me}"):
        alert = sandbox.post_webhook(alert_post())
        verdict = await sandbox.wait_for(
            lambda: next(
                (each for each in sandbox.thread(ALERTS, alert["ts"])[1:] if is_verdict(each)), None
            ),
            30,
        )
        assert f"On call for `store`: <@{sandbox.me}>" in text_of(verdict)


@pytest.mark.parametrize(
    ("seconds", "said"), [(95, "2 min ahead of ours"), (40, "40 s ahead of ours"), (10, "")]
)
def test_an_alert_whose_clock_is_ahead_is_told(seconds: int, said: str) -> None:
    shown = str(recall_reply(case(starts_at=AT + timedelta(seconds=seconds))))
    assert (said in shown) if said else ("clock" not in shown)
