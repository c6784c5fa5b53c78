"""`import slack:CHANNEL`: what a channel has seen. Without --yes it only tells what it would store."""

import argparse
from datetime import UTC, datetime

from rich.console import Console
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cli.failures import Refused
from bot.cli.slack_client import slack_client
from bot.history.bringing import ChannelImport, remembered_by
from bot.history.channel_history import ChannelHistory, channel_id, mended
from bot.history.story import Setting
from bot.identity import who_am_i
from bot.privacy import Privacy, PrivacyUnknown
from bot.settings import Settings
from bot.slack_reading import SlackAway, SlackRefuses
from bot.store.cases import Cases
from bot.wiring import now, parts
from memory.importing import ImportReport
from memory.memory import Memory, MemoryUnavailable

PREFIX = "slack:"


async def bring(options: argparse.Namespace, settings: Settings) -> tuple[ImportReport, bool]:
    """Import the channel that *options* name; return what came of it and whether it was only a dry run.

    Raises:
        Refused: Slack or memory stopped; the message says what was kept and how to go on.
    """
    token = settings.slack_bot_token.get_secret_value()
    if not token:
        raise Refused("SLACK_BOT_TOKEN is not set: the channel is read as the bot.")
    client = slack_client(settings, token)
    client.retry_handlers = []
    dry_run = options.dry_run or not options.yes
    async with parts(settings) as shared:
        importing = await _opened(options.source.removeprefix(PREFIX), client, shared.memory, shared.engine)
        return await _run(importing, dry_run=dry_run), dry_run


async def _opened(name: str, client: AsyncWebClient, memory: Memory, engine: AsyncEngine) -> ChannelImport:
    try:
        me, team, home = await who_am_i(client)
        channel = await channel_id(client, name)
        private = await Privacy(client, now).is_private(channel)
    except (SlackRefuses, SlackAway, PrivacyUnknown, LookupError) as error:
        raise Refused(f"The channel {name} cannot be read: {mended(error)}. Nothing was stored.") from error
    setting = Setting(team, channel, private, home, frozenset({me.user_id, me.bot_id}))
    return ChannelImport(
        memory, ChannelHistory(client, channel), setting, remembered_by(Cases(engine, "import"))
    )


async def _run(importing: ChannelImport, *, dry_run: bool) -> ImportReport:
    reached, stored = await importing.begun(), 0
    console = Console(stderr=True)
    if reached:
        console.print(f"Going on where the last import was cut, at {_day(reached)}.", highlight=False)

    with console.status("reading …") as status:

        def on_progress(report: ImportReport, upto: str) -> None:
            nonlocal reached, stored
            reached, stored = upto, report.stored
            status.update(f"{report.read} threads read, {report.stored} understood, back to {_day(upto)}")

        try:
            return await importing.run(dry_run=dry_run, on_progress=on_progress)
        except (SlackRefuses, SlackAway, MemoryUnavailable) as error:
            kept = "Nothing was stored." if dry_run else f"{stored} incidents are stored and stay"
            again = "" if dry_run else "; run the same again: it goes on"
            where = f" from {_day(reached)}" if reached and not dry_run else ""
            raise Refused(f"{mended(error)}. {kept}{again}{where}.") from error


def _day(ts: str) -> str:
    return datetime.fromtimestamp(float(ts), tz=UTC).strftime("%Y-%m-%d %H:%M")
