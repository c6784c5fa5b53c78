"""Ask the right model: decide, set money aside, call, check, climb when the evidence says so, and write it down.

    router = await Router.open(policy, model, engine, now=now)      # model None: no API key
    async for event in router.ask(ask):                             # Selected, Attempted, … Answered | Failed
        ...

It knows no vendor: models are spoken to through `router.calls.Model`. All its answers are events; it raises for
bugs only.
"""

import asyncio
import random
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from router.allowance import Allowance, Limit, no_limit
from router.asking import Asking
from router.audit import Audit
from router.budget import Budget
from router.calls import Fault, Heard, Model
from router.decide import State, Step, decide
from router.endings import NO_BOOKS, ended, given_up, refused, unasked, withheld
from router.escalate import after_fault, after_findings, blocking
from router.health import Health
from router.ledger import Summary
from router.loop import stalled
from router.messages import Ask, Reply, Task, Usage
from router.outcomes import (
    Answer,
    Answered,
    Attempt,
    Attempted,
    Failed,
    Failure,
    FailureCode,
    Finding,
    FindingCode,
    Reason,
    ReasonCode,
    RouterEvent,
    Selected,
    Selection,
    Status,
)
from router.plan import plan_for
from router.policy import Policy, Remedy
from router.records import Avoided, Decided, Tried
from router.reports import summary
from router.spending import caps_for
from router.verify.answer import check
from router.warmth import Warmth

_LOG = structlog.get_logger(__name__)
_RESERVE_TRIES = 3


