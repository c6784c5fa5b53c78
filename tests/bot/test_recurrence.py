"""What the product is for: the same kind of incident, told in other words, is recalled with its fix and outcome."""

from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from sandbox.command import joined
from sandbox.lab.recordings import recordings
from tests.bot.office import ALERTS, is_verdict, text_of

WAIT = 60.0
PAIRS = [
    (first.name, second.name)
    for first in recordings()
    for second in recordings()
    if second.name == f"{first.name}-2"
]


@pytest.mark.parametrize(("first", "second"), PAIRS)
async def test_a_relative_in_other_words_is_recalled_first(tmp_path: Path, first: str, second: str) -> None:
    settings = Settings.read({"INCIDENTOS_DATA": str(tmp_path), "INCIDENTOS_EXAMPLES": "no"})
    async with joined(settings, tmp_path / "sandbox", 0) as running:
        sandbox = running.sandbox

        async def verdict_of(name: str) -> tuple[str, dict[str, Any]]:
            before = {message["ts"] for message in sandbox.messages(ALERTS)}
            await running.scenarios[name].fire(sandbox)
            root = next(message["ts"] for message in sandbox.messages(ALERTS) if message["ts"] not in before)
            shown = await sandbox.wait_for(
                lambda: next(
                    (reply for reply in sandbox.thread(ALERTS, root)[1:] if is_verdict(reply)), None
                ),
                WAIT,
                f"a verdict on {name}",
            )
            return root, shown

        _, shown = await verdict_of(first)
        await sandbox.click(ALERTS, shown["ts"], "Resolve", user="U0002")
        view = await sandbox.wait_for(lambda: sandbox.view("U0002"), WAIT)
        words = {
            "root_cause": {"value": {"value": "what people found out about it"}},
            "fix": {"value": {"value": "what people did against it"}},
        }
        await sandbox.submit_view(view["id"], words)
        await sandbox.wait_for(
            lambda: "Kept in memory" in text_of(sandbox.message(ALERTS, shown["ts"])), WAIT
        )

        root, again = await verdict_of(second)
        case = await running.office.case_at(ALERTS, root)
        assert case.precedents is not None
        assert case.precedents.found, "nothing was recalled"
        found = case.precedents.found[0]
        assert (found.id, found.tier) == ("INC-1", "seen_before")
        assert (found.resolved_by, found.outcome) == ("U0002", "worked")
        assert "what people did against it" in text_of(again)
        assert "worked 1 of 1" in text_of(again)
