"""Nobody learns from an answer what a private channel knows: an outsider gets the same one with and without it."""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import create_async_engine

from memory.incident import Fix, Incident, Outcome
from memory.insights import Reflection, last_reflection, reflect_now
from memory.memory import Memory
from memory.privacy import may_show
from memory.recollection import Question, Recollection
from memory.records import Records
from memory.store import Store
from memory.store_edge import EdgeStore
from memory.store_qdrant import QdrantStore
from tests.memory.making import NOW, WordEmbed, a_question, an_incident, days_ago, let_go
from tests.memory.test_memory import DeadStore

STORES: dict[str, Callable[[Path], Store]] = {
    "truth alone": lambda _folder: DeadStore(),
    "embedded": lambda folder: EdgeStore(folder / "index", "words@1", WordEmbed.size),
    "client": lambda _folder: QdrantStore(":memory:", "words@1", WordEmbed.size),
}
CHANNELS = ("C1", "C2", "C3")
WORDS = ("pool", "timeout", "disk", "node", "expired", "queue")


@asynccontextmanager
async def memory_of(store: str, folder: Path, incidents: Sequence[Incident]) -> AsyncIterator[Memory]:
    """Open a memory that holds *incidents*."""
    folder.mkdir()  # noqa: ASYNC240 - a folder of a test
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder}/truth.db")
    records = Records(engine)
    await records.create_tables()
    memory = Memory(records, STORES[store](folder), WordEmbed())
    await memory.retain(*incidents)
    try:
        yield memory
    finally:
        await memory.close()
        await let_go(engine)


def known(number: int, words: list[str], workspace: str, channel: str, *, private: bool) -> Incident:
    """Return an incident that names itself in every text, so that any of them gives it away."""
    own = f"secret{number}x"
    fix = Fix("f", f"{own} {words[0]}", Outcome.DID_NOT if number % 2 else Outcome.WORKED, "ana", NOW, own)
    return an_incident(
        own,
        workspace=workspace,
        title=f"{' '.join(words)} {own}",
        root_cause=f"cause {own}",
        services=("checkout",),
        fixes=(fix,),
        channel=channel,
        private=private,
        version="1.4.2",
        started_at=days_ago(60 - number),
        resolved_at=days_ago(59.9 - number),
    )


incidents_of_anyone = st.lists(
    st.tuples(
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
        st.sampled_from(("T1", "T1", "T1", "T2")),
        st.sampled_from(CHANNELS),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
).map(lambda drawn: [known(n, one[0], one[1], one[2], private=one[3]) for n, one in enumerate(drawn)])


NUMBER = re.compile(r"\d+\.\d+(?:e-\d+)?")


def words_and_numbers(answer: object) -> tuple[str, list[float]]:
    """Part an answer into what is said and its numbers: the last digits of a cosine may differ."""
    said = repr(answer)
    return NUMBER.sub("#", said), [float(found) for found in NUMBER.findall(said)]


async def told(
    memory: Memory, asked: Question, channels: frozenset[str]
) -> tuple[Recollection, Reflection, Reflection | None]:
    said = await memory.recall(asked)
    made = await reflect_now(memory, asked.workspace, NOW, channels)
    kept = await last_reflection(memory, asked.workspace, NOW, channels)
    return replace(said, took_s=0.0, note=""), made, kept


@pytest.mark.parametrize("store", STORES)
@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    incidents=incidents_of_anyone,
    text=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
    channel=st.sampled_from(("", *CHANNELS)),
)
async def test_an_outsider_gets_the_same_answer_with_and_without_what_is_private(
    tmp_path_factory: pytest.TempPathFactory, store: str, incidents: list[Incident], text: str, channel: str
) -> None:
    folder = tmp_path_factory.mktemp("privacy")
    channels = frozenset({channel} - {""})
    asked = a_question(f"{text} secret0x secret1x", channels=channels, limit=10)
    shown = [incident for incident in incidents if may_show(incident, asked)]
    assert all(not one.private or one.channel == channel for one in shown)
    async with memory_of(store, folder / "all", incidents) as memory:
        with_all = await told(memory, asked, channels)
    async with memory_of(store, folder / "shown", shown) as memory:
        without = await told(memory, asked, channels)
    hidden = {incident.id for incident in incidents} - {incident.id for incident in shown}
    assert not [id_ for id_ in hidden if id_ in repr(with_all)]
    said, numbers = words_and_numbers(with_all)
    said_without, numbers_without = words_and_numbers(without)
    assert said == said_without
    assert numbers == pytest.approx(numbers_without, abs=1e-4)


async def test_a_channel_that_becomes_private_takes_its_incidents_along(memory: Memory) -> None:
    told_in = an_incident("c1", title="Disk full", channel="C1")
    await memory.retain(told_in, an_incident("c2", title="Disk full again", channel="C2"))
    assert await memory.channels("T1") == ["C1", "C2"]
    assert await memory.set_private("T1", "C1", private=True) == ["c1"]
    assert await memory.set_private("T1", "C1", private=True) == []
    said = await memory.recall(a_question("Disk full"))
    assert [match.incident.id for match in said.matches] == ["c2"]
    inside = await memory.recall(a_question("Disk full", channels=frozenset({"C1"})))
    assert {match.incident.id for match in inside.matches} == {"c1", "c2"}
    assert await memory.set_private("T1", "C1", private=False) == ["c1"]
