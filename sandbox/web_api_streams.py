"""chat.startStream, chat.appendStream, chat.stopStream."""

from sandbox.blocks import checked_blocks
from sandbox.calling import Call, Method
from sandbox.directory import TEAM_ID
from sandbox.modals import with_ids
from sandbox.streams import Stream
from sandbox.web_api_chat import bot_author, checked_metadata
from sandbox.wire import JsonObject, SlackError


def _start(call: Call) -> JsonObject:
    channel = call.channel()
    thread_ts = call.stamp("thread_ts", "invalid_thread_ts")
    display = call.text("task_display_mode") or "timeline"
    if display not in ("timeline", "plan"):
        raise SlackError("invalid_arguments")
    if channel.user is None:
        for name in ("recipient_user_id", "recipient_team_id"):
            if call.text(name) is None:
                raise SlackError(f"missing_{name}")
        if call.text("recipient_user_id") not in call.workspace.users:
            raise SlackError("user_not_found")
        if call.text("recipient_team_id") != TEAM_ID:
            raise SlackError("team_not_found")
    stream = call.platform.streams.new(display)
    stream.take(call.text("markdown_text"), call.listing("chunks", "invalid_chunks") or [])
    draft = {**bot_author(call), "streaming": True, **_shown(stream)}
    message = call.workspace.post(channel.id, draft, thread_ts)
    call.platform.streams.bind(channel.id, message["ts"], stream)
    return {"channel": channel.id, "ts": message["ts"]}


def _append(call: Call) -> JsonObject:
    channel, ts, stream = _open(call)
    chunks = call.listing("chunks", "invalid_chunks") or []
    if call.text("markdown_text") is None and not chunks:
        raise SlackError("no_text")
    stream.take(call.text("markdown_text"), chunks)
    call.workspace.edit(channel, ts, _shown(stream), by=call.workspace.app.bot_user, mark=False)
    return {"channel": channel, "ts": ts}


def _stop(call: Call) -> JsonObject:
    channel, ts, stream = _open(call)
    stream.take(call.text("markdown_text"), call.listing("chunks", "invalid_chunks") or [])
    stream.blocks += checked_blocks(call.listing("blocks", "invalid_blocks_format") or [], "message")
    patch: JsonObject = {**_shown(stream), "streaming": None}
    metadata = call.mapping("metadata", "invalid_metadata_format")
    if metadata is not None:
        patch["metadata"] = checked_metadata(metadata)
    call.platform.streams.end(channel, ts)
    message = call.workspace.edit(channel, ts, patch, by=call.workspace.app.bot_user, mark=False)
    return {"channel": channel, "ts": ts, "message": message}


def _open(call: Call) -> tuple[str, str, Stream]:
    channel = call.channel()
    message = call.workspace.message(channel.id, call.stamp("ts", "message_not_found"))
    if message.get("bot_id") != call.workspace.app.bot_id:
        raise SlackError("message_not_owned_by_app")
    return channel.id, message["ts"], call.platform.streams.get(channel.id, message["ts"])


def _shown(stream: Stream) -> JsonObject:
    blocks = stream.shown()
    shown: JsonObject = {"text": stream.text or stream.title}
    return shown | ({"blocks": with_ids(checked_blocks(blocks, "message"))} if blocks else {})


METHODS = {
    "chat.startStream": Method(_start, ("chat:write",), tier="tier2"),
    "chat.appendStream": Method(_append, ("chat:write",), tier="tier4"),
    "chat.stopStream": Method(_stop, ("chat:write",), tier="tier2"),
}
