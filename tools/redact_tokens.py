"""Secrets that are known by their own form: vendors' token prefixes, JWTs, hashes of passwords, webhooks.

The forms stand in `redact_token_forms`. A long run of chance behind a short word counts as well, for that is how most
vendors write tokens. It does not know names or surroundings.
"""

from collections.abc import Iterator
from typing import Any

import re2

from tools.redact_token_forms import FORMS, PLACED
from tools.redact_values import UUID, is_scrambled, is_uuid, looks_secret

ON_A_SHELF = 20  # forms
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def compiled(pattern: str, memory: int = 8 << 20, *, groups: bool = True) -> Any:  # noqa: ANN401 - re2 ships no types
    """Return *pattern* compiled by RE2 over single bytes; linear in the text, whatever the text.

    *memory* bounds in bytes what RE2 keeps of its automaton; a large pattern is four times slower with too little.
    """
    options = re2.Options()
    options.max_mem = memory
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.never_capture = not groups
    return re2.compile(pattern.encode("latin-1"), options)


# A short word, a sign and a long run of chance: how most vendors write tokens. `pk_…` is published on purpose.
_PREFIXED = compiled(
    r"(?:^|[^A-Za-z0-9_.~-])([a-z][a-z0-9]{1,11}|[A-Z][A-Z0-9]{1,11})[_-]([A-Za-z0-9_-]{32,})"
)
_STAGED = compiled(r"(?:^|[^A-Za-z0-9_.~-])([a-z]{2,16})_(?:live|test)_([A-Za-z0-9_-]{16,})")
_PUBLIC = (b"pk", b"pub", b"sha", b"md5", b"h1")
# Groups cost more than all the rest, so the kind of what was found is looked up afterwards. One pattern of all forms
# would be read fastest, yet takes half a second to get warm on tokens that it has not seen.
_SHELVES = tuple(
    (
        compiled(rf"[^A-Za-z0-9_](?:{'|'.join(form for _, form in shelf)})", 16 << 20, groups=False),
        [(kind, compiled(form)) for kind, form in shelf],
    )
    for shelf in (FORMS[at : at + ON_A_SHELF] for at in range(0, len(FORMS), ON_A_SHELF))
)
_PLACED_FORMS = tuple((kind, word.encode(), compiled(form)) for kind, word, form in PLACED)


def token_spans(data: bytes) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and kind of every secret that its own form betrays."""
    behind_one = b"\n" + data
    for shelf, forms in _SHELVES:
        for match in shelf.finditer(behind_one):
            start, end = match.start(), match.end() - 1
            if end == len(data) or data[end] not in _WORD:
                token = data[start:end]
                yield start, end, next((kind for kind, form in forms if form.fullmatch(token)), "token")
    yield from _prefixed(data)
    low = data.lower()
    for kind, word, form in _PLACED_FORMS:
        for match in form.finditer(data) if word in low else ():
            yield *match.span(1), kind


def _prefixed(data: bytes) -> Iterator[tuple[int, int, str]]:
    for match in _PREFIXED.finditer(data):
        vendor, body = match.group(1), match.group(2).decode("latin-1")
        if not vendor.lower().startswith(_PUBLIC) and is_scrambled(body) and not is_uuid(body[:UUID]):
            yield match.start(1), match.end(2), "token"
    for match in _STAGED.finditer(data) if b"_live_" in data or b"_test_" in data else ():
        if not match.group(1).startswith(_PUBLIC) and looks_secret(
            match.group(2).decode("latin-1"), shortest=16
        ):
            yield match.start(1), match.end(2), "token"
