"""Plots in the evidence reply: uploaded once, following the words, never in their way."""

import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from matplotlib.image import imread
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.blocks.plots import Picture, as_data, from_data
from bot.door import door
from bot.pictures import Pictures
from bot.poster import Poster
from bot.slack_web import SlackWeb
from bot.store.pictures import UploadedPictures
from bot.store.replies import Replies, Wanted
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict, text_of
from tests.conftest import Clock
from tools.plot import Panel, png
from tools.redact import redact

ONSET = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CHANNEL = "C0001"
WAIT = 30.0


def panel(name: str = "checkout", unit: str = "s", last: float = 4.8) -> Panel:
    points = tuple((ONSET.timestamp() + 60 * at, 0.12 if at < 0 else last) for at in range(-30, 20))
    return Panel(name, "latency_p95", unit, points, 0.12, ONSET)


PICTURE = as_data(Picture((panel(),), ONSET, "checkout: latency_p95 from 0.12 s to 4.8 s (×40)"))


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


class Here:
    """Draws in this process: a process for every test takes a second (tests/tools/test_drawing.py has some)."""

    async def png(self, panels: Sequence[Panel], onset: datetime) -> bytes:
        return png(panels, onset)

    async def aclose(self) -> None:
        pass


def poster_of(engine: AsyncEngine, sandbox: Sandbox, clock: Clock) -> tuple[Poster, Pictures]:
    client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    pictures = Pictures(client, UploadedPictures(engine), clock, Here())
    return Poster(Replies(engine), SlackWeb(client, door(frozenset(), redact), pictures), clock), pictures


def wanted(text: str = "Evidence") -> Wanted:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    small = {"type": "context", "elements": [{"type": "mrkdwn", "text": "small print"}]}
    return Wanted(
        "INC-1:evidence", "evidence", CHANNEL, None,
        {"text": text, "blocks": [section, small], "picture": PICTURE}, final=True,
    )  # fmt: skip


async def drawn(pictures: Pictures) -> None:
    for task in list(pictures._making.values()):
        await task


