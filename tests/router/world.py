"""What the router's tests share: a policy with fixed prices, a scripted model in memory, a router on a database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from pydantic import JsonValue

from router.calls import Call, Fault, Heard
from router.messages import Ask, Message, Reply, Task, Text, ToolUse, Usage
from router.outcomes import Answered, Attempted, Failed, FailureCode, RouterEvent, Selected
from router.policy import Check, Policy
from router.policy_file import DEFAULT, parse_policy
from router.router import Router
from router.verify.answer import check_answer

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TOML = DEFAULT.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Seen:
    """A piece of evidence."""

    id: str
    kind: str
    text: str
    service: str | None = None
    time: datetime | None = None


def is_rejected(
    claim: str,
    *grounds: Seen,
    onset: datetime | None = None,
    checks: tuple[Check, ...] = ("entities", "numbers", "facts"),
    beside: tuple[Seen, ...] = (),
) -> bool:
    """Whether the checks find something wrong with an answer whose one claim cites all of *grounds*, not *beside*."""
    said: JsonValue = {"text": claim, "evidence": [seen.id for seen in grounds]}
    whole: dict[str, JsonValue] = {
        "cause": None, "services": [], "confidence": 0.5, "claims": [said], "fix": None,
    }  # fmt: skip
    return bool(
        check_answer(whole, stop_reason="end_turn", grounds=(*grounds, *beside), onset=onset, checks=checks)
    )


def policy(*changes: tuple[str, str]) -> Policy:
    """The shipped policy with some of its text replaced; every replacement must apply."""
    text = TOML
    for was, now in changes:
        assert was in text, was
        text = text.replace(was, now)
    return parse_policy(text, now=NOW)


def ask(**changes: object) -> Ask:
    given = Ask(
        Task.COMPLEX_REASONING, "case-1", (Message("user", (Text("why?"),)),), system="You are careful."
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def heard(
    text: str = "fine", *, stop: str = "end_turn", usage: Usage | None = None, tools: Sequence[ToolUse] = ()
) -> Heard:
    parts = (*((Text(text),) if text else ()), *tools)
    return Heard(Reply(parts, "tool_use" if tools else stop, "scripted"), usage or Usage(1000, 100), 0.5, 0.1)


def fault(code: FailureCode, after: float | None = None, *, billed: bool = False) -> Fault:
    return Fault(code, f"scripted {code}", 0.1, after, billed)


@dataclass
class ScriptedModel:
    """Answers from a list, in order, or from a function of the call; remembers what it was asked."""

    script: Sequence[Heard | Fault] | Callable[[Call], Heard | Fault]
    calls: list[Call] = field(default_factory=list)

    async def reply(self, call: Call) -> Heard | Fault:
        self.calls.append(call)
        if callable(self.script):
            return self.script(call)
        return self.script[len(self.calls) - 1]


@dataclass
class Ticking:
    """A monotonic clock whose sleeps take no time."""

    at: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


async def events(router: Router, question: Ask) -> list[RouterEvent]:
    return [event async for event in router.ask(question)]


def shape(told: Sequence[RouterEvent]) -> list[str]:
    """What happened, in short words."""
    made = []
    for event in told:
        match event:
            case Selected(selection):
                made.append(f"selected {selection.tier}" + ("" if selection.available else " unavailable"))
            case Attempted(attempt):
                made.append(f"attempted {attempt.status}")
            case Answered(answer):
                made.append("answered" if answer.verified else "unverified")
            case Failed(failure):
                made.append(f"failed {failure.code}")
    return made


def usd(text: str) -> Decimal:
    return Decimal(text)


def database(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'router.db'}"
