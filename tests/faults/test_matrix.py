"""Every row of the fault matrix is held by a test that exists, or says why it cannot run here."""

import re
from pathlib import Path

import pytest

from tests.faults.matrix import ELSEWHERE, IDS, NOT_HERE

ROOT = Path(__file__).resolve().parents[2]
NAMED = {
    row.upper()
    for file in Path(__file__).parent.glob("*_*.py")
    for name in re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8"))
    for row in re.findall(r"(?<=_)[soaqtcpux]\d\d(?=_)", name)
}


@pytest.mark.parametrize("row", IDS)
def test_row(row: str) -> None:
    held = row in NAMED or row in ELSEWHERE
    assert held != (row in NOT_HERE), f"{row}: name a test after it, or say why there is none"
    for where in ELSEWHERE.get(row, ()):
        file, _, test = where.partition("::")
        test, _, case = test.partition("[")
        text = (ROOT / file).read_text(encoding="utf-8")
        assert f"def {test}(" in text, f"{row}: {where} is not there"
        assert not case or f'"{case.rstrip("]")}"' in text, f"{row}: {where} has no such case"


def test_the_rows_are_all_there_are() -> None:
    assert len(IDS) == 104
    assert NAMED | ELSEWHERE.keys() | NOT_HERE.keys() == set(IDS)


if __name__ == "__main__":  # `make faults` asks which tests stand elsewhere
    nodes = sorted({node for nodes in ELSEWHERE.values() for node in nodes})
    print("\n".join(nodes))  # noqa: T201 (read by make)
