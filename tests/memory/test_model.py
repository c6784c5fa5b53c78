"""The real embedding model: its files, what it computes, and recall with it."""

import asyncio
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from memory.embedder import Embed, MiniLm, OnnxModel, Vector
from memory.memory import Memory
from memory.own_model import own_model
from memory.recollection import Tier
from memory.records import Records
from memory.store_edge import EdgeStore
from memory.weights import WeightsUnavailable, prepare_model
from tests.memory.making import WordEmbed, a_question, an_incident


def cosine(one: Vector, other: Vector) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("kind", ["minilm", "words"])
async def test_equal_texts_have_equal_vectors_of_length_one(
    kind: str, request: pytest.FixtureRequest
) -> None:
    embed: Embed = request.getfixturevalue("minilm") if kind == "minilm" else WordEmbed()
    short, long, again = await embed.embed(
        ["pool exhausted", "a much longer text about a disk " * 20, "pool exhausted"]
    )
    assert short == pytest.approx(again, abs=1e-6), "whatever shares its batch"
    assert cosine(short, short) == pytest.approx(1.0, abs=1e-5)
    assert len(short) == len(long) == embed.size
    (alone,) = await embed.embed(["pool exhausted"])
    assert alone == pytest.approx(short, abs=1e-5)
    assert await embed.embed([]) == []


async def test_the_model_computes_what_all_minilm_l6_v2_computes(minilm: MiniLm) -> None:
    prisma, pool, carrier, cat, kitten = await minilm.embed(
        ["Prisma connection timeout", "database pool exhausted", "carrier API timeout", "a cat", "a kitten"]
    )
    # The values that sentence-transformers gives for these pairs with the same weights.
    assert cosine(prisma, pool) == pytest.approx(0.263, abs=0.002)
    assert cosine(prisma, carrier) == pytest.approx(0.484, abs=0.002)
    assert cosine(cat, kitten) > 0.7 > cosine(cat, pool)


async def test_text_beyond_256_tokens_is_not_seen(minilm: MiniLm) -> None:
    start = "disk " * 300
    one, other = await minilm.embed([start, start + "certificate expired"])
    assert one == pytest.approx(other, abs=1e-6)


async def test_many_may_embed_at_once(minilm: MiniLm) -> None:
    texts = [f"incident number {n}" for n in range(12)]
    together = await minilm.embed(texts)
    apart = await asyncio.gather(*(minilm.embed([text]) for text in texts))
    for one, (other,) in zip(together, apart, strict=True):
        assert one == pytest.approx(other, abs=1e-5)


async def test_the_thread_that_embeds_gives_way_to_the_others(minilm: MiniLm) -> None:
    await minilm.embed(["ready"])
    (worker,) = (each for each in threading.enumerate() if each in minilm._worker._threads)
    assert worker.native_id is not None
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert os.getpriority(os.PRIO_PROCESS, worker.native_id) == max(10, own)


def test_damaged_files_are_noticed_and_built_again(minilm: MiniLm, tmp_path: Path) -> None:
    built = prepare_model()
    copy = tmp_path / built.folder.name
    shutil.copytree(built.folder, copy)
    (copy / "tokenizer.json").write_bytes(b"{}")
    for name in ("model.onnx", "model.weights"):
        (copy / name).write_bytes((built.folder / name).read_bytes()[:1000])
    again = prepare_model(tmp_path)
    assert again.model_id == built.model_id == minilm.model_id
    for name in ("model.onnx", "model.weights"):
        assert (copy / name).read_bytes() == (built.folder / name).read_bytes()


def test_the_weights_are_mapped_and_anybody_may_read_them(minilm: MiniLm) -> None:
    assert minilm.size
    files = {path.name: path.stat() for path in prepare_model().folder.iterdir()}
    assert files["model.onnx"].st_size < 1_000_000
    assert files["model.weights"].st_size > 80_000_000
    assert all(each.st_mode & 0o444 == 0o444 for name, each in files.items() if name.startswith("model."))


def test_two_processes_may_build_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "memory.weights", "--cache", str(tmp_path)]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ends = [(process.communicate()[1], process.returncode) for process in both]
    assert [code for _, code in ends] == [0, 0], ends
    assert [path.name for path in tmp_path.iterdir()] == [prepare_model(tmp_path).folder.name]


def test_a_cache_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(WeightsUnavailable, match="--cache"):
        prepare_model(tmp_path / "file" / "cache")


OTHERS = [
    an_incident(f"other-{n}", title=title, started_at=None)
    for n, title in enumerate(
        f"{what} {how} in {where}"
        for what in (
            "API timeout",
            "Connection reset",
            "Database migration lock",
            "Queue backlog",
            "Certificate expiry",
        )
        for how in (
            "after the release",
            "under peak load",
            "following a failover",
            "at midnight",
            "after a rollback",
        )
        for where in ("shipping", "search", "billing", "the mobile gateway")
    )
]
PAIRS = [  # title, root cause, and what someone asks who knows neither
    (
        "Database pool exhausted",
        "Prisma connection limit too low, queries timed out",
        "Prisma connection timeout",
    ),
    ("Prisma connection timeout", "leaked sessions exhausted the database pool", "database pool exhausted"),
    ("Login loop", "Redis evicted session keys at its memory limit", "Redis maxmemory evictions"),
    (
        "Nightly export missing",
        "the job's service account token had expired",
        "expired token breaks scheduled job",
    ),
]


async def test_a_recorded_cause_makes_other_words_meet(
    minilm: MiniLm, records: Records, tmp_path: Path
) -> None:
    memory = Memory(records, EdgeStore(tmp_path / "i", minilm.model_id, minilm.size), minilm)
    await memory.retain(*OTHERS)
    for n, (title, cause, asked) in enumerate(PAIRS):
        incident = an_incident(f"pair-{n}", title=title, root_cause=cause, started_at=None)
        await memory.retain(incident)
        said = await memory.recall(a_question(asked))
        assert said.matches[0].incident.id == incident.id, asked
        await memory.withdraw(incident.id)
    assert (await memory.recall(a_question("how do I book a meeting room"))).tier is Tier.NONE
    await memory.close()


async def test_a_model_in_a_folder_has_an_id_of_its_own_and_what_is_missing_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "1_Pooling").mkdir(parents=True)
    with pytest.raises(WeightsUnavailable, match=r"lacks model\.onnx, tokenizer\.json"):
        own_model(folder)
    for file in prepare_model().folder.iterdir():
        (folder / file.name).symlink_to(file)
    mean = own_model(folder)
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    first = own_model(folder)
    assert (mean.size, first.first_token, mean.first_token) == (384, True, False)
    assert len({mean.model_id, first.model_id, prepare_model().model_id}) == 3
    model = OnnxModel(first)
    (vector,) = await model.embed(["the pool of connections ran dry"])
    model.close()
    assert len(vector) == model.size and abs(cosine(vector, vector) - 1) < 1e-6
    (folder / "config.json").unlink()
    (folder / "config.json").write_text("{}")
    with pytest.raises(WeightsUnavailable, match="cannot be read"):
        own_model(folder)
