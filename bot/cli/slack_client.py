"""The client for the Slack that the settings name: the public one, or another address of the same API."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings


def slack_client(settings: Settings, token: str) -> AsyncWebClient:
    """Return a client for *token*."""
    address = settings.slack_api_url
    return AsyncWebClient(token=token, base_url=f"{address}/") if address else AsyncWebClient(token=token)
