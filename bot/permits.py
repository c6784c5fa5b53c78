"""Who may: in which workspaces and channels we listen, and whose words and reactions count for what. Pure.

Default deny once somebody is named; an allowed channel admits any alert sender. People are named by their ids
("U…") or by user groups ("S…"); who is in a group, and who is a guest, `bot/roster.py` asks of Slack.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from bot.reactions import meant


class Right(StrEnum):
    """What a person may be allowed. Whatever may cost money needs `SPEND` besides `INVESTIGATE`."""

    INVESTIGATE = "investigate"  # ask, recall, steer, stop
    RESOLVE = "resolve"  # judge fixes, write down what it was, set a channel's rules
    SPEND = "spend"  # open an investigation by hand, ask an open question: a model may be asked
    IMPORT = "import"  # bring a channel's past into memory


SETTING: Final[Mapping[Right, str]] = {
    Right.INVESTIGATE: "INCIDENTOS_MAY_INVESTIGATE",
    Right.RESOLVE: "INCIDENTOS_MAY_RESOLVE",
    Right.SPEND: "INCIDENTOS_MAY_SPEND",
    Right.IMPORT: "INCIDENTOS_MAY_IMPORT",
}
_DOING: Final[Mapping[Right, str]] = {
    Right.INVESTIGATE: "ask me",
    Right.RESOLVE: "judge fixes and resolve with me",
    Right.SPEND: "have me investigate by hand or set what a channel may spend",
    Right.IMPORT: "have me import a channel's past",
}


@dataclass(frozen=True, slots=True)
class Permits:
    """Ids that are allowed; an empty set allows every member of the workspace, but never a direct message.

    *people* hold for every right that *rights* names nobody for. Importing is nobody's until somebody is named.
    """

    channels: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    rights: Mapping[Right, frozenset[str]] = field(default_factory=dict)
    workspaces: frozenset[str] = frozenset()

    def listens(self, channel: str) -> bool:
        """Say whether anything said in *channel* may have an effect."""
        return not channel.startswith("D") and (not self.channels or channel in self.channels)

    def knows(self, workspace: str) -> bool:
        """Say whether what comes from *workspace* may have an effect."""
        return not self.workspaces or not workspace or workspace in self.workspaces

    def named(self, right: Right) -> frozenset[str]:
        """Return the people and groups who have *right*; nobody named means every member."""
        return self.rights.get(right) or self.people

    def nobodys(self, right: Right) -> bool:
        """Say whether *right* is nobody's: what fills memory at one stroke is not every member's by default."""
        return right is Right.IMPORT and not self.named(right)

    def groups(self, right: Right) -> frozenset[str]:
        """Return the user groups who have *right*."""
        return frozenset(each for each in self.named(right) if each.startswith("S"))


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants something where; *channel* is empty where Slack does not tell it (a submitted modal)."""

    user: str
    channel: str
    right: Right = Right.INVESTIGATE
    aloud: bool = True  # a reaction is refused without a word


def wish_of(kind: str, body: Mapping[str, Any]) -> Wish | None:
    """Return whose wish an envelope holds, or None for posts, which are judged once they are read."""
    user, channel = str(body.get("user", "")), str(body.get("channel", ""))
    if kind == "event":
        if body.get("type") not in {"reaction_added", "reaction_removed"} or not meant(body.get("reaction")):
            return None
        place = str((body.get("item") or {}).get("channel", ""))
        return Wish(user, place, Right.RESOLVE, aloud=False)
    if kind == "submission" or (kind == "action" and body.get("action") != "stop"):
        return Wish(user, channel, Right.RESOLVE)
    if kind == "import":
        return Wish(user, channel, Right.IMPORT)
    return Wish(user, channel, Right.SPEND if kind in {"command", "shortcut"} else Right.INVESTIGATE)


def refusal(right: Right, why: str = "") -> str:
    """Return what a person is told who may not: what, who may, what to do, and that nothing was done."""
    reason = f" {why}" if why else ""
    return (
        f"I may not do that for you: this workspace has named who may {_DOING[right]}.{reason} "
        f"Ask one of them, or have yourself added to {SETTING[right]} or INCIDENTOS_PEOPLE. Nothing was done."
    )


NOBODYS: Final = (
    "I may not do that: nobody is named who may import from Slack. Have yourself added to INCIDENTOS_MAY_IMPORT, or "
    "import in the terminal (`app.py import`). Nothing was done."
)
NOT_HERE: Final = "Not in this channel: I was told where to listen, and it is not named. Nothing was done."
A_GUEST: Final = (
    "I may not do that for guests and people of other workspaces. Ask a member of this one, or have yourself named "
    "in INCIDENTOS_PEOPLE. Nothing was done."
)
SLOWER: Final = (
    "Please wait: that was more in one minute than I take from one person or in one channel. "
    "This one was not done; ask again in a minute."
)
