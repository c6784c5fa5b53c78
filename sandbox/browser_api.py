"""The page's HTTP interface: state, messages, live events, and everything a person can do in the browser.

Only the sandbox's own page may talk to it: other hosts and origins are refused. Errors are a sentence each.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from sandbox.browser_feed import KEEP_ALIVE
from sandbox.directory import TEAM_ID
from sandbox.wire import JsonObject, SlackError

if TYPE_CHECKING:
    from sandbox.server import Sandbox

log = structlog.get_logger(__name__)
PAGE = Path(__file__).parent / "page"
_SENTENCES = {
    "channel_not_found": "There is no such channel.",
    "message_not_found": "That message is gone.",
    "thread_not_found": "That thread is gone.",
    "not_found": "That view is no longer open.",
    "is_archived": "This channel is archived.",
    "not_in_channel": "You are not in this channel.",
    "invalid_name": "There is no emoji of that name.",
    "unknown_command": "No app here has that command.",
    "unknown_shortcut": "No app here has that shortcut.",
    "no_such_control": "That button is no longer there.",
}

Answer = Callable[[JsonObject], Awaitable[JsonObject]]


class BrowserApi:
    """Answers the page on behalf of `me`."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._read: dict[str, str] = {}
        self._posts: dict[str, Answer] = {
            "post": self._post,
            "react": self._react,
            "action": self._action,
            "shortcut": self._shortcut,
            "view/submit": self._submit,
            "view/close": self._close,
            "home": self._home,
            "scenario": self._scenario,
        }

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes of the page and its interface."""
        return [
            web.get("/", self._index),
            web.get("/archives/{channel}/{message}", self._permalink),
            web.get("/browser/state", self._state),
            web.get("/browser/messages", self._messages),
            web.get("/browser/events", self._events),
            web.post("/browser/{what:.+}", self._do),
            web.static("/page", PAGE),
        ]

    async def _index(self, request: web.Request) -> web.StreamResponse:
        self._refuse_strangers(request)
        return web.FileResponse(PAGE / "index.html")

    async def _permalink(self, request: web.Request) -> web.StreamResponse:
        digits = request.match_info["message"].removeprefix("p")
        ts = f"{digits[:-6]}.{digits[-6:]}"
        thread = request.query.get("thread_ts", "")
        raise web.HTTPFound(f"/#/{request.match_info['channel']}/{thread or ts}")

    async def _state(self, request: web.Request) -> web.Response:
        self._refuse_strangers(request)
        sandbox = self._sandbox
        app, workspace = sandbox.workspace.app, sandbox.workspace
        bot = {
            "user_id": app.bot_user,
            "bot_id": app.bot_id,
            "name": app.name,
            "connected": len(sandbox.socket) > 0,
        }
        people = {
            each.id: {
                "id": each.id,
                "name": each.name,
                "real_name": each.real_name,
                "is_bot": each.is_bot,
                "color": f"#{each.color}",
            }
            for each in workspace.users.values()
        }
        mine = [
            each for each in workspace.channels.values() if sandbox.me in each.members and each.user is None
        ]
        channels = [sandbox.feed.channel(each.id) | {"unread": self._unread(each.id)} for each in mine]
        return _json(
            {
                "team": {"id": TEAM_ID, "name": "Sandbox"},
                "me": sandbox.me,
                "bot": bot,
                "users": people,
                "channels": channels,
                "commands": [
                    {"command": each.command, "description": each.description, "usage_hint": each.usage_hint}
                    for each in app.commands
                ],
                "scenarios": [
                    {
                        "name": each.name,
                        "title": each.title,
                        "description": each.description,
                        "kind": each.kind,
                        "available": each.why_not is None,
                        "why_not": each.why_not,
                    }
                    for each in sandbox.scenarios.values()
                ],
                "shortcuts": [
                    {"callback_id": each.callback_id, "name": each.name, "type": each.kind}
                    for each in app.shortcuts
                ],
            }
        )

    def _unread(self, channel: str) -> int:
        top = self._sandbox.workspace.timelines[channel].top
        read = self._read.get(channel, "")
        return sum(1 for _ in self._newer(top, read))

    @staticmethod
    def _newer(top: list[str], read: str) -> list[str]:
        newer = []
        for ts in reversed(top):
            if ts <= read:
                break
            newer.append(ts)
        return newer

    async def _messages(self, request: web.Request) -> web.Response:
        self._refuse_strangers(request)
        channel, thread = request.query.get("channel", ""), request.query.get("thread")
        try:
            if thread is not None:
                return _json({"messages": self._sandbox.thread(channel, thread)})
            messages = self._sandbox.messages(channel)
        except SlackError as refused:
            return _refusal(refused)
        if messages:
            self._read[channel] = messages[-1]["ts"]
        return _json({"messages": messages})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        self._refuse_strangers(request)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        )
        await response.prepare(request)
        page = self._sandbox.feed.subscribe()
        try:
            await response.write(b": welcome\n\n")
            while (frame := await self._next_frame(page)) is not None:
                await response.write(frame)
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            self._sandbox.feed.unsubscribe(page)
        return response

    @staticmethod
    async def _next_frame(page: asyncio.Queue[str | None]) -> bytes | None:
        try:
            async with asyncio.timeout(KEEP_ALIVE):
                text = await page.get()
        except TimeoutError:
            return b": still here\n\n"  # a write finds out when the page is gone
        return None if text is None else f"data: {text}\n\n".encode()

    async def _do(self, request: web.Request) -> web.Response:
        self._refuse_strangers(request)
        answer = self._posts.get(request.match_info["what"])
        if answer is None:
            return _json({"ok": False, "error": "The page asked for something unknown."}, status=404)
        try:
            body = json.loads(await request.text() or "{}")
            return _json({"ok": True} | await answer(body))
        except SlackError as refused:
            return _refusal(refused)
        except (ValueError, KeyError, TypeError, AttributeError) as bad:
            log.info("unreadable_request_of_page", path=request.path, exc_info=True)
            return _json({"ok": False, "error": f"The page sent something unreadable: {bad!r}."}, status=400)

    async def _post(self, body: JsonObject) -> JsonObject:
        channel, text, thread_ts = body["channel"], str(body["text"]), body.get("thread_ts")
        if text.startswith("/"):
            command, _, rest = text.partition(" ")
            if thread_ts:
                return {"ok": False, "error": f"{command} is not supported in threads. Sorry!"}
            await self._sandbox.command(command, rest.strip(), channel=channel, user=self._sandbox.me)
            return {}
        return {"message": self._sandbox.post_as(self._sandbox.me, channel, text, thread_ts)}

    async def _react(self, body: JsonObject) -> JsonObject:
        do = self._sandbox.unreact if body.get("remove") else self._sandbox.react
        do(body["channel"], body["ts"], body["name"], user=self._sandbox.me)
        return {}

    async def _action(self, body: JsonObject) -> JsonObject:
        element = body.get("action") or {}
        chosen = {key: value for key, value in body.items() if key.startswith("selected") or key == "value"}
        what = element.get("action_id") or body.get("action_id", "")
        if body.get("view_id"):
            values = body.get("values")
            done = await self._sandbox.click_in_view(body["view_id"], what, chosen=chosen, values=values)
        else:
            done = await self._sandbox.click(body["channel"], body["ts"], what, chosen=chosen)
        return {"acked": done.acked_at is not None}

    async def _shortcut(self, body: JsonObject) -> JsonObject:
        where = {"channel": body.get("channel", ""), "ts": body.get("ts", "")}
        done = await self._sandbox.shortcut(body["callback_id"], **where)
        return {"acked": done.acked_at is not None}

    async def _submit(self, body: JsonObject) -> JsonObject:
        done = await self._sandbox.submit_view(body["view_id"], body.get("values") or {})
        if not done.acked:
            return {"ok": False, "error": "We had some trouble connecting. Try again?"}
        return {"response_action": done.response_action, "errors": done.errors or {}, "view": done.view}

    async def _close(self, body: JsonObject) -> JsonObject:
        await self._sandbox.close_view(body["view_id"])
        return {}

    async def _home(self, body: JsonObject) -> JsonObject:
        return {"view": self._sandbox.open_home(body.get("user") or self._sandbox.me)}

    async def _scenario(self, body: JsonObject) -> JsonObject:
        problem = self._sandbox.start_scenario(str(body["name"]))
        return {} if problem is None else {"ok": False, "error": problem}

    def _refuse_strangers(self, request: web.Request) -> None:
        """Refuse other hosts (DNS rebinding) and other origins (another page in the same browser)."""
        own = {self._sandbox.url, self._sandbox.url.replace("127.0.0.1", "localhost")}
        origin = request.headers.get("Origin")
        if f"http://{request.host}" not in own or (origin is not None and origin not in own):
            text = json.dumps({"ok": False, "error": "The sandbox answers only its own page."})
            raise web.HTTPForbidden(text=text, content_type="application/json")


def _json(body: JsonObject, status: int = 200) -> web.Response:
    if body.get("ok") is False and status == 200:
        status = 400
    return web.json_response(body, status=status, headers={"Cache-Control": "no-cache"})


def _refusal(refused: SlackError) -> web.Response:
    sentence = _SENTENCES.get(refused.error, f"Slack refused that: {refused.error}.")
    return _json({"ok": False, "error": sentence}, status=400)
