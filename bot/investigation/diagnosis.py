"""A model's diagnosis: the form that is asked for, and reading it back against the case.

It trusts nothing: what a claim cites must exist, and what cites nothing is told as unverified.
"""

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from bot.investigation.casefile import CaseFile
from bot.investigation.verdict import Claim


class StatedClaim(BaseModel):
    """One statement of a model."""

    model_config = ConfigDict(extra="ignore")
    text: str
    evidence: list[str]


class Diagnosis(BaseModel):
    """What a model says the trouble is. A null *cause* is an honest "I cannot tell"."""

    model_config = ConfigDict(extra="ignore")
    cause: str | None
    services: list[str]
    confidence: Annotated[float, Field(ge=0, le=1)] | None
    claims: list[StatedClaim]
    fix: str | None


# Written out by hand: structured output wants every field required and nothing more.
SCHEMA: Mapping[str, JsonValue] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["cause", "services", "confidence", "claims", "fix"],
    "properties": {
        "cause": {"type": ["string", "null"]},
        "services": {"type": "array", "items": {"type": "string"}},
        "confidence": {"type": ["number", "null"]},
        "claims": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["text", "evidence"],
                "properties": {
                    "text": {"type": "string"},
                    "evidence": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "fix": {"type": ["string", "null"]},
    },
}


def parse(text: str) -> Diagnosis | None:
    """Read a diagnosis, also one in a code fence; None when it is none."""
    body = text.strip()
    if body.startswith("```"):
        body = body.strip("`").removeprefix("json").strip()
    try:
        return Diagnosis.model_validate(json.loads(body))
    except (json.JSONDecodeError, ValidationError, RecursionError):
        return None


def supported_claims(diagnosis: Diagnosis, case: CaseFile) -> tuple[Claim, ...]:
    """Return the claims that cite evidence of this case, without the ids that do not exist."""
    kept = (
        Claim(claim.text, tuple(cited for cited in claim.evidence if cited in case.ids))
        for claim in diagnosis.claims
    )
    return tuple(claim for claim in kept if claim.evidence)


def accused_deploys(claims: tuple[Claim, ...], case: CaseFile) -> tuple[str, ...]:
    """Return the commits that *claims* cite, in their order."""
    cited = [evidence for claim in claims for evidence in claim.evidence]
    shas = {
        piece.id: str(piece.facts["sha"])
        for piece in case.evidence
        if piece.kind in {"deploy", "diff"} and "sha" in piece.facts
    }
    return tuple(dict.fromkeys(shas[evidence] for evidence in cited if evidence in shas))
