"""What memory offered for a case: incidents like it, as they were told at that moment.

A copy for the journal, so that a case reads the same after memory has changed. It knows no store.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Tier = Literal["seen_before", "possibly_related", "none"]
OTHER_SYMPTOMS = "the alert reads the same, but the services say something else"
Outcome = Literal["worked", "partly", "did_not", "unknown"]


@dataclass(frozen=True, slots=True)
class TriedFix:
    """What people did then. *record* tells how often it worked ("worked 4 of 5, last 12 days ago")."""

    action: str
    outcome: Outcome
    record: str = ""
    by: str = ""
    why: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Precedent:
    """An incident like this one. *score* is memory's relevance, *reasons* say why in words."""

    id: str
    title: str
    score: float
    tier: Tier
    reasons: tuple[str, ...]
    outcome: Outcome
    cause: str = ""
    services: tuple[str, ...] = ()
    fixes: tuple[TriedFix, ...] = ()
    resolved_at: datetime | None = None
    resolved_by: str = ""
    minutes_to_resolve: float | None = None
    link: str | None = None
    example: bool = False

    @property
    def best_fix(self) -> TriedFix | None:
        """The fix that worked, best first as memory ranks them; None when none did."""
        return next((fix for fix in self.fixes if fix.outcome in {"worked", "partly"}), None)

    @property
    def failed_fixes(self) -> tuple[TriedFix, ...]:
        """What was tried and did not work."""
        return tuple(fix for fix in self.fixes if fix.outcome == "did_not")


@dataclass(frozen=True, slots=True)
class Precedents:
    """All that memory offered, best first. *note* says when memory could not be searched as usual."""

    tier: Tier
    found: tuple[Precedent, ...] = ()
    note: str = ""
    available: bool = True

    def corrected(self, later: "Precedents") -> "Precedents":
        """Return what stands after memory was asked again with what the services say.

        That answer counts. What only the alert's words brought up is kept below it, as possibly related at most:
        the same alert often has another cause.
        """
        if not later.available:
            return replace(self, note=later.note)
        confirmed = {found.id for found in later.found}
        rest = tuple(
            replace(found, tier="possibly_related", reasons=(OTHER_SYMPTOMS, *found.reasons))
            for found in self.found
            if found.id not in confirmed
        )
        tier: Tier = later.tier if later.tier != "none" or not rest else "possibly_related"
        return Precedents(tier, (*later.found, *rest), later.note)
