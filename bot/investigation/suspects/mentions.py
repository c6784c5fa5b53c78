"""Which other services a text names. Pure; it knows only the names that the telemetry knows."""

import re
from collections.abc import Iterable
from functools import lru_cache

_LEAST = 4  # letters of a name, for it not to be found by accident


def mentioned(text: str, services: Iterable[str], *, but: str = "") -> list[str]:
    """Return the services that *text* names as whole words, the longest names first, without *but*."""
    low = text.lower()
    found: list[str] = []
    for name in sorted(services, key=lambda each: (-len(each), each)):
        if name == but or len(name) < _LEAST or name.lower() not in low:
            continue
        if any(name in longer for longer in found):
            continue
        if _whole(name).search(text):
            found.append(name)
    return found


@lru_cache(maxsize=4_096)
def _whole(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", re.IGNORECASE)
