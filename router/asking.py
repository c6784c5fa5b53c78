"""One question on its way to an answer: what was tried, the best answer so far, and what to send next.

It sends nothing and decides nothing; `router/router.py` does, with this as its notebook.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from router.calls import Call
from router.decide import Question, Step
from router.escalate import Tried, blocking
from router.measure import Measured, measure
from router.messages import Ask, Message, Reply, Text
from router.outcomes import Answer, Attempt, Finding, Selection
from router.policy import Policy, Remedy
from router.trim import trimmed

_REPAIR = (
    "Your answer was checked against the evidence and is not right yet:\n{}\n"
    "Give the whole answer again, corrected. Change nothing that was right, and claim nothing that the "
    "evidence does not show."
)
_CARRIED = (
    "An earlier attempt at this was rejected by checks against the evidence:\n{}\n"
    "Answer afresh from the evidence; do not repeat these mistakes."
)


@dataclass(slots=True)
class Asking:
    """The notebook of one question. *id* is shared by all its selections; *until* is monotonic seconds."""

    id: str
    ask: Ask
    policy: Policy
    until: float
    tried: Tried = field(default_factory=Tried)
    step: Step | None = None
    attempts: list[Attempt] = field(default_factory=list)
    selections: int = 0
    measured: Measured = field(init=False)
    messages: tuple[Message, ...] = field(init=False)
    _best: tuple[int, Reply, tuple[Finding, ...]] | None = None
    _last: Reply | None = None

    def __post_init__(self) -> None:
        self.messages = self.ask.messages
        self.measured = measure(self.ask)

    @property
    def spent(self) -> Decimal:
        """Dollars measured or kept aside for this question so far."""
        return sum((attempt.usd for attempt in self.attempts), Decimal(0))

    def question(self) -> Question:
        """Return the question without its words, for deciding."""
        ask, size = self.ask, self.measured
        return Question(
            task=ask.task,
            case=ask.case,
            severity=ask.severity,
            service=ask.service,
            prompt_tokens=size.tokens,
            worst_tokens=size.worst,
            optional=ask.optional,
            settled=bool(ask.settled),
        )

    def next_id(self) -> str:
        """Return the id of the selection that comes now."""
        self.selections += 1
        return f"{self.id}.{self.selections}"

    def heard(self, reply: Reply, findings: tuple[Finding, ...]) -> None:
        """Keep *reply* when it is the best so far: the one with the least that its checks find wrong."""
        self._last = reply
        wrong = len(blocking(findings))
        if self._best is None or wrong <= self._best[0]:
            self._best = (wrong, reply, findings)

    def answer(self) -> Answer | None:
        """Return the best answer so far, None when there is none that may be shown."""
        if self._best is None:
            return None
        _, reply, findings = self._best
        return Answer(reply, tuple(self.attempts), blocking(findings))

    def take(self, step: Step, findings: Sequence[Finding] = ()) -> None:
        """Prepare for *step*: what the next call is shown."""
        self.step = step
        self.tried = self.tried.after(step)
        quoted = "\n".join(f"- {finding.detail}" for finding in findings)
        if step.remedy is Remedy.TRIM:
            self.ask = replace(self.ask, messages=trimmed(self.ask.messages))
            self.messages = self.ask.messages
        elif step.remedy is Remedy.REPAIR and self._last is not None and self._last.text:
            shown = Message("assistant", (Text(self._last.text),))
            self.messages = (*self.ask.messages, shown, Message("user", (Text(_REPAIR.format(quoted)),)))
        elif quoted and step.fault is None:
            *earlier, last = self.ask.messages
            told = replace(last, parts=(*last.parts, Text(_CARRIED.format(quoted))))
            self.messages = (*earlier, told)
        self.measured = measure(replace(self.ask, messages=self.messages))

    def call(self, selection: Selection, left_s: float) -> Call:
        """Return the call for *selection*, with *left_s* seconds left for the question."""
        assert selection.model is not None
        return Call(
            model=selection.model,
            max_tokens=selection.max_tokens,
            messages=self.messages,
            deadline_s=max(0.001, min(selection.deadline_s, left_s)),
            system=self.ask.system,
            tools=self.ask.tools,
            schema=self.ask.schema,
            effort=selection.effort,
            may_look=self.ask.may_look,
            cache=self.policy.text.tiers[selection.tier].cache != "none",
            stream_to=self.ask.stream_to,
        )
