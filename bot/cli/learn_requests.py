"""Learns anew what people ask for, after its examples changed: `python -m bot.cli.learn_requests`. For developers."""

import asyncio
import sys

from bot.requests_ear import SHIPPED, learn, mark_of
from memory.embedder import MiniLm


async def _learn() -> None:
    embed = MiniLm()
    try:
        ear = await learn(embed)
        ear.write(SHIPPED, mark_of(embed))
    finally:
        embed.close()
    sys.stdout.write(f"Wrote {SHIPPED}\n")


if __name__ == "__main__":
    asyncio.run(_learn())
