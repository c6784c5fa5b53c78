"""The sandbox: a local Slack workspace that a real Bolt app joins, as one async context manager.

    async with Sandbox() as sandbox:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        alert = sandbox.post_webhook({"text": "[FIRING:1] HighErrorRate checkout"})
        await sandbox.wait_for(lambda: sandbox.thread("C0001", alert["ts"])[1:])

Listens on 127.0.0.1 only. Doing something as a person returns at once, except where Slack waits for the app's
ack (commands, clicks, shortcuts, modals): those are awaited and return the envelope, whose `acked_at` tells.
"""

import asyncio
import errno
import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType, TracebackType
from typing import Self

import structlog
from aiohttp import web

from sandbox.browser_api import BrowserApi
from sandbox.browser_feed import BrowserFeed
from sandbox.calling import Platform
from sandbox.changes import Change
from sandbox.connections import Connections
from sandbox.delivery import Delivery
from sandbox.directory import InstalledApp
from sandbox.event_feed import EventFeed
from sandbox.faults import Faults
from sandbox.files import MOST_BYTES, Files
from sandbox.interactions import Interactions
from sandbox.modals import Modals
from sandbox.people import People
from sandbox.pulse import Pulse
from sandbox.rates import Rates
from sandbox.scenario import Scenario
from sandbox.status import Statuses
from sandbox.streams import Streams
from sandbox.tickets import Tickets
from sandbox.timing import Timing
from sandbox.web_api import Tokens, WebApi
from sandbox.webhooks import PlainPosts
from sandbox.wire import Clock
from sandbox.workspace import Workspace

log = structlog.get_logger(__name__)

