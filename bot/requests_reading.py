"""Reads what a person asks for as the running bot does: by words, by sense with the ear that is shipped, by a model.

A model is asked for what words leave open, where there is one: it takes seconds, so that is a step of its own.
"""

from datetime import datetime

from bot.investigation.investigator import Asks
from bot.requests import Asked, understand
from bot.requests_ear import Embeds, shipped
from bot.requests_model import settled_by_model


class Reading:
    """The one reader of free text. Without an embedder, or with one that no ear was learnt for, by words alone."""

    def __init__(self, embed: Embeds | None = None, router: Asks | None = None) -> None:
        """Use *embed* for the sense of sentences, and *router* (None: no key) for what stays open."""
        self._ear = shipped(embed) if embed else None
        self._router = router

    async def read(self, text: str, *, in_thread: bool) -> Asked:
        """Return what *text* asks for."""
        heard = await self._ear.hear(text[:2_000]) if self._ear else None
        return understand(text, in_thread=in_thread, heard=heard)

    def leaves_open(self, asked: Asked) -> bool:
        """Say whether a model should settle *asked*, and there is one."""
        return self._router is not None and not asked.sure

    async def settled(
        self, asked: Asked, *, in_thread: bool, case: str, channel: str, now: datetime
    ) -> Asked:
        """Return *asked* as a model reads it; as it was when none can."""
        if self._router is None:
            return asked
        return await settled_by_model(
            self._router, asked, in_thread=in_thread, case=case, channel=channel, now=now
        )
