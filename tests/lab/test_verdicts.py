"""What code alone makes of each recording: the labelled service first, the right kind of cause, no innocent accused."""

import asyncio
import json
from collections.abc import Mapping

import pytest
from pydantic import JsonValue

from bench.rca import alert_of, looked
from bot.investigation.suspects import rank
from router.escalate import blocking
from router.verify.answer import check_answer
from sandbox.lab.recordings import Recording, recordings
from tools.providers.files import FileTelemetry

RECORDED = recordings()
KINDS: Mapping[str, frozenset[str]] = {  # what each fault is, in the words of a suspect's causes
    "session-leak": frozenset({"resource", "deploy"}),
    "pool-dry": frozenset({"resource", "deploy"}),
    "payments-refused": frozenset({"error"}),
    "slow-query": frozenset({"latency", "deploy"}),
    "expired-certificate": frozenset({"config"}),
    "bad-config": frozenset({"deploy", "latency"}),
    "full-disk": frozenset({"resource", "deploy"}),
    "noisy-neighbour": frozenset({"resource"}),
}


@pytest.mark.parametrize("recording", RECORDED, ids=[each.name for each in RECORDED])
def test_the_verdict_without_a_model_is_the_label(recording: Recording) -> None:
    label = json.loads((recording.folder / "answer.json").read_text("utf-8"))
    alert = alert_of(recording.folder)
    found = rank(asyncio.run(looked(FileTelemetry(recording.folder), alert)).evidence, alert)
    first = found.services[0]
    assert [first.service] == label["services"]
    assert KINDS[recording.fault] <= set(first.causes)
    assert ("deploy" in first.causes) == bool(label["deploys"])
    assert {each.sha[:12] for each in found.deploys} == {sha[:12] for sha in label["deploys"]}
    assert first.evidence
    assert found.cause is not None
    assert found.cause.startswith(f"{first.service} ") or found.cause.startswith(f"{first.service}: ")


@pytest.mark.parametrize("recording", RECORDED, ids=[each.name for each in RECORDED])
def test_what_the_tools_and_the_verdict_say_holds_against_the_evidence(recording: Recording) -> None:
    alert = alert_of(recording.folder)
    case = asyncio.run(looked(FileTelemetry(recording.folder), alert))
    found = rank(case.evidence, alert)
    assert found.cause
    repeated = [
        (found.cause, found.services[0].evidence),
        *((each.text, (each.id,)) for each in case.evidence),
    ]
    for text, cited in repeated:
        answer: Mapping[str, JsonValue] = {
            "cause": text,
            "services": [found.services[0].service],
            "confidence": 0.8,
            "claims": [{"text": text, "evidence": [*cited]}],
            "fix": None,
        }
        said = check_answer(answer, stop_reason="end_turn", grounds=case.evidence, onset=alert.starts_at)
        assert not blocking(said), text
