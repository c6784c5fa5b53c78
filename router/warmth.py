"""Which prompt prefixes each model is expected to have cached: in this process, by what was sent when.

An expectation, used for estimates only; what a call really read from the cache is in its usage. It knows no
prices. Whether a change of effort keeps the vendor's cache is not known; reservations never count on it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from router.measure import Measured

KEPT_S = 300.0
_MOST = 4096


@dataclass(slots=True)
class Warmth:
    """A memory of prefixes sent in the last five minutes. *clock* is monotonic seconds."""

    clock: Callable[[], float]
    _sent: dict[tuple[str, bytes], tuple[int, float]] = field(default_factory=dict)

    def tokens(self, model: str, prompt: Measured, shortest: int) -> int:
        """Return how many tokens of *prompt* are expected warm; prefixes under *shortest* are not cached."""
        now = self.clock()
        for digest, _ in reversed(prompt.prefixes):
            tokens, until = self._sent.get((model, digest), (0, 0.0))
            if until > now:
                return tokens if tokens >= shortest else 0
        return 0

    def sent(self, model: str, prompt: Measured, prompt_tokens: int) -> None:
        """Remember that *prompt* was answered: its head and its whole are cached now."""
        until = self.clock() + KEPT_S
        head, head_tokens = prompt.prefixes[0]
        scale = prompt_tokens / max(1, prompt.tokens)
        self._keep((model, head), int(head_tokens * scale), until)
        self._keep((model, prompt.prefixes[-1][0]), prompt_tokens, until)

    def _keep(self, key: tuple[str, bytes], tokens: int, until: float) -> None:
        self._sent.pop(key, None)  # so that the oldest comes first
        self._sent[key] = (tokens, until)
        if len(self._sent) > _MOST:
            del self._sent[next(iter(self._sent))]
