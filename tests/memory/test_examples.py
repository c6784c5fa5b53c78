"""The starting memory: enough of it, well formed, and told as what it is."""

import pytest

from memory.examples import public_examples
from memory.incident import EVERYWHERE
from memory.memory import Memory
from tests.memory.making import a_question

EXAMPLES = public_examples()


def test_there_are_at_least_thirty_with_distinct_ids_and_links() -> None:
    assert len(EXAMPLES) >= 30
    assert len({example.id for example in EXAMPLES}) == len(EXAMPLES)
    assert len({example.link for example in EXAMPLES}) == len(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_each_tells_what_was_seen_why_and_what_was_tried(example: object) -> None:
    told = next(one for one in EXAMPLES if one is example)
    assert told.source == "example"
    assert told.workspace == EVERYWHERE
    assert told.link
    assert told.link.startswith("https://")
    assert len(told.symptoms) > 40
    assert len(told.root_cause) > 20
    assert told.fixes
    assert told.services
    assert told.started_at
    assert told.time_to_resolve is None or told.time_to_resolve.total_seconds() > 60


async def test_they_load_on_first_start_and_are_recalled(memory: Memory) -> None:
    assert await memory.load_examples(EXAMPLES) == len(EXAMPLES)
    said = await memory.recall(a_question("transaction id wraparound in postgres, autovacuum fell behind"))
    assert {match.incident.id for match in said.matches[:2]} == {
        "example-mandrill-2019-02-04",
        "example-sentry-2015-07-20",
    }
