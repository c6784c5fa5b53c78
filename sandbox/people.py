"""What tests and scenarios do in the sandbox in people's names, and how they look at what came of it.

A thin face over workspace, interactions and logs; `Sandbox` is one of these. Channels are given by id or by name
("#alerts"). Knows no HTTP.
"""

from collections import deque
from collections.abc import Callable
from typing import TypeVar

from sandbox import mrkdwn
from sandbox.delivery import Delivery, Envelope
from sandbox.event_feed import EventFeed
from sandbox.interactions import Interactions, Submitted
from sandbox.modals import Modals
from sandbox.pulse import Pulse
from sandbox.web_api import ApiCall, WebApi
from sandbox.webhooks import post_webhook, webhook_content
from sandbox.wire import JsonObject, SlackError
from sandbox.workspace import Workspace

Found = TypeVar("Found")
ALERTS_HOOK = "T0001/B0001/alerts"


class People:
    """People's doings. `me` is the person at the page and the default of every `user`."""

    me = "U0001"
    workspace: Workspace
    modals: Modals
    interactions: Interactions
    delivery: Delivery
    web_api: WebApi
    events: EventFeed
    pulse: Pulse

    # doing

    def post_as(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> JsonObject:
        """Post what *user* typed; `@Name` and `#name` become mentions. Return the message."""
        return self.workspace.say(user, self.channel_id(channel), text, thread_ts)

    def post_webhook(self, payload: JsonObject, path: str = ALERTS_HOOK) -> JsonObject:
        """Post as the sender of an incoming webhook (a classic bot message). Return the message."""
        return post_webhook(self.workspace, path, payload)

    def post_as_app(
        self,
        channel: str,
        payload: JsonObject,
        *,
        name: str = "PagerDuty",
        number: int = 42,
        thread_ts: str | None = None,
    ) -> JsonObject:
        """Post as another app with a bot token (no subtype; user, bot_id, app_id, bot_profile). Return the message."""
        app_id, bot_id = f"A{number:04d}", f"B{number:04d}"
        self.workspace.bots[bot_id] = name
        author = {"user": f"U{number:04d}B", "bot_id": bot_id, "app_id": app_id}
        profile = {"id": bot_id, "app_id": app_id, "name": name, "deleted": False}
        draft = {"text": "", **author, "bot_profile": profile, **webhook_content(payload)}
        return self.workspace.post(self.channel_id(channel), draft, thread_ts)

    def edit_message(
        self, channel: str, ts: str, patch: JsonObject | str, *, unfurl: bool = False
    ) -> JsonObject:
        """Edit a message as its author: a new text, or a payload as webhooks send it. Return the new version.

        *unfurl*: Slack itself adds something (a link's preview), so the message is not marked as edited.
        """
        place = self.channel_id(channel)
        before = self.workspace.message(place, ts)
        author = before.get("user") or before["bot_id"]
        if isinstance(patch, str) and "client_msg_id" in before:
            text = mrkdwn.typed(patch, self.workspace.names())
            content: JsonObject = {"text": text, "blocks": [mrkdwn.rich_text(text, f"e{ts[-4:]}")]}
        else:
            content = webhook_content({"text": patch} if isinstance(patch, str) else patch)
        return self.workspace.edit(place, ts, content, author, mark=not unfurl)

    def delete_message(self, channel: str, ts: str) -> None:
        """Delete a message; one with replies becomes a tombstone."""
        self.workspace.delete(self.channel_id(channel), ts)

    def react(self, channel: str, ts: str, name: str, user: str | None = None) -> None:
        """Add a reaction; SlackError: already_reacted, invalid_name."""
        if not self.workspace.emoji.known(name):
            raise SlackError("invalid_name")
        self.workspace.react(user or self.me, self.channel_id(channel), ts, name)

    def unreact(self, channel: str, ts: str, name: str, user: str | None = None) -> None:
        """Take a reaction back; SlackError("no_reaction")."""
        self.workspace.unreact(user or self.me, self.channel_id(channel), ts, name)

    async def command(
        self, command: str, text: str = "", *, channel: str = "C0001", user: str | None = None
    ) -> Envelope:
        """Type a slash command, e.g. `command("/incident", "investigate checkout is slow")`."""
        return await self.interactions.command(user or self.me, self.channel_id(channel), command, text)

    async def click(
        self, channel: str, ts: str, what: str, *, user: str | None = None, chosen: JsonObject | None = None
    ) -> Envelope:
        """Use a message's button (or other control) by action_id or by its text."""
        return await self.interactions.click(user or self.me, self.channel_id(channel), ts, what, chosen)

    async def click_in_view(
        self, view_id: str, what: str, *, chosen: JsonObject | None = None, values: JsonObject | None = None
    ) -> Envelope:
        """Use a control in an open modal or a published App Home."""
        for user, home in self.modals.homes.items():
            if home["id"] == view_id:
                return await self.interactions.click_in_view(user, home, what, chosen, values)
        user, view = self.modals.find(view_id)
        return await self.interactions.click_in_view(user, view, what, chosen, values)

    async def shortcut(
        self, callback_id: str, *, channel: str = "", ts: str = "", user: str | None = None
    ) -> Envelope:
        """Run a shortcut; on a message when *channel* and *ts* are given."""
        place = self.channel_id(channel) if channel else ""
        return await self.interactions.shortcut(user or self.me, callback_id, place, ts)

    async def submit_view(self, view_id: str, values: JsonObject | None = None) -> Submitted:
        """Submit a modal: `{block_id: {action_id: {"value": ...}}}`; inputs not named keep their initial content."""
        return await self.interactions.submit(view_id, values or {})

    async def close_view(self, view_id: str) -> Envelope | None:
        """Close a modal without submitting it."""
        return await self.interactions.close_view(view_id)

    def open_home(self, user: str | None = None, tab: str = "home") -> JsonObject | None:
        """Open the App Home; return what is published there now."""
        return self.interactions.open_home(user or self.me, tab)

    def deliver(self, event: JsonObject) -> JsonObject:
        """Send any event to the app, wrapped as an event_callback; return the callback body."""
        callback = self.events.wrap(event)
        self.delivery.event(callback)
        return callback

    # looking

    def channel_id(self, channel: str) -> str:
        """Return the id of a channel given by id or name; SlackError("channel_not_found")."""
        if channel in self.workspace.channels:
            return channel
        name = channel.removeprefix("#")
        for each in self.workspace.channels.values():
            if each.name == name:
                return each.id
        raise SlackError("channel_not_found")

    def messages(self, channel: str) -> list[JsonObject]:
        """Return a channel's top level, oldest first."""
        timeline = self.workspace.timelines[self.channel_id(channel)]
        return [timeline.messages[ts] for ts in timeline.top]

    def thread(self, channel: str, ts: str) -> list[JsonObject]:
        """Return a thread: its first message (when it still exists) and the replies, oldest first."""
        timeline = self.workspace.timelines[self.channel_id(channel)]
        return [timeline.messages[each] for each in (ts, *timeline.replies(ts)) if each in timeline.messages]

    def message(self, channel: str, ts: str) -> JsonObject:
        """Return one message as it is now; SlackError("message_not_found")."""
        return self.workspace.message(self.channel_id(channel), ts)

    def view(self, user: str | None = None) -> JsonObject | None:
        """Return the modal that a person sees now."""
        return self.modals.top(user or self.me)

    @property
    def calls(self) -> deque[ApiCall]:
        """The log of Web API calls, oldest first."""
        return self.web_api.calls

    def calls_of(self, method: str) -> list[ApiCall]:
        """Return the logged calls of one method."""
        return [each for each in self.web_api.calls if each.method == method]

    @property
    def envelopes(self) -> deque[Envelope]:
        """The log of envelopes, oldest first; every attempt is one."""
        return self.delivery.envelopes

    async def wait_for(self, look: Callable[[], Found | None], timeout: float = 5.0, what: str = "") -> Found:  # noqa: ASYNC109
        """Return what *look* returns as soon as it is true; it is asked whenever anything happened. TimeoutError."""
        return await self.pulse.wait_for(look, timeout, what)

    async def settled(self, timeout: float = 5.0) -> None:  # noqa: ASYNC109
        """Return when every envelope is acked or given up; TimeoutError."""
        await self.pulse.wait_for(lambda: self.delivery.unsettled == 0, timeout, "envelopes wait for an ack")
