"""What an office is made of besides Slack: the parts that `bot/wiring.py` makes and `bot/office.py` connects."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digest import Word, by_code_alone
from bot.ear import Hearing
from bot.forgetting import Forgetting
from bot.home import Explained, Reflect, Spend, SpentToday
from bot.investigation.investigator import Investigator
from bot.joining import Grouping
from bot.permits import Permits
from bot.poster import Tempo
from bot.postmortem.folder import PostmortemFolder
from bot.remembering import Remembering
from bot.requests_reading import Reading
from bot.signals import Watch, unwatched
from memory.memory import Memory
from tools.sources import AlertSource


@dataclass(frozen=True, slots=True)
class House:
    """What the office is made of, besides Slack. *gate* is the last look at every body that leaves.

    *watch* is told what is recorded in every case. *on_call* is by service the user whom a verdict may call.
    """

    engine: AsyncEngine
    owner: str
    memory: Memory
    remembering: Callable[[str], Remembering]
    investigator: Callable[[Remembering], Investigator]
    gate: Callable[[dict[str, Any]], dict[str, Any]]
    now: Callable[[], datetime]
    grouping: Grouping
    neighbours: Callable[[str], Collection[str]]
    redact: Callable[[str], str]
    at_once: int
    permits: Permits
    postmortems: PostmortemFolder
    spend: Spend
    spent_today: SpentToday
    reflect: Reflect
    renew: Reflect
    why: Explained
    forgetting: Forgetting
    digest_channel: str
    operators: str = ""
    keep: timedelta | None = None
    word: Word = by_code_alone
    monitors: Sequence[AlertSource] = ()
    calm: timedelta = timedelta(minutes=30)
    plots: bool = True
    tempo: Tempo = field(default_factory=Tempo)
    hearing: Hearing = field(default_factory=Hearing)
    watch: Watch = unwatched
    reading: Reading = field(default_factory=Reading)
    on_call: Mapping[str, str] = field(default_factory=dict)
