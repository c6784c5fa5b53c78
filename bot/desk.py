"""What is done with what was heard: open a case, join one, judge a fix, close a case. One method a kind.

It takes kept envelopes, decides, and writes facts through the dossier. It knows no Block Kit, no vendor and no
investigation step; what it returns is the reason that the intake row keeps.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, assert_never

from bot.aside import Aside
from bot.asked import moment_of, person_alert, quoted
from bot.channel_rules import ChannelRules, default_rules
from bot.closing import Closing
from bot.dossier import Dossier
from bot.guard import Guard
from bot.heard import (
    AlertAcknowledged,
    AlertChanged,
    AlertOpened,
    AlertRepeated,
    AlertResolved,
    ChangeNoticed,
    Heard,
    Ignored,
    Mentioned,
    PostDeleted,
    ThreadSaid,
)
from bot.importing import Importing
from bot.inbox import Inbox
from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile
from bot.investigation.ending import FixOutcome
from bot.investigation.events import FixJudged
from bot.joining import Joining
from bot.mentions import Mentions
from bot.permits import Wish
from bot.reactions import FLAG, REACTIONS, meant
from bot.requests_reading import Reading
from bot.spoken import Refuses, Spoken
from bot.store.cases import CaseRow, Cases, Place
from bot.store.changes import Changes
from bot.store.intake import Intake, Work
from bot.talk.conversation import Conversation

JUDGING: Mapping[str, FixOutcome] = {
    "fix_worked": "worked",
    "fix_partly": "partly",
    "fix_did_not": "did_not",
    "fix_not_same": "not_same",
}


@dataclass(frozen=True)
class Desk:
    """Where everything that was heard is decided."""

    inbox: Inbox
    intake: Intake
    cases: Cases
    dossier: Dossier
    joining: Joining
    closing: Closing
    gone: Callable[[CaseRow], Awaitable[None]]
    judged: Callable[[CaseFile, FixJudged], Awaitable[None]]
    erase: Callable[[CaseRow], Awaitable[str]]
    talk: Conversation
    now: Callable[[], datetime]
    guard: Guard
    changes: Changes
    hides: Callable[[str], Awaitable[bool]]
    reading: Reading
    aside: Aside
    importing: Importing
    rules: Callable[[str], Awaitable[ChannelRules]] = default_rules
    _listened: dict[str, str] = field(default_factory=dict)

    @cached_property
    def _spoken(self) -> Spoken:
        return Spoken(self.cases, self.guard, self.reading, self.aside, self._mentions, self.now)

    async def handle(self, work: Work) -> str | None:
        """Do what *work* asks for and return, in a few words, what came of it.

        None: it is closed later: by `Joining.settle` as one of many alerts that are counted, or by what is done aside.
        """
        told, again = work.envelope, work.tries > 1
        refused = await self.guard.refuses(told.kind, told.body, told.team, again=again)
        if told.kind == "import" and not refused:
            self.importing.start(work)
            return None
        return refused or await self._allowed(work)

    async def _allowed(self, work: Work) -> str | None:
        body = work.envelope.body
        match work.envelope.kind:
            case "event":
                return await self._event(body, work)
            case "command":
                return await self._command(body, work)
            case "shortcut":
                return await self._shortcut(body)
            case "action":
                return await self._action(body)
            case "submission":
                return await self.closing.submitted(await self._row_of(str(body["case"])), body)
            case unknown:
                return f"ignored: unknown kind {unknown}"

    async def settle(self) -> None:
        """Write down what was counted, and in which channels we listen."""
        await self.joining.settle()
        while self._listened:
            channel, ts = self._listened.popitem()
            await self.intake.listens(channel, ts)

    def forget(self) -> None:
        """Drop what was counted and could not be written."""
        self.joining.forget()

    def beside(self) -> frozenset[int]:
        """Return the intake rows that are worked on beside the intake."""
        return self.aside.rows

    async def _event(self, event: Mapping[str, Any], work: Work) -> str | None:
        kind = event.get("type")
        if kind in {"reaction_added", "reaction_removed"}:
            return await self._reaction(event, withdrawn=kind == "reaction_removed")
        if kind not in {"message", "app_mention"}:
            return f"ignored: {kind}"
        channel = str(event.get("channel", ""))
        if not self.guard.permits.listens(channel):
            return "ignored: channel not listed"
        ts = str(event.get("ts") or "")
        if channel and _seconds(ts):
            self._listened.setdefault(channel, ts)
        # milliseconds of pure Python, for which the loop would stand still; still one at a time, in their order
        return await self._heard(await asyncio.to_thread(self.inbox.read, event), work)

    async def _heard(self, heard: Heard, work: Work) -> str | None:
        told: str | None
        match heard:
            case AlertOpened() | AlertRepeated() | AlertChanged():
                told = await self._alert(heard, work)
            case AlertResolved(alert):
                told = await self.joining.cleared(alert, work)
            case Mentioned():
                told = await self._spoken.mention(heard, work)
            case ChangeNoticed():
                told = await self.changes.note(heard)
            case PostDeleted(place):
                row = await self.cases.at(Place(place.channel, place.ts))
                told = "noted: PostDeleted" if row is None else await self._deleted(row)
            case AlertAcknowledged():
                told = "noted: AlertAcknowledged"
            case ThreadSaid() | Ignored():
                told = f"ignored: {heard.reason if isinstance(heard, Ignored) else 'a person in a thread'}"
            case _ as never:
                assert_never(never)
        return told

    async def _alert(self, heard: AlertOpened | AlertRepeated | AlertChanged, work: Work) -> str | None:
        """Let *heard* find its case, unless its channel's rules leave it alone."""
        rules = await self.rules(heard.place.channel)
        if why := rules.leaves_alone(heard.alert, self.now()):
            return f"ignored: {why}"
        at = Place(heard.place.channel, heard.place.thread)
        return await self.joining.alert(
            heard.alert,
            at,
            work,
            flapped=isinstance(heard, AlertRepeated) and heard.came_back,
            edited=isinstance(heard, AlertChanged),
        )

    async def _open(self, alert: Alert, place: Place, *, alone: bool = False) -> str:
        row, new = await self.joining.open(alert, place, alone=alone)
        return f"{'opened' if new else 'already'} {row.id}"

    async def _command(self, body: Mapping[str, Any], work: Work) -> str | None:
        """Investigate what /incident was told to; its prose is read first."""
        text, user, channel = str(body["text"]), str(body["user"]), str(body["channel"])

        async def opened() -> str:
            return await self._asked(text, user, channel, work)

        if not body.get("prose"):
            return await opened()
        return await self._spoken.command(text, Wish(user, channel), work, opened)

    async def _asked(self, text: str, user: str, channel: str, work: Work) -> str:
        """Open a case for a person's words: our own message becomes the head of its thread."""
        key = f"intake:{work.id}"
        head = f"Investigating for <@{user}>: {quoted(text)}"
        ts = await self.dossier.thread.post(key, channel, head, people=[user])
        if ts is None:
            msg = "Slack does not take the first message yet"
            raise RuntimeError(msg)
        return await self._open(person_alert(text, user, work.received_at), Place(channel, ts))

    async def _shortcut(self, body: Mapping[str, Any]) -> str:
        message = body["message"]
        event = {"type": "message", "channel": body["channel"], **message}
        heard = self.inbox.read(event)
        place = Place(str(body["channel"]), str(message.get("thread_ts") or message["ts"]))
        if isinstance(heard, AlertOpened | AlertRepeated | AlertChanged):
            return await self._open(heard.alert, place, alone=True)
        text = str(message.get("text", "")) or "(no text)"
        return await self._open(person_alert(text, str(body["user"]), moment_of(str(message["ts"]))), place)

    def _mentions(self, refuses: Refuses) -> Mentions:
        """Return what acts on the words of one person, whose rights *refuses* tells."""
        return Mentions(
            self.cases,
            self.dossier,
            self.talk,
            self.closing.draft,
            self.closing.stopped,
            self.closing.reopen,
            self._erased,
            self._open,
            self.guard.whisper,
            refuses,
            self.hides,
        )

    async def _reaction(self, event: Mapping[str, Any], *, withdrawn: bool) -> str:
        item, user = event.get("item") or {}, str(event.get("user", ""))
        name = meant(event.get("reaction"))
        channel, ts = str(item.get("channel", "")), str(item.get("ts", ""))
        if name == FLAG and not withdrawn:
            row = await self.cases.at(Place(channel, ts))
            return "ignored: no case here" if row is None else await self.closing.draft(row, user, "")
        outcome = REACTIONS.get(name)
        slot = await self.dossier.thread.replies.slot_at(channel, ts) if outcome else None
        row = await self.cases.by_number(slot[0]) if slot and slot[1] in {"verdict", "draft"} else None
        if row is None or outcome is None:
            return "ignored: reaction means nothing here"
        return await self._judge(row, FixJudged(user, outcome, withdrawn))

    async def _action(self, body: Mapping[str, Any]) -> str:
        row = await self._row_of(str(body["case"]))
        user, action = str(body["user"]), str(body["action"])
        if row is None:
            return f"ignored: unknown case {body['case']}"
        if action == "stop":
            return await self.closing.stopped(row, user)
        if action == "accept_resolution":
            return await self.closing.accept(row, user)
        if action == "reopen":
            return await self.closing.reopen(row, user, "")
        outcome = JUDGING.get(action)
        return f"ignored: {action}" if outcome is None else await self._judge(row, FixJudged(user, outcome))

    async def _judge(self, row: CaseRow, judged: FixJudged) -> str:
        standing = {(each.by, each.outcome) for each in (await self.dossier.read(row)).judgements}
        if judged.withdrawn and (judged.by, judged.outcome) not in standing:
            return f"ignored: {judged.outcome} does not stand on {row.id} any more"
        case = await self.dossier.record(row, [judged])
        await self.judged(case, judged)
        return f"{'withdrawn' if judged.withdrawn else judged.outcome} on {row.id}"

    async def _deleted(self, row: CaseRow) -> str:
        """Forget a case whose first message was deleted: that is how people take it back."""
        told = await self._erased(row)
        await self.gone(row)
        return told

    async def _erased(self, row: CaseRow) -> str:
        await self.closing.stop(row.number)
        return await self.erase(row)

    async def _row_of(self, case: str) -> CaseRow | None:
        number = case.removeprefix("INC-")
        return await self.cases.by_number(int(number)) if number.isdigit() else None


def _seconds(ts: str) -> float:
    try:
        return float(ts)
    except ValueError:
        return 0.0
