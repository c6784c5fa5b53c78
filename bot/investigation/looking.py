"""One round of looking: all calls at once, each told as soon as it is back, the late ones at the deadline.

A look that takes its time tells in between how far it has come. It knows no tool by name and no source.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.investigation.events import EvidenceCollected
from bot.investigation.gathering import patient
from bot.investigation.look_progress import LookProgressed
from tools.progress import Progress
from tools.tool import Findings, Scope, Status, ToolCall

Run = Callable[[ToolCall, Scope], Awaitable[Findings]]


@dataclass(slots=True)
class _Look:
    call: ToolCall
    progress: Progress = field(default_factory=Progress)
    said: str = ""

    async def made(self, run: Run, scope: Scope) -> Findings:
        return await run(self.call, replace(patient(self.call, scope), progress=self.progress))

    def news(self) -> str:
        """Return how far it has come when that was not said before."""
        words = self.progress.words()
        if words == self.said:
            return ""
        self.said = words
        return words


async def looked(
    calls: Sequence[ToolCall], run: Run, scope: Scope, *, within_s: float, told_every_s: float
) -> AsyncGenerator[EvidenceCollected | LookProgressed, None]:
    """Yield what each of *calls* came to within *within_s* seconds, and now and then how far one has come."""
    looks = [_Look(call) for call in calls]
    running = {asyncio.ensure_future(look.made(run, scope)): look for look in looks}
    now = time.monotonic()
    deadline, tell = now + within_s, now + told_every_s
    try:
        while running:
            until = min(deadline, tell)
            done, _ = await asyncio.wait(
                running,
                timeout=max(0.0, until - time.monotonic()),
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                del running[task]
                yield EvidenceCollected(task.result())
            if not done and time.monotonic() >= deadline:
                for late in running.values():
                    yield EvidenceCollected(_too_late(late.call, within_s))
                return
            if time.monotonic() >= tell:
                tell = time.monotonic() + told_every_s
                for look in running.values():
                    if words := look.news():
                        yield LookProgressed(look.call, words)
    finally:
        for task in running:
            task.cancel()


def _too_late(call: ToolCall, within_s: float) -> Findings:
    note = f"no answer within {within_s:.0f} s"
    return Findings(call, Status.UNAVAILABLE, note=note, took_s=within_s)
