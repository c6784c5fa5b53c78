"""conversations.* methods: what is there, who is in it, what was said."""

from sandbox.calling import Call, Method, page
from sandbox.directory import Channel
from sandbox.timeline import Window
from sandbox.wire import JsonObject, SlackError, stamp_key

_HISTORY = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}
_READ = {"channel": "channels:read", "group": "groups:read", "im": "im:read"}
_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.require_scope(_HISTORY[channel.kind])
    return channel


def _window(call: Call) -> Window:
    bounds = {}
    for name in ("oldest", "latest"):
        given = call.text(name)
        if given is not None and given != "now":
            try:
                bounds[name] = stamp_key(given)
            except SlackError as bad:
                raise SlackError(f"invalid_ts_{name}") from bad
    return Window(**bounds, inclusive=call.flag("inclusive"))


def _messages(call: Call, channel: Channel, stamps: list[str]) -> list[JsonObject]:
    messages = [call.workspace.timelines[channel.id].messages[ts] for ts in stamps]
    hidden = {"streaming"} if call.flag("include_all_metadata") else {"streaming", "metadata"}
    return [{key: value for key, value in each.items() if key not in hidden} for each in messages]


def _history(call: Call) -> JsonObject:
    channel = _readable(call)
    top = call.workspace.timelines[channel.id].top
    start, end = _window(call).cut(top)
    stamps, metadata = page(call, top[start:end][::-1], most=999)
    more = bool(metadata["next_cursor"])
    answer: JsonObject = {"messages": _messages(call, channel, stamps), "has_more": more, "pin_count": 0}
    return answer | ({"response_metadata": metadata} if more else {})


def _replies(call: Call) -> JsonObject:
    channel = _readable(call)
    ts = call.stamp("ts", "thread_not_found")
    workspace = call.workspace
    asked = workspace.timelines[channel.id].messages.get(ts)
    if asked is None:
        raise SlackError("thread_not_found")
    root = asked.get("thread_ts", ts)
    replies = workspace.timelines[channel.id].replies(root)
    start, end = _window(call).cut(replies)
    stamps, metadata = page(call, replies[start:end], default=1000, most=1000)
    first = [root] if call.text("cursor") is None and root in workspace.timelines[channel.id].messages else []
    more = bool(metadata["next_cursor"])
    answer: JsonObject = {"messages": _messages(call, channel, [*first, *stamps]), "has_more": more}
    return answer | ({"response_metadata": metadata} if more else {})


def _info(call: Call) -> JsonObject:
    channel = call.channel(joined=False)
    call.require_scope(_READ[channel.kind])
    return {"channel": _shown(call, channel)}


def _shown(call: Call, channel: Channel) -> JsonObject:
    return channel.as_json() | {"is_member": call.workspace.app.bot_user in channel.members}


def _listed(call: Call, channels: list[Channel]) -> JsonObject:
    wanted = set()
    for name in (call.text("types") or "public_channel").split(","):
        if name.strip() not in _TYPES:
            raise SlackError("invalid_types")
        wanted.add(_TYPES[name.strip()])
    for kind in wanted & _READ.keys():
        call.require_scope(_READ[kind])
    skip_archived = call.flag("exclude_archived")
    ids = [each.id for each in channels if each.kind in wanted and not (skip_archived and each.is_archived)]
    ids, metadata = page(call, ids)
    found = [_shown(call, call.workspace.channels[each]) for each in ids]
    return {"channels": found, "response_metadata": metadata}


def _list(call: Call) -> JsonObject:
    bot = call.workspace.app.bot_user
    everything = call.workspace.channels.values()
    return _listed(call, [each for each in everything if each.kind == "channel" or bot in each.members])


def _of_user(call: Call) -> JsonObject:
    user, bot = call.text("user") or call.workspace.app.bot_user, call.workspace.app.bot_user
    if user not in call.workspace.users:
        raise SlackError("user_not_found")
    everything = [each for each in call.workspace.channels.values() if user in each.members]
    return _listed(call, [each for each in everything if each.kind == "channel" or bot in each.members])


def _join(call: Call) -> JsonObject:
    channel = call.channel(joined=False)
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    already = call.workspace.app.bot_user in channel.members
    call.workspace.join(channel.id, call.workspace.app.bot_user)
    return {"channel": _shown(call, channel)} | ({"warning": "already_in_channel"} if already else {})


def _members(call: Call) -> JsonObject:
    channel = call.channel(joined=False)
    call.require_scope(_READ[channel.kind])
    members, metadata = page(call, sorted(channel.members))
    return {"members": members, "response_metadata": metadata}


def _open(call: Call) -> JsonObject:
    if call.text("channel") is not None:
        channel = call.channel()
    else:
        users = call.need("users").split(",")
        if len(users) != 1:
            raise SlackError("method_not_supported_for_channel_type")
        channel = call.workspace.direct_message(users[0].strip())
    return {"channel": {"id": channel.id} | (_shown(call, channel) if call.flag("return_im") else {})}


METHODS = {
    "conversations.history": Method(_history, tuple(_HISTORY.values())),
    "conversations.replies": Method(_replies, tuple(_HISTORY.values())),
    "conversations.info": Method(_info, tuple(_READ.values())),
    "conversations.list": Method(_list, tuple(_READ.values()), tier="tier2"),
    "conversations.join": Method(_join, ("channels:join",)),
    "conversations.members": Method(_members, tuple(_READ.values()), tier="tier4"),
    "conversations.open": Method(_open, ("im:write",)),
    "users.conversations": Method(_of_user, tuple(_READ.values())),
}
