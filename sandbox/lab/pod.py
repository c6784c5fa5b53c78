"""One running process of one service, in a session of its own so that its children end with it."""

import asyncio
import contextlib
import os
import signal
from dataclasses import dataclass, field

_MIB = 1024 * 1024


@dataclass(slots=True, eq=False)
class Pod:
    """A process, what was learnt about it, and how to end it."""

    service: str
    name: str
    process: asyncio.subprocess.Process
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False
    killed_at_bytes: float = 0.0
    limit_bytes: float = 0.0
    last_words: str = ""

    async def ready_or_over(self) -> None:
        """Return when it answers, or when it is over."""
        waits = [asyncio.ensure_future(self.ready.wait()), asyncio.ensure_future(self.process.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self._signal(signal.SIGKILL)

    def exit_words(self) -> str:
        """Say how it ended, as orchestrators do: 128 + signal number, OOMKilled when memory was the reason."""
        code = self.process.returncode
        shown = "unknown" if code is None else str(128 - code if code < 0 else code)
        if self.killed_at_bytes:
            held, limit = self.killed_at_bytes / _MIB, self.limit_bytes / _MIB
            return f"exit code {shown}, reason OOMKilled, memory {held:.1f} MiB over its limit of {limit:.0f} MiB"
        return f"exit code {shown}"

    def _signal(self, number: signal.Signals) -> None:
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
