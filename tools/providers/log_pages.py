"""Read many log lines by pages: the newest page first, then the rest of the window in slices, each bounded alike.

So of too many lines every part of the window keeps some, the onset as well as the end. Reading ends when the window
is read, at the bound of lines or bytes, or when the look has no time left; what was left out is noted as a remark.
It knows no source's language: it asks for the newest lines of a window, and asks again before the oldest of them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tools.progress import megabytes, progress
from tools.telemetry import LogLine, Window

MAX_TEXT = 32_768  # characters of one line
SLICES = 6
AT_ONCE = 4
NORMAL_SHARE, NORMAL_LINES = 0.25, 120_000  # normal operation needs fewer bytes and lines to compare with
_LEAST_STEP = timedelta(microseconds=1)


@dataclass(slots=True)
class Pages:
    """The lines of one question: *ask* returns the newest lines of a window, at most *page_lines*.

    *max_bytes* bounds the text of all lines, *limit* their number.
    """

    name: str
    ask: Callable[[Window], Awaitable[Sequence[LogLine]]]
    page_lines: int
    limit: int
    max_bytes: int
    _edges: set[datetime] = field(default_factory=set)
    _cut: bool = False

    async def read(self, window: Window) -> list[LogLine]:
        """Return the lines of *window*, oldest first. Raises what *ask* raises for the first page."""
        found = [_bounded(line) for line in await self.ask(window)]
        if self.page_lines <= len(found) < self.limit:
            found += await self._rest(Window(window.start, self._oldest(found, window)))
        lines = sorted(self._once(line for line in found if line.at in window), key=lambda line: line.at)
        if len(lines) > self.limit:
            self._cut, lines = True, lines[-self.limit :]
        if self._cut:
            size = sum(len(line.text) for line in lines)
            progress().note(
                f"{self.name}: more lines than one look reads: {len(lines):,} of them, {megabytes(size)}, "
                "spread over the window"
            )
        return lines

    async def _rest(self, window: Window) -> list[LogLine]:
        step = (window.end - window.start) / SLICES
        parts = [Window(window.start + step * n, window.start + step * (n + 1)) for n in range(SLICES)]
        self._edges.update(part.start for part in parts)
        gate = asyncio.Semaphore(AT_ONCE)
        read = await asyncio.gather(*(self._slice(part, gate) for part in reversed(parts)))
        return [line for lines in read for line in lines]

    async def _slice(self, part: Window, gate: asyncio.Semaphore) -> list[LogLine]:
        found: list[LogLine] = []
        size, left = 0, self.limit // SLICES
        while (
            part.start <= part.end
        ):  # at its very first moment too, of which the page before may hold a part
            if progress().late or size >= self.max_bytes / SLICES or len(found) >= left:
                self._cut = True
                break
            async with gate:
                page = [_bounded(line) for line in await self.ask(part)]
            found += page
            size += sum(len(line.text) for line in page)
            if len(page) < self.page_lines:
                break
            part = replace(part, end=self._oldest(page, part))
        return found

    def _oldest(self, page: Sequence[LogLine], asked: Window) -> datetime:
        """Return until when to ask next: lines of that very moment may be on both pages."""
        oldest = min(line.at for line in page)
        if oldest >= asked.end:  # a whole page of one moment: what else there is of it cannot be asked for
            self._cut = True
            return asked.end - _LEAST_STEP
        self._edges.add(oldest)
        return oldest

    def _once(self, lines: Iterable[LogLine]) -> list[LogLine]:
        """Return *lines* without those that two pages gave."""
        seen: set[LogLine] = set()
        kept: list[LogLine] = []
        for line in lines:
            if line.at in self._edges:
                if line in seen:
                    continue
                seen.add(line)
            kept.append(line)
        return kept


def _bounded(line: LogLine) -> LogLine:
    return line if len(line.text) <= MAX_TEXT else replace(line, text=line.text[:MAX_TEXT])
