"""The truth in SQL, on SQLite and on PostgreSQL alike."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from memory.incident import Feedback, Fix, NotTheSame, Outcome, Status
from memory.outbox import Outbox
from memory.records import Records
from memory.words import number_of
from tests.memory.making import NOW, an_incident, days_ago

FULL = an_incident(
    symptoms="pool exhausted – ünïcode 🔥",
    root_cause="limit too low",
    report="long\ntext",
    services=("checkout", "store"),
    version="1.4.2",
    fixes=(
        Fix("f1", "raise the limit", Outcome.WORKED, "ana", days_ago(29)),
        Fix("f2", "restart", Outcome.DID_NOT, "ben", None, "came back"),
    ),
    severity="critical",
    resolved_at=days_ago(29),
    resolved_by="ana",
    signatures=("ECONNREFUSED",),
    status=Status.RESOLVED,
    channel="C1",
    private=True,
    valid_from=days_ago(30),
    invalid_at=days_ago(1),
    link="https://example.com/1",
)


@pytest.fixture
async def truth(any_engine: AsyncEngine) -> Records:
    records = Records(any_engine)
    await records.create_tables()
    return records


async def test_an_incident_comes_back_as_it_was(truth: Records) -> None:
    assert await truth.put([FULL]) == ["inc-1"]
    assert await truth.get(["inc-1", "unknown"]) == {"inc-1": FULL}
    assert await truth.count() == 1


async def test_putting_the_same_again_changes_nothing(truth: Records) -> None:
    await truth.put([FULL])
    assert await truth.put([FULL, FULL]) == []
    changed = replace(FULL, root_cause="limit halved by the release", fixes=FULL.fixes[:1])
    assert await truth.put([changed]) == ["inc-1"]
    assert await truth.get(["inc-1"]) == {"inc-1": changed}


async def test_times_must_be_aware(truth: Records) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - that is the point
    with pytest.raises((StatementError, ValueError), match="aware datetimes"):
        await truth.put([an_incident(started_at=naive)])


async def test_the_very_same_verdict_counts_once(truth: Records) -> None:
    verdict = Feedback("inc-1", "f1", "ana", Outcome.WORKED, NOW)
    for _ in range(3):
        await truth.judge(verdict)
    await truth.judge(replace(verdict, outcome=None, at=days_ago(-1)))
    assert [v.outcome for v in await truth.verdicts(["inc-1"])] == [Outcome.WORKED, None]


async def test_deleting_takes_fixes_and_verdicts_along(truth: Records) -> None:
    await truth.put([FULL, an_incident("inc-2")])
    await truth.judge(Feedback("inc-1", "f1", "ana", Outcome.WORKED, NOW))
    await truth.part(NotTheSame("inc-2", "inc-1", "ana", NOW))
    assert await truth.delete(["inc-1", "unknown"]) == 1
    assert await truth.verdicts(["inc-1"]) == []
    assert await truth.parted() == []
    assert list(await truth.get(["inc-1", "inc-2"])) == ["inc-2"]


async def test_the_newest_come_first_and_undated_last(truth: Records) -> None:
    await truth.put(an_incident(f"i{n}", started_at=days_ago(n) if n else None) for n in range(5))
    assert sorted(i.id for i in await truth.newest(2)) == ["i1", "i2"]


async def test_notes_are_kept(truth: Records) -> None:
    assert await truth.setting("examples") is None
    await truth.note("examples", "loaded")
    await truth.note("examples", "forgotten")
    assert await truth.setting("examples") == "forgotten"


async def test_what_changed_waits_until_the_index_has_that_revision(truth: Records) -> None:
    outbox = Outbox(truth.engine)
    await truth.put([FULL])
    (before,) = await outbox.pending("m1", 10)
    await truth.put([replace(FULL, title="Another title")])  # changes while the index is being written
    await outbox.done("m1", [before], {"inc-1": [1]})
    (again,) = await outbox.pending("m1", 10)
    assert again.incident.title == "Another title"
    await outbox.done("m1", [again], {"inc-1": [1]})
    assert await outbox.waiting("m1") == 0
    assert await outbox.waiting("m2") == 1, "another model has not seen it"


async def test_removals_wait_until_the_index_forgot(truth: Records) -> None:
    outbox = Outbox(truth.engine)
    await truth.put([FULL])
    waiting = await outbox.pending("m1", 10)
    await outbox.begin("m1", waiting)  # killed here, nobody knows whether it was written
    await outbox.done("m2", waiting, {"inc-1": [1]})
    await truth.delete(["inc-1"])
    for model in ("m1", "m2"):  # each index forgets by itself
        assert await outbox.removals(model) == ["inc-1"]
        await outbox.removed(model, ["inc-1"])
        assert await outbox.waiting(model) == 0
    assert await outbox.removals("m3") == [], "it never had it"


async def test_what_comes_back_under_the_same_id_is_indexed_anew(truth: Records) -> None:
    outbox = Outbox(truth.engine)
    await truth.put([FULL])
    await outbox.done("m1", await outbox.pending("m1", 10), {"inc-1": [1]})
    await truth.delete(["inc-1"])
    await truth.put([replace(FULL, title="Imported again, in other words")])
    assert [each.incident.title for each in await outbox.pending("m1", 10)] == [
        "Imported again, in other words"
    ]
    assert await outbox.removals("m1") == []


async def test_one_models_indexing_takes_nothing_from_another(truth: Records) -> None:
    outbox = Outbox(truth.engine)
    await truth.put([FULL])
    for model in ("m1", "m2"):
        await outbox.done(model, await outbox.pending(model, 10), {"inc-1": [1]})
    await outbox.start_over("m2")
    assert (await outbox.waiting("m1"), await outbox.waiting("m2")) == (0, 1)


async def test_rarity_counts_each_workspace_apart_and_never_twice(truth: Records) -> None:
    outbox = Outbox(truth.engine)
    pool, disk = number_of("pool"), number_of("disk")
    await truth.put([an_incident("a"), an_incident("b"), an_incident("c", workspace="T2")])
    for _ in range(2):  # indexing again must not count again
        await outbox.done("m1", await outbox.pending("m2", 10), {"a": [pool, disk], "b": [pool], "c": [disk]})
    ours = await outbox.rarity({"T1"}, {pool, disk})
    assert (ours.incidents, ours.holding[pool], ours.holding[disk]) == (2, 2, 1)
    assert (await outbox.rarity({"T1", "T2"}, {disk})).holding[disk] == 2
    await truth.delete(["a"])
    await outbox.removed("m1", await outbox.removals("m1"))
    left = await outbox.rarity({"T1"}, {pool, disk})
    assert (left.incidents, left.holding[pool], left.holding.get(disk, 0)) == (1, 1, 0)
