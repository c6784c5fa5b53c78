"""What is answered while a person waits: the modal that closes a case, a recall, App Home.

Each reads and draws; nothing here writes. It knows no Slack client.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from bot.blocks.channel_modal import channel_modal, read_channel_modal
from bot.blocks.home import home_view
from bot.blocks.routing import cost_text, why_text
from bot.blocks.words import age, said
from bot.dossier import Dossier
from bot.home import WEEK, Home
from bot.investigation.alert import Alert
from bot.listeners import Answers
from bot.remembering import Remembering
from bot.resolution import draft_for, resolution_modal
from bot.store.cases import CaseRow, Cases, Place
from bot.store.channels import Channels
from memory.ranking import IMPORTED

log = structlog.get_logger()
NO_BOOKS = "The books cannot be read just now; nothing is lost. Try again in a minute."


@dataclass(frozen=True)
class Answering:
    """Answers from what is known."""

    cases: Cases
    dossier: Dossier
    remembering: Remembering
    at_home: Home
    channels: Channels
    now: Callable[[], datetime]

    def table(self) -> Answers:
        """Return the answers as the listeners want them."""
        return Answers(
            self.modal_for,
            self.modal_at,
            self.recall,
            self.cost,
            self.why,
            self.home,
            self.channel_settings,
            self.sets_dollars,
            self.set_channel,
        )

    async def modal_for(self, case: str, user: str) -> dict[str, Any] | None:
        """Return the modal that closes *case*, filled from its file; None when there is no such case."""
        number = case.removeprefix("INC-")
        return await self._modal(await self.cases.by_number(int(number)) if number.isdigit() else None, user)

    async def modal_at(self, channel: str, thread_ts: str, user: str) -> dict[str, Any] | None:
        """Return the same for the case of a thread."""
        return await self._modal(await self.cases.at(Place(channel, thread_ts)), user)

    async def recall(self, words: str, channel: str) -> str:
        """Return what memory knows about *words*, as a few lines to be read in *channel*."""
        alert = Alert("person", words, self.now())
        known = await self.remembering.recall(alert, channel=channel)
        if not known.available:
            return f"Memory is not available: {said(known.note)}"
        near = [found for found in known.found if found.tier != "none"]
        lines = [
            f"• *{said(found.id)}* {said(found.title, 120)} · {found.score:.2f}"
            + (f" · {age(found.resolved_at, self.now())}" if found.resolved_at else "")
            + (f" · {IMPORTED}" if IMPORTED in found.reasons else "")
            + (
                f"\n   fix then: {said(found.best_fix.action, 160)} ({found.best_fix.record})"
                if found.best_fix
                else ""
            )
            for found in near
        ]
        return "\n".join(lines) or "Nothing like this is in memory."

    async def cost(self) -> str:
        """Return what the last week cost."""
        try:
            return cost_text(await self.at_home.spend(self.now() - WEEK))
        except (sa.exc.SQLAlchemyError, OSError):
            log.exception("cost_not_told")
            return NO_BOOKS

    async def why(self, case: str, channel: str) -> str:
        """Return why *case* was routed as it was, the newest of *channel* when none is named.

        What happened in a private channel is told there only.
        """
        number = case.upper().removeprefix("INC-")
        recent = [row for row in await self.cases.recent() if row.place.channel == channel]
        row = await self.cases.by_number(int(number)) if number.isdigit() else next(iter(recent), None)
        if row is None or (row.place.channel != channel and await self.at_home.hides(row.place.channel)):
            return f"I know no case {said(case)} here." if case else "There is no case in this channel yet."
        try:
            return why_text(row.id, await self.at_home.explained(row.id))
        except (sa.exc.SQLAlchemyError, OSError):
            log.exception("why_not_told", case=row.id)
            return NO_BOOKS

    async def home(self, _user: str) -> dict[str, Any]:
        """Return App Home: open cases first."""
        return home_view(await self.at_home.facts(), self.now())

    async def channel_settings(self, channel: str) -> dict[str, Any]:
        """Return the modal with the rules of *channel*."""
        return channel_modal(channel, await self.channels.rules(channel))

    async def sets_dollars(self, channel: str, view: Mapping[str, Any]) -> bool:
        """Say whether what was submitted changes what *channel* may spend."""
        read = read_channel_modal(view)
        return not isinstance(read, dict) and read.dollars != (await self.channels.rules(channel)).dollars

    async def set_channel(self, channel: str, view: Mapping[str, Any], user: str) -> dict[str, str]:
        """Keep the rules that were submitted; return the errors to show beside the fields, if any."""
        read = read_channel_modal(view)
        if isinstance(read, dict):
            return read
        await self.channels.set(channel, read, user)
        return {}

    async def _modal(self, row: CaseRow | None, user: str) -> dict[str, Any] | None:
        if row is None:
            return None
        case = await self.dossier.read(row)
        before = case.taken_back[-1].resolution if case.reopened_by and case.taken_back else case.draft
        return resolution_modal(case, before or draft_for(case, self.now(), user))
