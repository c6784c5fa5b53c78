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
    _sent: dict[bytes, dict[str, tuple[int, float]]] = field(default_factory=dict)

    def tokens(self, prompt: Measured, shortest: Callable[[str], int]) -> dict[str, int]:
        """Return how many tokens of *prompt* each model is expected to have warm: its *shortest* prefix or more."""
        now = self.clock()
        found: dict[str, int] = {}
        for digest, _ in reversed(prompt.prefixes):
            for model, (tokens, until) in self._sent.get(digest, {}).items():
                if until > now:
                    found.setdefault(model, tokens)
        return {model: tokens for model, tokens in found.items() if tokens >= max(1, shortest(model))}

    def sent(self, model: str, prompt: Measured, prompt_tokens: int) -> None:
        """Remember that *prompt* was answered: its head and its whole are cached now."""
        until = self.clock() + KEPT_S
        head, head_tokens = prompt.prefixes[0]
        scale = prompt_tokens / max(1, prompt.tokens)
        self._keep(head, model, int(head_tokens * scale), until)
        self._keep(prompt.prefixes[-1][0], model, prompt_tokens, until)

    def _keep(self, digest: bytes, model: str, tokens: int, until: float) -> None:
        kept = self._sent.pop(digest, {})  # so that the oldest comes first
        self._sent[digest] = kept | {model: (tokens, until)}
        if len(self._sent) > _MOST:
            del self._sent[next(iter(self._sent))]
