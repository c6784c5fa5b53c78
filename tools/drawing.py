"""Plots drawn in a process of their own, started when one is needed and ended when none was for a while.

Drawing holds the interpreter for tens of milliseconds at a time and leaves ten thousand objects behind that only a
stop of everything clears away; in here, the event loop would stand still for both. It knows no case.
"""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tools.drawing_process import ASKED, DRAWN, HEAD, framed, packed
from tools.plot import Panel

REST_S = 60.0
LONGEST_S = 60.0  # the first picture loads a library, on a new machine for long
PARTING_S = 5.0
HOME = Path(__file__).resolve().parents[1]


class DrawingFailed(Exception):
    """A picture could not be drawn; the message says why."""


@dataclass
class Drawing:
    """Draws one picture at a time. It belongs to one event loop; who made it closes it."""

    rest_s: float = REST_S
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _process: Process | None = field(default=None, init=False)
    _rest: asyncio.TimerHandle | None = field(default=None, init=False)
    _parting: list[Process] = field(default_factory=list, init=False)

    async def png(self, panels: Sequence[Panel], onset: datetime) -> bytes:
        """Return the picture of *panels*, empty when none can be drawn (tools/plot.py).

        Raises:
            DrawingFailed: it could not be drawn, or took more than a minute.
            OSError: no process can be started.
        """
        async with self._turn:
            if self._rest is not None:
                self._rest.cancel()
            try:
                async with asyncio.timeout(LONGEST_S):
                    kind, body = await self._answer(framed(ASKED, packed(panels, onset)))
            except (EOFError, ConnectionError, TimeoutError) as error:
                raise DrawingFailed(f"the process that draws has ended or hangs ({error!r})") from error
            if kind != DRAWN:
                raise DrawingFailed(body.decode("utf-8", "replace"))
            self._rest = asyncio.get_running_loop().call_later(self.rest_s, self._let_go)
            return body

    async def aclose(self) -> None:
        """End the process and wait until it has ended; one that is asked again starts anew."""
        if self._rest is not None:
            self._rest.cancel()
        self._let_go()
        parting, self._parting = self._parting, []
        for process in parting:
            try:
                await asyncio.wait_for(process.wait(), PARTING_S)
            except TimeoutError:
                _kill(process)
                await process.wait()

    @property
    def running(self) -> bool:
        """Whether there is a process now."""
        return self._process is not None

    async def _answer(self, frame: bytes) -> tuple[bytes, bytes]:
        if self._process is not None and self._process.returncode is not None:
            self._let_go()  # it was killed while it rested
        process = self._process or await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tools.drawing_process",
            stdin=PIPE, stdout=PIPE, cwd=HOME, start_new_session=True,  # Ctrl-C is for us, who end it then
        )  # fmt: skip
        self._process = process
        assert process.stdin is not None
        assert process.stdout is not None
        answered = False
        try:
            process.stdin.write(frame)
            await process.stdin.drain()
            kind, length = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
            body = await process.stdout.readexactly(length)
            answered = True
        finally:
            if not answered:  # also when nobody waits any more: its answer would be taken for the next one
                self._let_go()
                _kill(process)
        return kind, body

    def _let_go(self) -> None:
        """End its input: it ends by itself then, and clears away what its library laid down."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            self._parting = [*(each for each in self._parting if each.returncode is None), process]


def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
