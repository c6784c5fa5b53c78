"""Waiting for something to become true without polling: whoever changes state beats, whoever waits looks again.

Knows no state itself. Beats between two looks are merged, so ten thousand changes do not cost ten thousand looks.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class Pulse:
    """Wakes those who wait when anything happened."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def beat(self) -> None:
        """Say that something happened."""
        for each in self._waiting:
            each.set()

    async def wait_for(self, look: Callable[[], Found | None], timeout: float = 5.0, what: str = "") -> Found:  # noqa: ASYNC109 - tests read better with it
        """Return what *look* returns as soon as it is true; TimeoutError (naming *what*) after *timeout* seconds."""
        woken = asyncio.Event()
        self._waiting.add(woken)
        try:
            async with asyncio.timeout(timeout):
                while not (found := look()):
                    await woken.wait()
                    woken.clear()
                return found
        except TimeoutError as late:
            raise TimeoutError(f"nothing after {timeout:g} s: {what or look}") from late
        finally:
            self._waiting.discard(woken)
