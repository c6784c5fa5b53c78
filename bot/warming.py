"""What is loaded before the bot joins: the first alert finds everything ready, and the event loop turning.

Models and engines stop a whole process for tenths of a second while they load. It makes nothing and knows no case.
"""

import structlog

from memory.memory import Memory
from memory.store import StoreUnavailable
from router.anthropic_model import AnthropicModel

log = structlog.get_logger()


async def warmed(memory: Memory, model: AnthropicModel | None) -> None:
    """Load the embedding model, the index and the models' SDK.

    An index that is damaged or lost is noticed here, before anybody asks.
    """
    try:
        await memory.embed.embed(["ready"])
        await memory.look_at_index()
    except StoreUnavailable as down:
        log.warning("index_not_opened", why=str(down))
    if model is not None:
        await model.ready()
