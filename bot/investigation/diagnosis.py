"""A model's diagnosis: the form that is asked for, and reading it back against the case.

It trusts nothing: what a claim cites must exist, and what cites nothing is told as unverified.
"""

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError

from bot.investigation.casefile import CaseFile
from bot.investigation.footing import why_not_weighed
from bot.investigation.verdict import Alternative, Claim

MOST_ALTERNATIVES = 3


class StatedClaim(BaseModel):
    """One statement of a model."""

    model_config = ConfigDict(extra="ignore")
    text: str
    evidence: list[str]


class StatedAlternative(BaseModel):
    """A cause that a model weighed and left."""

    model_config = ConfigDict(extra="ignore")
    cause: str
    why: str
    evidence: list[str]


def _well_formed(said: object) -> list[object]:
    """Return the alternatives that have their form: a slip in what was left spoils no answer."""
    rows = said if isinstance(said, list) else []
    return [row for row in rows if _is_alternative(row)]


def _is_alternative(row: object) -> bool:
    try:
        StatedAlternative.model_validate(row)
    except ValidationError:
        return False
    return True


class Diagnosis(BaseModel):
    """What a model says the trouble is. A null *cause* is an honest "I cannot tell"."""

    model_config = ConfigDict(extra="ignore")
    cause: str | None
    services: list[str]
    confidence: Annotated[float, Field(ge=0, le=1)] | None
    claims: list[StatedClaim]
    fix: str | None
    discounted: Annotated[tuple[StatedAlternative, ...], BeforeValidator(_well_formed)] = ()


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

_ALTERNATIVE: Mapping[str, JsonValue] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["cause", "why", "evidence"],
    "properties": {
        "cause": {"type": "string"},
        "why": {"type": "string"},
        "evidence": {"type": "array", "items": {"type": "string"}},
    },
}


def _with_alternatives(form: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    properties = form["properties"]
    assert isinstance(properties, dict)
    rows: JsonValue = {"type": "array", "items": dict(_ALTERNATIVE)}
    return {**form, "properties": {**properties, "discounted": rows}}


# what an investigation asks for; the causes that were left may be left out, so an answer without them is whole
WEIGHED: Mapping[str, JsonValue] = _with_alternatives(SCHEMA)


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


def weighed_and_left(diagnosis: Diagnosis, case: CaseFile) -> tuple[Alternative, ...]:
    """Return the causes that the model left and may be told: each cites evidence of this case, and only such.

    One that cites nothing or what is not there is dropped in silence: it is no part of the answer.
    """
    told: dict[str, Alternative] = {}
    for stated in diagnosis.discounted:
        left = Alternative(_line(stated.cause), _line(stated.why), tuple(dict.fromkeys(stated.evidence)))
        same = left.cause.casefold() == _line(diagnosis.cause or "").casefold()
        known = bool(left.evidence) and set(left.evidence) <= set(case.ids)
        if known and not same and not why_not_weighed(left, case):
            told.setdefault(left.cause.casefold(), left)
    return tuple(told.values())[:MOST_ALTERNATIVES]


def _line(words: str) -> str:
    return " ".join(words.split()).rstrip(".")


def accused_deploys(claims: tuple[Claim, ...], case: CaseFile) -> tuple[str, ...]:
    """Return the commits that *claims* cite, in their order."""
    cited = [evidence for claim in claims for evidence in claim.evidence]
    shas = {
        piece.id: str(piece.facts["sha"])
        for piece in case.evidence
        if piece.kind in {"deploy", "diff"} and "sha" in piece.facts
    }
    return tuple(dict.fromkeys(shas[evidence] for evidence in cited if evidence in shas))
