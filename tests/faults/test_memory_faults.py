"""What memory's index must bear, and what the supply chain must refuse: rows Q08, Q10 and X01 to X03."""

import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import prepare_folder
from bot.wiring import now
from memory.embedder import Vector
from memory.incident import Incident
from memory.memory import Memory
from memory.records import Records
from memory.store_edge import EdgeStore

ROOT = Path(__file__).resolve().parents[2]


class Broken:
    """An embedder that makes no direction: zeros, or no numbers."""

    model_id = "broken"
    size = 4

    def __init__(self, number: float) -> None:
        self.number = number

    def close(self) -> None:
        """Hold nothing."""

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        return [[self.number] * self.size for _ in texts]


def test_q08_the_data_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = prepare_folder(tmp_path / "data")
    assert folder.stat().st_mode & 0o077 == 0, "nobody else can plant a file for the index to open"


@pytest.mark.parametrize("number", [0.0, float("nan"), float("inf")])
async def test_q10_a_vector_without_direction_is_not_indexed(
    engine: AsyncEngine, tmp_path: Path, number: float
) -> None:
    records = Records(engine)
    await records.create_tables()
    embed = Broken(number)
    memory = Memory(records, EdgeStore(tmp_path / "index", embed.model_id, embed.size), embed)
    incident = Incident(id="INC-1", workspace="T1", title="pool dry", symptoms="", started_at=now())
    assert await memory.retain(incident) == ["INC-1"], "the truth has it"
    assert await memory.waiting() == 1, "and it waits to be indexed"
    assert await memory.store.count() == 0
    await memory.close()


def test_x01_known_holes_fail_the_build_each_week() -> None:
    """The audit itself needs the network; that it stands in CI, on the locks and by the clock, is held here."""
    audit = yaml.safe_load((ROOT / ".github/workflows/audit.yml").read_text(encoding="utf-8"))
    assert audit[True]["schedule"][0]["cron"]
    runs = "\n".join(step.get("run", "") for step in audit["jobs"]["audit"]["steps"])
    for lock in ("requirements.lock", "requirements-dev.lock"):
        assert f"pip-audit --require-hashes --disable-pip -r {lock}" in runs


def test_x02_a_package_that_was_replaced_is_not_installed(tmp_path: Path) -> None:
    wheel = tmp_path / "replaced-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as made:
        made.writestr("replaced.py", "x = 1")
        made.writestr(
            "replaced-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: replaced\nVersion: 1.0\n"
        )
        made.writestr(
            "replaced-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        made.writestr("replaced-1.0.dist-info/RECORD", "")
    lock = tmp_path / "lock"
    lock.write_text(f"replaced==1.0 --hash=sha256:{'0' * 64}\n")
    install = ("-m", "pip", "install", "--no-deps", "--no-index", "--require-hashes")
    words = [
        sys.executable,
        *install,
        "--find-links",
        str(tmp_path),
        "--target",
        str(tmp_path / "to"),
        "-r",
        str(lock),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr
    for file in ("Makefile", "Dockerfile"):
        assert "--require-hashes" in (ROOT / file).read_text(encoding="utf-8")


KEYS = re.compile(  # as providers write them; made-up ones of our own stand in tests/ only
    r"gh[pousr]_[A-Za-z0-9]{36}|AKIA[0-9A-Z]{16}|xox[abposr]-\d{10,}-[\w-]{20,}|xapp-\d-[A-Z0-9]{9,}-\d{10,}-\w{30,}"
    r"|sk-ant-[\w-]{40,}|AIza[\w-]{35}|-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40,}"
)
SCANNED = ("app.py", "bot", "memory", "router", "tools", "sandbox", "bench", "runbooks", "docs", ".github")


def test_x03_no_key_stands_in_the_repository() -> None:
    """What `slow_processes.py` says of a process's log is said here of the files that are shipped."""
    files = [ROOT / name for name in SCANNED if (ROOT / name).is_file()]
    for name in SCANNED:
        files += [
            file for file in (ROOT / name).rglob("*") if file.is_file() and "__pycache__" not in file.parts
        ]
    files += [file for file in ROOT.glob("*") if file.is_file() and file.stat().st_size < 2_000_000]
    assert len(files) > 300
    found = [str(file) for file in files if KEYS.search(file.read_bytes().decode("utf-8", "replace"))]
    assert found == []
    assert KEYS.search("ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"), "and it would find one"
