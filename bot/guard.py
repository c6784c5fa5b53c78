"""Says no: politely, only to the one who asked, at most once an hour, and always with a note for the journal.

What is allowed stands in `bot/permits.py`, who people are is asked of `bot/roster.py`. Who is named directly needs
no answer of Slack; what Slack will not say counts as no. The note is kept with the intake row, and all refusals
in a table of their own.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.pace import Pace
from bot.permits import A_GUEST, NOBODYS, SLOWER, Permits, Right, Wish, refusal, wish_of
from bot.roster import Knows, KnowsNobody, Unknown
from bot.store.refusals import AGAIN_AFTER, Refused

log = structlog.get_logger()

MOST_KNOWN = 5_000


class NotNow(Exception):
    """Slack cannot be asked just now who somebody is; the wish is kept and tried again."""


class Records(Protocol):
    """Where refusals are written down."""

    async def keep(self, refused: Refused, at: datetime, *, tell: bool) -> bool:
        """Write *refused* down; say whether the person is to be told."""
        ...


@dataclass
class RecordsInMemory:
    """Refusals of one process; the last ones."""

    _told: "OrderedDict[tuple[str, str], datetime]" = field(default_factory=OrderedDict)

    async def keep(self, refused: Refused, at: datetime, *, tell: bool) -> bool:
        """Remember *refused*; say whether the person is to be told."""
        key = (refused.channel, refused.user)
        told = self._told.get(key)
        if not tell or (told is not None and at - told < AGAIN_AFTER):
            return False
        self._told[key] = at
        while len(self._told) > MOST_KNOWN:
            self._told.popitem(last=False)
        return True


class Whisper(Protocol):
    """Shows a text to one person in a channel; *named* are the people that it mentions."""

    async def __call__(self, channel: str, user: str, text: str, named: Sequence[str] = ()) -> None:
        """Show it."""
        ...


async def unheard(channel: str, user: str, text: str, named: Sequence[str] = ()) -> None:
    """Say nothing to anyone."""


@dataclass(frozen=True, slots=True)
class No:
    """A refusal: the note for the journal, and what the person is told (nothing when they are not told)."""

    what: str
    note: str
    told: str = ""


@dataclass(frozen=True)
class Guard:
    """The door of the desk. *whisper* shows a text to one person in a channel."""

    now: Callable[[], datetime]
    permits: Permits = field(default_factory=Permits)
    whisper: Whisper = unheard
    roster: Knows = field(default_factory=KnowsNobody)
    records: Records = field(default_factory=RecordsInMemory)
    _pace: list[Pace] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._pace.append(Pace(self.now))

    async def refuses(
        self, kind: str, body: Mapping[str, Any], workspace: str = "", *, again: bool = False
    ) -> str:
        """Return why an envelope is refused, as its journal note, or nothing when it may go on.

        *again*: it was tried before and has been counted then.

        Raises:
            NotNow: nothing can be decided yet.
        """
        if not self.permits.knows(workspace):
            await self._kept(Refused("", "", "workspace", workspace), tell=False)
            return f"ignored: workspace {workspace} not listed"
        wish = wish_of(kind, body)
        return "" if wish is None else await self.refuses_wish(wish, counted=not again)

    async def refuses_wish(self, wish: Wish, *, counted: bool = True) -> str:
        """Return why *wish* is refused, or nothing; a person in an allowed channel is told, at most once an hour.

        Raises:
            NotNow: Slack does not say who this is, and may say so later.
        """
        no = await self.refusal_of(wish, counted=counted)
        if no is None:
            return ""
        await self.note(no, wish)
        return no.note

    async def note(self, no: No, wish: Wish) -> None:
        """Write a refusal down, and tell the person when it is time to."""
        log.warning("refused", user=wish.user, channel=wish.channel, what=no.what, why=no.note)
        aloud = bool(no.told and wish.aloud and wish.channel)
        if await self._kept(Refused(wish.user, wish.channel, no.what, no.note), tell=aloud):
            await self.whisper(wish.channel, wish.user, no.told)

    async def refusal_of(self, wish: Wish, *, counted: bool = True) -> No | None:
        """Return why *wish* is refused without telling or keeping it, None when it may go on.

        Raises:
            NotNow: Slack does not say who this is, and may say so later.
        """
        if wish.channel and not self.permits.listens(wish.channel):
            return No("place", "ignored: channel not listed")
        if not wish.user:
            return No(wish.right, "refused: nobody is not among the people who may")
        no = await self._stranger(wish)
        if no is None and wish.right is Right.SPEND:
            no = await self._stranger(Wish(wish.user, wish.channel, Right.INVESTIGATE))
        if no is None and counted and self._pace[0].too_fast(wish.user, wish.channel):
            return No("pace", f"refused: {wish.user} or {wish.channel} asks too often", SLOWER)
        return no

    async def refusal_of_all(self, wish: Wish, *, counted: bool = True) -> No | None:
        """Return why *wish* is refused whatever it is for: the person may neither ask nor resolve, or asks too often.

        Raises:
            NotNow: Slack does not say who this is, and may say so later.
        """
        no = await self.refusal_of(wish, counted=counted)
        if no is None or no.what == "pace":
            return no
        return no if await self.refusal_of(replace(wish, right=Right.RESOLVE), counted=counted) else None

    async def _stranger(self, wish: Wish) -> No | None:
        """Return why this person has not the right; who is named directly has it, whatever Slack says."""
        if self.permits.nobodys(wish.right):
            return No(wish.right, f"refused: nobody is named who may {wish.right}", NOBODYS)
        named = self.permits.named(wish.right)
        if wish.user in named:
            return None
        try:
            away = bool(named) and await self._outside(self.permits.groups(wish.right), wish.user)
            if not away and not await self.roster.is_member(wish.user):
                return No(wish.right, f"refused: {wish.user} is a guest, a stranger or a bot", A_GUEST)
        except Unknown as unknown:
            if unknown.passing:
                raise NotNow(str(unknown)) from unknown
            why = f"Slack does not tell me who is who just now ({unknown}), so only people named directly count."
            return No(
                wish.right,
                f"refused: {wish.user} could not be looked up ({unknown})",
                refusal(wish.right, why),
            )
        if away:
            note = f"refused: {wish.user} is not among the people who may {wish.right}"
            return No(wish.right, note, refusal(wish.right))
        return None

    async def _outside(self, groups: frozenset[str], user: str) -> bool:
        """Say whether *user* is in none of *groups*; a group that cannot be read does not hide the others.

        Raises:
            Unknown: no group that could be read holds them, and one could not be.
        """
        unread: Unknown | None = None
        for group in sorted(groups):
            try:
                if user in await self.roster.members(group):
                    return False
            except Unknown as unknown:
                unread = unknown
        if unread is not None:
            raise unread
        return True

    async def _kept(self, refused: Refused, *, tell: bool) -> bool:
        try:
            return await self.records.keep(refused, self.now(), tell=tell)
        except SQLAlchemyError:  # the refusal stands all the same; the log above has it
            log.exception("refusal_not_recorded", user=refused.user)
            return False
