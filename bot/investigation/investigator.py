"""The investigation loop: recall, look, rank, ask, look again, conclude.

It yields what happens and folds the same facts itself, so that a case resumed from its journal at any point
goes on where it stopped. It knows no Slack, no store and no vendor.
"""

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, assert_never

from bot.investigation import conclusion
from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile
from bot.investigation.diagnosis import WEIGHED
from bot.investigation.events import (
    Billed,
    Concluded,
    Degraded,
    Event,
    EvidenceCollected,
    EvidenceRequested,
    ModelAnswered,
    ModelAttempted,
    ModelFailed,
    ModelSelected,
    Recalled,
    Recorded,
)
from bot.investigation.gathering import first_calls, scope_for
from bot.investigation.looking import looked
from bot.investigation.patience import told_when_slow
from bot.investigation.precedent import Precedents
from bot.investigation.prompts import SYSTEM, messages_for
from bot.investigation.steering import respecting
from bot.investigation.suspects import Suspects, rank
from bot.investigation.symptoms import symptoms_of
from bot.investigation.verdict import Verdict
from bot.investigation.waiting import after_waiting
from router.ledger import Summary
from router.messages import Ask, Offered, Task
from router.outcomes import Answered, Attempted, Failed, RouterEvent, Selected
from tools.lane import in_lane
from tools.tool import Findings, Scope, Status, ToolCall

SETTLED_AT = 0.8  # how sure code must be of its suspect before a weak model may be asked to tell it


class Recalls(Protocol):
    """Memory, as the investigation asks it. Never raises for a memory that is down: it says so."""

    async def recall(
        self,
        alert: Alert,
        symptoms: str = "",
        services: Sequence[str] = (),
        case: str = "",
        channel: str = "",
    ) -> Precedents:
        """Return incidents like *alert*; with *symptoms*, incidents that looked alike from the inside.

        What people have called "not the same" for *case* is left out, and what may not be read in *channel*.
        """
        ...


class Asks(Protocol):
    """The router, as the investigation asks it."""

    def ask(self, ask: Ask) -> AsyncGenerator[RouterEvent, None]: ...  # noqa: D102
    async def without_model(self, task: Task, case: str, what: str) -> Selected: ...  # noqa: D102
    async def summary(self, case: str) -> Summary: ...  # noqa: D102


