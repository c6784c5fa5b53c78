"""An answer as the checks read it: the model's diagnosis, or free text as one claim that cites nothing. Pure.

Reading finds what is wrong with the form; what the words say is for others.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from router.outcomes import Finding, FindingCode

LONGEST = 4000  # letters read of one statement
FIELDS = ("cause", "services", "confidence", "claims", "fix")


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement and the ids of the evidence that it cites."""

    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What an answer says. *confidence* is None when none was given; a *cause* of "" is an honest "unknown"."""

    cause: str
    services: tuple[str, ...]
    confidence: float | None
    claims: tuple[Claim, ...]
    fix: str
    is_diagnosis: bool = True


def parse(answer: str) -> JsonValue | None:
    """Return the JSON value of *answer*, also when it stands in a code fence; None when it is no JSON."""
    body = answer.strip()
    if not body.startswith(("{", "[", "`", '"')) and len(body) > 40:
        return None  # prose, not worth a parser
    if body.startswith("```"):
        body = body.strip("`").removeprefix("json").strip()
    try:
        value: JsonValue = _DECODER.decode(body)
    except (ValueError, RecursionError):
        return None
    return value


def _no_constant(name: str) -> float:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _once(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    """Make an object; a key that is said twice leaves open which one is meant."""
    made = dict(pairs)
    if len(made) != len(pairs):
        msg = "a key is said twice"
        raise ValueError(msg)
    return made


_DECODER = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_once)


def form(said: JsonValue) -> Iterator[Finding]:
    """Yield what is wrong with the form of a diagnosis."""
    if not isinstance(said, dict):
        yield Finding(FindingCode.SCHEMA, "the answer is not one JSON object")
        return
    missing = [name for name in FIELDS if name not in said]
    if "confidence" in missing:
        missing.remove("confidence")
        yield Finding(FindingCode.CONFIDENCE_MISSING, "confidence is missing")
    if missing:
        yield Finding(FindingCode.SCHEMA, f"missing: {', '.join(missing)}")
    yield from _types(said)
    yield from _confidence(said)


def _types(said: Mapping[str, JsonValue]) -> Iterator[Finding]:
    for name in ("cause", "fix"):
        if name in said and not (said[name] is None or isinstance(said[name], str)):
            yield Finding(FindingCode.SCHEMA, f"{name} is not text")
    services = said.get("services", [])
    if not isinstance(services, list) or not all(isinstance(one, str) and one.strip() for one in services):
        yield Finding(FindingCode.SCHEMA, "services is not a list of names")
    claims = said.get("claims", [])
    if not isinstance(claims, list) or not all(_is_claim(one) for one in claims):
        yield Finding(FindingCode.SCHEMA, "claims is not a list of texts with their evidence")
    elif len({" ".join(str(one["text"]).lower().split()) for one in claims if isinstance(one, dict)}) < len(
        claims
    ):
        yield Finding(FindingCode.SCHEMA, "a claim is made twice")


def _is_claim(one: JsonValue) -> bool:
    if not isinstance(one, dict) or not isinstance(one.get("text"), str) or not str(one["text"]).strip():
        return False
    cited = one.get("evidence")
    return isinstance(cited, list) and all(isinstance(each, str) for each in cited)


def _confidence(said: Mapping[str, JsonValue]) -> Iterator[Finding]:
    if "confidence" not in said:
        return
    value = said["confidence"]
    if value is None:
        yield Finding(FindingCode.CONFIDENCE_MISSING, "confidence is null")
    elif isinstance(value, bool) or not isinstance(value, int | float):
        yield Finding(FindingCode.SCHEMA, f"confidence is not a number: {value!r}")
    elif not (math.isfinite(value) and 0 <= value <= 1):
        yield Finding(FindingCode.CONFIDENCE_RANGE, f"confidence {value} is not between 0 and 1")


def statement(said: JsonValue) -> Statement:
    """Return what a diagnosis says, as far as its form allows."""
    if not isinstance(said, dict):
        return Statement("", (), None, (), "")
    claims = said.get("claims")
    services = said.get("services")
    confidence = said.get("confidence")
    good = isinstance(confidence, int | float) and not isinstance(confidence, bool)
    return Statement(
        cause=str(said.get("cause") or "")[:LONGEST],
        services=tuple(str(one)[:200] for one in services[:50]) if isinstance(services, list) else (),
        confidence=float(confidence) if good and isinstance(confidence, int | float) else None,
        claims=tuple(_claims(claims)) if isinstance(claims, list) else (),
        fix=str(said.get("fix") or "")[:LONGEST],
    )


def _claims(claims: list[JsonValue]) -> Iterator[Claim]:
    for one in claims:
        if isinstance(one, dict) and isinstance(one.get("text"), str):
            cited = one.get("evidence")
            yield Claim(
                str(one["text"])[:LONGEST], tuple(str(c) for c in cited) if isinstance(cited, list) else ()
            )


def prose(text: str) -> Statement:
    """Return free text as a statement: a summary, held against all evidence."""
    return Statement("", (), None, (Claim(text[: 4 * LONGEST], ()),), "", is_diagnosis=False)
