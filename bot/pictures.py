"""Pictures for replies: drawn in another process, uploaded to Slack once, shown by their file id.

A reply never waits for its picture: it goes out in words, and the picture follows with a later edit. What is uploaded
stands in SQL by what it shows, so that no restart uploads it twice. Whatever goes wrong here costs the picture and
never the reply: its text says the same. It knows no case.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.plots import from_data
from bot.store.pictures import UploadedPictures
from tools.drawing import Drawing
from tools.plot import Panel

log = structlog.get_logger()
REFUSED_FOR = timedelta(hours=1)
AT_ONCE = 8


class Draws(Protocol):
    """What draws, as `tools/drawing.py` does."""

    async def png(self, panels: Sequence[Panel], onset: datetime) -> bytes: ...  # noqa: D102
    async def aclose(self) -> None: ...  # noqa: D102


@dataclass
class Pictures:
    """Makes the image block of a reply."""

    client: AsyncWebClient
    uploaded: UploadedPictures
    now: Callable[[], datetime]
    drawing: Draws = field(default_factory=Drawing)
    _making: dict[str, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _refused_until: datetime | None = field(default=None, init=False)

    async def block(self, data: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the block that shows *data* (bot/blocks/plots.py), None when it is not with Slack (yet)."""
        digest = _digest(data)
        file_id = await self.uploaded.file_of(digest)
        if file_id is not None:
            return {"type": "image", "slack_file": {"id": file_id}, "alt_text": data["alt"]}
        refused = self._refused_until is not None and self.now() < self._refused_until
        if not refused and digest not in self._making and len(self._making) < AT_ONCE:
            task = asyncio.create_task(self._make(digest, data))
            self._making[digest] = task
            task.add_done_callback(lambda _: self._making.pop(digest, None))
        return None

    def coming(self, data: Mapping[str, Any]) -> bool:
        """Say whether the picture of *data* is being made."""
        return _digest(data) in self._making

    async def aclose(self) -> None:
        """Stop making pictures; a reply that waits for one gets it after the next start."""
        tasks = list(self._making.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.drawing.aclose()

    async def _make(self, digest: str, data: Mapping[str, Any]) -> None:
        try:
            picture = from_data(data)
            drawn = await self.drawing.png(picture.panels, picture.onset)
            if drawn:
                answer = await self.client.files_upload_v2(
                    filename="metrics.png", content=drawn, title="Metrics around the onset"
                )
                await self.uploaded.keep(digest, str(answer["file"]["id"]), self.now())
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
            # most likely an installation without files:write; nothing is tried again for every reply
            log.warning("picture_not_uploaded", why=(str(error).splitlines() or [""])[0][:200])
            self._refused_until = self.now() + REFUSED_FOR
        except Exception:  # a drawing library on foreign numbers: the reply stays as it is
            log.exception("picture_not_made")


def _digest(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
