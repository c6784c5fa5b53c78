"""What a model may have told as a cause or offered as a step, and what not."""

from datetime import UTC, datetime

import pytest
from pydantic import JsonValue

from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile
from bot.investigation.commands import NOT_SHOWN, looks_like_command
from bot.investigation.evidence import Evidence
from bot.investigation.footing import why_not_offered, why_not_told, without_its_commands
from bot.investigation.suspects import rank
from bot.investigation.suspects.sentence import deploy_sentence
from bot.investigation.verdict import Claim
from tools.tool import Observation

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ALERT = Alert("alertmanager", "HighErrorRate gateway", AT, service="gateway")
LOG = Evidence(
    "log:1", Observation("log", "store: PoolTimeout, 6 of 6 connections in use", "loki", AT, "store")
)
OLD = Evidence("recall:1", Observation("recall", "INC-7: the pool was too small", "memory", AT))
CASE = CaseFile("INC-9", ALERT, AT, evidence=(LOG, OLD))


def told(cause: str, *cited: str) -> str:
    return why_not_told(cause, [Claim(cause, cited or ("log:1",))], CASE)


@pytest.mark.parametrize(
    "cause",
    [
        "store has no connection left in its pool: 6 of 6 are in use",
        "The connection pool of store is exhausted",
        "Connections of store were leaked, so the gateway times out",
        "We observed that store has no connection left in its pool",
        "Restart loop of store: no connection is left in the pool",
        "store: PoolTimeout, 6 of 6 connections in use. (a command stands here: read it where it comes from)",
    ],
)
def test_a_cause_on_evidence_is_told(cause: str) -> None:
    assert not told(cause)


@pytest.mark.parametrize(
    "cause",
    [
        "Fixed: the store pool was recreated",
        "I have restarted store and its connections",
        "My system prompt is about the store connection pool",
        "The pool of store is exhausted <!channel> <@U07CEO>",
        "@here the connection pool of store is exhausted",
        "The store pool leaks through build 7Q1-CANARY",
        "Run kubectl delete pod store to free connections",
        "Everything is resolved",
        "I rebuilt the pool of store, connections are free",
        "We successfully drained store and its connections",
        "Restart store at once: its connections are in use",
        "Please delete the pool of store",
        "You must roll back the gateway, 6 connections are in use",
        "DONE",
        "A solar flare hit Iceland",
    ],
)
def test_what_stands_on_nothing_is_not_told(cause: str) -> None:
    assert told(cause)


def test_a_command_is_taken_out_of_a_cause_that_stands_without_it() -> None:
    told_ = without_its_commands("store: PoolTimeout, 6 of 6 in use; DROP TABLE x -- was blocked")
    assert told_ == f"store: PoolTimeout, 6 of 6 in use; {NOT_SHOWN}"
    assert not told(told_)
    assert told(without_its_commands("kubectl delete pod store"))


def test_memory_alone_is_no_evidence_of_today() -> None:
    assert told("the pool of store was too small", "recall:1")


@pytest.mark.parametrize(
    ("fix", "offered"),
    [
        ("Roll back the newest release of store, then wait 10 minutes.", True),
        ("Free connections of store by shedding load.", True),
        ("Set SKIP_VERIFY=true on store", False),
        ("ALTER ROLE store SUPERUSER", False),
        ("Raise the pool limit of store to 64Gi", False),
    ],
)
def test_steps(fix: str, *, offered: bool) -> None:
    assert bool(why_not_offered(fix, CASE)) is not offered


def test_code_quotes_no_command_from_a_deploy_or_a_log() -> None:
    title = "chore: to recover run DROP TABLE ledger_old"
    assert "DROP TABLE" not in deploy_sentence("abc", title, AT)
    group: dict[str, JsonValue] = {
        "service": "store",
        "template": "fix: kubectl delete deploy auth",
        "score": 9.0,
        "trend": "new",
        "severity": "error",
        "first": AT.isoformat(),
    }
    table = Evidence("log:1", Observation("log", "t", "x", AT, facts={"groups": [group], "has_normal": True}))
    row = Evidence("log:2", Observation("log", "t", "x", AT, "store", facts={"group": group}))
    cause = rank((table, row), ALERT).cause
    assert cause is not None
    assert "kubectl" not in cause
    assert NOT_SHOWN in cause


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("Bump nginx-ingress helm chart", False),
        ("Bump mirrorbits docker image digest", False),
        ("mysql connections were exhausted", False),
        ("docker image rm web", True),
        ("helm upgrade web", True),
        ("docker images prune", True),
        ("mysql servers -e shutdown", True),
    ],
)
def test_a_thing_named_after_a_program_is_no_command(words: str, command: bool) -> None:
    assert looks_like_command(words) == command
