"""`forget-examples`: delete the public example incidents from memory, for good."""

import argparse
import json
from collections.abc import Mapping

from bot.cli.failures import Refused
from bot.settings import Settings
from bot.wiring import parts
from memory.memory import MemoryUnavailable


async def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Delete the examples; they are not loaded again."""
    async with parts(Settings.read(environment)) as shared:
        try:
            gone = await shared.memory.forget_examples()
        except MemoryUnavailable as down:
            raise Refused(str(down)) from down
    plural = "" if gone == 1 else "s"
    print(
        json.dumps({"forgotten": gone})
        if options.json
        else f"{gone} example incident{plural} forgotten. They will not come back by themselves."
    )
    return 0
