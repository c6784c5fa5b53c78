"""Secrets in command lines, protocol lines, SQL and program text, each judged as its form asks.

The forms stand in `redact_command_forms`. It does not know names or addresses: `redact_names` and `redact_places` do.
"""

from collections.abc import Callable, Iterator
from typing import Any

from tools.redact_command_forms import (
    LIKELY,
    LIKELY_OVER_LINES,
    ODD,
    ODD_AT_THE_END,
    SURE,
    SURE_OVER_LINES,
    Form,
)
from tools.redact_lines import Extract, compiled
from tools.redact_values import MOST_JUDGED, is_placeholder, looks_secret, looks_spoken

Span = tuple[int, int, str]
_Judged = tuple[Any, Callable[[str], bool], str]  # a pattern, what its value must be, and the kind of secret


def _is_there(value: str) -> bool:
    return not is_placeholder(value)


def _judged(forms: tuple[Form, ...], judge: Callable[[str], bool], kind: str) -> tuple[_Judged, ...]:
    return tuple((compiled(form), judge, kind) for _, form in forms)


_OF_A_LINE = (
    *_judged(SURE, _is_there, "password"),
    *_judged(LIKELY, looks_secret, "secret"),
    *_judged(ODD, looks_spoken, "password"),
)
_OVER_LINES = tuple(
    zip(
        (word.encode() for word, _ in (*SURE_OVER_LINES, *LIKELY_OVER_LINES)),
        (
            *_judged(SURE_OVER_LINES, _is_there, "password"),
            *_judged(LIKELY_OVER_LINES, looks_secret, "secret"),
        ),
        strict=True,
    )
)
_HINTED = compiled("(?im)" + "|".join(dict.fromkeys(hint for hint, _ in (*SURE, *LIKELY, *ODD))))
_AT_THE_END = (compiled(ODD_AT_THE_END), looks_spoken, "password")
_AT_THE_END_WORDS = (b"pass", b"pw", b"secret", b"key")


def command_spans(data: bytes, low: bytes) -> Iterator[Span]:
    """Yield the secrets that a command, a statement or a call gives away; *low* is *data* in lower case."""
    lines = Extract(_HINTED, data)  # most lines hold no command: only the others are read form by form
    for form in _OF_A_LINE if lines.data else ():
        for start, end, kind in _spans(lines.data, form):
            yield *lines.original(start, end), kind
    for word, form in _OVER_LINES:
        if word in low:
            yield from _spans(data, form)
    if any(word in low for word in _AT_THE_END_WORDS):
        yield from _spans(data, _AT_THE_END)


def _spans(data: bytes, form: _Judged) -> Iterator[Span]:
    pattern, judge, kind = form
    for match in pattern.finditer(data):
        if judge(match.group(1).decode("latin-1")[:MOST_JUDGED]):
            yield *match.span(1), kind
