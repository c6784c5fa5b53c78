"""What people do with the app: slash commands, clicks, shortcuts, modals, App Home, and the app's late answers.

Builds Slack's payloads, asks the app over Socket Mode, and does with its answer what Slack's client does. Knows no
HTTP and no page.
"""

from dataclasses import dataclass

from sandbox import mrkdwn
from sandbox.blocks import checked_blocks, checked_view
from sandbox.calling import Platform
from sandbox.changes import HomeOpened
from sandbox.delivery import Delivery, Envelope
from sandbox.directory import TEAM_DOMAIN, TEAM_ID, VERIFICATION_TOKEN
from sandbox.modals import controls, state_of, unfilled, with_ids
from sandbox.wire import JsonObject, SlackError

_OF_ELEMENT = ("type", "action_id", "text", "value", "style", "url", "placeholder")
_OF_ANSWER = ("text", "blocks", "attachments")


@dataclass(frozen=True, slots=True)
class Submitted:
    """What came of submitting a modal. `acked` False: the app did not answer in time."""

    acked: bool
    response_action: str | None = None
    errors: dict[str, str] | None = None
    view: JsonObject | None = None


class Interactions:
    """Everything a person can do to the app."""

    def __init__(self, platform: Platform, delivery: Delivery) -> None:
        self._platform = platform
        self._workspace = platform.workspace
        self._delivery = delivery

    async def command(self, user: str, channel_id: str, command: str, text: str) -> Envelope:
        """Run a slash command and show the app's answer; SlackError("unknown_command") for one nobody declared."""
        if command not in {each.command for each in self._workspace.app.commands}:
            raise SlackError("unknown_command")
        channel = self._workspace.channel(channel_id)
        payload = {
            "token": VERIFICATION_TOKEN,
            "team_id": TEAM_ID,
            "team_domain": TEAM_DOMAIN,
            "channel_id": channel.id,
            "channel_name": channel.name or "directmessage",
            "user_id": user,
            "user_name": self._workspace.users[user].name,
            "command": command,
            "text": text,
            "api_app_id": self._workspace.app.id,
            "is_enterprise_install": "false",
            "response_url": self._response_url(channel_id, user, None),
            "trigger_id": self._platform.tickets.trigger(user),
        }
        asked = await self._delivery.ask("slash_commands", payload, answerable=True)
        if asked.acked_at is None:
            reason = "dispatch_failed" if asked.sent_at is None else "operation_timeout"
            words = {"text": f'{command} failed with the error "{reason}"', "user": "USLACKBOT"}
            self._workspace.whisper(channel_id, user, words)
        elif asked.answer and any(asked.answer.get(each) for each in _OF_ANSWER):
            self._say(channel_id, user, asked.answer)
        return asked

    async def click(
        self, user: str, channel_id: str, ts: str, what: str, chosen: JsonObject | None = None
    ) -> Envelope:
        """Use the control of a message whose action_id or text is *what*; *chosen* adds e.g. selected_option.

        Raises SlackError("no_such_control"), or "message_not_found".
        """
        message = self._workspace.seen(channel_id, ts)
        blocks = _all_blocks(message)
        channel = self._workspace.channel(channel_id)
        ephemeral = "ephemeral_for" in message
        container = {"type": "message", "message_ts": ts, "channel_id": channel_id, "is_ephemeral": ephemeral}
        if "thread_ts" in message:
            container["thread_ts"] = message["thread_ts"]
        payload = self._payload("block_actions", user) | {
            "container": container,
            "trigger_id": self._platform.tickets.trigger(user),
            "channel": {"id": channel.id, "name": channel.name or "directmessage"},
            "message": message,
            "state": {"values": state_of({"blocks": blocks}, {})},
            "response_url": self._response_url(channel_id, user, message),
            "actions": [self._action(blocks, what, chosen)],
        }
        return await self._delivery.ask("interactive", payload, answerable=False)

    async def click_in_view(
        self,
        user: str,
        view: JsonObject,
        what: str,
        chosen: JsonObject | None = None,
        values: JsonObject | None = None,
    ) -> Envelope:
        """Use a control of a modal or App Home; *values* is what the other inputs hold."""
        shown = view | {"state": {"values": state_of(view, values or {})}}
        payload = self._payload("block_actions", user) | {
            "container": {"type": "view", "view_id": view["id"]},
            "trigger_id": self._platform.tickets.trigger(user),
            "view": shown,
            "actions": [self._action(view["blocks"], what, chosen)],
        }
        return await self._delivery.ask("interactive", payload, answerable=False)

    async def shortcut(self, user: str, callback_id: str, channel_id: str = "", ts: str = "") -> Envelope:
        """Run a message shortcut (with *channel_id* and *ts*) or a global one; SlackError("unknown_shortcut")."""
        declared = next(
            (each for each in self._workspace.app.shortcuts if each.callback_id == callback_id), None
        )
        if declared is None:
            raise SlackError("unknown_shortcut")
        payload = self._payload("message_action" if declared.kind == "message" else "shortcut", user) | {
            "callback_id": callback_id,
            "action_ts": self._workspace.stamps.next(),
            "trigger_id": self._platform.tickets.trigger(user),
        }
        if declared.kind == "message":
            message = self._workspace.message(channel_id, ts)
            payload |= {
                "channel": {"id": channel_id, "name": self._workspace.channel(channel_id).name},
                "message": message,
                "message_ts": message["ts"],
                "response_url": self._response_url(channel_id, user, message),
            }
        return await self._delivery.ask("interactive", payload, answerable=False)

    async def submit(self, view_id: str, values: JsonObject) -> Submitted:
        """Submit a modal with *values* (block_id to action_id to input); do what the app's answer says.

        Required inputs that are empty are refused by the client, before the app is asked.
        """
        user, view = self._platform.modals.find(view_id)
        state = state_of(view, values)
        empty = unfilled(view, state)
        if empty:
            return Submitted(True, "errors", empty)
        payload = self._payload("view_submission", user) | {
            "trigger_id": self._platform.tickets.trigger(user),
            "view": view | {"state": {"values": state}},
            "response_urls": [],
        }
        asked = await self._delivery.ask("interactive", payload, answerable=True)
        if asked.acked_at is None:
            return Submitted(acked=False)
        return self._submitted(user, view["id"], asked.answer or {})

    def _submitted(self, user: str, view_id: str, answer: JsonObject) -> Submitted:
        action = answer.get("response_action")
        if action == "errors":
            return Submitted(True, "errors", dict(answer.get("errors", {})))
        modals = self._platform.modals
        if action in ("update", "push"):
            given = checked_view(answer.get("view") or {}, ("modal",))
            new = (
                modals.update(view_id, given) if action == "update" else modals.open(user, given, on_top=True)
            )
            return Submitted(True, action, None, new)
        modals.close(view_id, whole_stack=action == "clear")
        return Submitted(True, action)

    async def close_view(self, view_id: str) -> Envelope | None:
        """Close a modal; the app is told when the view asked for it."""
        user, view = self._platform.modals.find(view_id)
        cleared = bool(view["clear_on_close"])
        self._platform.modals.close(view_id, whole_stack=cleared)
        if not view["notify_on_close"]:
            return None
        payload = self._payload("view_closed", user) | {"view": view, "is_cleared": cleared}
        return await self._delivery.ask("interactive", payload, answerable=False)

    def open_home(self, user: str, tab: str = "home") -> JsonObject | None:
        """Open the App Home; return the view that is published now."""
        view = self._platform.modals.homes.get(user)
        self._workspace.announce(HomeOpened(user, self._workspace.direct_message(user).id, tab, view))
        return view

    def respond(self, key: str, body: JsonObject) -> None:
        """Carry out what the app sent to a response url; SlackError when the url or the message is not good."""
        place = self._platform.tickets.respond(key)
        original = None if place.message_ts is None else self._workspace.seen(place.channel, place.message_ts)
        if original is not None and body.get("delete_original"):
            self._delete(place.channel, original)
        elif original is not None and body.get("replace_original"):
            bot = self._workspace.app.bot_user
            if "ephemeral_for" in original:
                self._workspace.rewhisper(place.channel, original | _content(body))
            else:
                self._workspace.edit(place.channel, original["ts"], _content(body), by=bot)
        else:
            self._say(place.channel, place.user, body, body.get("thread_ts"))

    def _delete(self, channel: str, original: JsonObject) -> None:
        if "ephemeral_for" in original:
            self._workspace.unwhisper(channel, original["ts"])
        else:
            self._workspace.delete(channel, original["ts"])

    def _say(self, channel: str, user: str, answer: JsonObject, thread_ts: str | None = None) -> None:
        app = self._workspace.app
        draft = {"text": "", "user": app.bot_user, "bot_id": app.bot_id, "app_id": app.id, **_content(answer)}
        if answer.get("response_type") == "in_channel":
            self._workspace.post(channel, draft, thread_ts)
        else:
            self._workspace.whisper(channel, user, draft, thread_ts)

    def _response_url(self, channel: str, user: str, message: JsonObject | None) -> str:
        return (
            f"{self._platform.url()}/response/{self._platform.tickets.response_url(channel, user, message)}"
        )

    def _payload(self, kind: str, user: str) -> JsonObject:
        name = self._workspace.users[user].name
        return {
            "type": kind,
            "user": {"id": user, "username": name, "name": name, "team_id": TEAM_ID},
            "api_app_id": self._workspace.app.id,
            "token": VERIFICATION_TOKEN,
            "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _action(self, blocks: list[JsonObject], what: str, chosen: JsonObject | None) -> JsonObject:
        for block, element in controls(blocks):
            label = element["text"].get("text") if isinstance(element.get("text"), dict) else None
            if what in (element["action_id"], label):
                action = {key: element[key] for key in _OF_ELEMENT if key in element}
                stamp = self._workspace.stamps.next()
                return action | {"block_id": block["block_id"], "action_ts": stamp} | (chosen or {})
        raise SlackError("no_such_control")


def _content(body: JsonObject) -> JsonObject:
    content: JsonObject = {}
    if body.get("text"):
        content["text"] = mrkdwn.received(str(body["text"]))
    if body.get("blocks"):
        content["blocks"] = with_ids(checked_blocks(body["blocks"], "message"))
    if body.get("attachments"):
        content["attachments"] = mrkdwn.attachments(body["attachments"])
    if not content:
        raise SlackError("no_text")
    return content


def _all_blocks(message: JsonObject) -> list[JsonObject]:
    inside = [each.get("blocks", []) for each in message.get("attachments", ())]
    return [*message.get("blocks", []), *(block for blocks in inside for block in blocks)]
