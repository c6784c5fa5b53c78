"""Who holds what another waits for: work that began just before others found a shared thing locked, full or busy.

Nobody calls the holder, so neither calls nor errors point to it. What does: it began work that normal operation
does not have, its own lines name the same thing (the database, the disk), and the first complaint came soon after.
Pure; it knows no resource by name.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.investigation.suspects.clue import Clue, quoted
from bot.investigation.suspects.facts import Told

SOON = timedelta(minutes=2)
_CONTENDED = re.compile(
    r"\b(dead)?lock(ed|s)?\b|\block wait|\bcontention\b|\bbusy\b|\btoo many connections\b|\bno space left\b|"
    r"\bthrottl|\bquota exceeded\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]{4,}")
_SAYS_NOTHING = frozenset(
    "error errors failed failure info warn warning post query took with from into that this were have been while "
    "service request requests operationalerror exception locked lock deadlock busy space left".split()
)


def contended(groups: Sequence[Told]) -> Iterator[Clue]:
    """Yield a clue for each holder and each service that waits for it (`told_by`), who waited first first."""
    waiting = [
        each for each in groups if _rose(each, calm=False) and _CONTENDED.search(each.text("template"))
    ]
    waiting.sort(key=lambda each: each.text("first"))  # who found it first says it at first hand
    most = max((each.number("score") or 0.0 for each in waiting), default=0.0)
    troubled = {each.text("service") for each in groups if _rose(each, calm=False)}
    found: dict[tuple[str, str], Clue] = {}
    for victim in waiting:
        for work in groups:
            if work.text("service") in troubled or not _rose(work, calm=True) or work.text("trend") != "new":
                continue
            thing = sorted(_words(victim) & _words(work))
            if thing and _shortly_before(work.time("first"), victim.time("first")):
                clue = _clue(work, victim, thing[0], most)
                found.setdefault((clue.service, clue.told_by), clue)
    yield from found.values()


def _clue(work: Told, victim: Told, thing: str, points: float) -> Clue:
    began, waits = work.time("first"), victim.text("service")
    said = f"began work on the same {thing} that {waits} then found held: “{quoted(work.text('template'))}”"
    return Clue(
        work.text("service"), "contention", "resource", points, False, work.id, said, began, told_by=waits
    )


def _rose(group: Told, *, calm: bool) -> bool:
    return group.text("trend") in {"new", "more"} and (group.text("severity") == "info") == calm


def _shortly_before(began: datetime | None, waited: datetime | None) -> bool:
    return began is not None and waited is not None and timedelta() <= waited - began <= SOON


def _words(group: Told) -> set[str]:
    return {word for word in _WORD.findall(group.text("template").lower()) if word not in _SAYS_NOTHING}
