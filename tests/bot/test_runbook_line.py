"""A runbook in a thread is a title and a first step, whatever its Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.runbook import runbook_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Errors\n# Errors\n## Check first\n1. `x`.\n## What to do\n- Roll back.", "Errors. First: Roll back."),
        ("# Disk full\n\n## Check first\n1. `df -h`\n", "Disk full. First: df -h"),
        ("Just words", "Just words"),
        ("", ""),
    ],
)  # fmt: skip
def test_title_and_first_step(text: str, line: str) -> None:
    assert runbook_line(text) == line


@given(st.text(max_size=500))
def test_any_text_is_one_line(text: str) -> None:
    assert "\n" not in runbook_line(text)
