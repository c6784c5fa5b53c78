"""The policy file: what cannot be meant is refused with its line; what is meant decides purely and replays."""

import re
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.decide import Question, State, Step, decide
from router.messages import Task
from router.outcomes import ReasonCode
from router.plan import plan_for
from router.policy import EFFORTS, Remedy
from router.policy_file import (
    RETIREMENTS,
    PolicyError,
    parse_policy,
    prices_as_json,
    prices_from_json,
    read_policy,
)
from router.spending import Spent
from tests.router.world import NOW, TOML, policy, usd

REFUSED = [
    ('start = "t2"', 'start = "t9"', "there is no tier 't9'"),
    (
        'start = "t2"\nceiling = "t3"\nwhy = "people',
        'start = "t3"\nceiling = "t2"\nwhy = "people',
        "below the start",
    ),
    ('effort = "low"', 'effrt = "low"', "no such key"),
    ("max_tokens = 4096", "temperature = 0.7", "400 to sampling parameters"),
    ("max_tokens = 4096", "budget_tokens = 1024", "use effort"),
    ("max_tokens = 4096", 'tool_choice = "any"', "give the question a schema"),
    ('"claude-opus-5-5"\neffort', '"claude-opus-9"\neffort', "No price is known for claude-opus-9"),
    ('"claude-opus-5-5"\neffort', '"claude-opus-4-0"\neffort', "was retired on 2026-06-15"),
    (
        '"claude-opus-5-5"\neffort = "high"',
        '"claude-sonnet-5-5"\neffort = "medium"',
        "this rung is no step up",
    ),
    ('"quotes", ', '"quots", ', "checks"),
    ("case_usd = 1.00", "case_usd = 0.10", "case_usd is less than request_usd"),
    ("request_usd = 0.60", "request_usd = 0.01", "budget.request_usd does not pay for one call"),
    ('unit = ["repair", "up"]\n', "", "no remedy is given for the finding unit"),
    ('unit = ["repair", "up"]', 'unit = ["pray"]', "remedies"),
    ('connection = ["retry"]', 'connection = ["repair"]', "no answer to repair"),
    ('connection = ["retry"]', 'key_refused = ["retry"]', "is final"),
    ("[tasks.postmortem]", "[tasks.postmorten]", "postmorten"),
    ('severity = ["critical"], task', 'severity = ["loud"], task', "severity"),
    ("[limits]", "[limits", "not valid TOML"),
    ("at = 0.60", "at = 0.95", "not in order"),
    ("deadline_s = 10", "deadline_s = 3", "the whole question less"),
    ("[tiers.t0]\n", "[tiers.t0]\nmodel = 'claude-haiku-5-5'\nmax_tokens = 5\n", "lowest tier"),
    ("version = 1", "version = 2", "version"),
    ('id = "info-stays-cheap"', 'id = "critical-thinks-harder"', "two overrides are called"),
    ('ceiling = "t2"\neffort = "low"', 'ceiling = "t0"\neffort = "low"', "t0 has no model"),
    ('do = "cap"\ntier = "t2"', 'do = "cap"\ntier = "t0"', "is code_only: say so"),
    (
        "[tasks.postmortem]",
        "[tasks.postmortems]",
        "tasks.postmortems: no such name; there are 'memory_recall'",
    ),
    (
        '"claude-opus-5-5"\neffort',
        '"claude-haiku-4-5"\neffort',
        "the ladder is not in order: claude-haiku-4-5",
    ),
    ("[budget]", "[budgets]", "budgets: no such key"),
    ("version = 1\n", "", "version: it is missing"),
    ('severity = ["critical"], task', 'severity = "critical", task', "it should be a list"),
    ('when = { severity = ["critical"], task', "when = { task", "evidence-settles-it can never apply"),
    ('when = { severity = ["info"], task', 'when = { severity = ["critical"], task', "can never apply"),
    ('id = "info-stays-cheap"', 'id = ""', "overrides.2.id: it is empty"),
    ("deadline_s = 150", "deadline_s = inf", "finite"),
    ("max_wait_s = 15 ", "max_wait_s = inf ", "finite"),
    ("stall_repeats = 3 ", "stall_repeats = 30 ", "never fit into a window of 6"),
    ('do = "no_optional"', 'do = "no_optional"\ntier = "t2"', "only a cap does"),
    ('do = "cap"\ntier = "t2"', 'do = "cap"', "a cap names a tier; this one does not"),
    ('overdraft = { severity = ["critical"]', "overdraft = { severity = []", "it names nobody"),
    (
        'model = "claude-opus-5-5"',
        'model = "claude-opus-5-5"\nfallbacks = ["claude-opus-5-5"]',
        "stands twice on this tier",
    ),
    (
        '[models."claude-opus-5-5"]',
        '[models."claude-opus-5-5"]\nprices = { input = 9, output = 9 }\nas_of = 2029-01-01',
        "a day to come",
    ),
]


