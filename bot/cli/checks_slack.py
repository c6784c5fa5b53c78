"""`doctor` at Slack: both tokens, the scopes against manifest.yml, the channels, the clock. It posts nothing."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import yaml
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.checks import Check, failed, ok, skipped
from bot.settings import Settings

MANIFEST = Path(__file__).resolve().parent.parent.parent / "manifest.yml"
SKEW_S = 30.0
CHANNEL_MENDS = {
    "not_in_channel": "Invite the bot there: /invite @IncidentOS.",
    "channel_not_found": "Check the id (open the channel's details; it begins with C), and invite the bot.",
    "missing_scope": "Reinstall the app with the scopes of manifest.yml.",
}


async def checks_slack(
    settings: Settings, client: Callable[[str], AsyncWebClient], now: Callable[[], datetime]
) -> AsyncIterator[Check]:
    """Yield what Slack says to the tokens of *settings*; *client* makes a client for a token."""
    token = settings.slack_bot_token.get_secret_value()
    if not token:
        yield skipped("Slack bot token", "none is set", "README, Join your Slack. The sandbox needs none.")
    else:
        slack = client(token)
        try:
            told = await slack.auth_test()
        except (SlackApiError, OSError) as error:
            yield failed(
                "Slack bot token", _why(error), "Copy SLACK_BOT_TOKEN again from OAuth & Permissions."
            )
        else:
            yield ok("Slack bot token", f"{told['user']} in {told['team']}")
            yield scopes(told.headers)
            yield clock(told.headers, now())
            for channel in settings.channels:
                yield await _channel(slack, channel)
    yield await _app_token(settings, client)


def scopes(headers: Mapping[str, Any]) -> Check:
    """Hold the scopes that the token has against those that the manifest asks for."""
    granted = {scope.strip() for scope in _header(headers, "x-oauth-scopes").split(",") if scope.strip()}
    asked = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"]
    missing = [scope for scope in asked if scope not in granted]
    if not granted:
        return skipped("Slack scopes", "Slack did not say which are granted")
    if missing:
        return failed(
            "Slack scopes",
            f"missing: {', '.join(missing)}",
            "Paste manifest.yml into the app and reinstall it.",
        )
    extra = sorted(granted - set(asked))
    beside = f"; granted beside them: {', '.join(extra)}" if extra else ""
    return ok("Slack scopes", f"all {len(asked)} of manifest.yml{beside}")


def clock(headers: Mapping[str, Any], now: datetime) -> Check:
    """Compare this machine's clock with Slack's."""
    date = _header(headers, "date")
    if not date:
        return skipped("clock beside Slack's", "Slack sent no date")
    apart = (now - parsedate_to_datetime(date)).total_seconds()
    if abs(apart) > SKEW_S:
        return failed(
            "clock beside Slack's", f"{apart:+.0f} s apart", "Let NTP set the clock of this machine."
        )
    return ok("clock beside Slack's", f"{abs(apart):.0f} s apart")


async def _channel(slack: AsyncWebClient, channel: str) -> Check:
    name = f"channel {channel}"
    try:
        await slack.conversations_history(channel=channel, limit=1)
    except SlackApiError as error:
        reason = str(error.response.get("error"))
        return failed(name, reason, CHANNEL_MENDS.get(reason, "Check INCIDENTOS_CHANNELS."))
    except OSError as error:
        return failed(name, _why(error), "Try again when Slack can be reached.")
    return ok(name, "can be read")


async def _app_token(settings: Settings, client: Callable[[str], AsyncWebClient]) -> Check:
    name = "Slack app token"
    token = settings.slack_app_token.get_secret_value()
    if not token:
        return skipped(name, "none is set", "Basic Information, App-Level Tokens, scope connections:write.")
    try:
        await client(token).apps_connections_open(app_token=token)
    except (SlackApiError, OSError) as error:
        return failed(
            name, _why(error), "Make an app-level token with connections:write; turn Socket Mode on."
        )
    return ok(name, "Socket Mode can be joined")


def _why(error: SlackApiError | OSError) -> str:
    if isinstance(error, SlackApiError):
        return f"Slack refuses: {error.response.get('error', 'no reason given')}"
    return f"Slack cannot be reached ({error})"


def _header(headers: Mapping[str, Any], name: str) -> str:
    found = next((value for key, value in headers.items() if key.lower() == name), "")
    return ", ".join(found) if isinstance(found, list) else str(found)
