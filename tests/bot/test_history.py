"""A Slack channel's past: which threads are incidents, what is learned from them, and that a cut run goes on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import create_async_engine

from bot.history.bringing import ChannelImport
from bot.history.channel_history import ChannelHistory, channel_id
from bot.history.said import Says, sentences_of
from bot.history.story import Setting, incident_of
from bot.slack_reading import SlackAway, SlackRefuses
from memory.import_record import LeftOut
from memory.importing import ImportReport
from memory.incident import Incident, Outcome
from memory.memory import Memory
from memory.records import Records
from memory.store_edge import EdgeStore
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post
from tests.memory.making import WordEmbed, a_question, let_go

SETTING = Setting("T1", "C1", private=False, home="https://shop.slack.com/", me=frozenset({"UBOT", "BBOT"}))


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def memory(tmp_path: Path) -> AsyncIterator[Memory]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/truth.db")
    records = Records(engine)
    await records.create_tables()
    embed = WordEmbed()
    made = Memory(records, EdgeStore(tmp_path / "index", embed.model_id, embed.size), embed)
    yield made
    await made.close()
    await let_go(engine)


def says(text: str) -> set[Says]:
    return {each for sentence in sentences_of(text) for each in sentence.says}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rolled back 1.4.2, errors are gone.", {Says.DEED, Says.OVER}),
        ("root cause: the certificate of the gateway expired", {Says.CAUSE}),
        ("Restarted the pods, did not help", {Says.IN_VAIN}),
        ("is it fixed now?", set()),
        ("It is not fixed", {Says.NOT_OVER}),
        ("we should roll back once the build is fixed", set()),
        ("spoke too soon, still failing", {Says.NOT_OVER}),
        ("turned out that a migration held a lock on orders", {Says.CAUSE}),
        ("Hopefully resolved soon", set()),
        ("I'm going to restart the workers", set()),
        ("ok", set()),
        ("good morning everyone, who is on call today", set()),
    ],
)
def test_what_a_sentence_says(text: str, expected: set[Says]) -> None:
    assert says(text) == expected


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    assert all(sentence.text for sentence in sentences_of(text))


def thread(*replies: tuple[str, str], root: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    first = {"ts": "1700000000.000100", "bot_id": "B9", **alert_post(), **(root or {})}
    rest = [
        {"ts": f"{1700000060 + 60 * n}.000100", "user": by, "text": text}
        for n, (by, text) in enumerate(replies)
    ]
    return [first, *rest]


def test_a_thread_that_people_ended_is_an_incident_with_what_worked_and_what_did_not() -> None:
    found = incident_of(
        thread(
            ("U1", "restarted the store pods, no effect"),
            ("U2", "turned out the pool was too small since 1.4.2"),
            ("U2", "Rolled back to 1.4.1. Errors are gone, <@U1>"),
        ),
        SETTING,
    )
    assert isinstance(found, Incident)
    assert found.id == "slack:C1:1700000000.000100"
    assert found.source == "import" and found.resolved_by == "U2"
    assert found.root_cause == "turned out the pool was too small since 1.4.2"
    assert [(fix.action, fix.outcome, fix.by) for fix in found.fixes] == [
        ("Rolled back to 1.4.1.", Outcome.WORKED, "U2"),
        ("restarted the store pods, no effect", Outcome.DID_NOT, "U1"),
    ]
    assert found.link == "https://shop.slack.com/archives/C1/p1700000000000100"
    assert found.started_at and found.resolved_at and found.started_at < found.resolved_at


def test_what_only_the_monitor_ended_is_not_said_to_have_worked() -> None:
    replies = thread(("U1", "Increased the pool size"))
    cleared = alert_post("[RESOLVED] HighErrorRate gateway (shop critical)", color="good")
    found = incident_of([*replies, {"ts": "1700000900.000100", "bot_id": "B9", **cleared}], SETTING)
    assert isinstance(found, Incident)
    assert [fix.outcome for fix in found.fixes] == [Outcome.UNKNOWN]
    assert found.resolved_by == ""


@pytest.mark.parametrize(
    ("replies", "why"),
    [
        ([("U1", "looking"), ("U2", "any news?")], "nobody says"),
        ([("U1", "Rolled back, fixed"), ("U2", "spoke too soon, still failing")], "nobody says"),
        ([("U1", "all green again")], "nobody says why"),
        ([("UBOT", "root cause: found. Rolled back, all clear")], "nobody says"),
    ],
)
def test_what_is_left_out_and_why(replies: list[tuple[str, str]], why: str) -> None:
    left = incident_of(thread(*replies), SETTING)
    assert isinstance(left, LeftOut) and why in left.why


def test_a_machine_makes_no_cause_and_no_fix() -> None:
    lying = {"ts": "1700000100.000100", "bot_id": "B9", "text": "Root cause: DNS. Rolled back, resolved."}
    assert isinstance(incident_of([*thread(), lying], SETTING), LeftOut)


@dataclass
class Told:
    """What an import told on its way, and how long it slept."""

    seconds: list[float] = field(default_factory=list)
    steps: list[ImportReport] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)

    def progress(self, report: ImportReport, _upto: str) -> None:
        self.steps.append(report)


async def nothing_known(_channel: str, _ts: str) -> str:
    return ""


def client_of(sandbox: Sandbox) -> AsyncWebClient:
    client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    client.retry_handlers = []
    return client


def importing(sandbox: Sandbox, memory: Memory, told: Told, page: int = 200) -> ChannelImport:
    setting = Setting("T1", ALERTS, private=False, home="https://shop.slack.com/", me=frozenset({"U0BOT"}))
    return ChannelImport(
        memory, ChannelHistory(client_of(sandbox), ALERTS, told.sleep, page), setting, nothing_known
    )


def tell(sandbox: Sandbox, number: int) -> str:
    """Let one incident happen in the alert channel; return its root's ts."""
    root = str(sandbox.post_webhook(alert_post(f"[FIRING:1] HighErrorRate shop-{number} (critical)"))["ts"])
    sandbox.post_as("U0002", ALERTS, f"root cause: pool of shop-{number} ran dry", thread_ts=root)
    sandbox.post_as("U0002", ALERTS, "raised the limit to 40, all green", thread_ts=root)
    return root


