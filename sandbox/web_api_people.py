"""reactions.*, users.*, usergroups.*, bots.*: people and what they show with an emoji."""

from sandbox.calling import Call, Method, page
from sandbox.wire import JsonObject, SlackError


def _reaction(call: Call) -> tuple[str, str, str]:
    channel = call.channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    if call.text("timestamp") is None:
        raise SlackError("no_item_specified")
    name = call.need("name", "invalid_name").strip(":")
    if not call.workspace.emoji.known(name):
        raise SlackError("invalid_name")
    return channel.id, call.stamp("timestamp", "bad_timestamp"), name


def _add(call: Call) -> JsonObject:
    channel, ts, name = _reaction(call)
    message = call.workspace.message(channel, ts)
    listed = message.get("reactions", ())
    mine = sum(call.workspace.app.bot_user in each["users"] for each in listed)
    if mine >= 23 or len(listed) >= 50:
        raise SlackError("too_many_reactions" if mine >= 23 else "too_many_emoji")
    call.workspace.react(call.workspace.app.bot_user, channel, ts, name)
    return {}


def _remove(call: Call) -> JsonObject:
    channel, ts, name = _reaction(call)
    call.workspace.unreact(call.workspace.app.bot_user, channel, ts, name)
    return {}


def _get(call: Call) -> JsonObject:
    if call.text("channel") is None or call.text("timestamp") is None:
        raise SlackError("no_item_specified")
    channel = call.channel()
    message = call.workspace.message(channel.id, call.stamp("timestamp", "bad_timestamp"))
    return {"type": "message", "channel": channel.id, "message": message}


def _user(call: Call) -> JsonObject:
    found = call.workspace.users.get(call.need("user", "user_not_found"))
    if found is None:
        raise SlackError("user_not_found")
    return {"user": found.as_json()}


def _users(call: Call) -> JsonObject:
    ids, metadata = page(call, list(call.workspace.users))
    return {"members": [call.workspace.users[each].as_json() for each in ids], "response_metadata": metadata}


def _bot(call: Call) -> JsonObject:
    wanted, app = call.need("bot", "bot_not_found"), call.workspace.app
    about: JsonObject = {"id": wanted, "deleted": False, "updated": 0, "icons": {}}
    if wanted == app.bot_id:
        return {"bot": about | {"name": app.name, "app_id": app.id, "user_id": app.bot_user}}
    if wanted not in call.workspace.bots:
        raise SlackError("bot_not_found")
    return {"bot": about | {"name": call.workspace.bots[wanted]}}


def _usergroup(call: Call) -> JsonObject:
    members = call.workspace.usergroups.get(call.need("usergroup", "no_such_subteam"))
    if members is None:
        raise SlackError("no_such_subteam")
    return {"users": list(members)}


METHODS = {
    "reactions.add": Method(_add, ("reactions:write",)),
    "reactions.remove": Method(_remove, ("reactions:write",), tier="tier2"),
    "reactions.get": Method(_get, ("reactions:read",)),
    "users.info": Method(_user, ("users:read",), tier="tier4"),
    "users.list": Method(_users, ("users:read",), tier="tier2"),
    "bots.info": Method(_bot, ("users:read",)),
    "usergroups.users.list": Method(_usergroup, ("usergroups:read",), tier="tier2"),
}
