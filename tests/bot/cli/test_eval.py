"""`eval`: the whole path over real HTTP against the scripted Messages API, and what it says without a key."""

import asyncio
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.evaluation.arms import arms_of, lifted, pinned
from bot.evaluation.results import keep, read_results
from bot.evaluation.score import Result, Truth, interval, right, share
from bot.store.database import owned, prepare_folder
from router.messages import Task
from router.plan import plan_for
from router.policy_file import PolicyError
from router.prices import listed_price
from sandbox.anthropic_script import Received, Refuse, Say, Turn
from sandbox.anthropic_server import AnthropicServer
from tests.bot.cli.terminal import Run
from tests.bot.office import write_case
from tests.router.world import NOW, policy

WEAK, STRONG = "claude-haiku-5-5", "claude-sonnet-5-5"
LOG = re.compile(r"\[(log:\d+)\]")


@contextmanager
def served(script: Callable[[Received], Turn]) -> Iterator[AnthropicServer]:
    """Serve *script* from a thread, since a command has an event loop of its own."""
    server, ready, over = AnthropicServer(script), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with server:
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert ready.wait(10)
        yield server
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def diagnoses(received: Received) -> Say:
    """The strong model names the guilty service; the weak one names one that is only seen."""
    text = json.dumps(received.body["messages"]).replace("\\n", "\n")
    words, service = ("no connection free", "store") if received.model == STRONG else ("503", "gateway")
    cited = next(found[1] for line in text.splitlines() if words in line if (found := LOG.match(line)))
    told = f"{service}: {words}"
    answer = {"cause": f"{service} has {words}", "services": [service], "confidence": 0.8, "fix": None}
    return Say(json.dumps(answer | {"claims": [{"text": told, "evidence": [cited]}]}))


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Two cases whose guilty service is store."""
    folder = tmp_path / "cases"
    for name in ("one", "two"):
        onset = datetime(2026, 11, 22, 12, tzinfo=UTC)
        write_case(folder / name, onset)
        told = {"title": "gateway answers 503", "service": "gateway", "starts_at": onset.isoformat()}
        (folder / name / "alert.json").write_text(json.dumps(told))
    lines = [{"id": name, "set": "small", "services": ["store"], "deploys": []} for name in ("one", "two")]
    (folder / "answers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def test_every_arm_asks_its_own_model_and_is_scored(run: Run, cases: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    words = ("eval", "--cases", str(cases), "--resume", str(kept), "--json")
    with served(diagnoses) as server:
        keys = {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": server.url}
        told = run(*words, **keys).json
        asked = [received.model for received in server.requests]
        again = run(*words, **keys).json
        assert len(server.requests) == len(asked)  # nothing is asked twice
    arms = {arm["arm"]: arm for arm in told["arms"]}
    assert list(arms) == ["no-model", "always-weak", "always-strong", "routed"]
    assert [arms[name]["accuracy"]["mean"] for name in ("always-weak", "always-strong", "routed")] == [
        0,
        1,
        1,
    ]
    assert (arms["always-weak"]["strong_calls"], arms["always-strong"]["strong_calls"]) == (0, 2)
    assert asked[:2] == [WEAK, WEAK]
    assert set(asked[2:]) == {STRONG}
    assert Decimal(told["spent_usd"]) == sum(Decimal(arm["total_usd"]) for arm in told["arms"]) > 0
    assert 0 < arms["always-weak"]["usd"]["mean"] < arms["always-strong"]["usd"]["mean"]
    assert [arm | {"seconds": None} for arm in again["arms"]] == [a | {"seconds": None} for a in told["arms"]]
    assert not (tmp_path / "data").exists()  # neither memory nor the bot's own books were touched


def test_the_cap_is_never_exceeded_and_said(run: Run, cases: Path, tmp_path: Path) -> None:
    words = ("eval", "--cases", str(cases), "--resume", str(tmp_path / "kept"), "--json", "--cap-usd", "0.06")
    with served(diagnoses) as server:
        told = run(*words, ANTHROPIC_API_KEY="test", ANTHROPIC_BASE_URL=server.url).json
    assert Decimal(told["spent_usd"]) <= Decimal("0.06")
    short = [one for one in told["left_out"] if "cap of $0.06" in one["why"]]
    scored = {(arm["arm"], arm["n"]) for arm in told["arms"]}
    for name in {one["arm"] for one in short}:  # whatever an arm was not asked is told, case by case
        assert sum(one["arm"] == name for one in short) + dict(scored).get(name, 0) == told["cases"]
    assert short
    assert "no-model" in {arm["arm"] for arm in told["arms"]}


def test_a_case_that_no_model_answered_is_left_out_and_not_scored(run: Run, cases: Path) -> None:
    with served(lambda _: Refuse(401, "authentication_error", "invalid x-api-key")) as server:
        told = run(
            "eval", "--cases", str(cases), "--json", ANTHROPIC_API_KEY="k", ANTHROPIC_BASE_URL=server.url
        )
    assert [arm["arm"] for arm in told.json["arms"]] == ["no-model"]
    assert {one["arm"] for one in told.json["left_out"]} == {"always-weak", "always-strong", "routed"}
    assert len(told.json["left_out"]) == 6
    assert len(server.requests) == 3  # a key that is refused once is not tried on every case


def test_without_a_key_it_says_what_it_left_out(run: Run, cases: Path) -> None:
    told = run("eval", "--cases", str(cases))
    assert told.code == 0
    assert "no-model" in told.out
    assert "…" not in told.out
    assert "Left out: always-weak, always-strong, routed (all): no ANTHROPIC_API_KEY" in told.out


def test_a_case_without_a_folder_is_told(run: Run, cases: Path) -> None:
    with (cases / "answers.jsonl").open("a") as file:
        file.write('{"id": "three", "services": ["store"]}\n')
    told = run("eval", "--cases", str(cases))
    assert "Left out: every arm (three): no alert.json in a folder of its name" in told.out
    assert "2 cases;" in told.out and "intervals of gain, $ and seconds are narrower" in told.out


def test_two_runs_do_not_spend_from_one_folder(run: Run, cases: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    with owned(prepare_folder(kept)):
        told = run("eval", "--cases", str(cases), "--resume", str(kept))
    assert (told.code, "Another eval works in it" in told.line) == (1, True)
    assert run("eval", "--cases", str(cases), "--resume", str(kept)).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--cases", "nowhere"), "answers.jsonl"), (("--cases", "CASES", "--cap-usd", "-1"), "--cap-usd"),
     (("--cases", "CASES", "--limit", "0"), "--limit must be at least 1"),
     (("--cases", "CASES", "--resume", "/proc/none"), "--resume /proc/none: It cannot be written"),
     (("--cases", "CASES", "--policy", "a.toml"), "a.toml")],
)  # fmt: skip
def test_what_cannot_be_run_is_one_line(run: Run, cases: Path, words: tuple[str, ...], said: str) -> None:
    told = run("eval", *(str(cases) if word == "CASES" else word for word in words))
    assert told.code == 1
    assert said in told.line


def test_pinned_arms_start_and_stay_on_their_tier() -> None:
    _, weak, strong, routed = arms_of({"routed": policy()}, NOW, listed_price)
    for arm, tier in ((weak, "t1"), (strong, "t2")):
        for task in Task:
            plan = plan_for(task, "info", "", arm.policy)
            assert (plan.at, plan.ceiling) == (tier, tier)
    assert plan_for(Task.COMPLEX_REASONING, "", "", routed.policy).ceiling == "t3"
    assert len({arm.policy.sha for arm in (weak, strong, routed)}) == 3


def test_a_policy_that_cannot_be_pinned_is_refused() -> None:
    inline = policy().toml.replace(
        '[tasks.memory_recall]\nstart = "t0"', "[tasks.memory_recall]\nstart.x = 1"
    )
    with pytest.raises(PolicyError, match="line of its own"):
        pinned(lifted(inline), policy(), "t1")


def test_scores_and_intervals() -> None:
    asked = Truth("c", "s", (), ("abc123",), has_deploys=True)
    result = Result("c", "a", "x", (), ("abc1234",), "concluded", "model", "0", 1.0, 1, 1, unverified=False)
    assert right(result, asked)
    assert not right(result, Truth("c", "s", (), (), has_deploys=True))  # none is guilty, one was accused
    assert share([]) is interval([]) is None
    few, many = share([True] * 3), share([True] * 300)
    assert few and many and few["mean"] == many["mean"] == 1
    assert few["low"] < 0.5 and many["low"] > 0.95, "three of three is not certainty"
    found = interval([1.0] * 30 + [0.0] * 10)
    assert found is not None
    assert 0.5 < found["low"] < found["mean"] == 0.75 < found["high"] < 0.95


def test_a_result_that_a_kill_cut_within_a_letter_is_left_out_alone(tmp_path: Path) -> None:
    whole = Result(
        "größe", "no-model", "abc", ("store",), (), "concluded", "evidence_only", "0", 1.0, 0, 0, False
    )
    keep(tmp_path, whole)
    line = (tmp_path / "results.jsonl").read_bytes()
    with (tmp_path / "results.jsonl").open("ab") as file:
        file.write(line[: line.index("ö".encode()) + 1])
    keep(tmp_path, whole)
    assert read_results(tmp_path) == [whole, whole]
