"""Short texts that were looked at and hold no secret: service names and the like recur in every finding.

A search for secrets costs the same for a name as for a line, and one case has hundreds of names. It knows no rule,
and keeps nothing that held a secret.
"""

from collections.abc import Callable

LONGEST = 120  # characters; longer ones hardly recur
MOST = 5_000


class CleanTexts:
    """A redactor that does not look twice at the same short text. Safe to share between threads."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        """*redact* must give the same answer whenever it is asked."""
        self._redact = redact
        self._clean: dict[str, None] = {}

    def __call__(self, text: str) -> str:
        """Return *text* without secrets."""
        if text in self._clean:
            return text
        safe = self._redact(text)
        if safe == text and len(text) <= LONGEST:
            if len(self._clean) >= MOST:
                self._clean.clear()  # rare, and cheaper than to know which was used last
            self._clean[text] = None
        return safe
