"""The scripted Messages API in a process of its own, for benches: prints its address, ends when stdin does."""

import asyncio
import sys

from sandbox.anthropic_rules import MODELS
from sandbox.anthropic_script import Received, Say, Turn
from sandbox.anthropic_server import AnthropicServer


def _script(_: Received) -> Turn:
    return Say("The pool of checkout is nearly dry; requests wait for a connection.", output_tokens=20)


async def main() -> None:
    """Serve until standard input is closed, forgetting each request."""
    async with AnthropicServer(_script, models=(*MODELS, "claude-haiku-4-5"), keep=False) as server:
        print(server.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