@pytest.mark.parametrize(("was", "now", "said"), REFUSED)
def test_what_cannot_be_meant_is_refused_with_its_line(was: str, now: str, said: str) -> None:
    assert was in TOML
    text = TOML.replace(was, now, 1)
    with pytest.raises(PolicyError, match=re.escape(said)) as refused:
        parse_policy(text, source="my.toml", now=NOW)
    line = int(re.match(r"my\.toml:(\d+): ", str(refused.value)).group(1))  # type: ignore[union-attr]
    assert 1 <= line <= len(text.splitlines())


def test_a_task_that_is_not_routed_is_missed() -> None:
    start, end = TOML.index("[tasks.postmortem]"), TOML.index("# Exceptions")
    with pytest.raises(PolicyError, match=r"^my.toml:\d+: the task postmortem is not routed"):
        parse_policy(TOML[:start] + TOML[end:], source="my.toml", now=NOW)


def test_a_ceiling_alone_holds_a_task_below_its_start() -> None:
    strong = 'start = "t2"\nceiling = "t3"\nwhy = "a root'
    made = parse_policy(TOML.replace(strong, strong.replace('"t2"', '"t3"')), now=NOW)
    held = decide(question(severity="info"), state(), made)
    free = decide(question(severity="warning"), state(), made)
    assert (held.tier, free.tier) == ("t2", "t3")


def test_the_line_is_the_right_one() -> None:
    text = TOML.replace("max_tokens = 4096", "temperature = 0.7")
    with pytest.raises(PolicyError) as refused:
        parse_policy(text, source="my.toml", now=NOW)
    at = text.splitlines().index("temperature = 0.7") + 1
    assert str(refused.value).startswith(f"my.toml:{at}: ")


def test_a_table_written_as_a_list_is_named_where_it_stands() -> None:
    text = TOML.replace("[budget]", "[[budget]]")
    with pytest.raises(PolicyError) as refused:
        parse_policy(text, source="my.toml", now=NOW)
    at = text.splitlines().index("[[budget]]") + 1
    assert str(refused.value) == f"my.toml:{at}: budget: it should be a table."


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read"):
        read_policy(tmp_path / "none.toml", now=NOW)


def test_a_local_model_states_its_own_price_with_a_date() -> None:
    local = (
        '[models."llama-local"]\nprices = { input = 0.0, output = 0.1 }\n%s\ncontext = 8000\neffort = false\n'
    )
    changed = TOML.replace('model = "claude-haiku-5-5"', 'model = "llama-local"')
    with pytest.raises(PolicyError, match="add as_of"):
        parse_policy(changed + local % "", now=NOW)
    made = parse_policy(changed + local % "as_of = 2026-11-01", now=NOW)
    assert made.price("llama-local").as_of == "routes.toml, 2026-11-01"
    chosen = decide(question(task=Task.INCIDENT_SUMMARY), state(), made)
    assert chosen.model == "llama-local"
    assert chosen.effort is None


def test_a_model_retires() -> None:
    assert policy().prices
    with pytest.raises(PolicyError, match="was retired on 2026-11-30"):
        parse_policy(
            TOML.replace('"claude-opus-5-5"\neffort', '"claude-sonnet-4-5"\neffort'),
            now=datetime(2026, 12, 1, tzinfo=UTC),
        )


def test_we_know_every_retirement_that_the_sdk_announces() -> None:
    announced = import_module("anthropic.resources.messages.messages").DEPRECATED_MODELS
    claude = {m for m in announced if re.match(r"claude-(3|[a-z]+)-", m) and "instant" not in m}
    assert claude <= set(RETIREMENTS)


def test_prices_can_be_kept_beside_the_records() -> None:
    now = policy()
    then = parse_policy(
        now.toml, now=datetime(2027, 1, 1, tzinfo=UTC), price_of=prices_from_json(prices_as_json(now))
    )
    assert then.sha == now.sha
    assert then.prices == now.prices


def question(**changes: object) -> Question:
    given = {
        "task": Task.COMPLEX_REASONING, "case": "c", "severity": "warning", "service": "checkout",
        "prompt_tokens": 4000, "worst_tokens": 6400,
    }  # fmt: skip
    return Question(**(given | changes))  # type: ignore[arg-type]


def state(**changes: object) -> State:
    given = {"id": "s1", "has_key": True, "spent": Spent()}
    return State(**(given | changes))  # type: ignore[arg-type]


def test_where_tasks_start() -> None:
    rules = policy()
    starts = {task: decide(question(task=task), state(), rules).tier for task in Task}
    assert starts == {
        Task.MEMORY_RECALL: "t1", Task.SIMPLE_CLASSIFICATION: "t1", Task.DATA_RETRIEVAL: "t1",
        Task.INCIDENT_SUMMARY: "t1", Task.COMPLEX_REASONING: "t2", Task.POSTMORTEM: "t2",
    }  # fmt: skip


