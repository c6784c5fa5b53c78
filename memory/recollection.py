"""What is asked of memory, and what it answers: matches with their reasons, and fixes with their record.

Pure values. They know no storage and no ranking.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from memory.incident import Incident


class Tier(StrEnum):
    """How sure memory is, in three honest steps."""

    SEEN_BEFORE = "seen_before"
    POSSIBLY_RELATED = "possibly_related"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Question:
    """What someone wants to be reminded of, and what they may see.

    *now* is the asker's moment: nothing that began later is recalled, and ages are counted from it. *channels*
    are the private channels whose incidents may be shown; for an answer posted in a channel that is the
    channel's right, not the asker's. *about* is the id of the case that asks, if any; *exclude* are incident
    ids to leave out, such as the case itself.
    """

    text: str
    workspace: str
    now: datetime
    services: tuple[str, ...] = ()
    channels: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    about: str = ""
    limit: int = 5
    include_retired: bool = False


@dataclass(frozen=True, slots=True)
class FixRecord:
    """One action over all matched incidents in which it was tried, with its votes.

    *lower* is the lower bound of how often it works (0 to 1), *rank* the weight it is ordered by. *why* says
    why it failed, when someone said so. *provisional*: its latest success is too fresh to be sure of.
    """

    action: str
    worked: int
    partly: int
    did_not: int
    lower: float
    rank: float
    incident_ids: tuple[str, ...]
    fix_ids: tuple[str, ...]
    by: str = ""
    last_at: datetime | None = None
    why: str = ""
    provisional: bool = False

    @property
    def tried(self) -> int:
        """How many verdicts there are."""
        return self.worked + self.partly + self.did_not

    @property
    def failed(self) -> bool:
        """It was tried and has not worked even partly: told as "tried, did not work"."""
        return self.did_not > 0 and self.worked == 0 and self.partly == 0


@dataclass(frozen=True, slots=True)
class Match:
    """A remembered incident that is like the question, why, and the record of its own fixes.

    *relevance* is the likeness alone, 0 to 1; *score* is relevance after the bounded boost for recency, which
    orders the matches. *reasons* are sentences for people.
    """

    incident: Incident
    score: float
    relevance: float
    tier: Tier
    reasons: tuple[str, ...]
    fixes: tuple[FixRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Recollection:
    """The answer to a question: possibly nothing, and then *tier* says so.

    *fixes* are what is worth trying first, over all matches; *did_not_work* what was tried in vain. *note* is
    empty, or one line on how the answer is less than usual ("index unreachable: matched by words only").
    """

    tier: Tier
    matches: tuple[Match, ...] = ()
    fixes: tuple[FixRecord, ...] = ()
    did_not_work: tuple[FixRecord, ...] = ()
    note: str = ""
    took_s: float = field(default=0.0, compare=False)
