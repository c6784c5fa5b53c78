"""`recall_similar_incidents` over a small real memory, through the toolbox."""

from collections.abc import Sequence
from datetime import UTC, datetime

from tools.recall import RecallTool, SimilarIncident, TriedThen
from tools.telemetry import Window
from tools.tool import Scope, Status, ToolCall, Unavailable
from tools.toolbox import Toolbox

ONSET = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SCOPE = Scope(Window(ONSET, ONSET), ONSET, service="checkout", text="pool exhausted")
POOL = SimilarIncident(
    "inc-7", "Checkout pool ran dry", 0.82, "seen_before", ("same service", "same words: pool"),
    cause="A release cut the pool from 20 to 5", services=("checkout",), resolved_by="Ada", minutes_to_resolve=18,
    fixes=(TriedThen("Roll back", "worked", "Ada", "worked 2 of 2"), TriedThen("Restart", "did_not")),
)  # fmt: skip


class Remembered:
    """Remembers a few incidents by word."""

    def __init__(self, *incidents: SimilarIncident) -> None:
        self._incidents = incidents

    async def similar(
        self, text: str, *, service: str, limit: int, channel: str = ""
    ) -> Sequence[SimilarIncident]:
        del channel
        if not service:
            raise Unavailable("memory: down")
        return [each for each in self._incidents if set(text.split()) & set(each.title.split())][:limit]


async def test_what_was_done_and_whether_it_worked_is_told() -> None:
    box = Toolbox([RecallTool(Remembered(POOL))], lambda text: text)
    found = await box.run(ToolCall("recall_similar_incidents"), SCOPE)
    (seen,) = found.observations
    assert seen.text.splitlines() == [
        "Checkout pool ran dry [seen before, 0.82: same service, same words: pool]",
        "cause then: A release cut the pool from 20 to 5",
        "fix worked: Roll back, by Ada (worked 2 of 2)",
        "fix did not: Restart",
        "resolved by Ada in 18 min",
    ]
    assert seen.facts["id"] == "inc-7"
    assert (seen.service, found.note) == ("checkout", "1 incident, the best: seen before")


async def test_nothing_similar_and_no_memory_are_not_the_same() -> None:
    box = Toolbox([RecallTool(Remembered(POOL))], lambda text: text)
    nothing = await box.run(ToolCall("recall_similar_incidents", {"text": "disk full"}), SCOPE)
    assert (nothing.status, nothing.note) == (Status.NOTHING, "nothing similar is remembered")
    down = await box.run(ToolCall("recall_similar_incidents"), Scope(SCOPE.window, ONSET))
    assert (down.status, down.note) == (Status.UNAVAILABLE, "memory: down")
