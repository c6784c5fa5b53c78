"""Documents as files in a thread: uploaded redacted, and taken back when their case is forgotten.

A file costs `files:write`; where it is refused the caller is told why, and what the file would say stands elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Attached:
    """What came of a file: its *id*, or in a few words *why* there is none."""

    id: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class SlackFiles:
    """The files of one workspace."""

    client: AsyncWebClient
    redact: Callable[[str], str]

    async def attach(self, channel: str, thread_ts: str, name: str, title: str, text: str) -> Attached:
        """Put *text* into the thread as the file *name*."""
        try:
            answer = await self.client.files_upload_v2(
                channel=channel,
                thread_ts=thread_ts,
                filename=name,
                title=self.redact(title),
                content=self.redact(text),
            )
        except SlackApiError as error:
            why = str(error.response.get("error", error)) if hasattr(error.response, "get") else "no answer"
            return _refused(name, "add the scope files:write" if why == "missing_scope" else why)
        except (SlackClientError, aiohttp.ClientError, OSError) as error:
            return _refused(name, type(error).__name__)
        return Attached(id=str(answer["file"]["id"]))

    async def take_back(self, file: str) -> None:
        """Delete a file of ours; one that Slack keeps is logged."""
        try:
            await self.client.files_delete(file=file)
        except (SlackClientError, aiohttp.ClientError, OSError) as error:
            log.warning("file_not_deleted", file=file, why=(str(error).splitlines() or [""])[0][:200])


def _refused(name: str, why: str) -> Attached:
    log.warning("file_not_attached", name=name, why=why)
    return Attached(why=why)
