"""The Socket Mode connection: joined, watched, and made anew when it goes deaf.

A connection may be open and deaf. Two things tell: no answer to a ping, and a message in history that no event
told of. Then a fresh client takes its place; when that fails again and again, `deaf` is set and the process ends
so that its supervisor starts it anew. On every new connection what was missed is read from history. It knows no
message's meaning.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import ClientError, WSMessage
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Hearing:
    """When a connection counts as deaf, in seconds. *tries* fresh clients in a row may fail before we give up."""

    ping_s: float = 10.0
    quiet_s: float = 45.0
    look_s: float = 5.0
    history_s: float = 300.0
    connect_s: float = 30.0
    tries: int = 6
    crowd: int = 8  # Slack allows ten connections of one app; above this many somebody has left ghosts behind


async def untold(_connections: int) -> None:
    """Tell nobody."""


class Ear:
    """One process's connection. *missed* reads history and returns how many messages no event had told.

    *crowd* hears of more connections of this app than are its own.
    """

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        missed: Callable[[], Awaitable[int]],
        hearing: Hearing,
        crowd: Callable[[int], Awaitable[None]] = untold,
    ) -> None:
        """Keep the parts; `join` connects."""
        self.deaf = asyncio.Event()
        self.connections = 0  # of this app with Slack, as its last greeting counted them
        self._app = app
        self._app_token = app_token
        self._missed = missed
        self._rules = hearing
        self._crowd = crowd
        self._handler: AsyncSocketModeHandler | None = None
        self._failures = 0
        self._crowded = False
        self._looked_at = time.monotonic()
        self._catching: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._left = False

    @property
    def state(self) -> str:
        """How the connection is: "ok", or what is amiss."""
        if self.deaf.is_set():
            return "deaf: given up, the process ends"
        if self._handler is None:
            return "not connected"
        return "ok" if not self._failures else f"being made anew, {self._failures} tries failed"

    async def join(self) -> None:
        """Connect for the first time.

        Raises:
            SlackApiError: the app token is refused.
            OSError: Slack cannot be reached.
        """
        # the SDK's own connect tries for ever, also with a token that is refused: ask once before
        opened = await self._app.client.apps_connections_open(app_token=self._app_token)
        await self._connect(str(opened["url"]))

    async def leave(self) -> None:
        """Hear no more."""
        self._left = True
        for task in filter(None, (self._catching, self._watching)):
            task.cancel()
        if self._watching is not None:  # else it would join again what is left here
            await asyncio.wait({self._watching})
        await self._close()

    async def watch(self) -> None:
        """Look after the connection until `leave`; cancel to stop."""
        self._watching = asyncio.current_task()
        while not self._left:
            await asyncio.sleep(self._rules.look_s)
            try:
                if why := await self._trouble():
                    await self._renew(why)
            except (SlackApiError, OSError, ClientError, TimeoutError) as error:
                self._failures += 1
                log.warning(
                    "socket_not_renewed", why=str(error) or type(error).__name__, tries=self._failures
                )
                if self._failures >= self._rules.tries:
                    log.error("socket_given_up", tries=self._failures)  # noqa: TRY400 (told above, try by try)
                    self.deaf.set()
                    return
                await asyncio.sleep(min(2.0**self._failures, 60.0))

    async def _trouble(self) -> str:
        """Return why the connection must be made anew, or nothing when it hears."""
        if self._crowded:
            return "too many connections of this app"
        if self._handler is None:
            return "not connected"
        answered = self._handler.client.last_ping_pong_time
        if answered is not None and time.time() - answered > self._rules.quiet_s:
            return f"no answer to a ping for {time.time() - answered:.0f} s"
        if time.monotonic() - self._looked_at > self._rules.history_s:
            self._looked_at = time.monotonic()
            if await self._missed():
                return "history holds messages that no event told of"
        return ""

    async def _renew(self, why: str) -> None:
        log.warning("socket_renewed", why=why)
        crowded, self._crowded = self._crowded, False
        await self._close()
        if self._left:
            return
        if crowded:  # the others must go first: coming back at once would only be refused again
            await asyncio.sleep(min(2.0 ** (self._failures + 1), 60.0))
        async with asyncio.timeout(self._rules.connect_s):
            opened = await self._app.client.apps_connections_open(app_token=self._app_token)
            await self._connect(str(opened["url"]))
        self._failures = 0

    async def _connect(self, url: str) -> None:
        handler = AsyncSocketModeHandler(self._app, self._app_token, ping_interval=self._rules.ping_s)
        handler.client.wss_uri = url
        handler.client.message_listeners.append(self._heard)
        handler.client.on_message_listeners.append(self._seen)
        self._handler = handler
        await handler.connect_async()  # type: ignore[no-untyped-call]

    async def _close(self) -> None:
        handler, self._handler = self._handler, None
        if handler is None:
            return
        try:
            with contextlib.suppress(asyncio.CancelledError, TimeoutError, OSError, ClientError):
                async with asyncio.timeout(5.0):
                    await handler.close_async()  # type: ignore[no-untyped-call]
        finally:  # a far end that is gone answers no goodbye, and the SDK goes no further
            if (session := handler.client.aiohttp_client_session) is not None:
                await session.close()

    async def _heard(
        self, _client: AsyncBaseSocketModeClient, message: dict[str, Any], _raw: str | None
    ) -> None:
        """On hello, count the app's connections and read what was missed."""
        if message.get("type") != "hello":
            return
        self.connections = int(message.get("num_connections") or 0)
        if self.connections > self._rules.crowd:
            log.warning("many_connections", connections=self.connections)
            await self._crowd(self.connections)
        if self._catching is None or self._catching.done():
            self._catching = asyncio.create_task(self._catch_up())

    async def _catch_up(self) -> None:
        self._looked_at = time.monotonic()
        if found := await self._missed():
            log.info("caught_up", messages=found)

    async def _seen(self, message: WSMessage) -> None:
        """Slack's goodbye never reaches the other listeners; "too many" needs a pause, not a new try at once."""
        if '"too_many_websockets"' in str(message.data)[:500]:
            said = json.loads(message.data)
            self._crowded = said.get("type") == "disconnect"
        # the SDK takes all frames that have arrived in one turn of the loop; everything else waits that long
        await asyncio.sleep(0)
