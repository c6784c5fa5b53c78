"""`serve`: join Slack over Socket Mode and work until told to stop."""

import argparse
import asyncio
import signal
from collections.abc import Mapping

import structlog

from bot.cli.failures import Refused
from bot.cli.slack_client import slack_client
from bot.health import probed
from bot.settings import Settings
from bot.sources import sources_of
from bot.wiring import house, office

log = structlog.get_logger()

DEAF = 75  # try again later: the supervisor should start us anew


async def run(_options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Serve one workspace; SIGTERM and Ctrl-C drain first."""
    settings = Settings.read(environment)
    bot_token, app_token = (
        settings.slack_bot_token.get_secret_value(),
        settings.slack_app_token.get_secret_value(),
    )
    if not bot_token or not app_token:
        raise Refused(
            "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are needed to join Slack; put them into .env "
            "(README, Join your Slack). To try without them: make run."
        )
    async with house(settings, sources_of(settings, environment)) as parts:
        bot = office(parts, slack_client(settings, bot_token), app_token)
        async with probed(settings.health, bot.condition):
            await bot.open()
            log.info("serving")
            await until_told(bot.deaf)
            log.info("draining")
            await bot.close()
    return DEAF if bot.deaf.is_set() else 0


async def until_told(told: asyncio.Event | None = None) -> None:
    """Return when the process is asked to stop, or *told* is set by something else."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    waits = [asyncio.create_task(event.wait()) for event in (stop, told) if event is not None]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