def own(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [message for message in sandbox.messages(CHANNEL) if message.get("bot_id") == "B0BOT"]


def uploads(sandbox: Sandbox) -> int:
    return sum(call.method == "files.completeUploadExternal" for call in sandbox.calls)


async def test_the_words_go_first_and_the_picture_follows_once(
    engine: AsyncEngine, sandbox: Sandbox, clock: Clock
) -> None:
    poster, pictures = poster_of(engine, sandbox, clock)
    await poster.replies.want([wanted()], clock())
    await poster.send_due()
    (first,) = own(sandbox)
    assert [block["type"] for block in first["blocks"]] == ["section", "context"]
    await drawn(pictures)
    clock.pass_(seconds=2.1)
    await poster.send_due()
    (shown,) = own(sandbox)
    assert [block["type"] for block in shown["blocks"]] == ["section", "image", "context"]
    image = shown["blocks"][1]
    assert image["alt_text"] == PICTURE["alt"]
    file = sandbox.files.by_id[image["slack_file"]["id"]]
    assert file.content is not None
    assert file.content.startswith(b"\x89PNG")
    clock.pass_(seconds=60)
    before = len(sandbox.calls)
    await poster.send_due()
    assert len(sandbox.calls) == before, "all is shown"
    await poster.replies.want([wanted("Evidence, again")], clock())
    await poster.send_due()
    assert own(sandbox)[0]["blocks"][1]["slack_file"] == image["slack_file"]
    assert uploads(sandbox) == 1


async def test_a_restart_in_between_uploads_nothing_twice_and_forgets_no_picture(
    engine: AsyncEngine, sandbox: Sandbox, clock: Clock
) -> None:
    poster, pictures = poster_of(engine, sandbox, clock)
    await poster.replies.want([wanted()], clock())
    await poster.send_due()
    await drawn(pictures)
    again, others = poster_of(engine, sandbox, clock)  # a new process, which knows the database alone
    clock.pass_(seconds=60)
    await again.send_due()
    assert [block["type"] for block in own(sandbox)[0]["blocks"]] == ["section", "image", "context"]
    assert not others._making
    assert uploads(sandbox) == 1
    assert len(own(sandbox)) == 1


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_without_the_scope_the_words_stand_alone_and_nothing_is_tried_for_each_reply(
    engine: AsyncEngine, sandbox: Sandbox, clock: Clock, method: str
) -> None:
    sandbox.faults.add(Fault(method=method, times=50, kind="error", error="missing_scope"))
    poster, pictures = poster_of(engine, sandbox, clock)
    await poster.replies.want([wanted()], clock())
    for _ in range(5):
        await poster.send_due()
        await drawn(pictures)
        clock.pass_(seconds=4)
    (message,) = own(sandbox)
    assert [block["type"] for block in message["blocks"]] == ["section", "context"]
    assert sum(call.method == "files.getUploadURLExternal" for call in sandbox.calls) == 1
    calls = len(sandbox.calls)
    await poster.send_due()
    assert len(sandbox.calls) == calls, "it is given up, not asked for ever"


async def test_a_file_that_slack_is_not_done_with_costs_no_words(
    engine: AsyncEngine, sandbox: Sandbox, clock: Clock
) -> None:
    poster, pictures = poster_of(engine, sandbox, clock)
    await poster.replies.want([wanted()], clock())
    await poster.send_due()
    await drawn(pictures)
    (file,) = sandbox.files.by_id.values()
    content, file.content = file.content, None
    clock.pass_(seconds=4)
    await poster.send_due()
    assert [block["type"] for block in own(sandbox)[0]["blocks"]] == ["section", "context"]
    file.content = content
    clock.pass_(seconds=4)
    await poster.send_due()
    assert [block["type"] for block in own(sandbox)[0]["blocks"]] == ["section", "image", "context"]


def test_a_picture_survives_the_outbox() -> None:
    assert as_data(from_data(PICTURE)) == PICTURE


@pytest.mark.parametrize(
    "panels",
    [
        (panel(),),
        (panel(), panel("store"), panel("payments", "bytes", 9e8)),
        (panel("$\\frac{1}{2}$ <script> 支付 \x07"),),
        (panel(last=0.12),),
        (panel(last=1e300), panel(last=float("nan")), panel()),
        (Panel("s", "m", "", tuple((ONSET.timestamp(), float(at)) for at in range(9))),),
    ],
)
def test_whatever_the_numbers_and_names_are_there_is_a_picture_that_reads_on_both_grounds(
    panels: tuple[Panel, ...],
) -> None:
    made = imread(io.BytesIO(png(panels, ONSET)))
    assert made.shape[1] == 840
    assert made.shape[0] <= 760
    assert made[..., -1].min() == 1.0, "it has a ground of its own: the page's colour does not matter"
    dark = float(made[..., :3].mean(axis=2).min())
    assert made[0, 0, 0] - dark > 0.7, "its words stand out from its ground"


def test_no_points_no_picture() -> None:
    assert png((), ONSET) == b""
    assert png((Panel("s", "m", "s", ((1.0, float("inf")),) * 9),), ONSET) == b""


async def test_the_whole_bot_shows_a_plot_with_its_words_unless_it_is_switched_off(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, bot_in(sandbox, tmp_path, INCIDENTOS_PLOTS="yes"):
        alert = sandbox.post_webhook(alert_post())

        def pictured() -> dict[str, Any] | None:
            thread = sandbox.thread(ALERTS, alert["ts"])[1:]
            return next((r for r in thread if any(b["type"] == "image" for b in r["blocks"])), None)

        evidence = await sandbox.wait_for(pictured, WAIT, "a plot")
        assert evidence["text"] == "Evidence"
        image = next(block for block in evidence["blocks"] if block["type"] == "image")
        assert image["alt_text"].startswith("Plot around the onset at ")
        assert "store: " in image["alt_text"] or "gateway: " in image["alt_text"]
    async with Sandbox() as sandbox, bot_in(sandbox, tmp_path / "off", INCIDENTOS_PLOTS="no"):
        alert = sandbox.post_webhook(alert_post())
        await sandbox.wait_for(
            lambda: next((r for r in sandbox.thread(ALERTS, alert["ts"])[1:] if is_verdict(r)), None), WAIT
        )
        assert not sandbox.files.by_id
        assert "query_metrics" in text_of(sandbox.thread(ALERTS, alert["ts"])[2])
