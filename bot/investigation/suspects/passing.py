"""Pass trouble on along calls, by amounts: what a callee added is not its caller's own.

Where both ends tell how much came on top (failed requests, seconds of waiting), the caller keeps what its callees
do not account for, and a callee stands for what it accounts for, at least as strongly as the caller told it: that
a page fails is often clearer to see than the part behind it. Pure arithmetic; amounts are tools/anomaly_added.py's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.investigation.suspects.clue import Clue

MOSTLY = 0.5  # of an amount: so much of it explained, and a callee is named as the one behind it
CAUSES = ("error", "latency")


@dataclass(frozen=True, slots=True)
class Passed:
    """Clues by service after passing on, and by service the callee that accounts for most of its trouble."""

    clues: Mapping[str, Sequence[Clue]]
    behind: Mapping[str, str]


def passed_on(
    clues: Mapping[str, Sequence[Clue]],
    calls: Mapping[str, frozenset[str]],
    downstream: Mapping[str, frozenset[str]],
) -> Passed:
    """Return *clues* with what callees account for taken from callers; *downstream* is all that is behind a service."""
    now = {service: list(found) for service, found in clues.items()}
    behind: dict[str, str] = {}
    # a caller comes before everything behind it, unless they call each other: then neither passes on
    for caller in sorted(now, key=lambda each: (-len(downstream.get(each, ())), each)):
        able = [
            callee
            for callee in sorted(calls.get(caller, ()))
            if callee in now and caller not in downstream.get(callee, ())
        ]
        for cause in CAUSES:
            told = _amount(now[caller], cause)
            parts = {callee: min(1.0, _amount(now[callee], cause) / told) for callee in able} if told else {}
            most = max(parts, key=lambda each: parts[each], default=None)
            if most is None or not parts[most]:
                continue
            points = max(clue.points for clue in now[caller] if _tells(clue, cause))
            for callee, part in parts.items():
                now[callee] = _raised(now[callee], cause, points * part)
            kept = 1.0 - min(1.0, sum(parts.values()))
            now[caller] = [
                replace(clue, points=clue.points * kept) if _tells(clue, cause) else clue
                for clue in now[caller]
            ]
            if parts[most] >= MOSTLY:
                behind[caller] = most
    return Passed(now, behind)


def _tells(clue: Clue, cause: str) -> bool:
    return clue.symptom and clue.cause == cause and bool(clue.added)


def _amount(clues: Sequence[Clue], cause: str) -> float:
    return max((clue.added or 0.0 for clue in clues if _tells(clue, cause)), default=0.0)


def _raised(clues: Sequence[Clue], cause: str, points: float) -> list[Clue]:
    """Return *clues* with the strongest of *cause* at least at *points*."""
    best = max((clue for clue in clues if _tells(clue, cause)), key=lambda each: each.points, default=None)
    if best is None or best.points >= points:
        return list(clues)
    return [replace(clue, points=points) if clue is best else clue for clue in clues]
