"""Who people are, as Slack itself says: members, guests, strangers, bots, and who is in a user group.

Asked once and believed for ten minutes; when Slack does not answer, what was known is believed for an hour. It
decides nothing: `bot/guard.py` does.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_reading import SlackAway, SlackRefuses, read

BELIEVED = timedelta(minutes=10)
BELIEVED_WITHOUT_SLACK = timedelta(hours=1)
MOST_KNOWN = 5_000
T = TypeVar("T")


class Unknown(Exception):
    """Slack does not say; the message is its word. *passing* tells that asking again may help."""

    def __init__(self, why: str, *, passing: bool) -> None:
        super().__init__(why)
        self.passing = passing


class Knows(Protocol):
    """Tells who people are."""

    async def is_member(self, user: str) -> bool:
        """Say whether *user* is a full member of the workspace: no guest, no stranger, no bot, not deactivated."""
        ...

    async def members(self, group: str) -> frozenset[str]:
        """Return the ids of the people in *group*."""
        ...


class KnowsNobody:
    """Knows nobody: whoever is not named directly is refused."""

    async def is_member(self, user: str) -> bool:
        """Raise `Unknown`."""
        raise Unknown(f"nobody can be asked who {user} is", passing=False)

    async def members(self, group: str) -> frozenset[str]:
        """Raise `Unknown`."""
        raise Unknown(f"nobody can be asked who is in {group}", passing=False)


@dataclass
class Roster:
    """What Slack said of people and groups."""

    client: AsyncWebClient
    now: Callable[[], datetime]
    _people: "OrderedDict[str, tuple[datetime, bool]]" = field(default_factory=OrderedDict)
    _groups: "OrderedDict[str, tuple[datetime, frozenset[str]]]" = field(default_factory=OrderedDict)

    async def is_member(self, user: str) -> bool:
        """Say whether *user* is a full member of the workspace: no guest, no stranger, no bot, not deactivated.

        Raises:
            Unknown: Slack does not say.
        """
        return await self._known(self._people, user, self._ask_person)

    async def members(self, group: str) -> frozenset[str]:
        """Return the ids of the people in *group*.

        Raises:
            Unknown: Slack does not say.
        """
        return await self._known(self._groups, group, self._ask_group)

    async def _known(
        self, known: "OrderedDict[str, tuple[datetime, T]]", key: str, ask: Callable[[str], Awaitable[T]]
    ) -> T:
        told = known.get(key)
        if told is not None and self.now() - told[0] <= BELIEVED:
            return told[1]
        try:
            answer = await ask(key)
        except SlackRefuses as refusal:
            known.pop(key, None)
            raise Unknown(str(refusal), passing=False) from refusal
        except SlackAway as away:
            if told is not None and self.now() - told[0] <= BELIEVED_WITHOUT_SLACK:
                return told[1]
            raise Unknown(str(away), passing=True) from away
        known[key] = (self.now(), answer)
        while len(known) > MOST_KNOWN:
            known.popitem(last=False)
        return answer

    async def _ask_person(self, user: str) -> bool:
        try:
            told = (await read(self.client, "users.info", user=user))["user"]
        except SlackRefuses as refusal:
            if refusal.code in {"user_not_found", "user_not_visible"}:
                return False
            raise
        outside = ("is_restricted", "is_ultra_restricted", "is_stranger", "is_bot", "deleted")
        return not any(told.get(each) for each in outside)

    async def _ask_group(self, group: str) -> frozenset[str]:
        return frozenset(
            map(str, (await read(self.client, "usergroups.users.list", usergroup=group))["users"])
        )
