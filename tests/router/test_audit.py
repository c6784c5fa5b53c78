"""The record: nothing of the prompt in it, whole or told to be broken, and every decision made again from it."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.blocks.verdict import footer
from bot.cli.cost import head
from bot.investigation.events import Billed
from bot.store.journal import EVENT
from router.audit import Audit
from router.calls import Call, Fault, Heard
from router.explain import line, reason
from router.ledger import ModelCost, Summary
from router.messages import Message, Task, Text, Usage
from router.outcomes import FailureCode, Reason, ReasonCode, Selected, Status
from router.policy_file import PolicyError, parse_policy
from router.prices import cents, dollar_range, dollars
from router.records import RECORD, Ended
from router.replay import compare, prove
from router.reports import cost, why
from router.router import Router
from router.tables import audit as audit_table
from router.tables import policies as policies_table
from tests.router.conftest import Opened
from tests.router.world import NOW, TOML, ScriptedModel, ask, events, fault, heard, policy, usd

SECRET = "hunter2-in-the-prompt"
ANSWER = "what the model said"


@pytest.fixture
async def books(either: AsyncEngine) -> AsyncEngine:
    return either  # the record is held to both databases


async def test_replicas_that_start_together_keep_one_policy(books: AsyncEngine) -> None:
    audits = [Audit(books, f"replica-{number}", lambda: NOW) for number in range(8)]
    await asyncio.gather(*(audit.keep_policy(policy()) for audit in audits))
    assert list(await audits[0].kept_policies()) == [policy().sha]


async def busy(open_router: Opened) -> Router:
    """A router that went through answers, climbs, faults and code."""
    usage = Usage(input=2000, output=500, cache_write_5m=1000)
    model = ScriptedModel(
        [
            heard("a label", usage=usage),
            fault(FailureCode.OVERLOADED),
            heard("x", stop="max_tokens", usage=usage),
            heard(ANSWER, usage=usage),
            fault(FailureCode.STREAM_CUT, billed=True),
            heard("later", usage=usage),
        ]
    )
    router = await open_router(model)
    await router.without_model(Task.MEMORY_RECALL, "case-1", "memory is searched by code")
    said = (Message("user", (Text(SECRET),)),)
    await events(router, ask(task=Task.SIMPLE_CLASSIFICATION, messages=said))
    await events(router, ask(messages=said, service="checkout"))
    await events(router, ask(messages=said, case="case-2", task=Task.POSTMORTEM))
    return router


async def test_every_decision_replays_identically(open_router: Opened) -> None:
    router = await busy(open_router)
    proof = await prove(router.audit)
    assert proof["decisions"] == 6
    assert proof["identical"] == 6
    assert proof["different"] == []
    assert proof["chain"] is None


async def test_replay_notices_a_decision_that_was_not_made_so(
    open_router: Opened, books: AsyncEngine
) -> None:
    router = await busy(open_router)
    rows = await router.audit.rows(kinds=("decided",))
    record = rows[0].record
    assert record.kind == "decided"
    forged = replace(record, selection=replace(record.selection, model="claude-opus-5-5"))
    async with books.begin() as connection:
        await connection.execute(
            audit_table.update()
            .where(audit_table.c.writer == rows[0].writer, audit_table.c.number == rows[0].number)
            .values(record=RECORD.dump_json(forged).decode())
        )
    proof = await prove(router.audit)
    assert proof["identical"] == 5
    assert len(proof["different"]) == 1
    assert "was changed" in str(proof["chain"])


async def test_what_an_older_release_let_pass_replays_as_it_was(open_router: Opened) -> None:
    """A policy that would be refused today was in force then, and its decisions are proven by it."""
    hidden = TOML.replace('when = { severity = ["critical"], task', "when = { task", 1)
    with pytest.raises(PolicyError, match="can never apply"):
        parse_policy(hidden, now=NOW)
    router = await open_router(ScriptedModel([heard()]), parse_policy(hidden, now=NOW, in_force=True))
    await events(router, ask())
    assert (await prove(router.audit))["identical"] == 1


async def test_a_policy_that_was_changed_where_it_is_kept_proves_nothing(
    open_router: Opened, books: AsyncEngine
) -> None:
    router = await busy(open_router)
    async with books.begin() as connection:
        await connection.execute(policies_table.update().values(text="[tiers"))
    proof = await prove(router.audit)
    assert (proof["identical"], proof["unknown_policy"]) == (0, [router.policy.sha])


async def test_another_policy_shows_what_would_change(open_router: Opened) -> None:
    router = await busy(open_router)
    strong = policy(
        ('start = "t2"\nceiling = "t3"\nwhy = "a root', 'start = "t3"\nceiling = "t3"\nwhy = "a root')
    )
    told = await compare(router.audit, strong)
    assert told["decisions"] == 6
    assert told["higher"] >= 1
    assert told["lower"] == 0
    assert Decimal(told["est_usd_now"]) > Decimal(told["est_usd_was"])
    assert told["chain"] is None
    # what followed on the first decision about the cause would not have followed so: it is in none of the sums
    assert (len(told["changed"]), told["left_out"]) == (1, 2)
    cause = (await router.summary("case-1")).models[0].usd
    spent = Decimal((await cost(router.audit, router.policy))["usd"]) - cause
    assert Decimal(told["spent_usd"]) == spent
    same = await compare(router.audit, router.policy)
    assert same["changed"] == [] and same["left_out"] == 0


async def test_no_word_of_the_prompt_is_kept(open_router: Opened, books: AsyncEngine) -> None:
    router = await busy(open_router)
    await router.audit.flush()
    async with books.connect() as connection:
        rows = (await connection.execute(sa.select(audit_table.c.record))).scalars().all()
    assert rows
    assert SECRET not in "".join(rows)
    assert ANSWER not in "".join(rows)


async def test_why_is_told_step_by_step(open_router: Opened) -> None:
    router = await busy(open_router)
    told = await why(router.audit, "case-1")
    assert told["chain"] is None
    kinds = [step["kind"] for step in told["steps"]]
    assert kinds[0] == "avoided"
    assert kinds.count("decided") == kinds.count("tried") == 4
    lines = [step["line"] for step in told["steps"]]
    assert any(line.startswith("[MODEL_SELECTION] simple_classification → haiku") for line in lines)
    assert any("gets twice the room" in line for line in lines)


async def test_each_record_tells_the_version_of_its_prompt(open_router: Opened) -> None:
    router = await open_router(ScriptedModel(lambda _: heard()))
    schema = {"type": "object", "properties": {}}
    for case, changes in (
        ("as-it-was", {}),
        ("other-case", {"messages": (Message("user", (Text("something else"),)),)}),
        ("new-words", {"system": "You are very careful."}),
        ("new-form", {"schema": schema}),
    ):
        await events(router, ask(case=case, task=Task.INCIDENT_SUMMARY, **changes))
    told = (await why(router.audit))["steps"]
    kinds = {(step["case"], step["kind"]) for step in told}
    assert {("as-it-was", kind) for kind in ("decided", "tried", "ended")} <= kinds
    versions = {case: {step["prompt"] for step in told if step["case"] == case} for case, _ in kinds}
    assert all(len(each) == 1 and None not in each for each in versions.values())
    assert versions["as-it-was"] == versions["other-case"]
    assert len({*versions["as-it-was"], *versions["new-words"], *versions["new-form"]}) == 3


def test_a_record_from_before_versions_is_read() -> None:
    ended = Ended("q", "case-1", "postmortem", "", "d", 1, (), 1, Decimal(0), prompt="1a2b3c4d")
    kept = RECORD.dump_python(ended, mode="json")
    assert RECORD.validate_python(kept) == ended
    del kept["prompt"]
    assert RECORD.validate_python(kept) == replace(ended, prompt="")


async def test_the_footer_adds_up(open_router: Opened) -> None:
    router = await busy(open_router)
    made = await router.summary("case-1")
    sonnet = usd("0.002") * 2 + usd("0.01") / 2 + usd("0.0025")
    haiku = usd("0.0001") * 2 + usd("0.0005") / 2 + usd("0.000125")
    assert made.usd == 2 * sonnet + haiku
    assert made.calls == 4
    assert made.questions == 2
    assert made.avoided == 1
    assert [model.model for model in made.models] == ["claude-sonnet-5-5", "claude-haiku-5-5"]
    assert made.all_strong_usd > sonnet  # two questions, one call each on the strong model
    assert made.kept_aside_usd == 0
    assert made.cached_share == 0


async def test_what_may_have_been_billed_is_kept_aside(open_router: Opened) -> None:
    router = await busy(open_router)
    made = await router.summary("case-2")
    rows = await router.audit.rows(case="case-2", kinds=("tried",))
    assert rows[0].record.kind == "tried"
    unknown = rows[0].record.attempt
    assert unknown.status is Status.UNKNOWN
    assert made.kept_aside_usd == unknown.usd == unknown.selection.reserved_usd > 0


async def test_the_strong_counterfactual_shares_one_warm_cache(open_router: Opened) -> None:
    turns = [Message("user", (Text("evidence " * 2000),))]
    router = await open_router(ScriptedModel(lambda _: heard(usage=Usage(cache_write_5m=6000, output=100))))
    await events(router, ask(messages=tuple(turns), task=Task.INCIDENT_SUMMARY))
    first = (await router.summary("case-1")).all_strong_usd
    turns += [Message("assistant", (Text("so far"),)), Message("user", (Text("go on"),))]
    await events(router, ask(messages=tuple(turns), task=Task.INCIDENT_SUMMARY))
    second = (await router.summary("case-1")).all_strong_usd - first
    assert second < first / 3


async def test_what_another_model_would_have_answered_is_a_range(open_router: Opened) -> None:
    usage = Usage(input=100, cache_write_5m=1900, output=500)
    router = await open_router(ScriptedModel(lambda _: heard("a label", usage=usage)))
    await events(router, ask(task=Task.SIMPLE_CLASSIFICATION))
    made = await router.summary("case-1")
    assert [used.model for used in made.models] == [router.policy.weakest]
    strong, weak = made.all_strong, made.all_weak
    assert strong and weak
    price = router.policy.price(router.policy.strongest)
    assert [strong.low, strong.same, strong.high] == [
        price.cost(Usage(input=100, cache_write_5m=1900, output=tokens)) for tokens in (250, 500, 1000)
    ]
    assert strong.same == made.all_strong_usd
    assert weak.low == weak.high == made.usd, "it was asked: its own length is taken"
    told = await cost(router.audit, router.policy)
    assert told["all_strong"] == {
        "model": price.model,
        "usd": [str(strong.low), str(strong.high)],
        "label": "estimated",
    }
    assert told["all_weak"]["usd"] == [str(weak.low), str(weak.high)]
    assert made.all_top is not None
    assert told["all_top"]["model"] == made.all_top.model == "claude-opus-5-5"
    assert weak.same < strong.same < made.all_top.same
    assert Decimal(told["all_strong"]["usd"][0]) < Decimal(told["all_strong_usd"])
    assert f"{dollars(strong.low)}–{dollars(strong.high)[1:]} (estimate)" in footer(made)


async def test_a_climb_knows_both_lengths(open_router: Opened) -> None:
    by_model = {"haiku": 300, "sonnet": 900}

    def script(call: Call) -> Heard | Fault:
        weak = "haiku" in call.model
        output = by_model["haiku" if weak else "sonnet"]
        return heard("" if weak else "an answer", usage=Usage(input=100, cache_write_5m=1900, output=output))

    router = await open_router(ScriptedModel(script))
    await events(router, ask(task=Task.INCIDENT_SUMMARY))
    made = await router.summary("case-1")
    assert {used.model for used in made.models} == {router.policy.weakest, router.policy.strongest}
    for span, model in ((made.all_strong, router.policy.strongest), (made.all_weak, router.policy.weakest)):
        output = by_model["haiku" if "haiku" in model else "sonnet"]
        exact = router.policy.price(model).cost(Usage(input=100, cache_write_5m=1900, output=output))
        assert span and span.low == span.same == span.high == exact
    assert "–" not in footer(made)


def test_a_bill_from_before_ranges_is_read() -> None:
    bill = Summary(
        models=(ModelCost("claude-haiku-5-5", 1),), all_strong_usd=usd("0.05"), strong_model="sonnet"
    )
    kept = json.loads(EVENT.dump_json(Billed(bill)))
    del kept["bill"]["all_strong"], kept["bill"]["all_weak"]
    assert EVENT.validate_python(kept) == Billed(bill)
    assert "all on sonnet ≈ $0.0500 (estimate)" in footer(bill)


async def test_cost_by_task_model_service_and_day(open_router: Opened) -> None:
    router = await busy(open_router)
    told = await cost(router.audit, router.policy)
    assert told["calls"] == 6
    assert told["avoided"] == 1
    assert {group["name"] for group in told["by_task"]} == {
        "simple_classification",
        "complex_reasoning",
        "postmortem",
    }
    assert {group["name"] for group in told["by_service"]} == {"", "checkout"}
    assert [group["name"] for group in told["by_day"]] == [f"{NOW:%Y-%m-%d}"]
    whole = sum(Decimal(group["usd"]) for group in told["by_model"])
    assert whole == Decimal(told["usd"])
    assert sum(group["failed"] for group in told["by_task"]) == 2


async def test_a_database_that_is_away_loses_no_row(books: AsyncEngine, open_router: Opened) -> None:
    router = await busy(open_router)
    pen: Audit = router.audit
    async with books.begin() as connection:
        await connection.run_sync(audit_table.drop)
    try:
        await pen.flush()
    except sa.exc.SQLAlchemyError:
        pass
    else:
        raise AssertionError("the flush should have failed")
    async with books.begin() as connection:
        await connection.run_sync(audit_table.create)
    assert len(await pen.rows()) == 1 + 6 + 6 + 3


async def test_a_commit_whose_answer_was_lost_is_not_written_twice(
    open_router: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    router = await busy(open_router)
    pen = router.audit
    real = type(pen.engine).begin

    @asynccontextmanager
    async def lost(engine: AsyncEngine) -> AsyncGenerator[AsyncConnection, None]:
        async with real(engine) as connection:
            yield connection
        raise sa.exc.OperationalError("COMMIT", None, ConnectionError("the answer was lost"))

    monkeypatch.setattr(type(pen.engine), "begin", lost)
    with pytest.raises(sa.exc.OperationalError):
        await pen.flush()
    monkeypatch.undo()
    assert len(await pen.rows()) == 1 + 6 + 6 + 3
    assert await pen.broken() is None


async def test_a_selection_names_its_estimate_and_what_is_set_aside(open_router: Opened) -> None:
    router = await open_router(ScriptedModel([fault(FailureCode.STREAM_CUT, billed=True), heard()]))
    selection = next(
        each.selection
        for each in await events(router, ask(task=Task.POSTMORTEM))
        if isinstance(each, Selected)
    )
    assert selection.est_usd < selection.reserved_usd
    assert f"est {cents(selection.est_usd)}, at most {cents(selection.reserved_usd)}" in line(selection)
    kept = (await router.summary("case-1")).kept_aside_usd
    assert cents(kept) == cents(selection.reserved_usd), "what is kept aside is not more than was told"


@pytest.mark.parametrize(
    ("amount", "told"),
    [("0", "$0"), ("0.000005", "$0.000005"), ("0.0000494", "$0.00005"), ("0.00421", "$0.0042")],
)
def test_small_sums_are_not_told_as_nothing(amount: str, told: str) -> None:
    assert dollars(Decimal(amount)) == told


async def test_the_columns_of_cost_add_up_for_who_reads_them(open_router: Opened) -> None:
    router = await busy(open_router)
    told = await cost(router.audit, router.policy)
    assert f"Last day: ${Decimal(told['usd']):.4f} for 6 model calls" in head(told, 1)
    low, high = (Decimal(usd) for usd in told["all_strong"]["usd"])
    assert low < high, "a length is unknown"
    assert f"≈ {dollar_range(low, high)} (estimate)" in head(told, 7)


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (
            {"scope": "hour", "needs": "$0.107"},
            "the hour budget does not allow it (the call may cost $0.107)",
        ),
        ({"scope": "day", "spent": "101%"}, "the day budget does not allow it (101% of it is spent)"),
        ({"scope": "shared"}, "the shared budget does not allow it"),
    ],
)
def test_a_spent_budget_says_how_much_is_wanted(known: dict[str, str], told: str) -> None:
    assert reason(Reason(ReasonCode.OVER_BUDGET, known)) == told
