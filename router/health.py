"""How each model is doing: a breaker a model, closed, open, or half-open with one probe.

Faults are health, not difficulty: they never teach anything about which tier a task needs. It knows no vendor;
its memory is this process's own.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from router.outcomes import FailureCode
from router.policy import BreakerRule

# A refusal, a bad request or a refused key say nothing about the model's health.
UNWELL = frozenset(
    {
        FailureCode.OVERLOADED,
        FailureCode.SERVER_ERROR,
        FailureCode.CONNECTION,
        FailureCode.TIMEOUT,
        FailureCode.STREAM_CUT,
        FailureCode.JSON_CUT,
        FailureCode.NOT_THE_API,
    }
)


@dataclass(slots=True)
class _Breaker:
    failures: deque[float] = field(default_factory=deque)
    closed_again: float = 0.0  # the moment from which one probe may go
    probing_until: float = 0.0


@dataclass(slots=True)
class Health:
    """The breakers. *clock* is monotonic seconds."""

    rule: BreakerRule
    clock: Callable[[], float]
    _breakers: dict[str, _Breaker] = field(default_factory=dict)

    def unwell(self, models: Iterable[str]) -> tuple[str, ...]:
        """Return those of *models* that must be left alone now; after the pause one probe is let through."""
        if not self._breakers:
            return ()
        now = self.clock()
        return tuple(model for model in models if self._open(model, now))

    def _open(self, model: str, now: float) -> bool:
        breaker = self._breakers.get(model)
        if breaker is None or breaker.closed_again == 0.0:
            return False
        return now < breaker.closed_again or now < breaker.probing_until

    def asked(self, model: str, deadline_s: float) -> None:
        """Note that *model* is being asked: while half-open this is the one probe."""
        breaker = self._breakers.get(model)
        if breaker is not None and breaker.closed_again:
            breaker.probing_until = self.clock() + deadline_s

    def answered(self, model: str) -> None:
        """Note that *model* answered, whatever the answer is worth: it is well."""
        self._breakers.pop(model, None)

    def failed(self, model: str, fault: FailureCode, retry_after_s: float | None = None) -> None:
        """Note a fault; enough of them open the breaker, and a rate limit does for as long as it says."""
        now = self.clock()
        breaker = self._breakers.setdefault(model, _Breaker())
        was_probe = breaker.probing_until > 0.0
        breaker.probing_until = 0.0
        if fault is FailureCode.RATE_LIMITED and retry_after_s:
            breaker.closed_again = max(breaker.closed_again, now + retry_after_s)
        if fault not in UNWELL:
            return
        breaker.failures.append(now)
        while breaker.failures[0] < now - self.rule.within_s:
            breaker.failures.popleft()
        if was_probe or len(breaker.failures) >= self.rule.failures:
            breaker.closed_again = now + self.rule.open_s
