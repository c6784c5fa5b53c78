"""What is learned in a private channel is told in that channel and nowhere else, the whole way through Slack."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.privacy import Privacy, PrivacyUnknown
from memory.insights import reflect_now
from sandbox.anthropic_script import Received, Say, Tool, Turn
from sandbox.anthropic_server import AnthropicServer
from sandbox.directory import InstalledApp
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict, text_of
from tests.conftest import Clock

WAIT = 30.0
CAUSE = "the nightly export holds every connection"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


async def resolved_in(sandbox: Sandbox, channel: str) -> str:
    """Let an alert come to its end in *channel* and return the root of its thread."""
    root = str(sandbox.post_as("U0002", channel, "@IncidentOS investigate gateway answers 503")["ts"])
    shown = await sandbox.wait_for(
        lambda: next((each for each in sandbox.thread(channel, root)[1:] if is_verdict(each)), None), WAIT
    )
    await sandbox.click(channel, shown["ts"], "Resolve", user="U0002")
    view = await sandbox.wait_for(lambda: sandbox.view("U0002"), WAIT)
    words = {
        "root_cause": {"value": {"value": CAUSE}},
        "fix": {"value": {"value": "stopped the nightly export"}},
    }
    await sandbox.submit_view(view["id"], words)
    await sandbox.wait_for(lambda: "Kept in memory" in text_of(sandbox.message(channel, shown["ts"])), WAIT)
    return root


async def recalled(sandbox: Sandbox, channel: str) -> str:
    said = await sandbox.command("/incident", "recall gateway answers 503", channel=channel, user="U0002")
    return str(said.answer)


async def whispered(sandbox: Sandbox, channel: str, words: str) -> str:
    """Say *words* and return what was answered to the speaker alone."""
    before = len(sandbox.calls_of("chat.postEphemeral"))
    sandbox.post_as("U0002", channel, words)
    await sandbox.wait_for(lambda: len(sandbox.calls_of("chat.postEphemeral")) > before, WAIT)
    return str(sandbox.calls_of("chat.postEphemeral")[-1])


async def test_a_private_channel_keeps_what_it_learned(sandbox: Sandbox, tmp_path: Path) -> None:
    secret = sandbox.workspace.create_channel(
        "secret", members={"U0002", sandbox.workspace.app.bot_user}, is_private=True
    ).id
    async with bot_in(sandbox, tmp_path, INCIDENTOS_POSTMORTEMS=str(tmp_path / "post")) as bot:
        root = await resolved_in(sandbox, secret)
        memory = bot._remembering.memory  # type: ignore[union-attr]
        kept = (await memory.records.get(["INC-1"]))["INC-1"]  # type: ignore[union-attr]
        assert (kept.channel, kept.private, kept.root_cause) == (secret, True, CAUSE)
        assert kept.link and kept.link.endswith(f"/archives/{secret}/p{root.replace('.', '')}")
        assert "stopped the nightly export" in await recalled(sandbox, secret)
        assert "stopped the nightly export" not in await recalled(sandbox, ALERTS)
        assert bot.home is not None
        facts = await bot.home.facts()
        assert facts.files == () and facts.learned == ()
        assert not (tmp_path / "post").exists()
        seen = await reflect_now(memory, "T0001", kept.resolved_at)  # type: ignore[arg-type]
        assert "export" not in repr(seen)

        other = sandbox.post_webhook(alert_post("[FIRING:1] gateway answers 503 (shop critical)"))["ts"]
        await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, other)[1:])), WAIT)
        case = await bot.case_at(ALERTS, other)
        assert case.precedents is not None and not case.precedents.found
        assert "export" not in str([text_of(each) for each in sandbox.thread(ALERTS, other)])


def asks_memory(received: Received) -> Turn:
    """Ask memory once and then be unable to tell: what the model was shown is what matters here."""
    if "tool_result" not in json.dumps(received.body["messages"]):
        return Say("", tools=(Tool("recall_similar_incidents", {"text": "gateway answers 503"}),))
    return Say('{"cause": null, "services": [], "confidence": 0.1, "claims": [], "fix": null}')


async def test_a_model_is_shown_of_memory_what_its_channel_may_read(sandbox: Sandbox, tmp_path: Path) -> None:
    secret = sandbox.workspace.create_channel(
        "secret", members={"U0002", sandbox.workspace.app.bot_user}, is_private=True
    ).id
    async with AnthropicServer(asks_memory) as server:
        keys = {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": server.url}
        async with bot_in(sandbox, tmp_path, **keys):
            await resolved_in(sandbox, secret)

            async def shown_in(channel: str) -> list[str]:
                """Return all that a model is shown for an investigation in *channel*."""
                before = len(server.requests)
                root = str(
                    sandbox.post_as("U0002", channel, "@IncidentOS investigate gateway answers 503")["ts"]
                )
                await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(channel, root)[1:])), WAIT)
                bodies = [json.dumps(each.body["messages"]) for each in server.requests[before:]]
                assert any("tool_result" in each for each in bodies), "the model asked memory itself"
                return bodies

            assert not any(CAUSE in each or "INC-1" in each for each in await shown_in(ALERTS))
            assert any(CAUSE in each for each in await shown_in(secret)), "its own channel may read it"


async def test_an_open_case_of_a_private_channel_is_listed_there_alone(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    secret = sandbox.workspace.create_channel(
        "secret", members={"U0002", sandbox.workspace.app.bot_user}, is_private=True
    ).id
    async with bot_in(sandbox, tmp_path):
        root = sandbox.post_as("U0002", secret, "@IncidentOS investigate gateway answers 503")["ts"]
        await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(secret, root)[1:])), WAIT)
        for channel, listed in ((ALERTS, "No case is open."), (secret, "INC-1")):
            assert listed in await whispered(sandbox, channel, "@IncidentOS which incidents are open?")


def privacy_in(sandbox: Sandbox, clock: Clock) -> Privacy:
    client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    client.retry_handlers = []
    return Privacy(client, clock)


async def test_what_slack_will_not_tell_is_private_and_what_it_cannot_tell_now_is_not_decided(
    sandbox: Sandbox, clock: Clock
) -> None:
    privacy = privacy_in(sandbox, clock)
    sandbox.faults.add(Fault(kind="ratelimited", method="conversations.info"))
    with pytest.raises(PrivacyUnknown, match="ratelimited"):
        await privacy.is_private(ALERTS)
    sandbox.faults.add(Fault(kind="http_error", method="conversations.info", status=503))
    assert await privacy.hides(ALERTS)
    assert not await privacy.is_private(ALERTS)
    sandbox.faults.add(Fault(kind="error", method="conversations.info", error="missing_scope"))
    assert await privacy.is_private("C0002")
    assert await privacy.is_private("C9999")


async def test_without_the_scope_every_channel_is_private(clock: Clock) -> None:
    app = InstalledApp(scopes=frozenset({"channels:history", "chat:write"}))
    async with Sandbox(app=app) as sandbox:
        assert await privacy_in(sandbox, clock).is_private(ALERTS)


async def test_an_alert_in_a_private_channel_joins_no_case_of_another(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    secret = sandbox.workspace.create_channel(
        "secret", members={"U0002", sandbox.workspace.app.bot_user}, is_private=True
    ).id

    def answered(channel: str, root: str) -> bool:
        return any(map(is_verdict, sandbox.thread(channel, root)[1:]))

    async with bot_in(sandbox, tmp_path) as bot:
        public = sandbox.post_webhook(alert_post())["ts"]
        await sandbox.wait_for(lambda: answered(ALERTS, public), WAIT)
        title = "[FIRING:1] MergerDatabaseDown gateway (shop critical)"
        for post in (alert_post(), alert_post(title)):  # the same trouble, and a neighbour's
            sandbox.post_as_app(secret, post, name="Alertmanager")
        await sandbox.wait_for(lambda: len(bot_cases(sandbox, secret)) > 0, WAIT)
        await sandbox.wait_for(
            lambda: all(answered(secret, root) for root in bot_cases(sandbox, secret)), WAIT
        )
        again = sandbox.post_webhook(alert_post())["ts"]
        await sandbox.wait_for(lambda: "Repeated" in str(sandbox.thread(ALERTS, public)), WAIT)
        assert len(sandbox.thread(ALERTS, again)) == 1
        shown = str([sandbox.thread(ALERTS, root) for root in (public, again)])
        assert "Merger" not in shown and "joined" not in shown
        assert {row.place.channel for row in await bot.cases.recent()} == {ALERTS, secret}


def bot_cases(sandbox: Sandbox, channel: str) -> list[str]:
    """The messages of *channel* that have a thread."""
    roots = [message["ts"] for message in sandbox.messages(channel)]
    return [root for root in roots if len(sandbox.thread(channel, root)) > 1]
