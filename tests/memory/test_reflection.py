"""What many incidents together say: on three cases or more, with intervals, evidence, and no private ones."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.incident import Feedback, Fix, Incident, Outcome
from memory.insights import last_reflection, reflect_now
from memory.memory import Memory
from memory.patterns import Pattern, patterns_among
from memory.reflection import Kind, reflect, wilson
from tests.memory.making import NOW, an_incident, days_ago


def pool(n: int, age: float, **said: object) -> Incident:
    made = an_incident(
        f"pool-{n}",
        title="Database pool exhausted",
        symptoms="checkout answers 500 and waits for connections",
        services=("checkout",),
        started_at=days_ago(age),
        resolved_at=days_ago(age) + timedelta(hours=1),
        fixes=(Fix("f1", "restart the pods", Outcome.DID_NOT, "ana", days_ago(age), "came back in minutes"),),
    )
    return replace(made, **said)  # type: ignore[arg-type]


POOLS = [pool(1, 90, version="1.4.2"), pool(2, 60, version="1.4.2"), pool(3, 30), pool(4, 5, version="1.4.2")]
DISK = an_incident("disk", title="Disk full on the log node", started_at=days_ago(40))


def by_kind(incidents: list[Incident], kind: Kind) -> list[str]:
    pattern = Pattern("Database pool exhausted", tuple(incidents))
    return [insight.text for insight in reflect([pattern], {}) if insight.kind is kind]


def test_what_recurs_is_told_with_counts_span_and_interval() -> None:
    assert by_kind(POOLS, Kind.RECURRING) == [
        (
            "“Database pool exhausted” happened 4 times on checkout between 2026-08-24 and 2026-11-17; "
            "3 of 4 name a release as involved (30 % to 95 % with 95 % confidence)."
        )
    ]
    assert by_kind(POOLS, Kind.RELEASE) == [
        "3 incidents name release 1.4.2 of checkout between 2026-08-24 and 2026-11-17."
    ]


def test_fixes_that_keep_failing_are_told_with_the_reason() -> None:
    assert by_kind(POOLS, Kind.FAILING_FIX) == [
        "“restart the pods” did not work in 4 of 4 tries (51 % to 100 % with 95 % confidence): came back in minutes."
    ]


def test_what_returns_soon_after_a_fix_is_told() -> None:
    fixed = [
        pool(n, age, fixes=(Fix("f", "raise the limit", Outcome.WORKED),))
        for n, age in enumerate([50, 47, 20])
    ]
    assert by_kind(fixed, Kind.RETURNS) == [
        (
            "“Database pool exhausted” came back within 7 days after 1 of 3 fixes that were said to work "
            "(6 % to 79 % with 95 % confidence)."
        )
    ]


@given(st.lists(st.sampled_from(POOLS), max_size=2, unique_by=lambda i: i.id))
def test_nothing_is_said_on_fewer_than_three(incidents: list[Incident]) -> None:
    patterns = [Pattern("p", tuple(incidents))] if incidents else []
    assert reflect(patterns, {}) == []


@given(st.integers(0, 60), st.integers(0, 60))
def test_intervals_hold_their_share(successes: int, others: int) -> None:
    tries = successes + others
    low, high = wilson(successes, tries)
    assert 0 <= low <= high <= 1
    if tries:
        assert low - 1e-9 <= successes / tries <= high + 1e-9


async def test_the_same_trouble_is_one_pattern_and_another_is_not(memory: Memory) -> None:
    await memory.retain(*POOLS, DISK)
    found = await patterns_among(memory, [*POOLS, DISK], frozenset())
    assert [sorted(i.id for i in pattern.incidents) for pattern in found] == [
        ["pool-1", "pool-2", "pool-3", "pool-4"],
        ["disk"],
    ]


async def test_insights_are_kept_and_stale_when_something_changes(memory: Memory) -> None:
    await memory.retain(*POOLS)
    made = await reflect_now(memory, "T1", NOW)
    kept = await last_reflection(memory, "T1", NOW)
    assert kept == made
    assert not kept.stale
    await memory.judge(Feedback("pool-1", "f1", "ben", Outcome.WORKED, NOW))
    again = await last_reflection(memory, "T1", NOW)
    assert again is not None
    assert again.stale
    assert not (await reflect_now(memory, "T1", NOW)).stale
    await memory.retain(replace(POOLS[0], id="pool-9", link="https://shop.slack.com/archives/C1/p9"))
    again = await last_reflection(memory, "T1", NOW)
    assert again is not None and again.stale, "a new member came"
    assert (await reflect_now(memory, "T1", NOW)).links == {"pool-9": "https://shop.slack.com/archives/C1/p9"}


async def test_an_insight_on_a_deleted_incident_is_no_longer_told(memory: Memory) -> None:
    await memory.retain(*POOLS)
    assert (await reflect_now(memory, "T1", NOW)).insights
    await memory.withdraw("pool-1")
    assert await last_reflection(memory, "T1", NOW) is None, "deleted with what it rests on"
    again = await reflect_now(memory, "T1", NOW)
    assert not [insight for insight in again.insights if "pool-1" in insight.evidence]


@pytest.mark.parametrize(("channels", "seen"), [(frozenset[str](), False), (frozenset({"C1"}), True)])
async def test_private_incidents_feed_no_insight_for_others(
    memory: Memory, channels: frozenset[str], seen: bool
) -> None:
    await memory.retain(*(replace(i, private=True, channel="C1") for i in POOLS))
    assert bool((await reflect_now(memory, "T1", NOW, channels)).insights) is seen
    assert await last_reflection(memory, "T2", NOW) is None


def test_what_follows_releases_is_told_when_most_incidents_of_a_service_do() -> None:
    assert by_kind(POOLS, Kind.AFTER_RELEASE) == [
        (
            "3 of 4 incidents of checkout name a release as involved (30 % to 95 % with 95 % confidence) "
            "between 2026-08-24 and 2026-11-17."
        )
    ]
    assert not by_kind([*POOLS, pool(5, 4), pool(6, 3)], Kind.AFTER_RELEASE), "half of them is no finding"
    assert not by_kind(POOLS[:2], Kind.AFTER_RELEASE), "two are no support"
