"""A TCP proxy that misbehaves when told to: what a network does between the bot and all that it speaks to.

It knows no protocol. What is told holds for connections that are open and for those to come.
"""

import asyncio
import contextlib
from types import TracebackType
from typing import Literal, Self

Way = Literal[
    "pass",
    "black_hole",  # connections are taken, nothing gets through either way: half-open
    "refuse",  # connections are reset as soon as they are made, and those that are open at once
]
PIECE = 65536


class Proxy:
    """Stands on a port of its own before *host*:*port*. *delay_s* is waited before each piece goes on, both ways."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._to = (host, port)
        self.port = 0
        self.way: Way = "pass"
        self.delay_s = 0.0
        self.passed = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._open = asyncio.Event()
        self._open.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self._open.set()
        self._reset_all()

    def pass_on(self) -> None:
        """Behave again; what a black hole held back goes on, as after a lost route that comes back."""
        self.way, self.delay_s = "pass", 0.0
        self._open.set()

    def black_hole(self) -> None:
        """Let nothing through from now on, and keep every connection open."""
        self.way = "black_hole"
        self._open.clear()

    def refuse(self) -> None:
        """Reset every connection, now and when it is made."""
        self.way = "refuse"
        self._reset_all()

    def _reset_all(self) -> None:
        for writer in tuple(self._writers):
            _reset(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        beyond: asyncio.StreamWriter | None = None
        try:
            if self.way == "refuse":
                return
            await self._open.wait()
            back, beyond = await asyncio.open_connection(*self._to)
            self._writers.add(beyond)
            asks = asyncio.create_task(self._carry(reader, beyond))
            answers = asyncio.create_task(self._carry(back, writer))
            await asyncio.wait((asks, answers), return_when=asyncio.FIRST_COMPLETED)
            asks.cancel()
            answers.cancel()
            await asyncio.gather(asks, answers, return_exceptions=True)
        except OSError:
            pass  # nobody listens beyond: whoever connected sees a reset
        finally:
            for each in (writer, beyond):
                if each is not None:
                    self._writers.discard(each)
                    _reset(each)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE):
                await self._open.wait()
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                writer.write(piece)
                await writer.drain()
                self.passed += len(piece)


def _reset(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, RuntimeError):
        writer.transport.abort()
