"""What a model reads first: the most telling evidence within a budget, the same to the byte from turn to turn."""

from datetime import UTC, datetime

from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile, fold
from bot.investigation.events import (
    AlertReceived,
    EvidenceCollected,
    EvidenceRequested,
    ModelAnswered,
    Recorded,
)
from bot.investigation.prompts import MOST_LETTERS, messages_for
from bot.investigation.suspects import Suspects, rank
from router.messages import Reply, Text, ToolUse
from router.outcomes import Answer
from tools.tool import Findings, Observation, Status, ToolCall

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ALERT = Alert("person", "gateway answers 503", NOW, "503 since noon")


def looked(case: CaseFile, call: ToolCall, *texts: str, service: str = "store") -> CaseFile:
    seen = tuple(Observation("log", text, "files", NOW, service) for text in texts)
    for event in (
        EvidenceRequested((call,), "code"),
        EvidenceCollected(Findings(call, Status.FOUND, observations=seen)),
    ):
        case = case.after(Recorded(NOW, event))
    return case


def opened() -> CaseFile:
    return fold([Recorded(NOW, AlertReceived("INC-1", ALERT))])


def text_of(case: CaseFile, suspects: Suspects) -> str:
    part = messages_for(case, suspects)[0].parts[0]
    assert isinstance(part, Text)
    return part.text


def test_the_opening_keeps_to_its_budget_and_says_what_it_left_out() -> None:
    case = looked(opened(), ToolCall("search_logs"), *(f"line {n} " + "x" * 500 for n in range(200)))
    told = text_of(case, rank(case.evidence, ALERT))
    assert len(told) < MOST_LETTERS + 5000
    assert "less telling pieces are left out" in told


def test_what_the_suspects_stand_on_comes_first() -> None:
    case = looked(opened(), ToolCall("search_logs"), *(f"line {n} " + "x" * 500 for n in range(200)))
    told = text_of(case, Suspects((), cites=("log:200",)))
    assert told.index("[log:200]") < told.index("[log:1]")


def test_later_evidence_leaves_the_opening_as_it_was() -> None:
    case = looked(opened(), ToolCall("search_logs"), "gateway: 503")
    first = text_of(case, rank(case.evidence, ALERT))
    use = ToolUse("t1", "search_logs", {"service": "store"})
    answer = Answer(Reply((use,), "tool_use", "m"), ())
    case = case.after(Recorded(NOW, ModelAnswered(answer)))
    case = looked(case, ToolCall("search_logs", {"service": "store"}, "t1"), "store: no connection free")
    messages = messages_for(case, rank(case.evidence, ALERT))
    assert messages[0].parts[0] == Text(first)
    assert len(messages) == 3
