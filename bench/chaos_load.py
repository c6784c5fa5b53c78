"""The load under which the bot is killed: alerts, repeats, judgements and resolutions, by people who do not give up.

It knows the sandbox and nothing of the bot but what a person sees in a thread.
"""

import asyncio
import itertools
import random
from dataclasses import dataclass, field
from typing import Any

from sandbox.server import Sandbox
from sandbox.wire import SlackError

CHANNELS = ("C0001", "C0002")
EVERY_S = 0.5


@dataclass
class Load:
    """Posts alerts, and closes the cases whose verdicts appear."""

    sandbox: Sandbox
    chance: random.Random
    roots: list[tuple[str, str]] = field(default_factory=list)
    _asked: set[str] = field(default_factory=set)
    _closed: set[str] = field(default_factory=set)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            kind = self.chance.random()
            channel = self.chance.choice(CHANNELS)
            if kind < 0.15 or not self.roots:
                self._post(channel, next(self._numbers))
            elif kind < 0.7:
                self._post(channel, self.chance.randrange(max(1, len(self.roots) // 2)))
            else:
                await self._close_one()
            await asyncio.sleep(self.chance.uniform(0.2, 1.8) * EVERY_S)

    async def end(self) -> None:
        """Close what was asked to be closed and is not."""
        for _ in range(3):
            await self._close_one()
            await asyncio.sleep(EVERY_S)

    def _post(self, channel: str, number: int) -> None:
        title = f"[FIRING:1] Alert{number} service-{number % 7} (shop critical)"
        text = f"51% of requests to service-{number % 7} ended in a 5xx over the last 20 s (limit 5%)."
        body = {"attachments": [{"title": title, "text": text, "fallback": title, "color": "danger"}]}
        message = self.sandbox.post_as_app(channel, body, name="Alertmanager")
        self.roots.append((channel, str(message["ts"])))

    async def _close_one(self) -> None:
        """Judge a verdict, then ask for the end of the case, then accept the draft; one step a call."""
        for channel, root in self.chance.sample(self.roots, min(30, len(self.roots))):
            if root in self._closed:
                continue
            replies = self.sandbox.thread(channel, root)[1:]
            if draft := next((reply for reply in replies if _offers(reply, "accept_resolution")), None):
                clicked = await self.sandbox.click(channel, draft["ts"], "Accept", user="U0002")
                if clicked.acked_at is not None:
                    self._closed.add(root)
                return
            verdict = next((reply for reply in replies if _offers(reply, "resolve")), None)
            if verdict and root not in self._asked:
                self._asked.add(root)
                try:
                    self.sandbox.react(channel, verdict["ts"], "white_check_mark", user="U0002")
                except SlackError:
                    continue
                self.sandbox.post_as("U0002", channel, "@IncidentOS resolved: rolled it back", thread_ts=root)
                return


def _offers(message: dict[str, Any], action: str) -> bool:
    return any(
        element.get("action_id") == action
        for block in message.get("blocks", ())
        for element in block.get("elements", ())
    )
