"""What "not the same incident" teaches: whom not to show again, and how sure to be before saying so. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from memory.incident import Incident, NotTheSame
from memory.ranking import Thresholds

ENOUGH = 5
"""Rejections before they move a threshold: one click is an opinion."""
TOLERATED = 0.2
"""The share of rejected matches that a tier may still let through."""
HIGHEST = 0.95


class Placed(Protocol):
    """A candidate in its order."""

    @property
    def incident(self) -> Incident:
        """The remembered incident."""
        ...


P = TypeVar("P", bound=Placed)


def standing_rejections(said: Iterable[NotTheSame]) -> list[NotTheSame]:
    """Return, for each pair and person, the latest word if it was not taken back."""
    latest: dict[tuple[str, str, str], NotTheSame] = {}
    for one in said:
        key = (one.incident_id, one.about, one.user)
        if key not in latest or (one.at, one.taken_back) > (latest[key].at, latest[key].taken_back):
            latest[key] = one
    return [one for one in latest.values() if not one.taken_back]


def parted_from(about: str, ranked: Sequence[P], said: Iterable[NotTheSame]) -> list[P]:
    """Leave out what was said to be different from the case that asks, or from what is ranked above it."""
    pairs = {frozenset((one.incident_id, one.about)) for one in standing_rejections(said)}
    kept: list[P] = []
    for placed in ranked:
        above = [about, *(other.incident.id for other in kept[:1])]
        if not any(frozenset((placed.incident.id, other)) in pairs for other in above if other):
            kept.append(placed)
    return kept


def thresholds_from(thresholds: Thresholds, said: Iterable[NotTheSame]) -> Thresholds:
    """Raise the thresholds so that few of the rejected matches would be shown in that tier again."""
    scores = sorted(one.score for one in standing_rejections(said) if one.score is not None)

    def raised(threshold: float) -> float:
        above = [score for score in scores if score >= threshold]
        if len(above) < ENOUGH:
            return threshold
        return min(HIGHEST, max(threshold, above[int(len(above) * (1 - TOLERATED))]))

    return replace(
        thresholds,
        seen_before=raised(thresholds.seen_before),
        possibly_related=min(raised(thresholds.possibly_related), raised(thresholds.seen_before)),
    )
