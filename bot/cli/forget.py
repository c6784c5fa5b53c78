"""`forget`: delete incidents everywhere, hide those of a service that is gone, delete what is too old."""

import argparse
import json
from collections.abc import Mapping
from datetime import timedelta

from bot.cli.failures import Refused
from bot.forgetting import Forgetting
from bot.postmortem.folder import PostmortemFolder
from bot.settings import Settings
from bot.store.cases import Cases
from bot.store.erasing import Erasing
from bot.wiring import LOCAL, Parts, now, parts
from memory.forgetting import retire_service
from memory.memory import MemoryUnavailable


async def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Forget what *options* name and tell how many incidents that were."""
    settings = Settings.read(environment)
    workspace = options.workspace or LOCAL
    done = {"forgotten": 0, "retired": 0}
    async with parts(settings) as shared:
        forgetting = Forgetting(shared.memory, Erasing(shared.engine), PostmortemFolder(settings.postmortems))
        try:
            for id_ in options.ids:
                done["forgotten"] += await _one(shared, forgetting, id_)
            if options.service:
                done["retired"] = len(await retire_service(shared.memory, workspace, options.service, now()))
            if options.older_than is not None:
                keep = timedelta(days=options.older_than)
                done["forgotten"] += await forgetting.expire(workspace, keep, now())
        except MemoryUnavailable as down:
            raise Refused(str(down)) from down
    if not (options.ids or options.service or options.older_than is not None):
        raise Refused("Name incidents, or --service NAME to hide its incidents, or --older-than DAYS.")
    told = f"{done['forgotten']} forgotten for good, {done['retired']} hidden."
    print(json.dumps(done) if options.json else told)
    return 0


async def _one(shared: Parts, forgetting: Forgetting, id_: str) -> int:
    number = id_.removeprefix("INC-")
    row = await Cases(shared.engine, "forget").by_number(int(number)) if number.isdigit() else None
    if row is not None:
        await forgetting.forget(row)
        return 1
    gone = await shared.memory.withdraw(id_)
    await forgetting.erasing.clean()
    return gone