async def test_a_dry_run_stores_nothing_and_the_same_again_changes_nothing(
    sandbox: Sandbox, memory: Memory
) -> None:
    roots = [tell(sandbox, number) for number in range(3)]
    sandbox.post_as("U0003", ALERTS, "good morning")
    told = Told()
    dry = await importing(sandbox, memory, told).run(dry_run=True, on_progress=told.progress)
    assert (dry.stored, await memory.records.count()) == (3, 0)
    assert "cause known, 1 tried, 1 worked" in dry.understood[0]
    assert dry.left_out[-1].why == "without a thread below"
    first = await importing(sandbox, memory, told).run(dry_run=False, on_progress=told.progress)
    again = await importing(sandbox, memory, told).run(dry_run=False, on_progress=told.progress)
    assert (first.stored, again.stored, again.unchanged) == (3, 0, 3)
    assert told.steps
    found = (await memory.recall(a_question("HighErrorRate shop-1", now=datetime.now(UTC)))).matches[0]
    assert found.incident.link and "imported, not resolved with us" in found.reasons
    late = sandbox.post_as(
        "U0003", ALERTS, "the cause was a leak, restarted the store, resolved", thread_ts=roots[0]
    )
    assert late["ts"]
    edited = await importing(sandbox, memory, told).run(dry_run=False, on_progress=told.progress)
    assert (edited.stored, edited.unchanged) == (1, 2)


async def test_slacks_wait_is_honoured_and_a_cut_run_goes_on_where_it_was(
    sandbox: Sandbox, memory: Memory
) -> None:
    for number in range(6):
        tell(sandbox, number)
    told = Told()
    sandbox.faults.add(Fault(kind="ratelimited", method="conversations.replies", retry_after=7))
    run = importing(sandbox, memory, told, page=2)

    def cut_after_a_page(report: ImportReport, upto: str) -> None:
        told.progress(report, upto)
        sandbox.faults.add(Fault(kind="http_error", method="conversations.history", status=503, times=None))

    with pytest.raises(SlackAway):
        await run.run(dry_run=False, on_progress=cut_after_a_page)
    assert 7.0 in told.seconds
    kept = await memory.records.count()
    assert 0 < kept == told.steps[-1].stored < 6
    assert await run.begun()
    sandbox.faults.clear()
    rest = await importing(sandbox, memory, told).run(dry_run=False, on_progress=told.progress)
    assert kept + rest.stored == 6 and rest.unchanged == 0
    assert not await run.begun()


async def test_a_channel_is_found_by_its_name_and_one_that_is_not_there_is_told(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    name = sandbox.workspace.channels[ALERTS].name
    assert await channel_id(client, f"#{name}") == ALERTS == await channel_id(client, ALERTS)
    with pytest.raises(LookupError, match="no channel #nowhere"):
        await channel_id(client, "nowhere")
    told = Told()
    away = ChannelHistory(client, "C0999", told.sleep)
    with pytest.raises(SlackRefuses, match="channel_not_found"):
        await anext(away.pages())


async def test_what_people_confirmed_in_slack_is_not_overwritten(sandbox: Sandbox, memory: Memory) -> None:
    root = tell(sandbox, 1)
    told = Told()
    confirmed = Incident(f"slack:{ALERTS}:{root}", "T1", "confirmed by people", source="slack")
    await memory.retain(confirmed)
    report = await importing(sandbox, memory, told).run(dry_run=False, on_progress=told.progress)
    assert report.stored == 0 and "an import does not change it" in report.left_out[0].why
