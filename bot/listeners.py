"""What Slack may tell us, as a table of contents. Everything is kept in the intake before Slack is told we have it.

Events need no listener: a middleware keeps them and answers, the worker takes them from SQL. Commands, buttons,
shortcuts and modals are answered within Slack's three seconds here, and their work is kept the same way. It
knows no case beyond its modal.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.channel_modal import CALLBACK as CHANNEL_CALLBACK
from bot.blocks.home import CHANNEL_SETTINGS
from bot.blocks.importing import HOW, IMPORT_HISTORY, READING
from bot.blocks.words import said
from bot.guard import Guard, No, NotNow
from bot.history.span import asked_for
from bot.keeping import Keeping
from bot.permits import NOT_HERE, Right, Wish
from bot.resolution import CALLBACK, read_modal
from bot.store.intake import Envelope

log = structlog.get_logger()
Body = dict[str, Any]

_BOOKS = re.compile(
    r"(?i)costs?|why(?: +(?:INC-)?\d+)?"
)  # "why is checkout down" is no question about routing
WHO_S = 2.0  # of the three seconds that Slack gives
NOT_KNOWN = "Slack does not tell me just now whether you may. Nothing was done; try again in a minute."

HELP = (
    "*What I do*\n"
    "• `/incident investigate <what is wrong>` opens a thread here and investigates in it.\n"
    "• `/incident recall <words>` shows what memory knows, only to you.\n"
    "• `/incident cost` tells what the week cost, `/incident why INC-12` why a case was routed so, only to you.\n"
    "• `/incident import #channel [days]` shows what I would remember of its past, only to you; a button imports it.\n"
    "• In a thread: mention me with `investigate`, `catch me up`, `what changed?`, `have we seen this?`, any question, "
    "`draft the post-mortem`, `resolved: <what fixed it>`, `stop`, or `forget` (deletes the case for good).\n"
    "• On my verdict: ✅ worked, 🟡 partly, ❌ did not, 🚫 not the same incident. 🏁 on the alert resolves.\n"
    "I only read. I never touch your infrastructure."
)


@dataclass(frozen=True)
class Answers:
    """What is answered at once, without the intake: a modal's content, a recall, App Home."""

    modal_for: Callable[[str, str], Awaitable[Body | None]]
    modal_at: Callable[[str, str, str], Awaitable[Body | None]]
    recall: Callable[[str, str], Awaitable[str]]
    cost: Callable[[], Awaitable[str]]
    why: Callable[[str, str], Awaitable[str]]
    home: Callable[[str], Awaitable[Body]]
    channel_settings: Callable[[str], Awaitable[Body]]
    sets_dollars: Callable[[str, Body], Awaitable[bool]]
    set_channel: Callable[[str, Body, str], Awaitable[dict[str, str]]]


