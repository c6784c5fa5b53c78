"""The fold: whatever happened, in whatever order it may happen, gives one case."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile, fold
from bot.investigation.events import (
    AlertCleared,
    AlertReceived,
    AlertRepeated,
    Concluded,
    Event,
    EvidenceCollected,
    EvidenceRequested,
    FixJudged,
    Recalled,
    Recorded,
    Steered,
)
from bot.investigation.precedent import Precedent, Precedents
from bot.investigation.verdict import Verdict
from bot.store.journal import EVENT
from tools.tool import Findings, Observation, Status, ToolCall

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ALERT = Alert("alertmanager", "HighErrorRate checkout", NOW)
WORDS = st.text(min_size=1, max_size=20)

observations = st.builds(
    Observation,
    kind=st.sampled_from(["log", "metric", "deploy"]),
    text=WORDS,
    source=st.just("files"),
    facts=st.dictionaries(WORDS, st.integers() | WORDS, max_size=2),
)
findings = st.builds(
    Findings,
    call=st.builds(ToolCall, name=st.sampled_from(["search_logs", "query_metrics"]), id=st.just("")),
    status=st.sampled_from(Status),
    observations=st.lists(observations, max_size=3).map(tuple),
)
events: st.SearchStrategy[Event] = st.one_of(
    st.just(AlertRepeated(ALERT)),
    st.just(AlertCleared("alertmanager")),
    st.builds(EvidenceCollected, findings),
    st.builds(
        FixJudged,
        by=st.sampled_from(["U1", "U2"]),
        outcome=st.sampled_from(["worked", "did_not"]),
        withdrawn=st.booleans(),
    ),
    st.builds(Steered, by=WORDS, text=WORDS),
    st.builds(
        Concluded,
        st.builds(Verdict, outcome=st.just("inconclusive"), mode=st.just("evidence_only"), cause=st.none()),
    ),
)
histories = st.lists(events, max_size=12).map(
    lambda happened: (
        [Recorded(NOW, AlertReceived("INC-1", ALERT))]
        + [Recorded(NOW + timedelta(seconds=second), event) for second, event in enumerate(happened)]
    )
)


def told(*happened: Event) -> CaseFile:
    return fold([Recorded(NOW, AlertReceived("INC-1", ALERT)), *(Recorded(NOW, event) for event in happened)])


@given(histories)
def test_folding_in_two_parts_is_folding_at_once(history: list[Recorded]) -> None:
    whole = fold(history)
    for cut in range(1, len(history) + 1):
        case = fold(history[:cut])
        for entry in history[cut:]:
            case = case.after(entry)
        assert case == whole


@given(histories)
def test_a_history_survives_the_journal(history: list[Recorded]) -> None:
    kept = [Recorded(entry.at, EVENT.validate_json(EVENT.dump_json(entry.event))) for entry in history]
    assert fold(kept) == fold(history)


@given(histories)
def test_evidence_ids_are_unique_and_never_change(history: list[Recorded]) -> None:
    before: tuple[str, ...] = ()
    for cut in range(1, len(history) + 1):
        ids = tuple(piece.id for piece in fold(history[:cut]).evidence)
        assert len(set(ids)) == len(ids)
        assert ids[: len(before)] == before
        before = ids


def test_a_case_begins_with_its_alert() -> None:
    with pytest.raises(ValueError, match="alert"):
        fold([Recorded(NOW, AlertCleared("x"))])


def test_a_precedent_is_evidence_that_claims_may_cite() -> None:
    known = Precedent("INC-7", "pool dry", 0.7, "seen_before", ("same words",), "worked", services=("store",))
    case = told(Recalled(Precedents("seen_before", (known,)), 0.1))
    assert [(piece.id, piece.facts["incident"]) for piece in case.evidence] == [("recall:1", "INC-7")]


def test_a_call_is_pending_until_its_findings_are_in() -> None:
    call = ToolCall("search_logs")
    asked = told(EvidenceRequested((call,), "code"))
    assert asked.pending == (call,)
    assert asked.after(Recorded(NOW, EvidenceCollected(Findings(call, Status.NOTHING)))).pending == ()


def test_a_judgement_can_be_taken_back() -> None:
    case = told(
        FixJudged("U1", "worked"), FixJudged("U2", "worked"), FixJudged("U1", "worked", withdrawn=True)
    )
    assert [judged.by for judged in case.judgements] == ["U2"]
