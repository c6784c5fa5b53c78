"""Who may: in which channels we listen, and whose words and reactions count. Pure.

Default deny once channels are named; an allowed channel admits any alert sender. Where people are named, only they
may ask, judge, stop and resolve. It knows no user groups (their scope is not asked for) and cannot tell a bot's
user id from a person's: name the people where other bots react.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

NOT_YOU: Final = (
    "I may not do that for you: this workspace has named the people who may investigate and resolve with me. "
    "Ask one of them, or have yourself added to INCIDENTOS_PEOPLE. Nothing was done."
)
NOT_HERE: Final = f"Not here, or not for you. {NOT_YOU}"


@dataclass(frozen=True, slots=True)
class Permits:
    """Channel ids and user ids that are allowed; an empty set allows all, but never a direct message."""

    channels: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    def listens(self, channel: str) -> bool:
        """Say whether anything said in *channel* may have an effect."""
        return not channel.startswith("D") and (not self.channels or channel in self.channels)

    def allows(self, user: str) -> bool:
        """Say whether *user* may ask, judge, stop and resolve."""
        return bool(user) and (not self.people or user in self.people)


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants something where; *channel* is empty where Slack does not tell it (a submitted modal)."""

    user: str
    channel: str
    aloud: bool = True  # a reaction is refused without a word


def wish_of(kind: str, body: Mapping[str, Any]) -> Wish | None:
    """Return whose wish an envelope holds, or None for posts, which are judged once they are read."""
    if kind != "event":
        return Wish(str(body.get("user", "")), str(body.get("channel", "")))
    if body.get("type") in {"reaction_added", "reaction_removed"}:
        item = body.get("item") or {}
        return Wish(str(body.get("user", "")), str(item.get("channel", "")), aloud=False)
    return None
