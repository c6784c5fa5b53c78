"""Secrets out of any text, before it reaches a model, Slack, memory, a log or a crash dump.

Each secret becomes `[REDACTED:kind:ab12]`: the same secret gives the same mark within one process (a keyed
hash whose key dies with it), so that evidence stays comparable. Linear in the text (RE2), idempotent, and
closed on failure: when a rule breaks, the text does not pass. Ids, SHAs, UUIDs and trace ids stay as they are.
It does not know personal data, and a secret that has no form, no name and no place is not found.
"""

import hashlib
import secrets
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog

from tools.redact_names import named_spans
from tools.redact_places import placed_spans, reaches_over_lines
from tools.redact_skeleton import HIDING, Skeleton, lines_with
from tools.redact_tokens import compiled, token_spans

WITHHELD: Final = "[WITHHELD: this text could not be checked for secrets]"
MOST_ROUNDS = 4  # a mark may lay bare the border of a next secret; in practice the second round finds nothing

_MARK = compiled(r"\[REDACTED:[A-Za-z0-9_-]{1,64}(?::[0-9a-f]{4})?\]")
_log = structlog.get_logger(__name__)

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text without its secrets, and how many of each kind were taken out."""

    text: str
    counts: Mapping[str, int] = field(default_factory=dict)
    withheld: bool = False

    @property
    def total(self) -> int:
        """How many secrets were taken out, places and not distinct values."""
        return sum(self.counts.values())


class Redactor:
    """Redacts with one key: marks of equal secrets are equal wherever this redactor is used."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def redact(self, text: str) -> str:
        """Return *text* without secrets; never raises, and withholds the text when it cannot be checked."""
        return self.redaction(text).text

    def redaction(self, text: str) -> Redaction:
        """Return *text* without secrets, with counts by kind."""
        try:
            return self._redacted(text)
        except Exception:  # noqa: BLE001 - the one door where any failure must close, not open
            _log.error("text withheld: redaction failed", characters=len(text), exc_info=True)
            return Redaction(WITHHELD, {"withheld": 1}, withheld=True)

    def _redacted(self, text: str) -> Redaction:
        data = text.encode("utf-8", "surrogatepass")
        counts: Counter[str] = Counter()
        spans = _apart(_found(data), data)
        for _ in range(MOST_ROUNDS):
            if not spans:
                break
            counts.update(kind for _, _, kind in spans)
            data = self._marked(data, spans)
            spans = _apart(_found_beside_marks(data), data)
        return Redaction(data.decode("utf-8", "surrogatepass") if counts else text, dict(counts))

    def _marked(self, data: bytes, spans: list[Span]) -> bytes:
        pieces, last = [], 0
        marks: dict[tuple[bytes, str], bytes] = {}
        for start, end, kind in spans:
            secret = data[start:end]
            if (secret, kind) not in marks:
                marks[secret, kind] = self._mark(secret, kind)
            pieces += [data[last:start], marks[secret, kind]]
            last = end
        return b"".join([*pieces, data[last:]])

    def _mark(self, secret: bytes, kind: str) -> bytes:
        plain = Skeleton(secret).data
        return (
            f"[REDACTED:{kind}:{hashlib.blake2b(plain, key=self._key, digest_size=2).hexdigest()}]".encode()
        )


_process = Redactor()


def redact(text: str) -> str:
    """Return *text* without secrets, marked with this process's key; never raises."""
    return _process.redact(text)


def redaction(text: str) -> Redaction:
    """Return *text* without secrets, with counts by kind; never raises."""
    return _process.redaction(text)


def _found(data: bytes) -> Iterator[Span]:
    yield from _spans(data)
    for start, end in lines_with(HIDING, data):  # most lines hide nothing: only the others are read twice
        skeleton = Skeleton(data[start:end])
        for here, there, kind in _spans(skeleton.data):
            first, last = skeleton.original(here, there)
            yield start + first, start + last, kind


def _found_beside_marks(data: bytes) -> Iterator[Span]:
    if reaches_over_lines(data):
        yield from _found(data)
        return
    for start, end in lines_with(_MARK, data):
        for first, last, kind in _found(data[start:end]):
            yield start + first, start + last, kind


def _spans(data: bytes) -> Iterator[Span]:
    # One character a byte, so that offsets agree. Patterns over it must be (?a), or half of an "à" is a blank.
    text = data.decode("latin-1")
    yield from token_spans(data)
    yield from placed_spans(data, text)
    yield from named_spans(data, text)


def _apart(found: Iterator[Span], data: bytes) -> list[Span]:
    """Return the spans in order and apart: overlapping ones joined, marks of earlier rounds left alone."""
    whole = (_on_characters(data, *each) for each in found if each[1] > each[0])
    spans = sorted(whole, key=lambda each: (each[0], -each[1]))
    marks = [match.span() for match in _MARK.finditer(data)] if spans else []
    joined: list[Span] = []
    for start, end, kind in spans:
        if joined and start < joined[-1][1]:
            before = joined[-1]
            joined[-1] = (before[0], max(end, before[1]), before[2])
        else:
            joined.append((start, end, kind))
    return [piece for span in joined for piece in _around_marks(span, marks, data)]


def _around_marks(span: Span, marks: list[tuple[int, int]], data: bytes) -> Iterator[Span]:
    """Yield what of *span* is no mark: a mark, planted or from an earlier round, shields nothing beside it."""
    at, last, kind = span
    for start, end in marks[max(0, bisect_left(marks, (at, 0)) - 1) :]:
        if start >= last:
            break
        if end > at:
            yield from _telling(data, at, start, kind)
            at = end
    yield from _telling(data, at, last, kind)


def _telling(data: bytes, start: int, end: int, kind: str) -> Iterator[Span]:
    """Yield the piece when it shows a letter or a digit; blanks, brackets and invisible signs beside marks stay."""
    shown = Skeleton(data[start:end]).data if end > start else b""
    if shown and any(byte >= 0x80 or chr(byte).isalnum() for byte in shown):
        yield start, end, kind


def _on_characters(data: bytes, start: int, end: int, kind: str) -> Span:
    """Return the span widened to whole UTF-8 characters."""
    while start > 0 and data[start] & 0xC0 == 0x80:
        start -= 1
    while end < len(data) and data[end] & 0xC0 == 0x80:
        end += 1
    return start, end, kind
