"""What any index must do, whoever keeps it: run over the embedded engine, the client's memory, and a server."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.store import Entry, Hit, Probe, Scope, Store, StoreUnavailable
from memory.store_edge import EdgeStore
from memory.store_qdrant import QdrantStore
from memory.words import Rarity, asked_vectors, document_vectors
from tests.memory.making import NOW, WordEmbed, days_ago

OURS = Scope(frozenset({"T1"}))


async def entry(incident_id: str, text: str = "database pool exhausted", **said: Any) -> Entry:  # noqa: ANN401
    vector = (await WordEmbed().embed([text]))[0]
    counted = document_vectors(text)
    made = Entry(
        incident_id=incident_id, workspace="T1", channel="C1", private=False, status="resolved", signatures=(),
        started_at=days_ago(10), invalid_at=None, symptom=vector, case=vector, passages=[vector],
        words=counted.words, pairs=counted.pairs,
    )  # fmt: skip
    return replace(made, **said)


async def probe(text: str, signatures: Sequence[str] = ()) -> Probe:
    vector = (await WordEmbed().embed([text]))[0]
    asked = asked_vectors(text, Rarity(0, {}))
    return Probe(vector, asked.words, asked.pairs, tuple(signatures))


async def found(store: Store, text: str, scope: Scope = OURS) -> list[str]:
    return sorted(hit.incident_id for hit in await store.search(await probe(text), scope, 10))


async def test_what_is_put_is_found_with_the_score_of_each_arm(store: Store) -> None:
    await store.put([await entry("a"), await entry("b", "certificate expired on the gateway")])
    hits = {
        hit.incident_id: hit for hit in await store.search(await probe("database pool exhausted"), OURS, 10)
    }
    best = hits["a"]
    assert best.symptom == pytest.approx(1.0, abs=1e-4)
    assert best.case == pytest.approx(1.0, abs=1e-4)
    assert best.passage == pytest.approx(1.0, abs=1e-4)
    assert 0 < best.words <= 1
    assert 0 < best.pairs <= 1
    assert hits["b"].words == 0 == hits["b"].pairs
    assert hits["b"].symptom < 0.7


async def test_the_best_passage_counts(store: Store) -> None:
    far, near = await WordEmbed().embed(["nothing of the kind", "disk full on node seven"])
    await store.put([await entry("a", "long report", passages=[far, near])])
    (hit,) = await store.search(await probe("disk full on node seven"), OURS, 10)
    assert hit.passage == pytest.approx(1.0, abs=1e-4)


async def test_putting_again_replaces(store: Store) -> None:
    await store.put([await entry("a")])
    await store.put([await entry("a", "certificate expired")])
    assert await store.count() == 1
    (hit,) = await store.search(await probe("certificate expired"), OURS, 10)
    assert hit.symptom == pytest.approx(1.0, abs=1e-4)


async def test_removing_is_final_and_may_be_repeated(store: Store) -> None:
    await store.put([await entry("a"), await entry("b")])
    await store.remove(["a", "never-there"])
    await store.remove(["a"])
    assert await found(store, "database pool exhausted") == ["b"]


async def test_an_empty_index_answers_nothing(store: Store) -> None:
    assert await store.count() == 0
    assert await found(store, "database pool exhausted") == []


async def test_a_question_without_words_is_answered_by_meaning(store: Store) -> None:
    await store.put([await entry("a")])
    hits = await store.search(replace(await probe("pool"), words={}, pairs={}), OURS, 10)
    assert [hit.incident_id for hit in hits] == ["a"]


async def test_an_exact_mark_finds_what_no_other_arm_brings(store: Store) -> None:
    await store.put([await entry(f"noise-{n}") for n in range(30)])
    await store.put([await entry("marked", "quite another thing", signatures=("econnrefused",))])
    hits = await store.search(await probe("database pool exhausted", ["econnrefused"]), OURS, 3)
    assert "marked" in {hit.incident_id for hit in hits}


@pytest.mark.parametrize(
    ("said", "scope"),
    [
        ({"workspace": "T2"}, OURS),
        ({"private": True}, OURS),
        ({"private": True}, replace(OURS, channels=frozenset({"C9"}))),
        ({"status": "retired"}, replace(OURS, hidden=frozenset({"retired"}))),
        ({"started_at": days_ago(-1)}, replace(OURS, until=NOW)),
        ({"invalid_at": days_ago(1)}, replace(OURS, valid_at=NOW)),
        ({}, replace(OURS, exclude=frozenset({"a"}))),
        ({}, Scope(frozenset())),
    ],
)
async def test_what_is_out_of_scope_is_not_found(store: Store, said: dict[str, Any], scope: Scope) -> None:
    await store.put([await entry("a", signatures=("e1",), **said)])
    assert await store.search(await probe("database pool exhausted", ["e1"]), scope, 10) == []


@pytest.mark.parametrize(
    ("said", "scope"),
    [
        ({"private": True}, replace(OURS, channels=frozenset({"C1"}))),
        ({"status": "retired"}, OURS),
        ({"started_at": None}, replace(OURS, until=NOW)),
        ({"invalid_at": days_ago(-1)}, replace(OURS, valid_at=NOW)),
        ({"invalid_at": days_ago(1)}, replace(OURS, until=NOW)),
        ({}, replace(OURS, exclude=frozenset({"b"}))),
    ],
)
async def test_what_is_in_scope_is_found(store: Store, said: dict[str, Any], scope: Scope) -> None:
    await store.put([await entry("a", **said)])
    assert await found(store, "database pool exhausted", scope) == ["a"]


async def test_clearing_leaves_an_index_that_works(store: Store) -> None:
    await store.put([await entry("a")])
    await store.clear()
    assert await store.count() == 0
    await store.put([await entry("b")])
    assert await found(store, "database pool exhausted") == ["b"]


WORDS = ("pool", "timeout", "disk", "node", "expired", "deploy", "queue")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), min_size=1, max_size=6
    ),
    asked=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join),
    private=st.sets(st.integers(0, 5)),
)
async def test_embedded_and_client_agree_and_neither_leaks(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], asked: str, private: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("edge")
    stores: list[Store] = [
        EdgeStore(folder, "w", WordEmbed.size),
        QdrantStore(":memory:", "w", WordEmbed.size),
    ]
    answers: list[dict[str, Hit]] = []
    for one in stores:
        await one.put([await entry(str(n), text, private=n in private) for n, text in enumerate(texts)])
        answers.append({hit.incident_id: hit for hit in await one.search(await probe(asked), OURS, 10)})
        await one.close()
    edge, client = answers
    assert edge.keys() == client.keys() == {str(n) for n in range(len(texts)) if n not in private}
    for id_, hit in edge.items():
        for arm in ("symptom", "case", "passage", "words", "pairs"):
            assert getattr(hit, arm) == pytest.approx(getattr(client[id_], arm), abs=1e-4)


async def test_a_folder_in_use_says_so(tmp_path: Path) -> None:
    first, second = (EdgeStore(tmp_path, "m", WordEmbed.size) for _ in range(2))
    await first.put([await entry("a")])
    with pytest.raises(StoreUnavailable, match="in use by another process"):
        await second.count()
    await first.close()
    assert await second.count() == 1
    await second.close()


async def test_a_broken_folder_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "edge_config.json").write_text("not a shard")
    store = EdgeStore(tmp_path, "m", WordEmbed.size)
    with pytest.raises(StoreUnavailable, match="reindex"):
        await store.count()
    await store.clear()
    assert await store.count() == 0
    await store.close()


async def test_two_models_never_share_an_index(tmp_path: Path) -> None:
    one, two = EdgeStore(tmp_path, "model@1", WordEmbed.size), EdgeStore(tmp_path, "model@2", WordEmbed.size)
    await one.put([await entry("a")])
    assert await two.count() == 0
    await one.close()
    await two.close()


async def test_a_server_that_is_not_there_is_one_line() -> None:
    store = QdrantStore("http://127.0.0.1:9", "m", WordEmbed.size)
    with pytest.raises(StoreUnavailable, match=r"Qdrant at http://127\.0\.0\.1:9"):
        await store.search(await probe("anything"), OURS, 5)
    await store.close()