HOST = "127.0.0.1"
_NOTHING: Mapping[str, Scenario] = MappingProxyType({})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PortInUse(OSError):
    """Someone else listens on the port; the message says what to do."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} on {HOST} is already in use: stop the program that listens there, "
            f"or choose another one with --port (0 takes any free port)."
        )
        self.port = port


class Sandbox(People):
    """A workspace, its server and what tests and scenarios do with them.

    `app` is the app as its manifest declares it (InstalledApp.from_manifest), `clock` seconds since the epoch.
    """

    bot_token = "xoxb-sandbox-bot"  # noqa: S105 - opens nothing but this sandbox
    app_token = "xapp-1-A0001-sandbox"  # noqa: S105 - same

    def __init__(
        self,
        port: int = 0,
        *,
        app: InstalledApp | None = None,
        scenarios: Mapping[str, Scenario] = _NOTHING,
        timing: Timing | None = None,
        clock: Clock = time.time,
        agent_sessions: bool = False,
    ) -> None:
        self._port = port
        self._runner: web.AppRunner | None = None
        self._firing: set[asyncio.Task[None]] = set()
        timing, app = timing or Timing(), app or InstalledApp()
        self.scenarios = scenarios
        self.pulse = Pulse()
        self.faults = Faults()
        self.workspace = Workspace(app, clock)
        self.modals = Modals(self.workspace)
        self.socket = Connections(timing, self.pulse, app.id)
        self.delivery = Delivery(self.socket, self.faults, timing, clock, self.pulse)
        self.tokens = Tokens(self.bot_token, self.app_token, app.scopes)
        self.rates = Rates(clock)
        self._tickets = Tickets(timing, clock)
        self.statuses = Statuses(self.workspace, timing)
        self.files = Files()
        platform = Platform(
            workspace=self.workspace,
            modals=self.modals,
            streams=Streams(timing, clock),
            files=self.files,
            tickets=self._tickets,
            statuses=self.statuses,
            timing=timing,
            clock=clock,
            url=lambda: self.url,
            agent_sessions=agent_sessions,
        )
        self.interactions = Interactions(platform, self.delivery)
        self.web_api = WebApi(platform, self.tokens, self.faults, self.rates, self.pulse)
        self.events = EventFeed(self.workspace)
        self.feed = BrowserFeed(self.workspace, self.me)
        self.socket.on_change = self._connections_changed
        self.workspace.listen(self._changed)

    @property
    def url(self) -> str:
        """The sandbox's address, without a trailing slash; the page is there."""
        return f"http://{HOST}:{self._port}"

    @property
    def api_url(self) -> str:
        """What a slack_sdk client takes as `base_url`."""
        return f"{self.url}/api/"

    @property
    def webhook_url(self) -> str:
        """The incoming webhook of #alerts."""
        return f"{self.url}/services/T0001/B0001/alerts"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; PortInUse when someone else does."""
        app = web.Application(middlewares=[_no_cache], client_max_size=MOST_BYTES + 1024)
        posts = PlainPosts(self.workspace, self.interactions)
        app.add_routes(
            [
                web.route("*", "/api/{method}", self.web_api.handle),
                web.get("/link", self._link),
                web.get("/link/", self._link),
                web.post("/services/{path:.+}", posts.webhook),
                web.post("/response/{key}", posts.response),
                web.post("/upload/{key}", self._upload),
                web.get("/files/{id}/{name}", self._file),
                *BrowserApi(self).routes(),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port)
        try:
            await site.start()
        except OSError as failed:
            await self._runner.cleanup()
            if failed.errno == errno.EADDRINUSE:
                raise PortInUse(self._port) from failed
            raise
        self._port = self._runner.addresses[0][1]
        log.info("sandbox_listening", url=self.url)

    async def stop(self) -> None:
        """End everything: connections, timers, scenarios, the server."""
        for task in self._firing:
            task.cancel()
        await asyncio.gather(*self._firing, return_exceptions=True)
        self.delivery.stop()
        self.statuses.stop()
        self.feed.stop()
        await self.socket.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def start_scenario(self, name: str) -> str | None:
        """Fire a scenario in the background; return a sentence when it cannot be fired, else None."""
        scenario = self.scenarios.get(name)
        if scenario is None:
            return f"There is no scenario named {name!r}."
        if scenario.why_not is not None:
            return scenario.why_not
        task = asyncio.create_task(self.fire(scenario))
        self._firing.add(task)
        task.add_done_callback(self._firing.discard)
        return None

    async def fire(self, scenario: Scenario) -> None:
        """Fire a scenario and tell the page how it goes; its failure is told and logged, not raised."""
        self.tell(scenario.name, scenario.title, "started")
        try:
            await scenario.fire(self)
        except Exception as failed:
            log.exception("scenario_failed", scenario=scenario.name)
            self.tell(scenario.name, str(failed) or type(failed).__name__, "failed")
        else:
            self.tell(scenario.name, scenario.title, "done")

    def tell(self, name: str, text: str, state: str = "step") -> None:
        """Tell the page how a scenario goes: started, step, done or failed."""
        self.feed.send({"type": "scenario", "name": name, "state": state, "text": text})

    def _changed(self, change: Change) -> None:
        for callback in self.events.callbacks(change):
            self.delivery.event(callback)
        self.pulse.beat()

    def _connections_changed(self) -> None:
        self.feed.send({"type": "bot", "connected": len(self.socket) > 0})

    async def _link(self, request: web.Request) -> web.StreamResponse:
        if not self._tickets.socket_is_good(request.query.get("ticket", "")):
            raise web.HTTPNotFound(text="this ticket was used or never issued")
        return await self.socket.serve(request, self.delivery.heard)

    async def _upload(self, request: web.Request) -> web.Response:
        if not self.files.receive(request.match_info["key"], await request.read()):
            raise web.HTTPBadRequest(text="no such upload, or another length than announced")
        return web.Response(text="OK")

    async def _file(self, request: web.Request) -> web.Response:
        file = self.files.by_id.get(request.match_info["id"])
        if file is None or file.content is None:
            raise web.HTTPNotFound
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        kind = "image/png" if file.content.startswith(b"\x89PNG\r\n") else "application/octet-stream"
        return web.Response(body=file.content, content_type=kind, headers=headers)


@web.middleware
async def _no_cache(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    if not response.prepared:
        response.headers.setdefault("Cache-Control", "no-cache")
    return response
