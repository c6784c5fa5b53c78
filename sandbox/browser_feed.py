"""Server-sent events for the page: every change that the person at the page may see, as the page's contract has it.

A page that does not keep up is dropped; it reconnects and loads everything anew.
"""

import asyncio
import json

from sandbox.changes import (
    Change,
    ChannelChanged,
    Deleted,
    Edited,
    HomeOpened,
    HomePublished,
    Joined,
    Posted,
    Reacted,
    StatusSet,
    Touched,
    Unwhispered,
    ViewClosed,
    ViewOpened,
    ViewUpdated,
    Whispered,
)
from sandbox.wire import JsonObject
from sandbox.workspace import Workspace

MOST_WAITING = 2_000
KEEP_ALIVE = 15.0


class BrowserFeed:
    """Fans changes out to open pages; `me` is the person who sits at all of them."""

    def __init__(self, workspace: Workspace, me: str) -> None:
        self._workspace = workspace
        self._me = me
        self._pages: set[asyncio.Queue[str | None]] = set()
        workspace.listen(self._changed)

    def subscribe(self) -> asyncio.Queue[str | None]:
        """Return a queue of event texts; None in it means that the page was dropped."""
        page: asyncio.Queue[str | None] = asyncio.Queue(MOST_WAITING)
        self._pages.add(page)
        return page

    def unsubscribe(self, page: asyncio.Queue[str | None]) -> None:
        """Forget a page."""
        self._pages.discard(page)

    def stop(self) -> None:
        """Tell every page that there is nothing more."""
        for page in tuple(self._pages):
            self._drop(page)

    def send(self, event: JsonObject) -> None:
        """Send an event to every page."""
        if not self._pages:
            return
        text = json.dumps(event)
        for page in tuple(self._pages):
            try:
                page.put_nowait(text)
            except asyncio.QueueFull:
                self._drop(page)

    def _drop(self, page: asyncio.Queue[str | None]) -> None:
        self._pages.discard(page)
        while not page.empty():
            page.get_nowait()
        page.put_nowait(None)

    def _changed(self, change: Change) -> None:
        if self._pages:
            event = self._event(change)
            if event is not None:
                self.send(event)

    def _event(self, change: Change) -> JsonObject | None:
        match change:
            case ViewOpened() | ViewUpdated() | ViewClosed() | HomePublished() | HomeOpened():
                return self._view_event(change) if change.user == self._me else None
            case Whispered(channel, message):
                mine = message["ephemeral_for"] == self._me
                return {"type": "ephemeral", "channel": channel, "message": message} if mine else None
            case Joined(channel, _) | ChannelChanged(channel):
                return {"type": "channel", "channel": self.channel(channel)}
            case _:
                return _message_event(change)

    def _view_event(self, change: Change) -> JsonObject | None:
        match change:
            case ViewOpened(_, view):
                return {"type": "view_opened", "view": view}
            case ViewUpdated(_, view):
                return {"type": "view_updated", "view": view}
            case ViewClosed(_, view_id):
                return {"type": "view_closed", "view_id": view_id}
            case HomePublished(_, view):
                return {"type": "home", "view": view}
            case _:
                return None

    def channel(self, channel_id: str) -> JsonObject:
        """Return a channel as the page lists it."""
        channel = self._workspace.channels[channel_id]
        return {
            "id": channel.id,
            "name": channel.name,
            "topic": channel.topic,
            "is_private": channel.is_private,
            "is_archived": channel.is_archived,
            "is_im": channel.user is not None,
        }


def _message_event(change: Change) -> JsonObject | None:
    match change:
        case Posted(channel, message):
            return {"type": "message", "channel": channel, "message": message}
        case Edited(channel, message, _) | Touched(channel, message):
            return {"type": "message_changed", "channel": channel, "message": message}
        case Deleted(channel, gone) | Unwhispered(channel, gone):
            thread_ts = gone.get("thread_ts")
            return {"type": "message_deleted", "channel": channel, "ts": gone["ts"], "thread_ts": thread_ts}
        case Reacted(channel, message):
            return {"type": "reaction", "channel": channel, "ts": message["ts"], "message": message}
        case StatusSet(channel, thread_ts, status):
            return {"type": "status", "channel": channel, "thread_ts": thread_ts, "status": status}
        case _:
            return None
