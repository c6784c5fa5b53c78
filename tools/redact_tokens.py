"""Secrets that are known by their own form: vendors' token prefixes, JWTs, hashes of passwords, webhooks.

The forms stand in `redact_token_forms`. A long run of chance behind a short word counts as well, for that is how most
vendors write tokens. It does not know names or surroundings.
"""

import re
from collections.abc import Iterator

from tools.redact_lines import Extract, compiled
from tools.redact_token_forms import FORMS, PLACED
from tools.redact_values import UUID, is_mixed, is_scrambled, is_uuid, looks_secret

ON_A_SHELF = 20  # forms
HINTED = 2  # characters of each part of a token that show that a line may hold it
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


# A short word, a sign and a long run of chance: how most vendors write tokens. `pk_…` is published on purpose.
_PREFIXED = compiled(r"(?:^|[^A-Za-z0-9_.~-])([a-z]{2,12}|[A-Z]{2,12})[_-]([A-Za-z0-9_-]{32,})")
_STAGED = compiled(r"(?:^|[^A-Za-z0-9_.~-])([a-z]{2,16})_(?:live|test)_([A-Za-z0-9_-]{16,})")
_STAGE = compiled(
    r"(?:^|[^A-Za-z0-9_.~-])((?:live|test)_(?:[a-f0-9]{30,}|[A-Za-z0-9]{27,}))(?:$|[^A-Za-z0-9_-])"
)
_PUBLIC = (b"pk", b"pub", b"sha", b"md5", b"h1")
# Every form with its counts cut short: what no line of a text matches needs no shelf.
_HINT = compiled(
    "(?m)(?:^|[^A-Za-z0-9_\n])(?:"
    + "|".join(
        re.sub(r"\{(\d+)(?:,\d*)?\}", lambda count: f"{{{min(int(count[1]), HINTED)},}}?", form)
        for _, form in FORMS
    )
    + ")",
    groups=False,
)
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
    lines = Extract(_HINT, data)
    behind_one = b"\n" + lines.data
    for shelf, forms in _SHELVES if lines.data else ():
        for match in shelf.finditer(behind_one):
            start, end = match.start(), match.end() - 1
            if end == len(lines.data) or lines.data[end] not in _WORD:
                token = lines.data[start:end]
                kind = next((kind for kind, form in forms if form.fullmatch(token)), "token")
                yield *lines.original(start, end), kind
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
    staged = b"live_" in data or b"test_" in data
    for match in _STAGE.finditer(data) if staged else ():
        if is_mixed(match.group(1)[len("live_") :].decode()):
            yield *match.span(1), "token"
    for match in _STAGED.finditer(data) if staged else ():
        if not match.group(1).startswith(_PUBLIC) and looks_secret(
            match.group(2).decode("latin-1"), shortest=16
        ):
            yield match.start(1), match.end(2), "token"
