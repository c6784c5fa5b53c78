"""Deploys that were seen in Slack: written into a book, listed by the tool, and part of the next case."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.heard import ChangeNoticed, Place
from bot.inbox import Inbox, Me
from bot.privacy import PrivacyUnknown
from bot.store.changes import KEPT, Changes
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict
from tests.bot.slack_posts import Message, app, attached, edit, webhook
from tools.deploys import DeploymentsTool
from tools.diffs import DiffTool
from tools.providers.noticed import NoticedChanges
from tools.sources import DeploySource
from tools.telemetry import Deployment, Window
from tools.tool import Findings, Scope, Status, ToolCall
from tools.toolbox import Toolbox

WAIT = 30.0
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = Window(AT - timedelta(hours=1), AT + timedelta(minutes=10))


def noticed(text: str, minutes: float = 5, channel: str = "C0OPS") -> ChangeNoticed:
    ts = f"{(AT - timedelta(minutes=minutes)).timestamp():.6f}"
    heard = Inbox(Me("U0BOT", "B0BOT")).read({**webhook("deploybot", text), "ts": ts, "channel": channel})
    assert isinstance(heard, ChangeNoticed)
    return heard


GITHUB = "*<https://github.com/acme/cart/deployments|Deployment to production succeeded>* by bo"
ARGO = ":white_check_mark: Application pay is now running new version of deployments manifests."
WENT_OUT = [
    (webhook("deploybot", "🚀 *ledger* v3.2.1 deployed to *production* by ann"), "ledger", "v3.2.1", "ann"),
    (
        webhook("Octopus Deploy", "Deployment of Ledger release 4.4 to Production succeeded"),
        "Ledger",
        "4.4",
        "",
    ),
    (app("Vercel", "Deployment failed: shop-web (production)"), "shop-web", "", ""),
    (app("GitHub", attachments=attached(text=GITHUB)), "cart", "", "bo"),
    (app("argocd", ARGO, attachments=attached(title="pay", color="18be52")), "pay", "", ""),
    (webhook("ci-deploys", "Rolled back `search` to 9f8e7d6c5b by cy"), "search", "9f8e7d6c5b", "cy"),
    (webhook("LaunchDarkly", "ann turned *off* the flag `new-ledger` in *Production*"), "", "", ""),
]


@pytest.mark.parametrize(("post", "service", "version", "author"), WENT_OUT)
def test_what_went_out_is_read(post: Message, service: str, version: str, author: str) -> None:
    heard = Inbox(Me("U0BOT", "B0BOT")).read(post)
    assert isinstance(heard, ChangeNoticed)
    assert heard.took_effect
    assert (heard.service, heard.version, heard.author) == (service, version, author)
    assert " " in heard.title


@pytest.mark.parametrize(
    "post",
    [
        app(
            "GitHub", attachments=attached(title="Pull request opened by ann", text="#4 Fix critical outage")
        ),
        webhook("Jenkins", "acme ledger - #212 Failure after 4 min"),
        app("GitLab", "ann pushed to branch main of acme/ledger: 2 commits"),
    ],
)
async def test_a_change_by_which_nothing_goes_out_is_not_written(post: Message, engine: AsyncEngine) -> None:
    heard = Inbox(Me("U0BOT", "B0BOT")).read(post)
    assert isinstance(heard, ChangeNoticed)
    assert (await Changes(engine).note(heard)).startswith("ignored")
    assert await Changes(engine).empty()


async def test_the_book_keeps_a_message_once_and_the_edit_of_it(engine: AsyncEngine) -> None:
    book = Changes(engine)
    was = {**webhook("deploybot", "deploying ledger v2.0.1 to production"), "ts": f"{AT.timestamp():.6f}"}
    now = {**webhook("deploybot", "ledger v2.0.1 deployed to production"), "ts": was["ts"]}
    inbox = Inbox(Me("U0BOT", "B0BOT"))
    for event in (was, was, edit(now, was)):
        heard = inbox.read(event)
        assert isinstance(heard, ChangeNoticed)
        assert await book.note(heard) == "noted: a change of ledger"
    (found,) = await book.between(HOUR)
    assert (found.sha, found.at, found.service) == ("ledger@v2.0.1", AT, "ledger")
    assert found.title == "ledger v2.0.1 deployed to production (deploybot)"


async def test_what_is_old_goes(engine: AsyncEngine) -> None:
    book = Changes(engine)
    await book.note(noticed("orders v1.0.0 deployed", minutes=KEPT.total_seconds() / 60 + 60))
    await book.note(noticed("orders v1.0.1 deployed"))
    assert [each.sha for each in await book.between(Window(AT - 2 * KEPT, AT))] == ["orders@v1.0.1"]


async def test_a_private_channel_tells_nobody_elsewhere(engine: AsyncEngine) -> None:
    async def private(channel: str) -> bool:
        if channel == "CASKED":
            raise PrivacyUnknown("Slack does not answer")
        return channel == "GSECRET"

    book = Changes(engine, private)
    for channel in ("GSECRET", "CASKED", "C0OPS"):
        await book.note(noticed(f"{channel.lower()}-api v1.0.0 deployed", channel=channel))
    assert [each.service for each in await book.between(HOUR)] == ["c0ops-api"]
    assert await book.known("gsecret-api@v1.0.0") is None


class Silent:
    """A source that could be read and had nothing."""

    name = "git"

    async def deployments(self, window: Window, *, service: str | None = None) -> Sequence[Deployment]:  # noqa: ARG002 (the protocol's signature)
        return ()

    async def diff(self, sha: str) -> Deployment | None:  # noqa: ARG002 (the protocol's signature)
        return None


async def looked(source: NoticedChanges, name: str, *beside: Silent, **arguments: str) -> Findings:
    sources: list[DeploySource] = [source, *beside]
    toolbox = Toolbox((DeploymentsTool(sources), DiffTool(sources)), lambda text: text)
    asked: dict[str, JsonValue] = {**arguments}
    scope = Scope(HOUR, AT, service="ledger", text="HighErrorRate on ledger")
    return await toolbox.run(ToolCall(name, asked), scope)


async def test_list_deployments_shows_it_and_its_diff_is_honest(engine: AsyncEngine) -> None:
    book = Changes(engine)
    await book.note(noticed("ledger v3.2.1 deployed to production by ann", minutes=4))
    source = NoticedChanges(book, alone=True)
    found = await looked(source, "list_deployments")
    (seen,) = found.observations
    assert (found.status, seen.source, seen.service) == (Status.FOUND, "slack", "ledger")
    assert (seen.facts["sha"], seen.facts["author"], seen.facts["minutes_before_onset"]) == (
        "ledger@v3.2.1",
        "ann",
        4.0,
    )
    assert (await looked(source, "list_deployments", service="Ledger")).status is Status.FOUND
    assert (await looked(source, "list_deployments", service="search")).status is Status.NOTHING
    diff = await looked(source, "diff_deployment", sha="ledger@v3.2.1")
    assert "no diff" in diff.observations[0].text


async def test_an_empty_book_alone_is_not_available_and_beside_others_says_nothing(
    engine: AsyncEngine,
) -> None:
    empty = Changes(engine)
    alone = await looked(NoticedChanges(empty, alone=True), "list_deployments")
    assert alone.status is Status.UNAVAILABLE
    beside = await looked(NoticedChanges(empty, alone=False), "list_deployments", Silent())
    assert beside.status is Status.NOTHING


async def test_a_deploy_seen_in_slack_is_evidence_of_the_next_case(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, bot_in(sandbox, tmp_path) as bot:
        sandbox.post_as_app(ALERTS, {"text": "gateway v9.9.1 deployed by bo"}, name="deploybot")
        root = sandbox.post_webhook(alert_post())["ts"]
        await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, root)[1:])), WAIT)
        case = await bot.case_at(ALERTS, root)
        told = {
            each.seen.facts.get("sha"): each.seen.source for each in case.evidence if each.kind == "deploy"
        }
        assert told["gateway@v9.9.1"] == "slack"
        assert told["abc1234def56"] == "files"


def test_a_change_keeps_its_place() -> None:
    assert noticed("ledger v1.2.3 deployed").place == Place(
        "C0OPS", f"{(AT - timedelta(minutes=5)).timestamp():.6f}"
    )
