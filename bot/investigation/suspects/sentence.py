"""The suspects in one or two plain sentences, for somebody who was just woken up. Pure wording."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.investigation.commands import without_commands
from bot.investigation.suspects.clue import Clue
from bot.investigation.suspects.weighing import Map, Weighed

MAX_FOLLOWERS = 3
NEARLY = 0.7  # of the strongest clue's points: then a line that tells why says more than one that only fails
_ACTS = (
    "started ",
    "logs ",
    "no longer ",
    "takes ",
    "began ",
)  # what the service itself does: no colon before it
_STRONG = 0.5  # of the first clue's points, for a second one to be told


def service_sentence(first: Weighed, all_told: Sequence[Weighed], calls: Map) -> str:
    """Return what happened at the most suspect service, and who followed it."""
    clues = _distinct(first.clues)
    acts = clues[0].said.startswith(_ACTS)
    said = f"{first.service}{'' if acts else ':'} {clues[0].said}"
    if clues[0].first:
        said += f", first at {_clock(clues[0].first)} UTC"
    if len(clues) > 1 and clues[1].points >= _STRONG * clues[0].points:
        said += f"; {clues[1].said}"
    callers = [
        each.service for each in all_told[1:] if first.service in calls.get(each.service, frozenset())
    ][:MAX_FOLLOWERS]
    if callers and clues[0].source == "contention":
        said += f". Trouble shows at {_listed(callers)}"
    elif callers:
        said += (
            f". Its caller {callers[0]} shows"
            if len(callers) == 1
            else f". Its callers {_listed(callers)} show"
        )
        said += " trouble as well"
    return said + "."


def deploy_sentence(sha: str, title: str, at: datetime | None) -> str:
    """Return which deployment is suspected."""
    when = f" at {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else ""
    return (
        f"Deployment {sha[:12]} went out{when} and is suspected: {without_commands(title)}".rstrip(": ") + "."
    )


def _distinct(clues: Sequence[Clue]) -> list[Clue]:
    """Return one clue of each source, in order: the strongest, or one nearly as strong that tells why."""
    best: dict[str, Clue] = {}
    for clue in clues:
        known = best.setdefault(clue.source, clue)
        why = known.cause == "error" != clue.cause
        if why and clue.points >= NEARLY * known.points:
            best[clue.source] = clue
    return list(best.values())


def _listed(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M:%S}"
