"""Two addresses for probes: is the process alive, and does it hear Slack and reach its database.

`/livez` answers 200 while the event loop turns; `/readyz` answers 200, or 503 with what is amiss, as one JSON object.
Nothing else is served: no case, no text, no setting. It knows no part beyond what it is told to ask.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

from aiohttp import web

LOOK_S = 5.0


class CannotServe(Exception):
    """The address cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How the process is: *slack* and *database* are "ok" or what is amiss; counts are rows and cases."""

    slack: str
    database: str
    intake_waiting: int = 0
    index_waiting: int = 0
    investigating: int = 0
    slack_connections: int = 0

    @property
    def ready(self) -> bool:
        """Whether an alert that came now would be answered."""
        return self.slack == self.database == "ok"


@asynccontextmanager
async def probed(address: str, look: Callable[[], Awaitable[Condition]]) -> AsyncIterator[int]:
    """Answer probes at *address* ("host:port", port 0 takes a free one) while the block runs; gives the port, or 0.

    An empty address serves nothing.

    Raises:
        CannotServe: the address is taken or not ours.
    """
    if not address:
        yield 0
        return
    host, _, port = address.rpartition(":")

    async def livez(_request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(LOOK_S):
                told = await look()
        except TimeoutError:
            told = Condition("not asked", f"no answer within {LOOK_S:g} s")
        return web.json_response({"ready": told.ready, **asdict(told)}, status=200 if told.ready else 503)

    served = web.Application()
    served.add_routes([web.get("/livez", livez), web.get("/readyz", readyz)])
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, host.strip("[]"), int(port))
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        msg = f"Probes cannot be answered at {address} ({error.strerror or error}). Change INCIDENTOS_HEALTH."
        raise CannotServe(msg) from error
    try:
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
