"""What comes at once is committed together, and answered a few in one turn of the loop."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from bot.store.group_commit import BITE, GroupCommit


async def test_many_are_written_together_and_answered_in_bites() -> None:
    written: list[int] = []
    answers: Counter[int] = Counter()
    turn = 0

    async def write(rows: Sequence[int]) -> Sequence[int]:
        await asyncio.sleep(0)
        written.append(len(rows))
        return [row * 2 for row in rows]

    async def turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    commit = GroupCommit(write)

    async def put(row: int) -> int:
        answer = await commit.put(row)
        answers[turn] += 1
        return answer

    counting = asyncio.create_task(turns())
    told = await asyncio.gather(*map(put, range(100)))
    counting.cancel()
    assert told == [row * 2 for row in range(100)]
    assert written == [100]
    assert max(answers.values()) <= BITE
