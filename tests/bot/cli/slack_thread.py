"""A sandbox in a thread of its own, for commands that run their own event loop."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sandbox.server import Sandbox


@contextmanager
def sandbox_aside(tell: Callable[[Sandbox], None]) -> Iterator[dict[str, str]]:
    """Run a sandbox in which *tell* has happened; yield the settings with which a command finds it."""
    ready, done = threading.Event(), threading.Event()
    settings: dict[str, str] = {}

    async def run() -> None:
        async with Sandbox() as sandbox:
            tell(sandbox)
            settings["SLACK_BOT_TOKEN"] = sandbox.bot_token
            settings["SLACK_API_URL"] = sandbox.api_url.rstrip("/")
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(20), "the sandbox did not come up"
    try:
        yield settings
    finally:
        done.set()
        thread.join(20)
