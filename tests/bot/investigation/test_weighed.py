"""Causes that a model weighed and left: kept when today's evidence speaks against them, dropped in silence else."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.blocks.verdict import verdict_reply
from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile
from bot.investigation.conclusion import from_answer
from bot.investigation.diagnosis import WEIGHED
from bot.investigation.events import Concluded
from bot.investigation.evidence import Evidence
from bot.investigation.suspects import rank
from bot.investigation.verdict import Verdict
from bot.postmortem.markdown import postmortem
from bot.store.journal import EVENT
from router.messages import Reply, Text
from router.outcomes import Answer
from router.verify.answer import check_answer
from tools.tool import Observation

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ALERT = Alert("alertmanager", "HighErrorRate gateway", AT, service="gateway")
POOL = Evidence(
    "log:1", Observation("log", "store: PoolTimeout, 6 of 6 connections in use", "loki", AT, "store")
)
CPU = Evidence("metric:1", Observation("metric", "gateway: cpu stayed at 20 percent", "prom", AT, "gateway"))
OLD = Evidence("recall:1", Observation("recall", "INC-7: gateway ran out of cpu", "memory", AT))
CASE = CaseFile("INC-9", ALERT, AT, evidence=(POOL, CPU, OLD))
LEFT = {
    "cause": "the gateway is short of cpu",
    "why": "its cpu stayed at 20 percent",
    "evidence": ["metric:1"],
}
ANSWER: dict[str, Any] = {
    "cause": "store has no connection left in its pool", "services": ["store"], "confidence": 0.8, "fix": None,
    "claims": [{"text": "store: 6 of 6 connections in use", "evidence": ["log:1"]}],
}  # fmt: skip


def verdict_of(discounted: object) -> Verdict:
    said = json.dumps(ANSWER | {"discounted": discounted})
    return from_answer(CASE, rank(CASE.evidence, ALERT), Answer(Reply((Text(said),), "end_turn", "sure"), ()))


def test_what_was_left_is_kept_and_told_in_a_line() -> None:
    verdict = verdict_of([LEFT])
    assert [(each.cause, each.evidence) for each in verdict.discounted] == [(LEFT["cause"], ("metric:1",))]
    assert "metric:1" not in verdict.cites, "the verdict does not rest on it"
    case = replace(CASE, verdict=verdict)
    line = "Weighed and left: the gateway is short of cpu, because its cpu stayed at 20 percent"
    assert line in json.dumps(verdict_reply(case), ensure_ascii=False)
    text = postmortem(case)
    assert line in text and '<a id="metric-1"></a>' in text


@pytest.mark.parametrize(
    "changes",
    [
        {"evidence": []},
        {"evidence": ["metric:9"]},
        {"evidence": ["metric:1", "metric:9"]},
        {"evidence": ["recall:1"]},
        {"evidence": "metric:1"},
        {"why": 7},
        {"cause": "Restart the gateway at once"},
        {"why": "I have restarted the gateway"},
        {"why": "the operator must run kubectl delete pod gateway"},
        {"why": "build 7Q1-CANARY-77 of the gateway says so"},
        {"cause": ANSWER["cause"]},
    ],
)
def test_what_does_not_stand_is_dropped_and_spoils_nothing(changes: dict[str, object]) -> None:
    verdict = verdict_of([LEFT | changes, LEFT])
    assert [each.cause for each in verdict.discounted] == [LEFT["cause"]]
    assert (verdict.mode, verdict.cause, verdict.unverified) == ("model", ANSWER["cause"], ())


@pytest.mark.parametrize("discounted", [None, "none", {}, [], [None, 3, "x"]])
def test_an_answer_without_them_is_whole(discounted: object) -> None:
    verdict = verdict_of(discounted)
    assert (verdict.discounted, verdict.cause) == ((), ANSWER["cause"])


def test_the_checks_ask_for_none_and_object_to_none() -> None:
    for said in (
        ANSWER,
        ANSWER | {"discounted": [LEFT]},
        ANSWER | {"discounted": [LEFT | {"evidence": ["log:9"]}]},
    ):
        assert not check_answer(
            said, stop_reason="end_turn", grounds=CASE.evidence, onset=AT, wanted=WEIGHED
        )  # fmt: skip


def test_the_thread_names_two_at_most() -> None:
    many = [
        LEFT | {"cause": f"the gateway is short of {what}"} for what in ("cpu", "memory", "disk", "threads")
    ]
    shown = json.dumps(verdict_reply(replace(CASE, verdict=verdict_of(many))), ensure_ascii=False)
    assert shown.count("Weighed and left") == 2


def test_a_journal_from_before_them_is_read() -> None:
    kept = json.loads(EVENT.dump_json(Concluded(verdict_of([LEFT]))))
    assert EVENT.validate_python(kept) == Concluded(verdict_of([LEFT]))
    del kept["verdict"]["discounted"]
    assert EVENT.validate_python(kept) == Concluded(verdict_of([]))
