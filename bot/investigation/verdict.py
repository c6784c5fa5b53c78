"""What an investigation comes to: a cause with its evidence, or an honest "inconclusive".

It knows no model and no Slack; who reached it stands in `mode`.
"""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["concluded", "inconclusive", "gave_up"]
Mode = Literal["model", "evidence_only"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement and the ids of the evidence it rests on."""

    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another cause that was weighed and left, *why*, and the ids of the evidence that speaks against it."""

    cause: str
    why: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuggestedFix:
    """What to do next, and why we dare to suggest it.

    *source* is where the words come from: a precedent or a runbook (people's words), or the model's.
    *record* is how it fared before, *reference* the precedent's or evidence's id.
    """

    text: str
    source: Literal["precedent", "runbook", "deploy", "model"]
    record: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of an investigation.

    *services* and *deploys* are named as the telemetry names them, most suspect first; empty means none is
    accused. *confidence* is 0..1, or None when it cannot be had. *cites* are all evidence ids that the
    verdict rests on. *discounted* are the causes that were weighed and left. *not_checked* are whole phrases
    for people. *unverified* holds what the checks still object to.
    """

    outcome: Outcome
    mode: Mode
    cause: str | None
    services: tuple[str, ...] = ()
    deploys: tuple[str, ...] = ()
    confidence: float | None = None
    claims: tuple[Claim, ...] = ()
    cites: tuple[str, ...] = ()
    fixes: tuple[SuggestedFix, ...] = ()
    tried_without_success: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    why: str = ""
    discounted: tuple[Alternative, ...] = ()

    @property
    def fix(self) -> SuggestedFix | None:
        """The first fix to try, when there is one."""
        return self.fixes[0] if self.fixes else None
