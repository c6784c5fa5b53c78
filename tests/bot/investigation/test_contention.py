"""Who holds what another waits for: named from what it began to do, not from who calls whom."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.investigation.alert import Alert
from bot.investigation.evidence import Evidence
from bot.investigation.suspects import rank
from tools.tool import Observation

ONSET = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
ALERT = Alert("alertmanager", "HighErrorRate", ONSET, "orders fail", service="web")


def line(
    service: str, template: str, seconds: float, *, calm: bool = False, score: float = 12.0
) -> dict[str, Any]:
    return {
        "service": service,
        "template": template,
        "trend": "new",
        "severity": "info" if calm else "error",
        "score": 1.0 if calm else score,
        "first": (ONSET + timedelta(seconds=seconds)).isoformat(),
    }


def told(*groups: Mapping[str, Any]) -> list[Evidence]:
    rows: list[Any] = list(groups)
    calls: list[Any] = [{"caller": "web", "callee": "store"}, {"caller": "export", "callee": "store"}]
    return [
        Evidence("log:1", Observation("log", "logs", "test", facts={"groups": rows, "has_normal": True})),
        Evidence("dependency:1", Observation("dependency", "map", "test", facts={"calls": calls})),
    ]


LOCKED = line("store", "save failed: database is locked", 0)
EXPORT = line("export", "month <*> written to the database", -3, calm=True)


def test_the_one_that_began_work_on_the_same_thing_is_named_with_what_it_does() -> None:
    found = rank(told(LOCKED, EXPORT), ALERT)
    assert found.services[0].service == "export"
    assert "resource" in found.services[0].causes
    assert "began work on the same database" in str(found.cause)
    assert "that store then found held" in str(found.cause)
    assert "caller" not in str(found.cause)


@pytest.mark.parametrize(
    "work",
    [
        line("export", "month <*> written to the database", 5, calm=True),  # after the first complaint
        line("export", "month <*> written to the database", -600, calm=True),  # long before
        line("export", "sent <*> newsletters", -3, calm=True),  # on something else
        {**EXPORT, "trend": "steady"},  # as always
    ],
)
def test_who_did_nothing_new_on_it_shortly_before_is_left_alone(work: Mapping[str, Any]) -> None:
    assert rank(told(LOCKED, work), ALERT).services[0].service == "store"


def test_a_failure_that_tells_of_no_contention_is_the_own_of_who_logs_it() -> None:
    broken = line("store", "save failed: database schema is wrong", 0)
    assert rank(told(broken, EXPORT), ALERT).services[0].service == "store"