def test_an_override_is_named_in_the_reason() -> None:
    chosen = decide(question(severity="critical"), state(), policy())
    assert chosen.effort == "high"
    assert {"rule": "critical-thinks-harder", "why": "a critical alert is worth more thought"} in [
        reason.parameters for reason in chosen.reasons if reason.code is ReasonCode.OVERRIDE
    ]


def test_a_warm_strong_cache_beats_a_cold_weak_model() -> None:
    long = question(task=Task.INCIDENT_SUMMARY, prompt_tokens=120_000, worst_tokens=150_000)
    cold = decide(long, state(), policy(("request_usd = 0.60", "request_usd = 1.00")))
    assert cold.model == "claude-haiku-5-5"
    warm = decide(
        long, state(warm={"claude-sonnet-5-5": 118_000}), policy(("request_usd = 0.60", "request_usd = 1.00"))
    )
    assert warm.model == "claude-sonnet-5-5"
    assert warm.est_usd < cold.est_usd
    assert ReasonCode.WARM_CACHE in {reason.code for reason in warm.reasons}


QUESTIONS = st.builds(
    question,
    task=st.sampled_from(Task),
    severity=st.sampled_from(["critical", "warning", "info", "unknown", ""]),
    prompt_tokens=st.integers(1, 300_000),
    worst_tokens=st.integers(1, 400_000),
    optional=st.booleans(),
)
MODELS = ("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5")
CENTS = st.decimals(min_value=0, max_value=50, places=2)
STATES = st.builds(
    state,
    has_key=st.booleans(),
    spent=st.builds(Spent, CENTS, CENTS, CENTS, CENTS),
    warm=st.dictionaries(st.sampled_from(MODELS), st.integers(0, 300_000)),
    unwell=st.lists(st.sampled_from(MODELS), unique=True).map(tuple),
    stalled=st.sampled_from(["", "search_logs was called 3 times"]),
)
RULES = policy()


@given(asked=QUESTIONS, at=STATES)
def test_deciding_is_pure_and_never_below_what_is_required(asked: Question, at: State) -> None:
    chosen = decide(asked, at, RULES)
    assert chosen == decide(asked, at, RULES)
    plan = plan_for(asked.task, asked.severity, asked.service, RULES)
    capped = any(reason.code is ReasonCode.DEGRADED for reason in chosen.reasons)
    assert capped or RULES.ladder.index(chosen.tier) >= RULES.ladder.index(plan.at)
    assert RULES.ladder.index(chosen.tier) <= RULES.ladder.index(plan.ceiling)
    assert chosen.available == (chosen.why_unavailable is None)
    if chosen.available:
        assert at.has_key
        assert chosen.model not in at.unwell
        assert chosen.reserved_usd + at.spent.request <= RULES.text.budget.request_usd
    else:
        assert chosen.reserved_usd == 0


@given(asked=QUESTIONS, at=STATES, more=CENTS)
def test_spending_more_never_buys_more(asked: Question, at: State, more: object) -> None:
    poorer = Spent(at.spent.request, at.spent.case + more, at.spent.hour, at.spent.day)  # type: ignore[operator]
    rich, poor = decide(asked, at, RULES), decide(asked, state(**_fields(at, spent=poorer)), RULES)
    assert rich.available or not poor.available
    if poor.available:
        assert RULES.ladder.index(poor.tier) <= RULES.ladder.index(rich.tier)


@given(asked=QUESTIONS, remedy=st.sampled_from(Remedy), tier=st.sampled_from(["t1", "t2", "t3"]))
def test_no_step_goes_down(asked: Question, remedy: Remedy, tier: str) -> None:
    model = RULES.text.tiers[tier].model
    assert model is not None
    step = Step(remedy, tier, model, "medium", 1024)
    plan = plan_for(asked.task, asked.severity, asked.service, RULES)
    if RULES.ladder.index(tier) > RULES.ladder.index(plan.ceiling):
        return
    chosen = decide(asked, state(step=step), RULES)
    assert RULES.ladder.index(chosen.tier) >= RULES.ladder.index(tier)
    assert chosen.effort is None or EFFORTS.index(chosen.effort) >= 0


def _fields(at: State, **changes: object) -> dict[str, object]:
    names = ("id", "has_key", "spent", "warm", "unwell", "step", "stalled", "parent")
    return {name: getattr(at, name) for name in names} | changes


def test_reservations_pay_for_the_worst_case() -> None:
    chosen = decide(question(), state(), policy())
    assert chosen.reserved_usd == usd("0.0000025") * 6400 + usd("0.00001") * 4096