class Listeners:
    """The Slack surface of the bot."""

    def __init__(
        self,
        app: AsyncApp,
        client: AsyncWebClient,
        keeping: Keeping,
        answers: Answers,
        now: Callable[[], datetime],
        guard: Guard,
    ) -> None:
        """Register everything on *app*. *client* is ours: Bolt hands each listener a fresh one."""
        self._client = client
        self._keeping = keeping
        self._answers = answers
        self._now = now
        self._guard = guard
        app.middleware(self._keep_events)
        app.command("/incident")(self._command)
        app.action(re.compile(r"^fix_"))(self._judge)
        app.action(re.compile(r"^(accept|edit)_resolution$|^resolve$"))(self._resolve)
        app.action(re.compile(r"^(stop|reopen)$"))(self._judge)
        app.action(IMPORT_HISTORY)(self._import)
        app.action(CHANNEL_SETTINGS)(self._channel_settings)
        app.action(re.compile(".*"))(self._nothing)
        app.shortcut("investigate_message")(self._shortcut)
        app.shortcut("resolve_message")(self._shortcut_resolve)
        app.view(CALLBACK)(self._submitted)
        app.view(CHANNEL_CALLBACK)(self._channel_submitted)

    async def _keep_events(
        self, req: AsyncBoltRequest, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        """Keep an event and answer 200 for all of them: what has no listener must be acknowledged as well."""
        body = req.body
        if body.get("type") == "app_rate_limited":
            await self._keeping.limited()
            return BoltResponse(status=200)
        if body.get("type") != "event_callback":
            return await next_()
        event = body.get("event") or {}
        if event.get("type") == "app_home_opened":
            view = await self._answers.home(str(event.get("user", "")))
            await self._client.views_publish(user_id=str(event["user"]), view=view)
            return BoltResponse(status=200)
        envelope = Envelope(
            team=str(body.get("team_id", "")),
            event_id=str(body.get("event_id") or _digest(body)),
            kind="event",
            body=event,
            content_key=content_key(event),
        )
        await self._keeping.keep(envelope)
        return BoltResponse(status=200)

    async def _command(self, ack: Callable[..., Awaitable[None]], body: Body) -> None:
        words = str(body.get("text", "")).strip()
        verb, _, rest = words.partition(" ")
        asks = verb.lower() in {"", "help", "recall"} or _BOOKS.fullmatch(words) is not None
        right = Right.IMPORT if verb.lower() == "import" else Right.INVESTIGATE if asks else Right.SPEND
        wish = Wish(body["user_id"], body["channel_id"], right, aloud=False)
        if no := await self._refused(wish, counted=asks):
            await ack(text=no)
        elif right is Right.IMPORT and asked_for(rest) is None:
            await ack(text=HOW)
        elif right is Right.IMPORT:
            wanted = {"text": rest.strip(), "user": body["user_id"], "channel": body["channel_id"]}
            await self._keep("import", body, wanted)
            await ack(text=READING)
        elif verb.lower() == "recall" and rest.strip():
            await ack(text=await self._answers.recall(rest.strip(), str(body["channel_id"])))
        elif _BOOKS.fullmatch(words):
            about_case = verb.lower() == "why"
            where = str(body["channel_id"])
            await ack(
                text=await (self._answers.why(rest.strip(), where) if about_case else self._answers.cost())
            )
        elif verb.lower() in {"", "help", "recall"}:
            await ack(text=HELP)
        else:
            told_to = verb.lower() == "investigate"
            what = rest.strip() if told_to else words
            if not what:
                await ack(
                    text="Tell me what is wrong: `/incident investigate checkout answers 502 since 10:00`"
                )
                return
            wanted = {"text": what, "user": body["user_id"], "channel": body["channel_id"]}
            await self._keep("command", body, wanted if told_to else {**wanted, "prose": True})
            opens = "The thread opens below" if told_to else "A thread opens below if it is one for me"
            await ack(text=f"On it. {opens}: {said(what, 120)}")

    async def _import(self, ack: Callable[..., Awaitable[None]], body: Body, action: Body) -> None:
        """Keep the press of the button that imports what was shown; who may is asked again where it is taken up."""
        place = str((body.get("container") or {}).get("channel_id", ""))
        wanted = {"value": str(action.get("value", "")), "user": body["user"]["id"], "channel": place}
        await self._keep("import", body, wanted)
        await ack()

    async def _judge(self, ack: Callable[..., Awaitable[None]], body: Body, action: Body) -> None:
        place = body.get("container") or {}
        await self._keep(
            "action",
            body,
            {
                "action": action["action_id"],
                "case": action.get("value", ""),
                "user": body["user"]["id"],
                "channel": place.get("channel_id", ""),
                "ts": place.get("message_ts", ""),
            },
        )
        await ack()

    async def _resolve(self, ack: Callable[..., Awaitable[None]], body: Body, action: Body) -> None:
        if action["action_id"] == "accept_resolution":
            await self._judge(ack, body, action)
            return
        await ack()
        if await self._refused(
            Wish(body["user"]["id"], str((body.get("channel") or {}).get("id", "")), Right.RESOLVE)
        ):
            return
        view = await self._answers.modal_for(str(action.get("value", "")), body["user"]["id"])
        if view is not None:
            await self._client.views_open(trigger_id=body["trigger_id"], view=view)

    async def _shortcut(self, ack: Callable[..., Awaitable[None]], body: Body) -> None:
        message = body.get("message") or {}
        wanted = {"message": message, "user": body["user"]["id"], "channel": body["channel"]["id"]}
        await self._keep("shortcut", body, wanted)
        await ack()

    async def _shortcut_resolve(self, ack: Callable[..., Awaitable[None]], body: Body) -> None:
        await ack()
        if await self._refused(Wish(body["user"]["id"], body["channel"]["id"], Right.RESOLVE)):
            return
        message = body.get("message") or {}
        root = str(message.get("thread_ts") or message.get("ts", ""))
        view = await self._answers.modal_at(body["channel"]["id"], root, body["user"]["id"])
        if view is not None:
            await self._client.views_open(trigger_id=body["trigger_id"], view=view)
            return
        await self._client.chat_postEphemeral(
            channel=body["channel"]["id"],
            user=body["user"]["id"],
            text="There is no case of mine in this thread.",
        )

    async def _submitted(self, ack: Callable[..., Awaitable[None]], body: Body, view: Body) -> None:
        user = body["user"]["id"]
        read = read_modal(view, user, self._now())
        if isinstance(read, dict):
            await ack(response_action="errors", errors=read)
            return
        await self._keep(
            "submission",
            body,
            {"case": view["private_metadata"], "view": {"state": view["state"]}, "user": user},
        )
        await ack()

    async def _channel_settings(self, ack: Callable[..., Awaitable[None]], body: Body, action: Body) -> None:
        await ack()
        view = await self._answers.channel_settings(str(action.get("value", "")))
        await self._client.views_open(trigger_id=body["trigger_id"], view=view)

    async def _channel_submitted(self, ack: Callable[..., Awaitable[None]], body: Body, view: Body) -> None:
        user = str(body["user"]["id"])
        channel = str(view["private_metadata"])
        if await self._refused(Wish(user, "", Right.RESOLVE)):
            await ack(response_action="clear")
            return
        errors = {}
        if await self._answers.sets_dollars(channel, view):
            no = await self._refused(Wish(user, "", Right.SPEND), counted=False)
            errors = {"dollars": no} if no else {}
        errors = errors or await self._answers.set_channel(channel, view, user)
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        await ack()
        await self._client.views_publish(user_id=user, view=await self._answers.home(user))

    async def _refused(self, wish: Wish, *, counted: bool = True) -> str:
        """Return what a person is told whose *wish* is refused; Slack gives three seconds, so doubt is a no."""
        try:
            async with asyncio.timeout(WHO_S):
                no = await self._guard.refusal_of(wish, counted=counted)
                return await self._told(no, wish) if no else ""
        except (NotNow, TimeoutError):
            return NOT_KNOWN

    async def _told(self, no: No, wish: Wish) -> str:
        await self._guard.note(no, wish)
        return no.told or NOT_HERE

    async def _nothing(self, ack: Callable[..., Awaitable[None]]) -> None:
        """Acknowledge a button that needs no answer, such as one with a link."""
        await ack()

    async def _keep(self, kind: str, body: Body, wanted: Body) -> None:
        told = body.get("trigger_id") or body.get("action_ts") or _digest(body)
        team = str((body.get("team") or {}).get("id") or body.get("team_id") or "")
        await self._keeping.keep(Envelope(team, f"{kind}:{_digest({'of': told})}", kind, wanted))


def content_key(event: Mapping[str, Any]) -> str | None:
    """Return (channel, ts, state) of a message event, equal however often and as whatever event it is told."""
    if event.get("type") not in {"message", "app_mention"}:
        return None
    message = event.get("message") or event
    channel, ts = event.get("channel"), message.get("ts")
    if not channel or not ts:
        return None
    if event.get("subtype") in {"message_changed", "message_deleted"}:  # an edit may bring older words back
        state = _digest({key: message.get(key) for key in ("text", "blocks", "attachments", "edited")})
        return f"{channel}:{ts}:{event['subtype']}:{state}"
    return f"{channel}:{ts}:posted"


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(
        json.dumps(content, sort_keys=True, default=str).encode("utf-8", "replace")
    ).hexdigest()[:24]
