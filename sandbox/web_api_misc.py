"""The rest of the Web API: auth, connections, files, status lines, agent sessions, validation of blocks."""

from sandbox import mrkdwn
from sandbox.blocks import checked_view, problems_of
from sandbox.calling import Call, Method
from sandbox.directory import TEAM_ID
from sandbox.web_api_chat import bot_author, destination
from sandbox.wire import JsonObject, SlackError

_SESSION_STATES = ("active", "processing", "suspended", "closed")


def _auth(call: Call) -> JsonObject:
    app = call.workspace.app
    return {
        "url": f"{call.platform.url()}/",
        "team": "Sandbox",
        "user": call.workspace.users[app.bot_user].name,
        "team_id": TEAM_ID,
        "user_id": app.bot_user,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def _connect(call: Call) -> JsonObject:
    address = call.platform.url().replace("http://", "ws://", 1)
    return {
        "url": f"{address}/link?ticket={call.platform.tickets.for_socket()}&app_id={call.workspace.app.id}"
    }


def _ping(call: Call) -> JsonObject:
    if call.text("error") is not None:
        raise SlackError(call.need("error"), args=dict(call.args))
    return {"args": dict(call.args)}


def _upload_url(call: Call) -> JsonObject:
    length = call.need("length")
    if not length.isdigit():
        raise SlackError("invalid_arguments")
    file = call.platform.files.announce(call.need("filename"), int(length))
    return {"upload_url": f"{call.platform.url()}/upload/{file.key}", "file_id": file.id}


def _complete(call: Call) -> JsonObject:
    wanted = call.listing("files", "invalid_arguments") or []
    if not wanted:
        raise SlackError("invalid_arguments")
    files = [call.platform.files.complete(str(each.get("id")), each.get("title", "")) for each in wanted]
    shown = [each.as_json(call.platform.url()) for each in files]
    channel_id = call.text("channel_id") or call.text("channels")
    if channel_id is not None:
        where = destination(Call(call.platform, {"channel": channel_id}, call.scopes))
        text = mrkdwn.received(call.text("initial_comment") or "")
        thread_ts = call.text("thread_ts")
        call.workspace.post(where.id, {**bot_author(call), "text": text, "files": shown}, thread_ts)
    return {"files": shown}


def _thread(call: Call) -> tuple[str, str]:
    channel = call.channel("channel_id")
    ts = call.stamp("thread_ts", "invalid_thread_ts")
    call.workspace.message(channel.id, ts)
    return channel.id, ts


def _status(call: Call) -> JsonObject:
    if "status" not in call.args:
        raise SlackError("invalid_arguments")
    loading = call.args.get("loading_messages")
    if isinstance(loading, list) and (len(loading) > 10 or any(len(str(each)) > 50 for each in loading)):
        raise SlackError("invalid_arguments")
    channel, ts = _thread(call)
    call.platform.statuses.set(channel, ts, call.text("status") or "")
    return {}


def _session(call: Call) -> JsonObject:
    if not call.platform.agent_sessions:
        raise SlackError("feature_disabled")
    state = call.need("status")
    if state not in _SESSION_STATES or len(call.text("title") or "") > 200:
        raise SlackError("invalid_arguments")
    place = _thread(call)
    call.platform.statuses.sessions[place] = state
    return {}


def _delete_file(call: Call) -> JsonObject:
    if not call.platform.files.delete(call.need("file")):
        raise SlackError("file_not_found")
    return {}


def _validate(call: Call) -> JsonObject:
    blocks = call.listing("blocks", "invalid_blocks_format")
    view = call.mapping("view", "invalid_arguments")
    if blocks is None and view is None:
        raise SlackError("invalid_arguments")
    if blocks is None:
        checked_view(view or {}, ("modal", "home"))
    found = problems_of(blocks or [], "message")
    if found:
        raise SlackError("invalid_blocks", errors=[str(each) for each in found])
    return {}


METHODS = {
    "api.test": Method(_ping, tier="tier4", caller="anyone"),
    "auth.test": Method(_auth, tier="special"),
    "apps.connections.open": Method(_connect, ("connections:write",), caller="app"),
    "files.getUploadURLExternal": Method(_upload_url, ("files:write",), tier="tier4"),
    "files.completeUploadExternal": Method(_complete, ("files:write",), tier="tier4"),
    "files.delete": Method(_delete_file, ("files:write",), tier="tier3"),
    "assistant.threads.setStatus": Method(_status, ("chat:write", "assistant:write"), tier="special"),
    "agents.sessions.setStatus": Method(_session, ("chat:write", "assistant:write")),
    "blocks.validate": Method(_validate, caller="anyone"),
}
