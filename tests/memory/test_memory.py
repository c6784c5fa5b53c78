"""Memory as others use it: retain, recall, judge, withdraw, and what happens when the index is down."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import create_async_engine

from memory.forgetting import expire, retire_service
from memory.incident import EVERYWHERE, Feedback, Fix, NotTheSame, Outcome, Status
from memory.memory import Memory, MemoryUnavailable
from memory.parting import thresholds_from
from memory.ranking import Thresholds
from memory.recollection import Tier
from memory.records import Records
from memory.store import Entry, Hit, Probe, Scope, StoreUnavailable
from memory.store_edge import EdgeStore
from tests.memory.making import NOW, WordEmbed, a_question, an_incident, days_ago, let_go

POOL = an_incident(
    "pool",
    title="Database pool exhausted",
    symptoms="checkout answers 500, ECONNREFUSED from the store",
    root_cause="connection limit halved by release 1.4.2",
    services=("checkout",),
    fixes=(
        Fix("f1", "raise the connection limit", Outcome.WORKED, "ana", days_ago(30)),
        Fix("f2", "restart the pods", Outcome.DID_NOT, "ben", days_ago(30), "came back in minutes"),
    ),
)
DISK = an_incident(
    "disk", title="Disk full on the log node", symptoms="writes fail with no space left on device"
)


class DeadStore:
    """An index that is down."""

    async def put(self, entries: Sequence[Entry]) -> None:
        raise StoreUnavailable(f"Qdrant at http://q: refused {len(entries)} entries")

    async def remove(self, incident_ids: Iterable[str]) -> None:
        raise StoreUnavailable(f"Qdrant at http://q: refused to remove {list(incident_ids)}")

    async def search(self, probe: Probe, scope: Scope, candidates: int) -> list[Hit]:
        raise StoreUnavailable(f"Qdrant at http://q: refused {probe}, {scope}, {candidates}")

    async def count(self) -> int:
        raise StoreUnavailable("Qdrant at http://q: refused")

    async def clear(self) -> None:
        raise StoreUnavailable("Qdrant at http://q: refused")

    async def close(self) -> None:
        return None


async def ids(memory: Memory, text: str, **said: Any) -> list[str]:  # noqa: ANN401
    return [match.incident.id for match in (await memory.recall(a_question(text, **said))).matches]


async def test_the_like_comes_first_with_reasons_and_the_rest_is_told_apart(memory: Memory) -> None:
    await memory.retain(POOL, DISK)
    said = await memory.recall(a_question("database pool exhausted, ECONNREFUSED", services=("checkout",)))
    assert said.tier is Tier.SEEN_BEFORE
    first = said.matches[0]
    assert first.incident.id == "pool"
    assert first.reasons[0] == "same error code ECONNREFUSED"
    assert "matched words: database, pool, exhausted, ECONNREFUSED" in first.reasons
    assert "same service checkout" in first.reasons
    assert first.reasons[-1].startswith("4 weeks ago, counts in full")
    assert [(m.incident.id, m.tier) for m in said.matches[1:]] == [("disk", Tier.NONE)]
    assert said.note == ""


async def test_fixes_that_worked_are_offered_and_the_others_told_with_their_reason(memory: Memory) -> None:
    await memory.retain(POOL)
    said = await memory.recall(a_question("database pool exhausted", services=("checkout",)))
    assert [fix.action for fix in said.fixes] == ["raise the connection limit"]
    assert [(fix.action, fix.why) for fix in said.did_not_work] == [
        ("restart the pods", "came back in minutes")
    ]


async def test_verdicts_change_what_is_offered_and_can_be_taken_back(memory: Memory) -> None:
    await memory.retain(POOL)
    for user in ("cem", "dia"):
        await memory.judge(Feedback("pool", "f1", user, Outcome.DID_NOT, NOW, "same again"))
    said = await memory.recall(a_question("database pool exhausted"))
    assert said.fixes == ()
    for user in ("cem", "dia"):
        await memory.judge(Feedback("pool", "f1", user, None, days_ago(-1)))
    said = await memory.recall(a_question("database pool exhausted"))
    assert [fix.action for fix in said.fixes] == ["raise the connection limit"]


async def test_nothing_similar_is_said_and_nothing_is_made_up(memory: Memory) -> None:
    assert (await memory.recall(a_question("anything at all"))).tier is Tier.NONE
    await memory.retain(POOL)
    said = await memory.recall(a_question("what is for lunch on Thursday"))
    assert said.tier is Tier.NONE
    assert said.fixes == ()


async def test_not_the_same_is_not_shown_for_that_case_again(memory: Memory) -> None:
    await memory.retain(POOL, DISK)
    rejected = NotTheSame("pool", "case-7", "ana", NOW, 0.8)
    await memory.not_the_same(rejected)
    assert "pool" not in await ids(memory, "database pool exhausted", about="case-7")
    assert "pool" in await ids(memory, "database pool exhausted", about="case-8")
    await memory.not_the_same(replace(rejected, taken_back=True, at=days_ago(-1)))
    assert "pool" in await ids(memory, "database pool exhausted", about="case-7")


def test_many_rejections_make_memory_more_careful_and_few_do_not() -> None:
    usual = Thresholds()
    rejected = [NotTheSame(f"i{n}", "case-1", "ana", NOW, 0.76 + n / 100) for n in range(6)]
    raised = thresholds_from(usual, rejected)
    assert raised.seen_before > usual.seen_before
    assert sum(one.score >= raised.seen_before for one in rejected if one.score) <= 2
    assert thresholds_from(usual, rejected[:4]) == usual
    assert thresholds_from(usual, [replace(one, taken_back=True) for one in rejected]) == usual


async def test_newer_of_equals_comes_first(memory: Memory) -> None:
    await memory.retain(*(replace(POOL, id=f"pool-{age}", started_at=days_ago(age)) for age in (700, 5, 90)))
    assert await ids(memory, "database pool exhausted") == ["pool-5", "pool-90", "pool-700"]


async def test_what_began_later_is_not_recalled(memory: Memory) -> None:
    await memory.retain(POOL)
    assert await ids(memory, "database pool exhausted", now=days_ago(31)) == []


async def test_retired_is_hidden_and_reachable(memory: Memory) -> None:
    await memory.retain(replace(POOL, status=Status.RETIRED))
    assert await ids(memory, "database pool exhausted") == []
    assert await ids(memory, "database pool exhausted", include_retired=True) == ["pool"]


def files_with(folder: Path, words: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and words in path.read_bytes()]


async def test_secrets_never_reach_truth_nor_index(records: Records, tmp_path: Path) -> None:
    embed = WordEmbed()
    store = EdgeStore(tmp_path / "i", embed.model_id, embed.size)
    memory = Memory(records, store, embed, redact=lambda text: text.replace("hunter2", "[secret]"))
    fix = Fix("f1", "log in with hunter2", Outcome.DID_NOT, why="hunter2 was wrong")
    await memory.retain(an_incident(title="hunter2", symptoms="hunter2", report="hunter2", fixes=(fix,)))
    await memory.judge(Feedback("inc-1", "f1", "ana", Outcome.DID_NOT, NOW, "tried hunter2"))
    await memory.close()
    assert files_with(tmp_path, b"hunter2") == []
    assert files_with(tmp_path, b"[secret]") != []


async def test_deleting_removes_it_everywhere(memory: Memory) -> None:
    await memory.retain(POOL, DISK)
    assert await memory.withdraw("pool") == 1
    assert await ids(memory, "database pool exhausted") == ["disk"]
    assert await memory.store.count() == 1
    assert await memory.records.get(["pool"]) == {}


async def test_a_retired_service_is_hidden_and_others_keep_their_incidents(memory: Memory) -> None:
    both = replace(POOL, id="both", services=("checkout", "store"))
    await memory.retain(POOL, both)
    assert await retire_service(memory, "T1", "Checkout", days_ago(0)) == ["pool"]
    assert await retire_service(memory, "T1", "Checkout", days_ago(0)) == []
    assert await ids(memory, "database pool exhausted") == ["both"]
    assert set(await ids(memory, "database pool exhausted", include_retired=True)) == {"both", "pool"}
    assert (await memory.records.get(["pool"]))["pool"].status is Status.RETIRED


async def test_what_is_too_old_is_deleted_everywhere(memory: Memory) -> None:
    await memory.retain(
        POOL, replace(DISK, started_at=days_ago(800)), an_incident("undated", started_at=None)
    )
    assert await expire(memory, "T1", timedelta(days=730), NOW) == ["disk"]
    assert await memory.store.count() == 2
    assert await memory.records.get(["disk"]) == {}


async def test_examples_are_seen_by_all_and_forgotten_for_good(memory: Memory) -> None:
    assert await memory.load_examples([replace(POOL, source="example")]) == 1
    assert await memory.load_examples([replace(POOL, source="example")]) == 0
    (match,) = (await memory.recall(a_question("database pool exhausted", workspace="T9"))).matches
    assert match.incident.workspace == EVERYWHERE
    assert "a public example, not one of ours" in match.reasons
    assert await memory.forget_examples() == 1
    assert await memory.load_examples([replace(POOL, source="example")]) == 0
    assert await ids(memory, "database pool exhausted", workspace="T9") == []


async def test_a_dead_index_delays_and_never_loses(records: Records, tmp_path: Path) -> None:
    embed = WordEmbed()
    down = Memory(records, DeadStore(), embed)
    assert await down.retain(POOL, DISK) == ["pool", "disk"]
    said = await down.recall(a_question("database pool exhausted"))
    assert said.matches[0].incident.id == "pool"
    assert said.note.startswith("The index is unreachable: matched by words only, among the newest 2.")
    assert await down.waiting() == 2
    up = Memory(records, EdgeStore(tmp_path / "i", embed.model_id, embed.size), embed)
    assert await up.index_pending() == 2
    assert await ids(up, "database pool exhausted") == ["pool", "disk"]
    await up.close()


async def test_a_private_incident_stays_private_without_an_index_too(records: Records) -> None:
    down = Memory(records, DeadStore(), WordEmbed())
    await down.retain(replace(POOL, private=True, channel="C1"))
    assert await ids(down, "database pool exhausted") == []
    assert await ids(down, "database pool exhausted", channels=frozenset({"C1"})) == ["pool"]


async def test_reindexing_is_idempotent_and_heals_a_lost_index(memory: Memory) -> None:
    await memory.retain(POOL, DISK)
    before = await memory.recall(a_question("database pool exhausted"))
    seen: list[tuple[int, int]] = []
    for _ in range(2):
        assert await memory.reindex(lambda done, total: seen.append((done, total))) == 2
        after = await memory.recall(a_question("database pool exhausted"))
        assert after == before
    assert seen[-1] == (2, 2)
    await memory.store.clear()
    assert await memory.reindex() == 2
    assert await memory.recall(a_question("database pool exhausted")) == before


async def test_another_model_gets_an_index_of_its_own(records: Records, tmp_path: Path) -> None:
    one, two = WordEmbed("words@1"), WordEmbed("words@2")
    first = Memory(records, EdgeStore(tmp_path / "i", one.model_id, one.size), one)
    await first.retain(POOL)
    second = Memory(records, EdgeStore(tmp_path / "i", two.model_id, two.size), two)
    assert await ids(second, "database pool exhausted") == [], "never a vector of the other model"
    assert await second.index_pending() == 1
    assert await ids(second, "database pool exhausted") == ["pool"]
    assert await first.store.count() == 1
    await first.close()
    await second.close()


async def test_a_database_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/none/such/folder.db")
    memory = Memory(Records(engine), DeadStore(), WordEmbed())
    with pytest.raises(MemoryUnavailable, match="cannot be read"):
        await memory.recall(a_question("anything"))
    with pytest.raises(MemoryUnavailable, match="cannot be written"):
        await memory.retain(POOL)
    await let_go(engine)


@settings(max_examples=15, deadline=None)
@given(
    where=st.lists(
        st.tuples(st.sampled_from(["T1", "T2"]), st.sampled_from(["C1", "C2", "C3"]), st.booleans()),
        min_size=1,
        max_size=6,
    ),
    asker=st.tuples(st.sampled_from(["T1", "T2"]), st.frozensets(st.sampled_from(["C1", "C2", "C3"]))),
)
async def test_no_private_incident_ever_reaches_another_scope(
    tmp_path_factory: pytest.TempPathFactory,
    where: list[tuple[str, str, bool]],
    asker: tuple[str, frozenset[str]],
) -> None:
    folder = tmp_path_factory.mktemp("leaks")
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder}/truth.db")
    records, embed = Records(engine), WordEmbed()
    await records.create_tables()
    memory = Memory(records, EdgeStore(folder, embed.model_id, embed.size), embed)
    made = [
        replace(POOL, id=f"i{n}", workspace=workspace, channel=channel, private=private)
        for n, (workspace, channel, private) in enumerate(where)
    ]
    await memory.retain(*made)
    workspace, channels = asker
    shown = set(
        await ids(memory, "database pool exhausted", workspace=workspace, channels=channels, limit=50)
    )
    await memory.close()
    await let_go(engine)
    allowed = {i.id for i in made if i.workspace == workspace and (not i.private or i.channel in channels)}
    assert shown == allowed
