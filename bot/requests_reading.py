"""Reads what a person asks for as the running bot does: by words, and by sense with the ear that is shipped."""

from bot.requests import Asked, understand
from bot.requests_ear import Embeds, shipped


class Reading:
    """The one reader of free text. Without an embedder, or with one that no ear was learnt for, by words alone."""

    def __init__(self, embed: Embeds | None = None) -> None:
        """Use *embed* for the sense of sentences."""
        self._ear = shipped(embed) if embed else None

    async def read(self, text: str, *, in_thread: bool) -> Asked:
        """Return what *text* asks for."""
        heard = await self._ear.hear(text[:2_000]) if self._ear else None
        return understand(text, in_thread=in_thread, heard=heard)