class Looks(Protocol):
    """The toolbox, as the investigation asks it. A tool's failure is data, never an exception."""

    def offered(self) -> Sequence[Offered]: ...  # noqa: D102
    async def run(self, call: ToolCall, scope: Scope) -> Findings: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop, whatever a model would like. *gather_s* bounds one round of looking, in seconds.

    A look that takes its time tells how far it has come, at most every *told_every_s*; a model that says nothing for
    *silent_s* is told of.
    """

    turns: int = 5
    calls_a_turn: int = 6
    gather_s: float = 30.0
    told_every_s: float = 2.0
    silent_s: float = 45.0


@dataclass(frozen=True)
class Investigator:
    """Takes a case from where it stands to its verdict."""

    memory: Recalls
    router: Asks
    toolbox: Looks
    now: Callable[[], datetime]
    limits: Limits = field(default_factory=Limits)

    async def investigate(self, case: CaseFile) -> AsyncGenerator[Event, None]:
        """Yield each thing that happens, until there is a verdict."""
        while not case.finished:
            async with aclosing(self._step(case)) as events:
                async for event in events:
                    case = case.after(Recorded(self.now(), event))
                    yield event

    async def _step(self, case: CaseFile) -> AsyncGenerator[Event, None]:
        """Do the one thing that the case calls for next."""
        if case.precedents is None:
            steps = self._recall(case)
        elif not case.requested:
            steps = self._request(case)
        elif case.pending:
            steps = self._collect(case)
        else:
            steps = self._reason(case)
        async with aclosing(steps):
            async for event in steps:
                yield event

    async def _recall(self, case: CaseFile) -> AsyncGenerator[Event, None]:
        by_code = await self.router.without_model(
            Task.MEMORY_RECALL, case.id, "searching memory is arithmetic on vectors and words"
        )
        yield ModelSelected(by_code.selection)
        started = time.monotonic()
        precedents = await self.memory.recall(case.alert, case=case.id, channel=case.channel)
        yield Recalled(precedents, time.monotonic() - started)

    async def _request(self, case: CaseFile) -> AsyncGenerator[Event, None]:
        by_code = await self.router.without_model(
            Task.DATA_RETRIEVAL, case.id, "the first look is the same for every alert"
        )
        yield ModelSelected(by_code.selection)
        yield EvidenceRequested(first_calls(case.alert), "code")

    async def _collect(self, case: CaseFile) -> AsyncGenerator[Event, None]:
        """Run all pending calls at once; each is told as soon as it is back, the late ones at the deadline."""
        scope = scope_for(case.alert, self.now(), case.channel)
        allowed, too_many = self._within_limits(case.pending)
        for call in too_many:
            note = f"more than {self.limits.calls_a_turn} calls in one turn"
            yield EvidenceCollected(Findings(call, Status.REFUSED, note=note))
        rounds = looked(
            allowed,
            self.toolbox.run,
            scope,
            within_s=self.limits.gather_s,
            told_every_s=self.limits.told_every_s,
        )
        async with aclosing(rounds) as events:
            async for event in events:
                yield event

    def _within_limits(self, calls: Sequence[ToolCall]) -> tuple[list[ToolCall], list[ToolCall]]:
        """Part the calls into those that run and a model's surplus; our own first look is never cut."""
        asked = [call for call in calls if call.id]
        surplus = asked[self.limits.calls_a_turn :]
        return [call for call in calls if call not in surplus], surplus

    async def _reason(self, case: CaseFile) -> AsyncGenerator[Event, None]:
        suspects = respecting(await in_lane(rank, case.evidence, case.alert), case)
        verdict = after_waiting(case, self._verdict(case, suspects))
        symptoms = symptoms_of(case.evidence, suspects) if case.recalls == 1 else ""
        if symptoms:
            services = [suspect.service for suspect in suspects.services[:3]]
            started = time.monotonic()
            again = await self.memory.recall(case.alert, symptoms, services, case.id, case.channel)
            yield Recalled(again, time.monotonic() - started)
        elif verdict is not None:
            yield Billed(await self.router.summary(case.id))
            yield Concluded(verdict)
        elif case.wanted:
            yield EvidenceRequested(case.wanted, "model")
        elif not case.answers and (known := conclusion.from_memory(case, suspects)):
            by_code = await self.router.without_model(
                Task.COMPLEX_REASONING, case.id, "memory knows this one and the evidence agrees"
            )
            yield ModelSelected(by_code.selection)
            yield Billed(await self.router.summary(case.id))
            yield Concluded(known)
        else:
            async with aclosing(self._ask(case, suspects)) as events:
                async for event in events:
                    yield event

    def _verdict(self, case: CaseFile, suspects: Suspects) -> Verdict | None:
        """Return the verdict when the case has come to one, else None."""
        if case.last_answer is not None and case.answered:
            return conclusion.from_answer(case, suspects, case.last_answer)
        if case.failure is not None:
            return conclusion.from_suspects(case, suspects, case.failure.message)
        if case.answers >= self.limits.turns:
            return conclusion.from_suspects(
                case,
                suspects,
                f"The model came to no answer in {case.answers} turns: this verdict is code's.",
            )
        return None

    async def _ask(self, case: CaseFile, suspects: Suspects) -> AsyncGenerator[Event, None]:
        last = case.answers + 1 >= self.limits.turns
        ask = Ask(
            task=Task.COMPLEX_REASONING,
            case=case.id,
            channel=case.channel,
            system=SYSTEM,
            messages=messages_for(case, suspects, last=last),
            may_look=not last,
            tools=self.toolbox.offered(),
            schema=WEIGHED,
            severity=case.alert.severity,
            service=case.alert.service,
            grounds=case.evidence,
            onset=case.alert.starts_at,
            settled=settled_by(suspects),
        )
        async with aclosing(told_when_slow(self.router.ask(ask), self.limits.silent_s)) as events:
            async for told in events:
                yield told if isinstance(told, Degraded) else _as_event(told)


def settled_by(suspects: Suspects) -> str:
    """Return the service that code is sure of on evidence of several kinds, "" when none."""
    kinds = {cited.partition(":")[0] for cited in suspects.cites}
    sure = suspects.cause is not None and (suspects.confidence or 0.0) >= SETTLED_AT
    return suspects.services[0].service if sure and suspects.services and len(kinds) > 1 else ""


def _as_event(told: RouterEvent) -> Event:
    match told:
        case Selected(selection):
            return ModelSelected(selection)
        case Attempted(attempt):
            return ModelAttempted(attempt)
        case Answered(answer):
            return ModelAnswered(answer)
        case Failed(failure):
            return ModelFailed(failure)
        case _ as never:
            assert_never(never)
