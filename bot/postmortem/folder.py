"""Keeps post-mortems as files: one Markdown file a case, written whole or not at all."""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.investigation.casefile import CaseFile
from bot.postmortem.markdown import postmortem

log = structlog.get_logger()


async def _none_hidden(_channel: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class PostmortemFolder:
    """Where post-mortems are kept; None keeps none, and what *hides* calls private is never written there."""

    folder: Path | None
    hides: Callable[[str], Awaitable[bool]] = _none_hidden

    async def keep(self, case: CaseFile) -> Path | None:
        """Write the post-mortem of *case*; a folder that cannot be written is logged, never raised."""
        if self.folder is None:
            return None
        if case.channel and await self.hides(case.channel):
            log.info("postmortem_of_private_channel_not_written", case=case.id)
            return None
        try:
            return await asyncio.to_thread(_write, self.folder, f"{case.id}.md", postmortem(case))
        except OSError as error:
            log.warning("postmortem_not_written", case=case.id, folder=str(self.folder), why=error.strerror)
            return None

    async def drop(self, case: str) -> None:
        """Delete the post-mortem of *case*, if there is one; one that cannot be deleted is logged."""
        if self.folder is None:
            return
        try:
            await asyncio.to_thread((self.folder / f"{case}.md").unlink, missing_ok=True)
        except OSError as error:
            log.warning("postmortem_not_deleted", case=case, folder=str(self.folder), why=error.strerror)


def _write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
    Path(aside).chmod(0o644)
    return Path(aside).replace(folder / name)
