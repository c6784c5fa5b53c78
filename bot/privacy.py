"""Whether a channel is private, as Slack itself says; what Slack will not say counts as private.

It asks `conversations.info` and believes the answer for a few minutes: channels can be made private later. It knows
no memory; what follows for incidents is decided where they are remembered.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_reading import SlackAway, SlackRefuses, read

log = structlog.get_logger()

BELIEVED = timedelta(minutes=5)
UNASKED = timedelta(
    seconds=15
)  # after Slack gave no answer, so that a storm does not wait for it at every alert
PASSING = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "request_timeout", "service_unavailable"}
)


class PrivacyUnknown(Exception):
    """Slack cannot be asked just now; the message is one honest line."""


@dataclass
class Privacy:
    """What is known about the privacy of channels."""

    client: AsyncWebClient
    now: Callable[[], datetime]
    _known: dict[str, tuple[datetime, bool]] = field(default_factory=dict)
    _silent: dict[str, datetime] = field(default_factory=dict)

    async def is_private(self, channel: str) -> bool:
        """Say whether *channel* is private, a direct message included; one that Slack hides from us is.

        Raises:
            PrivacyUnknown: Slack does not answer, so that nothing can be decided yet.
        """
        told = self._known.get(channel)
        if told is None or self.now() - told[0] > BELIEVED:
            told = self._known[channel] = (self.now(), await self._ask(channel))
        return told[1]

    async def hides(self, channel: str) -> bool:
        """Say the same for what is shown to everyone: while nothing is known, the channel counts as private."""
        silent = self._silent.get(channel)
        if silent is not None and self.now() - silent < UNASKED:
            return True
        try:
            return await self.is_private(channel)
        except PrivacyUnknown as away:
            log.warning("privacy_unknown", channel=channel, why=str(away))
            self._silent[channel] = self.now()
            return True

    async def _ask(self, channel: str) -> bool:
        try:
            told = (await read(self.client, "conversations.info", channel=channel))["channel"]
        except SlackRefuses as refusal:
            log.info("channel_taken_for_private", channel=channel, why=str(refusal))
            return True
        except SlackAway as away:
            raise PrivacyUnknown(f"Slack does not say whether {channel} is private ({away}).") from away
        return bool(told.get("is_private") or told.get("is_im") or told.get("is_mpim"))
