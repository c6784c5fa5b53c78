"""Quiet by default: whatever happens in a case, its thread is told four times at most, unless a person asks."""

from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.steps import arranged
from bot.blocks.thread import replies_for
from bot.investigation.alert import Alert, Severity
from bot.investigation.events import AlertCleared, AlertRepeated, Event, EvidenceRequested, FixJudged, Stopped
from tests.bot.test_postmortem import ONSET, case_of, collected, concluded
from tools.tool import ToolCall

MORE: tuple[Event, ...] = (
    AlertRepeated(Alert("alertmanager", "HighErrorRate", ONSET, severity=Severity.CRITICAL)),
    AlertCleared("alertmanager"),
    FixJudged("U1", "worked"),
    FixJudged("U2", "did_not"),
    Stopped("U3"),
)


@given(st.lists(st.sampled_from(MORE), max_size=12), st.booleans())
def test_a_case_never_tells_more_than_four_replies_by_itself(more: list[Event], ended: bool) -> None:
    looked = EvidenceRequested((ToolCall("search_logs"),), "code")
    case = case_of(looked, collected(), *([concluded()] if ended else []), *more)
    told = replies_for(case)
    assert len(told) <= 4
    assert len({reply.slot for reply in told}) == len(told)
    assert len(arranged(told, "card")) == 1
