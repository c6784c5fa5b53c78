"""Who is blamed: a victim is no cause, what was ruled out is none, and blame needs a claim that rests on the blamed."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import JsonValue

from router.outcomes import FindingCode
from router.verify.answer import check_answer
from tests.router.world import Seen

ONSET = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)


def _at(minutes: int) -> datetime:
    return ONSET + timedelta(minutes=minutes)


GROUNDS = (
    Seen("alert:1", "alert", "Tickets cannot be sold", "kiosk", ONSET),
    Seen("log:1", "log", "The broker lost its lease, causing the seat map to go blank", "seat map", _at(1)),
    Seen("log:2", "log", "Cannot price the seat: fare-engine returned 503", "till-api", _at(2)),
    Seen("log:3", "log", "Printer paper was ruled out as the cause", "kiosk", _at(3)),
    Seen("metric:1", "metric", "CpuUsage(%) 06:00 3.1, 06:01 91.0, 06:02 88.2", "fare-engine", _at(3)),
    Seen("metric:2", "metric", "CpuUsage(%) 06:00 4.0, 06:01 4.4, 06:02 3.9", "badge-reader", _at(3)),
)


def codes(cause: str, service: str, claim: str, *cites: str) -> set[FindingCode]:
    said: dict[str, JsonValue] = {
        "cause": cause,
        "services": [service],
        "confidence": 0.8,
        "claims": [{"text": claim, "evidence": list(cites)}],
        "fix": None,
    }
    return {f.code for f in check_answer(said, stop_reason="end_turn", grounds=GROUNDS, onset=ONSET)}


@pytest.mark.parametrize(
    ("cause", "service", "claim", "cites"),
    [
        ("The seat map broke and took the sale down.", "seat map", "The seat map went blank", "log:1"),
        ("till-api is faulty and takes the kiosk down.", "till-api", "till-api cannot price a seat", "log:2"),
        ("The printer ran out of paper.", "kiosk", "Tickets cannot be sold", "alert:1"),
        ("badge-reader is overloaded.", "badge-reader", "CPU stood at 91 % at 06:01", "metric:1"),
        ("CPU shortage in badge-reader", "badge-reader", "CPU stood at 91 % at 06:01", "metric:1"),
    ],
)
def test_blame_that_the_evidence_speaks_against_is_found(
    cause: str, service: str, claim: str, cites: str
) -> None:
    assert codes(cause, service, claim, cites) == {FindingCode.CONTRADICTION}


@pytest.mark.parametrize(
    ("cause", "service", "claim", "cites"),
    [
        (
            "The broker lost its lease and took the seat map down.",
            "broker",
            "The broker lost its lease",
            "log:1",
        ),
        ("The broker's lost lease broke the seat map.", "seat map", "The seat map went blank", "log:1"),
        (
            "The seat map went blank under a burst of bookings and took the sale down.",
            "seat map",
            "The seat map went blank",
            "log:1",
        ),
        ("The seat map is what customers see go blank.", "seat map", "The seat map went blank", "log:1"),
        (
            "till-api is slow since fare-engine answers 503.",
            "till-api",
            "till-api cannot price a seat",
            "log:2",
        ),
        ("The printer is not short of paper.", "kiosk", "Tickets cannot be sold", "alert:1"),
        ("fare-engine is overloaded.", "fare-engine", "CPU stood at 91 % at 06:01", "metric:1"),
        (
            "badge-reader, perhaps; nothing of it is told.",
            "badge-reader",
            "CPU stood at 91 % at 06:01",
            "metric:1",
        ),
    ],
)
def test_blame_that_nothing_speaks_against_passes(cause: str, service: str, claim: str, cites: str) -> None:
    assert codes(cause, service, claim, cites) == set()
