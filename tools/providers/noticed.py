"""Deployments that somebody announced: change messages that were seen in chat and written into a book.

Such a message has no diff and often no commit; it says that something went out, when, and mostly of which
service. Who keeps the book is not known here. A book in which nothing was ever written is no source: with no
other source beside it, that is told as "not available", never as "nothing went out".
"""

from collections.abc import Sequence
from typing import Protocol

from tools.telemetry import Deployment, Window
from tools.tool import Unavailable


class ChangeBook(Protocol):
    """Where seen change messages are kept; both methods raise `Unavailable` when it cannot be read."""

    async def between(self, window: Window) -> Sequence[Deployment]:
        """Return the changes seen in *window*."""
        ...

    async def known(self, sha: str) -> Deployment | None:
        """Return the newest change whose id begins with *sha*."""
        ...

    async def empty(self) -> bool:
        """Say whether nothing was ever seen."""
        ...


class NoticedChanges:
    """The changes of a book as deployments (a DeploySource)."""

    name = "slack"

    def __init__(self, book: ChangeBook, *, alone: bool) -> None:
        """Read *book*; *alone* when no other source of deployments is configured."""
        self._book = book
        self._alone = alone

    async def deployments(self, window: Window, *, service: str | None = None) -> Sequence[Deployment]:
        """Return what was announced in *window*, newest first; what names no service may be of any."""
        found = [each for each in await self._book.between(window) if each.at in window]
        if not found and self._alone and await self._book.empty():
            raise Unavailable("slack: no deploy message was ever seen, and no other source is configured")
        kept = [
            each for each in found if service is None or each.service.casefold() in {service.casefold(), ""}
        ]
        return sorted(kept, key=lambda each: each.at, reverse=True)

    async def diff(self, sha: str) -> Deployment | None:
        """Return the announcement *sha*; it has no diff."""
        return await self._book.known(sha)
