"""Sentences that an engineer would accept over evidence that we made up, and the same with their numbers changed."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from router.escalate import blocking
from router.outcomes import Finding
from router.verify.answer import check_answer
from router.verify.reading.words import in_digits
from tests.router.world import Seen

CASES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("sentences.json").read_text(encoding="utf-8")
)
WANTED: Mapping[str, JsonValue] = {
    "type": "object",
    "properties": {name: {} for name in ("cause", "services", "confidence", "claims", "fix")},
}


def found(
    case: dict[str, Any], claim: str, cites: list[str], cause: str | None = None
) -> tuple[Finding, ...]:
    said: dict[str, JsonValue] = {
        "cause": cause,
        "services": [],
        "confidence": 0.8,
        "claims": [{"text": claim, "evidence": [*cites]}],
    }
    grounds = [
        Seen(
            e["id"],
            e["kind"],
            e["text"],
            e["service"],
            datetime.fromisoformat(e["time"]) if e["time"] else None,
        )
        for e in case["evidence"]
    ]
    onset = datetime.fromisoformat(case["onset"])
    whole = {**said, "fix": None}
    return blocking(check_answer(whole, stop_reason="end_turn", grounds=grounds, onset=onset, wanted=WANTED))


GOOD = [
    pytest.param(case, claim["text"], claim["evidence"], id=claim["text"][:50])
    for case in CASES
    for claim in case["claims"]
]
CAUSES = [pytest.param(case, cause, id=cause[:50]) for case in CASES for cause in case["causes"]]


@pytest.mark.parametrize(("case", "claim", "cites"), GOOD)
def test_what_an_engineer_would_accept_passes(case: dict[str, Any], claim: str, cites: list[str]) -> None:
    assert found(case, claim, cites) == ()


@pytest.mark.parametrize(("case", "cause"), CAUSES)
def test_a_cause_an_engineer_would_accept_passes(case: dict[str, Any], cause: str) -> None:
    first = case["claims"][0]
    assert found(case, first["text"], first["evidence"], cause) == ()


def test_changed_numbers_are_found() -> None:
    changed = caught = 0
    for case in CASES:
        for claim in case["claims"]:
            digits = in_digits(claim["text"])
            for number in re.finditer(r"(?<![\w.:#/-])\d+(?:\.\d+)?(?![\w:.-]*\d|th)", digits):
                other = f"{float(number.group(0)) * 7:g}"
                changed += 1
                caught += bool(
                    found(case, digits[: number.start()] + other + digits[number.end() :], claim["evidence"])
                )
    assert changed > 80
    assert caught >= 0.88 * changed
