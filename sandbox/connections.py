"""The app's websocket connections: who is connected, whose turn it is, and everything a connection may do wrong.

Speaks frames (text), not envelopes: delivery.py decides what is sent and what an ack means. At most ten
connections, served in turn, as Slack does.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable

from aiohttp import WSCloseCode, WSMsgType, web

from sandbox.pulse import Pulse
from sandbox.timing import Timing
from sandbox.wire import JsonObject

MOST_CONNECTIONS = 10
_HOST = "applink-sandbox"


class Connection:
    """One websocket: a queue of frames and a writer. `deaf`: it stays open, answers nothing and delivers nothing."""

    def __init__(self, number: int, socket: web.WebSocketResponse, timing: Timing) -> None:
        self.number = number
        self.deaf = False
        self.leaving = False
        self._socket = socket
        self._timing = timing
        self._frames: asyncio.Queue[str] = asyncio.Queue()

    def send(self, frame: str) -> None:
        """Queue a frame; a deaf connection swallows it."""
        if not self.deaf:
            self._frames.put_nowait(frame)

    async def write(self) -> None:
        """Write queued frames until the connection ends; ping when there is nothing to say."""
        while True:
            try:
                async with asyncio.timeout(self._timing.ping_interval):
                    frame = await self._frames.get()
            except TimeoutError:
                if not self.deaf:
                    await self._socket.ping(b"Ping from applink-sandbox")
            else:
                await self._socket.send_str(frame)

    async def read(self, heard: Callable[[str], None]) -> None:
        """Pass what the app says to *heard* until the connection ends."""
        async for message in self._socket:
            if self.deaf:
                continue
            if message.type is WSMsgType.TEXT:
                heard(message.data)
            elif message.type is WSMsgType.PING:
                await self._socket.pong(message.data)

    async def close(self) -> None:
        """Close with a goodbye."""
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    def abort(self, request: web.Request) -> None:
        """Cut the TCP connection without a goodbye."""
        if request.transport is not None:
            request.transport.abort()


class Connections:
    """All connections of the app, served in turn."""

    def __init__(self, timing: Timing, pulse: Pulse, app_id: str) -> None:
        self._timing = timing
        self._pulse = pulse
        self._app_id = app_id
        self._open: dict[int, tuple[Connection, web.Request]] = {}
        self._turn = 0
        self._made = 0
        self._goodbyes: set[asyncio.Task[None]] = set()
        self.deaf_from_start = False
        self.ghosts = 0  # connections of processes that died, which Slack still counts
        self.on_change: Callable[[], None] = lambda: None

    def __len__(self) -> int:
        return len(self._open)

    @property
    def open(self) -> tuple[Connection, ...]:
        """The open connections, oldest first."""
        return tuple(connection for connection, _ in self._open.values())

    def next(self) -> Connection | None:
        """Return the connection whose turn it is, or None when the app is not connected."""
        ready = [each for each in self.open if not each.leaving] or self.open
        if not ready:
            return None
        self._turn += 1
        return ready[self._turn % len(ready)]

    async def serve(self, request: web.Request, heard: Callable[[str], None]) -> web.WebSocketResponse:
        """Hold one connection from hello to its end."""
        socket = web.WebSocketResponse(timeout=1.0, autoping=False, max_msg_size=16 * 1024 * 1024)
        await socket.prepare(request)
        self._made += 1
        connection = Connection(self._made, socket, self._timing)
        if len(self._open) >= MOST_CONNECTIONS:
            await socket.send_str(_disconnect_frame("too_many_websockets"))
            await connection.close()
            return socket
        connection.deaf = self.deaf_from_start
        self._open[connection.number] = (connection, request)
        await socket.send_str(self._hello())
        self._changed()
        writer = asyncio.create_task(connection.write())
        try:
            await connection.read(heard)
        finally:
            self._open.pop(connection.number, None)
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writer
            self._changed()
        return socket

    def disconnect(self, reason: str = "refresh_requested", connection: Connection | None = None) -> None:
        """Send a disconnect frame (warning, refresh_requested, link_disabled, too_many_websockets).

        After a warning the connection stays; after the others it is the last choice for envelopes, and is closed a
        moment later.
        """
        for each in self.open if connection is None else (connection,):
            each.send(_disconnect_frame(reason))
            if reason != "warning":
                each.leaving = True
                task = asyncio.create_task(self._close_soon(each))
                self._goodbyes.add(task)
                task.add_done_callback(self._goodbyes.discard)

    async def _close_soon(self, connection: Connection) -> None:
        await asyncio.sleep(self._timing.goodbye)
        await connection.close()

    async def close_all(self, *, abort: bool = False) -> None:
        """End every connection now: with a close frame, or (abort) by cutting the TCP connection."""
        for connection, request in tuple(self._open.values()):
            if abort:
                connection.abort(request)
            else:
                await connection.close()

    def deafen(self, *, new_too: bool = False) -> None:
        """Make every open connection deaf: open, yet nothing arrives and no ping is answered."""
        for each in self.open:
            each.deaf = True
        self.deaf_from_start = new_too

    def send_raw(self, frame: str) -> None:
        """Write any text to the connection whose turn it is; ConnectionError when there is none."""
        connection = self.next()
        if connection is None:
            raise ConnectionError("the app is not connected")
        connection.send(frame)

    async def stop(self) -> None:
        """End everything when the sandbox ends."""
        for task in self._goodbyes:
            task.cancel()
        await self.close_all(abort=True)

    def _hello(self) -> str:
        hello: JsonObject = {
            "type": "hello",
            "num_connections": len(self._open) + self.ghosts,
            "debug_info": {"host": _HOST, "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }
        return json.dumps(hello)

    def _changed(self) -> None:
        self.on_change()
        self._pulse.beat()


def _disconnect_frame(reason: str) -> str:
    return json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": _HOST}})