@dataclass(slots=True)
class Router:
    """Answers questions at the cheapest adequate rung. Open it with `Router.open`, close it with `aclose`."""

    policy: Policy
    model: Model | None
    budget: Budget
    audit: Audit
    now: Callable[[], datetime]
    allowance: Allowance = field(default_factory=Allowance)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    dice: Callable[[], float] = random.random
    health: Health = field(init=False)
    warmth: Warmth = field(init=False)
    _asked: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.health = Health(self.policy.text.breaker, self.clock)
        self.warmth = Warmth(self.clock)

    @classmethod
    async def open(
        cls,
        policy: Policy,
        model: Model | None,
        engine: AsyncEngine,
        *,
        now: Callable[[], datetime],
        limit: Limit = no_limit,
    ) -> "Router":
        """Return a router with books in *engine* (whose tables exist); *limit* says what a channel may spend a day."""
        writer = uuid.uuid4().hex[:12]
        allowance = Allowance.counted_in(engine, writer, now, limit)
        router = cls(policy, model, Budget(engine, writer, now), Audit(engine, writer, now), now, allowance)
        await router.audit.keep_policy(policy)
        return router

    async def aclose(self) -> None:
        """Write what waits to be written. The model and the engine are closed by who made them."""
        await self.allowance.aclose()
        await self.budget.aclose()
        await self.audit.aclose()

    async def without_model(self, task: Task, case: str, what: str) -> Selected:
        """Record that code answered at $0 (an avoided call); *what* says in a clause why that was enough."""
        selection = Selection(
            id=self._next_id(),
            task=task,
            case=case,
            tier=self.policy.ladder[0],
            model=None,
            effort=None,
            max_tokens=0,
            reasons=(Reason(ReasonCode.BY_CODE, {"what": what}),),
            est_usd=Decimal(0),
            reserved_usd=Decimal(0),
            policy_sha=self.policy.sha,
        )
        self.audit.add(Avoided(selection))
        return Selected(selection)

    def _next_id(self) -> str:
        """Return an id that no other question of any writer has; random ones cost a system call each."""
        self._asked += 1
        return f"{self.budget.writer[-12:]}-{self._asked}"

    async def summary(self, case: str) -> Summary:
        """Return what *case* cost so far, for its footer."""
        return await summary(self.audit, case, self.policy)

    async def ask(self, ask: Ask) -> AsyncGenerator[RouterEvent, None]:
        """Ask until there is an answer or there will be none; the last event is `Answered` or `Failed`."""
        route = self.policy.text.tasks[ask.task]
        asking = Asking(self._next_id(), ask, self.policy, self.clock() + route.deadline_s)
        while True:
            try:
                selection = await self._select(asking)
            except (SQLAlchemyError, OSError):
                _LOG.exception("router.books_failed", case=ask.case)
                yield self._end(asking, Failure(FailureCode.BOOKS, NO_BOOKS, None, tuple(asking.attempts)))
                return
            yield Selected(selection)
            if not selection.available:
                yield self._end(asking, asking.answer() or unasked(asking, selection, self.now()))
                return
            outcome = await self._attempt(asking, selection)
            yield Attempted(asking.attempts[-1])
            following = self._next(asking, selection, outcome)
            if following is None:
                yield self._end(asking, self._outcome(asking, selection, outcome))
                return
            step, pause_s = following
            asking.take(step, asking.attempts[-1].findings)
            if step.remedy is Remedy.RETRY:
                await self.sleep(pause_s)

    async def _select(self, asking: Asking) -> Selection:
        """Decide and set the money aside; decide again when it went to somebody else in between."""
        caps = caps_for(asking.ask.severity, self.policy)
        selection = await self._decide(asking)
        for _ in range(_RESERVE_TRIES):
            if not selection.available:
                return selection
            if await self.budget.reserve(selection.id, selection.case, selection.reserved_usd, caps):
                return await self.allowance.within(selection, asking.ask.channel, self.budget)
            selection = await self._decide(asking)
        return withheld(selection, Reason(ReasonCode.OVER_BUDGET, {"scope": "shared"}))

    async def _decide(self, asking: Asking) -> Selection:
        ask, size, limits = asking.ask, asking.measured, self.policy.text.limits
        state = State(
            id=asking.next_id(),
            has_key=self.model is not None,
            spent=await self.budget.spent(ask.case, asking.spent),
            warm=self.warmth.tokens(size, self.policy.min_cache_prefix),
            unwell=self.health.unwell(self.policy.prices),
            step=asking.step,
            stalled=stalled(ask.messages, limits.stall_repeats, limits.stall_window),
            parent=asking.attempts[-1].selection.id if asking.attempts else None,
        )
        question = asking.question()
        selection = decide(question, state, self.policy)
        self.audit.add(Decided(question, state, selection, asking.id, size.prompt))
        return selection

    async def _attempt(self, asking: Asking, selection: Selection) -> Heard | Fault:
        """Make the call and account for it, whatever comes of it."""
        assert self.model is not None
        assert selection.model is not None
        self.health.asked(selection.model, selection.deadline_s)
        began = self.clock()
        try:
            outcome = await self.model.reply(asking.call(selection, asking.until - began))
        except BaseException:
            lost = Fault(FailureCode.ABANDONED, "the caller went away", self.clock() - began, None, True)
            self._failed(asking, selection, lost)
            raise
        await self._account(asking, selection, outcome)
        return outcome

    async def _account(self, asking: Asking, selection: Selection, outcome: Heard | Fault) -> None:
        """Settle, note the model's health, check the answer, and write the attempt down."""
        if isinstance(outcome, Fault):
            self._failed(asking, selection, outcome)
            return
        assert selection.model is not None
        usd = self.policy.price(selection.model).cost(outcome.usage)
        self.allowance.settle(selection.id, usd, self.budget)
        self.health.answered(selection.model)
        self.warmth.sent(selection.model, asking.measured, outcome.usage.prompt)
        findings = await self._check(asking, selection, outcome.reply)
        if all(finding.code is not FindingCode.REFUSED for finding in findings):
            asking.heard(outcome.reply, findings)
        attempt = Attempt(
            selection,
            Status.REJECTED if blocking(findings) else Status.KEPT,
            outcome.reply.stop_reason,
            outcome.usage,
            usd,
            outcome.latency_s,
            outcome.ttft_s,
            findings,
        )
        self._tried(asking, attempt)

    async def _check(self, asking: Asking, selection: Selection, reply: Reply) -> tuple[Finding, ...]:
        """Hold *reply* against its evidence, in a thread where there is much to read."""
        route = self.policy.text.tasks[asking.ask.task]
        ladder = self.policy.ladder
        low = ladder.index(selection.tier) < ladder.index(route.start)
        settled = asking.ask.settled if low else ""
        if asking.ask.grounds and not reply.tool_uses:
            return await asyncio.to_thread(check, reply, asking.ask, route, settled)
        return check(reply, asking.ask, route, settled)

    def _failed(self, asking: Asking, selection: Selection, fault: Fault) -> None:
        """Settle a call that gave no answer: what may be billed stays set aside."""
        assert selection.model is not None
        self.allowance.settle(selection.id, None if fault.maybe_billed else Decimal(0), self.budget)
        self.health.failed(selection.model, fault.code, fault.retry_after_s)
        attempt = Attempt(
            selection,
            Status.UNKNOWN if fault.maybe_billed else Status.FAILED,
            None,
            Usage(),
            selection.reserved_usd if fault.maybe_billed else Decimal(0),
            fault.latency_s,
            fault.ttft_s,
            failure=fault.code,
        )
        self._tried(asking, attempt)

    def _tried(self, asking: Asking, attempt: Attempt) -> None:
        asking.attempts.append(attempt)
        self.audit.add(Tried(attempt, asking.id, asking.ask.service, asking.measured.prompt))

    def _next(
        self, asking: Asking, selection: Selection, outcome: Heard | Fault
    ) -> tuple[Step, float] | None:
        """Return what to do next about this question and how long a retry waits, None when it has come to its end."""
        findings = asking.attempts[-1].findings
        if (isinstance(outcome, Heard) and not findings) or self.clock() >= asking.until:
            return None
        ask, limits = asking.ask, self.policy.text.limits
        plan = plan_for(ask.task, ask.severity, ask.service, self.policy, settled=bool(ask.settled))
        tried = replace(asking.tried, attempts=len(asking.attempts))
        pause_s = self._pause_s(asking, outcome)
        if isinstance(outcome, Heard):
            step = after_findings(selection, findings, tried, plan.ceiling, self.policy)
        else:
            if pause_s > limits.max_wait_s or self.clock() + pause_s >= asking.until:
                tried = replace(
                    tried, retries=limits.max_retries
                )  # too long to wait for: no retry, maybe a peer
            step = after_fault(selection, outcome.code, outcome.message, tried, plan.ceiling, self.policy)
        return None if step is None else (step, pause_s)

    def _pause_s(self, asking: Asking, outcome: Heard | Fault) -> float:
        """Return how long to wait before a retry: what the vendor said, else longer each time, jittered."""
        if isinstance(outcome, Fault) and outcome.retry_after_s is not None:
            return outcome.retry_after_s
        doubled: int = 2**asking.tried.retries
        return self.policy.text.limits.backoff_s * doubled * (0.5 + self.dice() / 2)

    def _outcome(self, asking: Asking, selection: Selection, outcome: Heard | Fault) -> Answer | Failure:
        if answer := asking.answer():
            return answer
        if isinstance(outcome, Fault):
            return given_up(asking, selection, outcome, self.now())
        return refused(asking)

    def _end(self, asking: Asking, result: Answer | Failure) -> Answered | Failed:
        """Write down how the question ended, and return the event that says so."""
        self.audit.add(ended(asking, result))
        return Answered(result) if isinstance(result, Answer) else Failed(result)
