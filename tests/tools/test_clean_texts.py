"""Texts that are known to be clean: not looked at twice, and nothing that held a secret is kept."""

import threading
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, JsonValue

from tools.clean_texts import LONGEST, MOST, CleanTexts
from tools.redact import redact
from tools.telemetry import Window
from tools.tool import Findings, Observation, Scope, Status, ToolCall
from tools.toolbox import Toolbox

ONSET = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SCOPE = Scope(Window(ONSET, ONSET + timedelta(minutes=5)), ONSET)


class Counting:
    """The product's redactor, which notes what it was asked, and in which thread."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.threads: set[str] = set()

    def __call__(self, text: str) -> str:
        self.asked.append(text)
        self.threads.add(threading.current_thread().name)
        return redact(text)


def test_a_clean_name_is_looked_at_once_and_a_secret_every_time() -> None:
    counting = Counting()
    clean = CleanTexts(counting)
    for _ in range(3):
        assert clean("checkout") == "checkout"
        assert "hunter2" not in clean("password=hunter2")
    assert counting.asked.count("checkout") == 1
    assert counting.asked.count("password=hunter2") == 3


def test_what_is_kept_is_bounded() -> None:
    counting = Counting()
    clean = CleanTexts(counting)
    long = "word " * LONGEST
    for text in ("first", long, *(f"service-{number}" for number in range(MOST)), "first", long):
        clean(text)
    assert counting.asked.count("first") == 2  # it made room meanwhile
    assert counting.asked.count(long) == 2


@given(
    st.lists(
        st.one_of(st.text(max_size=30), st.sampled_from(["password=hunter2", "token: abcd1234efgh5678"]))
    )
)
def test_it_says_what_the_redactor_says(texts: list[str]) -> None:
    clean = CleanTexts(redact)
    assert [clean(text) for text in texts * 2] == [redact(text) for text in texts * 2]


class Nothing(BaseModel):
    """No arguments."""

    model_config = ConfigDict(extra="forbid")


class Wordy:
    """A tool that says little and knows hundreds of names."""

    name = "wordy"
    description = "Says little, knows much."
    arguments: type[BaseModel] = Nothing

    async def look(self, arguments: BaseModel, scope: Scope) -> Findings:
        assert isinstance(arguments, Nothing)
        assert scope is SCOPE
        rows: list[JsonValue] = [{"service": f"service-{n}", "why": ["slow"]} for n in range(100)]
        seen = Observation("metric", "100 services", "wordy", facts={"rows": rows})
        return Findings(ToolCall(self.name), Status.FOUND, (seen,))


async def test_many_short_facts_are_redacted_off_the_event_loop() -> None:
    counting = Counting()
    found = await Toolbox((Wordy(),), counting).run(ToolCall("wordy", {}), SCOPE)
    assert found.status is Status.FOUND
    assert {f"service-{number}" for number in range(100)} <= set(counting.asked)
    assert counting.asked.count("slow") == 1
    assert all(name.startswith("lane") for name in counting.threads)
