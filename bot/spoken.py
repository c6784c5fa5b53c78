"""What people say to us, from words to deeds: read by code, by a model where that leaves it open, then done.

A model takes seconds, so what it settles is done beside the intake; it is asked only for people who may spend. It
decides nothing about cases: `bot/mentions.py` does.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.aside import Aside
from bot.guard import Guard
from bot.heard import Mentioned
from bot.mentions import Mentions, is_plain
from bot.permits import Right, Wish
from bot.requests import Asked
from bot.requests_reading import Reading
from bot.store.cases import Cases, Place
from bot.store.intake import Work

Refuses = Callable[[Right], Awaitable[str]]
Doing = Callable[[Asked], Awaitable[str]]


@dataclass(frozen=True)
class Spoken:
    """Takes mentions and commands. *mentions* acts for one person, whose rights are asked of what it is given."""

    cases: Cases
    guard: Guard
    reading: Reading
    aside: Aside
    mentions: Callable[[Refuses], Mentions]
    now: Callable[[], datetime]

    async def mention(self, heard: Mentioned, work: Work) -> str | None:
        """Do what was said to us; return what came of it, None when it is done aside."""
        wish = Wish(heard.user, heard.place.channel)
        if no := await self.guard.refusal_of_all(wish, counted=work.tries <= 1):
            await self.guard.note(no, wish)
            return no.note
        place = Place(heard.place.channel, heard.place.thread)
        row = await self.cases.at(place)
        mentions = self._for(wish)

        async def do(asked: Asked) -> str:
            return await mentions.answer(heard, asked)

        in_thread = row is not None or place.thread_ts != heard.place.ts
        return await self._read(
            heard.text.strip(), do, wish, work, row.id if row else "", in_thread=in_thread
        )

    async def command(
        self, text: str, wish: Wish, work: Work, opened: Callable[[], Awaitable[str]]
    ) -> str | None:
        """Do what the prose after /incident asks for; *opened* opens a case for it."""
        mentions = self._for(wish)

        async def do(asked: Asked) -> str:
            return await mentions.without_case(asked, wish, text, opened)

        return await self._read(text, do, wish, work, "", in_thread=False)

    async def _read(
        self, text: str, do: Doing, wish: Wish, work: Work, case: str, *, in_thread: bool
    ) -> str | None:
        asked = await self.reading.read(text, in_thread=in_thread)
        if is_plain(text) or not self.reading.leaves_open(asked) or not await self._may_spend(wish):
            return await do(asked)

        async def settle() -> str:
            settled = await self.reading.settled(
                asked, in_thread=in_thread, case=case, channel=wish.channel, now=self.now()
            )
            return await do(settled)

        self.aside.start(work, settle)
        return None

    async def _may_spend(self, wish: Wish) -> bool:
        return await self.guard.refusal_of(replace(wish, right=Right.SPEND), counted=False) is None

    def _for(self, wish: Wish) -> Mentions:
        async def refuses(right: Right) -> str:
            return await self.guard.refuses_wish(replace(wish, right=right), counted=False)

        return self.mentions(refuses)
