"""A clock turned by hand, and a real Bolt app joined to the sandbox over real Socket Mode, that keeps what it hears."""

from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox

Json = dict[str, Any]


class HandClock:
    """A clock that tests turn by hand."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


class Joined:
    """The app, its client, its handlers; `heard` are the bodies of all events, `retries` their retry numbers."""

    def __init__(self, sandbox: Sandbox, ping_interval: float = 10) -> None:
        self.sandbox = sandbox
        self.ping_interval = ping_interval
        self.client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        self.app = AsyncApp(name="joined", client=self.client)
        self.heard: list[Json] = []
        self.retries: list[tuple[str, str]] = []
        self.handlers: list[AsyncSocketModeHandler] = []
        for kind in ("message", "app_mention", "reaction_added", "reaction_removed", "app_home_opened"):
            self.app.event(kind)(self._hear)
        for kind in ("member_joined_channel", "member_left_channel", "channel_archive"):
            self.app.event(kind)(self._hear)

    async def _hear(self, body: Json, request: AsyncBoltRequest) -> None:
        self.heard.append(body)
        number = request.headers.get("x-slack-retry-num", ["0"])[0]
        self.retries.append((number, request.headers.get("x-slack-retry-reason", [""])[0]))

    @property
    def events(self) -> list[Json]:
        return [body["event"] for body in self.heard]

    def texts(self) -> list[str]:
        return [event["text"] for event in self.events if event["type"] == "message" and "text" in event]

    async def join(self, connections: int = 1) -> None:
        for _ in range(connections):
            handler = AsyncSocketModeHandler(
                self.app, self.sandbox.app_token, ping_interval=self.ping_interval
            )
            self.handlers.append(handler)
            await handler.connect_async()  # type: ignore[no-untyped-call]
        await self.sandbox.wait_for(lambda: len(self.sandbox.socket) >= connections)

    async def leave(self) -> None:
        for handler in self.handlers:
            await handler.close_async()  # type: ignore[no-untyped-call]
        self.handlers.clear()
