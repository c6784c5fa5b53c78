"""The clock stops without complaint while a job is at work."""

import asyncio
import logging

import pytest

from bot.ticking import Ticking


async def test_a_job_that_is_let_go_at_the_end_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    begun = asyncio.Event()

    async def waits() -> None:
        begun.set()
        await asyncio.Event().wait()

    clock = Ticking()
    clock.every(60, "waits", waits)
    with caplog.at_level(logging.ERROR):
        clock.start()
        await asyncio.wait_for(begun.wait(), 5)
        clock.stop()
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)
    assert [record.getMessage() for record in caplog.records] == []
