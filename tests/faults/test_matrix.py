"""Every row of the fault matrix has a test named by its id."""

import re
from pathlib import Path

import pytest

from tests.faults.matrix import IDS
from tests.faults.slow_kills import STEPS

NAMED = {
    row.upper()
    for file in Path(__file__).parent.glob("*_*.py")
    for name in re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8"))
    for row in re.findall(r"(?<=_)[soaqtcpux]\d\d(?=_)", name)
}
STEPPED = {row.upper() for row in STEPS}  # the cases of slow_kills.test_killed_at


@pytest.mark.parametrize("row", IDS)
def test_row(row: str) -> None:
    assert row in NAMED or row in STEPPED, f"{row}: name a test after it"


def test_the_rows_are_all_there_are() -> None:
    assert len(IDS) == 104
    assert set(IDS) == NAMED | STEPPED
