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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

import structlog

from tools.redact_lines import Extract, TooMuch, compiled, few
from tools.redact_names import named_spans
from tools.redact_places import placed_spans, reaches_over_lines
from tools.redact_skeleton import HIDING, Skeleton
from tools.redact_tokens import token_spans
from tools.redact_values import looks_secret
from tools.redact_wrapped import Unwrapped

WITHHELD: Final = "[WITHHELD: this text could not be checked for secrets]"
LEAST_KNOWN, MOST_KNOWN = 10, 400  # characters of a secret that is looked for in the rest of the text
MOST_REPEATED = 32  # different secrets of a text that are looked for in its rest
MOST_ROUNDS = 4  # a mark may lay bare the border of a next secret; in practice the second round finds nothing

MOST_SECRETS = 2_000  # finds in a text, several a secret
DENSEST = 100  # bytes a find, in a text that has more; what is denser is withheld as a whole
MOST_HIDDEN = 8_000  # colour codes and escapes in a text
DENSEST_HIDDEN = 12  # bytes between them, in a text that has more

_MARK = compiled(r"\[REDACTED:([A-Za-z0-9_-]{1,64})(?::[0-9a-f]{4})?\]")
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
        except TooMuch:
            _log.warning("text withheld: nothing but secrets, their names or escapes", characters=len(text))
            return Redaction(WITHHELD, {"withheld": 1}, withheld=True)
        except Exception:  # noqa: BLE001 - the one door where any failure must close, not open
            _log.error("text withheld: redaction failed", characters=len(text), exc_info=True)
            return Redaction(WITHHELD, {"withheld": 1}, withheld=True)

    def _redacted(self, text: str) -> Redaction:
        data = text.encode("utf-8", "surrogatepass")
        counts: Counter[str] = Counter()
        spans = _apart(_found(data), data)
        again = _elsewhere(spans, data)
        spans = _apart(chain(spans, again), data) if again else spans
        for _ in range(MOST_ROUNDS):
            if not spans:
                break
            counts.update(kind for _, _, kind in spans)
            data = self._marked(data, spans)
            spans = _apart(_found_beside_marks(data), data)
        return Redaction(data.decode("utf-8", "surrogatepass") if counts else text, dict(counts))

    def _marked(self, data: bytes, spans: list[Span]) -> bytes:
        pieces, last = [], 0
        marks: dict[bytes, bytes] = {}  # a value has one mark in a text, whatever its names
        for start, end, kind in spans:
            secret = data[start:end]
            if secret not in marks:
                marks[secret] = self._mark(secret, kind)
            pieces += [data[last:start], marks[secret]]
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
    data = _without_kinds(data)
    yield from _spans(data)
    wrapped = Unwrapped(data)
    for start, _, kind in _spans(wrapped.data) if wrapped.data else ():
        yield *wrapped.original(start), kind
    hiding = Extract(HIDING, data)  # most lines hide nothing: only the others are read twice
    if hiding.matches > max(MOST_HIDDEN, len(data) // DENSEST_HIDDEN):
        raise TooMuch
    if hiding.data:
        skeleton = Skeleton(hiding.data)
        for start, end, kind in _spans(skeleton.data):
            yield *hiding.original(*skeleton.original(start, end)), kind


def _without_kinds(data: bytes) -> bytes:
    """Return *data* with the kinds in its marks crossed out: the "password:" of a mark names no value behind it."""
    pieces, last = [], 0
    for match in _MARK.finditer(data) if b"[REDACTED:" in data else ():
        start, end = match.span(1)
        pieces += [data[last:start], b"x" * (end - start)]
        last = end
    return b"".join([*pieces, data[last:]]) if pieces else data


def _elsewhere(spans: list[Span], data: bytes) -> list[Span]:
    """Return where the values of *spans* stand once more: what one line calls a secret is one in the others too."""
    known: dict[bytes, str] = {}
    seen: Counter[bytes] = Counter()
    for start, end, kind in spans:
        if LEAST_KNOWN <= end - start <= MOST_KNOWN and (
            data[start:end] in known or len(known) < MOST_REPEATED
        ):
            known.setdefault(data[start:end], kind)
            seen[data[start:end]] += 1
    found = []
    for value, kind in known.items():
        if data.count(value) > seen[value] and looks_secret(value.decode("latin-1"), shortest=LEAST_KNOWN):
            at = data.find(value)
            while at >= 0:
                found.append((at, at + len(value), kind))
                at = data.find(value, at + len(value))
    return found


def _found_beside_marks(data: bytes) -> Iterator[Span]:
    if reaches_over_lines(data):
        yield from _found(data)
        return
    marked = Extract(_MARK, data)
    for start, end, kind in _found(marked.data) if marked.data else ():
        yield *marked.original(start, end), kind


def _spans(data: bytes) -> Iterator[Span]:
    # One character a byte, so that offsets agree. Patterns over it must be (?a), or half of an "à" is a blank.
    text = data.decode("latin-1")
    yield from token_spans(data)
    yield from placed_spans(data, text)
    yield from named_spans(data, text)


def _apart(found: Iterable[Span], data: bytes) -> list[Span]:
    """Return the spans in order and apart: overlapping ones joined, marks of earlier rounds left alone."""
    most = max(MOST_SECRETS, len(data) // DENSEST)
    whole = (_on_characters(data, *each) for each in few(found, most) if each[1] > each[0])
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
    piece = data[start:end] if end > start else b""
    shown = piece[:1] if piece[:1].isalnum() else Skeleton(piece).data  # no escape begins with a letter
    if shown and any(byte >= 0x80 or chr(byte).isalnum() for byte in shown):
        yield start, end, kind


def _on_characters(data: bytes, start: int, end: int, kind: str) -> Span:
    """Return the span widened to whole UTF-8 characters."""
    while start > 0 and data[start] & 0xC0 == 0x80:
        start -= 1
    while end < len(data) and data[end] & 0xC0 == 0x80:
        end += 1
    return start, end, kind
