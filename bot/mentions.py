"""What is done when a person speaks to us: close the case, stop it, answer in its thread, or open one for a question.

What is no question (a setting, an order to change something, small talk) opens no case and gets one line that only
its speaker sees. It decides; the case's facts are written by those whom it calls.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from bot.asked import moment_of, person_alert
from bot.blocks.importing import HOW as IMPORT_HOW
from bot.dossier import Dossier
from bot.heard import Mentioned
from bot.investigation.alert import Alert
from bot.permits import Right, Wish
from bot.requests import Ask, Asked
from bot.store.cases import CaseRow, Cases, Place
from bot.talk.conversation import Conversation
from bot.talk.summary import shortened
from tools.wording import short

HOW: Final = (
    "Ask me what is wrong and I investigate in a thread. In a case's thread: `catch me up`, `what changed?`, "
    "`have we seen this?`, any question, `resolved: <what fixed it>`, `reopen`, `stop`. "
    "Settings of a channel are in my App Home."
)
ONLY_READ: Final = (
    "I only read: I restart, scale, deploy and delete nothing. Ask me what is wrong and I look."
)
NO_CASE: Final = "There is no case in this thread to close or to judge. Say it in the thread of the alert."
_STOPS: Final = re.compile(
    r"^\W*(?:please |pls |ok |hey )*(?:stop|cancel|abort|halt|quit|enough|shut up|be quiet|sei (?:still|ruhig)|"
    r"arr[eê]te\w*|kill the investigation|pause|hold on)\b(?! (?:suggest|blam|guess|repeat|show))",
    re.IGNORECASE,
)
_ORDERS: Final = re.compile(
    r"\b(?:restart|reboot|roll ?back|redeploy|deploy|scale|delete|kill|drain|cordon|revert|drop|terminate|apply|bump|"
    r"increase|kubectl|terraform|helm)\b",
    re.IGNORECASE,
)
_FORGETS: Final = re.compile(
    r"^\W*forget(?: (?:this|the|that|it|case|incident|thread|inc-?\d+))*\W*$", re.IGNORECASE
)
_IMPORTS: Final = re.compile(r"^\W*(?:please |pls )?import (?:from |the past of )?(?:<#|#)\w", re.IGNORECASE)
_OF_MANY: Final = re.compile(r"\b(?:open|active|ongoing|running|incidents|cases|fires?)\b", re.IGNORECASE)
_REOPENS: Final = re.compile(
    r"^\W*(?:(?:please|pls|can you|could you|ok|hey|let's|no|wait)\W+)*"
    r"(?:re-?open|open (?:it|this|the case|the incident) again)\b"
    r"(?: (?:it|this|the case|the incident|inc-?\d+|please))*\W*",
    re.IGNORECASE,
)
_CLAUSES: Final = re.compile(r"\s*(?:[,.;:–—]+\s+|\s->\s|\s+and\s+(?=clos)|\n+)\s*|[.,;]+$")
_ENDING: Final = re.compile(
    r"^(?:(?:ok|okay|so|and|we|it|it's|its|all|is|are|this|that|now|you|can|could|be|please|pls|the|case|incident|issue|"
    r"alert|thanks|thx|all|clear|good|again|green|done|here|fixed|resolved?|solved|closed?|closing|close|out|mark|set|as|"
    r"to|end|over|everything|works?|healthy|fine|ticket|for|us|i|consider|calling|call|it)\W*)+$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Mentions:
    """Decides about what people say to us.

    *draft*, *stopped*, *reopened*, *erased* and *opened* do it; *whisper* tells one person alone; *refuses*
    says why this person has not a right, having told them; *hides* which channel is private, so that its cases are
    told nowhere else.
    """

    cases: Cases
    dossier: Dossier
    talk: Conversation
    draft: Callable[[CaseRow, str, str], Awaitable[str]]
    stopped: Callable[[CaseRow, str], Awaitable[str]]
    reopened: Callable[[CaseRow, str, str], Awaitable[str]]
    erased: Callable[[CaseRow], Awaitable[str]]
    opened: Callable[[Alert, Place], Awaitable[str]]
    whisper: Callable[[str, str, str], Awaitable[None]]
    refuses: Callable[[Right], Awaitable[str]]
    hides: Callable[[str], Awaitable[bool]]

    async def answer(self, heard: Mentioned, asked: Asked) -> str:
        """Do what *heard* asks for, *asked* as it was read; return in a few words what came of it."""
        place = Place(heard.place.channel, heard.place.thread)
        row = await self.cases.at(place)
        text = heard.text.strip()
        verb, _, rest = text.partition(" ")
        word = verb.lower().rstrip(":,")
        if _IMPORTS.match(text):
            return await self.refuses(Right.INVESTIGATE) or await self._told(heard, IMPORT_HOW)
        if row is None:
            about = rest.strip() if word == "investigate" else text

            async def opened() -> str:
                return await self._investigate(about, heard, place)

            if word == "investigate":
                return await opened()
            return await self.without_case(asked, Wish(heard.user, place.channel), text, opened)
        if word == "resolved":
            return await self.refuses(Right.RESOLVE) or await self.draft(row, heard.user, rest.strip())
        if _FORGETS.match(text):  # "forget the database" is steering, and erases nothing
            return await self.refuses(Right.RESOLVE) or await self.erased(row)
        return await self._in_thread(row, asked, heard)

    async def _in_thread(self, row: CaseRow, asked: Asked, heard: Mentioned) -> str:
        text = heard.text.strip()
        if _STOPS.match(text) and asked.label is not Ask.COMPLEX_REASONING:
            return await self.refuses(Right.INVESTIGATE) or await self.stopped(row, heard.user)
        if again := _REOPENS.match(text):
            return await self.refuses(Right.RESOLVE) or await self.reopened(
                row, heard.user, text[again.end() :]
            )
        if asked.label is Ask.RESOLVE and asked.sure:
            return await self.refuses(Right.RESOLVE) or await self.draft(row, heard.user, told_fix(text))
        if asked.label is Ask.NOT_FOR_US and not _ORDERS.search(text):
            return "ignored: small talk"
        costs = await self.talk.may_cost(row, heard.text, asked)
        return await self.refuses(Right.SPEND if costs else Right.INVESTIGATE) or await self.talk.said(
            row, heard.place.ts, heard.user, heard.text, asked
        )

    async def without_case(
        self, asked: Asked, wish: Wish, text: str, opened: Callable[[], Awaitable[str]]
    ) -> str:
        """Answer where no case is: a question is *opened*; what is none is told so, to its speaker alone."""
        line = ""
        if asked.label is Ask.NOT_FOR_US:
            line = ONLY_READ if _ORDERS.search(text) else HOW
        elif asked.label is Ask.ADMINISTRATION:
            line = HOW
        elif asked.label in {Ask.RESOLVE, Ask.FEEDBACK}:
            line = NO_CASE
        elif asked.label is Ask.INCIDENT_SUMMARY and _OF_MANY.search(text):
            line = await self._open_cases(wish.channel)
        if not line or not text:
            return await opened()
        if refused := await self.refuses(Right.INVESTIGATE):
            return refused
        await self.whisper(wish.channel, wish.user, line)
        return f"told how: {asked.label}"

    async def _told(self, heard: Mentioned, line: str) -> str:
        await self.whisper(heard.place.channel, heard.user, line)
        return "told how"

    async def _open_cases(self, channel: str) -> str:
        """Return the open cases that may be told in *channel*, in a few lines."""
        lines = []
        for row in await self.cases.recent(100):
            if row.place.channel != channel and await self.hides(row.place.channel):
                continue
            case = await self.dossier.read(row)
            if case.resolution is None and case.cleared_at is None:
                known = case.verdict.cause if case.verdict and case.verdict.cause else "no cause known yet"
                lines.append(f"• {row.id} {short(case.alert.title, 120)}: {short(shortened(known), 160)}")
        more = [f"… {len(lines) - 10} more"] if len(lines) > 10 else []
        return "\n".join(["Open cases:", *lines[:10], *more]) if lines else "No case is open."

    async def _investigate(self, text: str, heard: Mentioned, place: Place) -> str:
        if refused := await self.refuses(Right.SPEND):
            return refused
        at = moment_of(heard.place.ts)
        return await self.opened(person_alert(text or "What is wrong here?", heard.user, at), place)


def is_plain(text: str) -> bool:
    """Say whether grammar alone settles what *text* asks of us, so that no reading of its words is needed."""
    word = text.partition(" ")[0].lower().rstrip(":,")
    return word in {"investigate", "resolved"} or any(
        each.match(text) for each in (_FORGETS, _STOPS, _IMPORTS)
    )


def told_fix(text: str) -> str:
    """Return the part of *text* that says what fixed it: without the clauses that only say that it is over."""
    parts = [part for part in _CLAUSES.split(text) if part and not _ENDING.match(part)]
    return ", ".join(parts)[:900]
