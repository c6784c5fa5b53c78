"""chat.* methods: post, update, delete, whisper, link."""

from sandbox import mrkdwn
from sandbox.blocks import checked_blocks
from sandbox.calling import Call, Method
from sandbox.directory import TEAM_ID, Channel
from sandbox.modals import with_ids
from sandbox.streams import MOST_MARKDOWN
from sandbox.wire import JsonObject, SlackError

MOST_TEXT = 40_000
MOST_UPDATED_TEXT = 4_000
MOST_ATTACHMENTS = 100
MOST_METADATA = 16_384


def bot_author(call: Call) -> JsonObject:
    """Return the author fields of a message of the app's bot."""
    app = call.workspace.app
    return {
        "user": app.bot_user,
        "bot_id": app.bot_id,
        "app_id": app.id,
        "bot_profile": {
            "id": app.bot_id,
            "app_id": app.id,
            "name": app.name,
            "deleted": False,
            "updated": 0,
            "team_id": TEAM_ID,
        },
    }


def content(call: Call) -> JsonObject:
    """Return text, blocks, attachments and metadata of a call, checked and as Slack stores them.

    Only what the call carries is in the answer. Raises SlackError with the code of the limit that is broken.
    """
    found: JsonObject = {}
    markdown = call.text("markdown_text")
    if markdown is not None:
        if call.text("text") is not None or call.args.get("blocks"):
            raise SlackError("markdown_text_conflict")
        if len(markdown) > MOST_MARKDOWN:
            raise SlackError("msg_too_long")
        found |= {
            "text": mrkdwn.received(markdown),
            "blocks": with_ids([{"type": "markdown", "text": markdown}]),
        }
    if call.text("text") is not None:
        found["text"] = mrkdwn.received(call.need("text")[:MOST_TEXT])
    blocks = call.listing("blocks", "invalid_blocks_format")
    if blocks is not None:
        found["blocks"] = with_ids(checked_blocks(blocks, "message"))
        call.platform.files.check_shown(found["blocks"])
    attachments = call.listing("attachments", "invalid_attachments")
    if attachments is not None:
        found["attachments"] = checked_attachments(attachments)
    metadata = call.mapping("metadata", "invalid_metadata_format")
    if metadata is not None:
        found["metadata"] = checked_metadata(metadata)
    return found


def checked_attachments(given: list[JsonObject]) -> list[JsonObject]:
    """Return attachments as stored; SlackError: too_many_attachments, invalid_blocks."""
    if len(given) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for each in given:
        if isinstance(each.get("blocks"), list):
            each["blocks"] = with_ids(checked_blocks(each["blocks"], "message"))
    return mrkdwn.attachments(given)


def checked_metadata(given: JsonObject) -> JsonObject:
    """Return message metadata; SlackError: invalid_metadata_format, metadata_too_large."""
    if given == {}:
        return given
    payload = given.get("event_payload")
    if (
        not isinstance(given.get("event_type"), str)
        or not given["event_type"]
        or not isinstance(payload, dict)
    ):
        raise SlackError("invalid_metadata_format")
    if len(str(payload)) > MOST_METADATA:
        raise SlackError("metadata_too_large")
    return {"event_type": given["event_type"], "event_payload": payload}


def say_something(found: JsonObject) -> None:
    """Raise SlackError("no_text") when a message would be empty."""
    has_text = bool(str(found.get("text", "")).strip())
    if not has_text and not found.get("blocks") and not found.get("attachments"):
        raise SlackError("no_text")


def destination(call: Call) -> Channel:
    """Return where a post goes: an id, a user's direct message, or (as Slack still allows here) `#name`."""
    wanted = call.need("channel", "channel_not_found")
    workspace = call.workspace
    if wanted in workspace.users:
        return workspace.direct_message(wanted)
    name = wanted.removeprefix("#")
    for channel in workspace.channels.values():
        if channel.name == name and channel.name:
            return Call(call.platform, {**call.args, "channel": channel.id}, call.scopes).channel()
    return call.channel()


def _post(call: Call) -> JsonObject:
    channel = destination(call)
    found = content(call)
    say_something(found)
    draft = {"text": "", **bot_author(call), **found}
    custom = {name: call.text(name) for name in ("username", "icon_emoji", "icon_url") if call.text(name)}
    if custom:
        call.require_scope("chat:write.customize")
        draft = {key: value for key, value in draft.items() if key not in ("user", "bot_profile")}
        icons = {"emoji": custom["icon_emoji"]} if "icon_emoji" in custom else {}
        draft |= {"subtype": "bot_message", "username": custom.get("username") or call.workspace.app.name}
        draft |= {"icons": icons} if icons else {}
    thread_ts, broadcast = call.text("thread_ts"), call.flag("reply_broadcast")
    if thread_ts is not None:
        thread_ts = call.stamp("thread_ts", "thread_not_found")
    message = call.workspace.post(channel.id, draft, thread_ts, broadcast=broadcast and thread_ts is not None)
    return {"channel": channel.id, "ts": message["ts"], "message": message}


def _own(call: Call, error: str) -> tuple[Channel, JsonObject]:
    channel = call.channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    message = call.workspace.message(channel.id, call.stamp("ts", "message_not_found"))
    if message.get("subtype") == "tombstone":
        raise SlackError("message_not_found")
    if message.get("bot_id") != call.workspace.app.bot_id:
        raise SlackError(error)
    return channel, message


def _update(call: Call) -> JsonObject:
    channel, message = _own(call, "cant_update_message")
    if call.platform.streams.is_open(channel.id, message["ts"]):
        raise SlackError("streaming_state_conflict")
    if len(call.text("text") or "") > MOST_UPDATED_TEXT:
        raise SlackError("msg_too_long")
    found = content(call)
    if not {"text", "blocks", "attachments"} & found.keys():
        raise SlackError("no_text")
    say_something(message | found)
    patch = {key: (None if value in ([], {}) else value) for key, value in found.items()}
    updated = call.workspace.edit(channel.id, message["ts"], patch, by=call.workspace.app.bot_user)
    return {"channel": channel.id, "ts": updated["ts"], "text": updated.get("text", ""), "message": updated}


def _delete(call: Call) -> JsonObject:
    channel, message = _own(call, "cant_delete_message")
    call.platform.streams.end(channel.id, message["ts"])
    call.workspace.delete(channel.id, message["ts"])
    return {"channel": channel.id, "ts": message["ts"]}


def _whisper(call: Call) -> JsonObject:
    channel = destination(call)
    user = call.need("user")
    if channel.is_archived:
        raise SlackError("is_archived")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    found = content(call)
    say_something(found)
    thread_ts = call.text("thread_ts")
    message = call.workspace.whisper(channel.id, user, {"text": "", **bot_author(call), **found}, thread_ts)
    return {"message_ts": message["ts"]}


def _permalink(call: Call) -> JsonObject:
    channel = call.channel(joined=False)
    message = call.workspace.message(channel.id, call.stamp("message_ts", "message_not_found"))
    link = f"{call.platform.url()}/archives/{channel.id}/p{message['ts'].replace('.', '')}"
    root = message.get("thread_ts")
    if root is not None and root != message["ts"]:
        link += f"?thread_ts={root}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


METHODS = {
    "chat.postMessage": Method(_post, ("chat:write",), tier="post"),
    "chat.update": Method(_update, ("chat:write",)),
    "chat.delete": Method(_delete, ("chat:write",)),
    "chat.postEphemeral": Method(_whisper, ("chat:write",), tier="tier4"),
    "chat.getPermalink": Method(_permalink, tier="special"),
}
