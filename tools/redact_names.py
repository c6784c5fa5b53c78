"""Secrets that are known by their name: `password=`, `"api_key": "..."`, `--token x`, headers, cookies, query strings.

A name that says "password" needs a value that is no placeholder; a name that says "token" or "key" needs a
value that looks made by chance. What a name only refers to (`token_type`, `secretName`, `password_policy`) stays.
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache

from tools.redact_tokens import compiled
from tools.redact_values import MOST_JUDGED, is_placeholder, is_uuid, looks_secret

Span = tuple[int, int, str]

_HINT = compiled(
    r"(?i)(?:pass(?:w(?:or)?d|wort|phrase|code)?|pwd|secret|token|credentials?|creds|auth|cookie|session|sess|sid|signature"
    r"|sig|psk|jwt|otp|pin|seed|(?:api|app|application|access|account|admin|auth|client|deploy|encryption|enc|hmac|ingest"
    r"|integration|license|licence|master|preshared|private|priv|routing|secret|security|service|shared|sign|signing"
    r"|storage|ssh|ssl|tls|user|webhook|write|consumer|subscription|primary|secondary|function|host|dsn|base)"
    r"[_ -]?(?:access[_-]?)?key)[A-Za-z0-9_]{0,24}(?:-[A-Za-z0-9]{1,12}){0,2}"
    r"(?:[\"'`\\]{1,8}|\]|\*{1,2}|%22)?[ \t]{0,6}(?::=|=>|={1,2}|:|%3[dDaA])[ \t]{0,6}"
)
_FLAG = compiled(
    r"(?i)(?:^|[\s\"'])--?[a-z0-9-]{0,24}"
    r"(?:password|passwd|passphrase|pass|pwd|secret|token|api-?key|secret-?key|access-?key|auth-?key)[ \t]{1,3}"
)
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
_REFERS = frozenset(
    "id ids name names type path file dir url uri arn ref refs count len length ttl expiry expires expire "
    "expiration at policy version method mode status size limit rate bucket enabled required endpoint host "
    "store manager provider age usage hint prefix issuer seconds ms reset strength field label class format "
    "source alg algorithm timeout handler service error errors failed failure failures attempts attempt valid "
    "invalid updated created changed rotation page bytes used per engine backend selector column index spec "
    "audience scope scopes kind fingerprint checksum sha256 md5 minute hour day total max min budget window "
    "cost price requests generator validator location server port user username email".split()
)
_OTHER_TOKENS = frozenset(
    "next page continuation pagination cursor marker idempotency request cancellation fencing lock sync "
    "resume prompt completion input output cached cache public partition sort foreign primary candidate "
    "object row cluster shard stop max min num total tokens tokenizer sequence hash".split()
)
_STRONG = re.compile(
    r"(?a)pass(?:w(?:or)?d|wort|phrase|code)|(?:^|[a-z]*_)pwd?$|\bpwd|(?:^|_)pass$|_?(?:auth|db|user|smtp|root|admin)pass$"
    r"|(?:client|app|api|webhook|shared|consumer|oauth|jwt|otp|session|signing|cookie)_?secret"
    r"|secret_?(?:access_?)?key|secret_?key_?base|api_?key|(?:^|_)app_?key|application_?key|access_?key|private_?key"
    r"|auth_?key|sign(?:ing)?_?key|encryption_?key|master_?key|account_?key|shared_?key|storage_?key|license_?key"
    r"|service_?key|admin_?key|preshared_?key|webhook_?key|hmac_?key|function_?key|client_?key_?data|token_?secret"
    r"|(?:auth|access|refresh|bearer|session|security|id|bot|app|user|api|personal|deploy|registry|oauth|csrf|xsrf"
    r"|private|vault|service_?account)_?token"
)
_TELLING = (
    "token", "secret", "secrets", "auth", "authorization", "cookie", "session", "sess", "sid", "sessionid", "signature",
    "sig", "psk", "jwt", "credential", "credentials", "creds", "key", "seed",
)  # fmt: skip
_DIGITS_COUNT = re.compile(r"(?a)(?:^|_)(?:otp|pin|totp|mfa|mfa_code|passcode)$")
_QUOTES = frozenset("\"'`")
_ENOUGH = re.compile(r"(?a)[\"'`\\]|[^\s&;,<>|)}\]]{8}")
_SOMETHING = re.compile(r"(?a)[\"'`\\]|[^\s&;,<>|)}\]]{3}")
_QUERY = re.compile(r"(?a)[\s&\"'<>]")
_LINE = re.compile(r"(?a)\s")
_ELSEWHERE = re.compile(r"(?a)[\s\"'`;,<>&|)}\]\\]")
MOST_NESTED = 16
MOST_VALUE = 4_000  # characters; longer ones are cut, and their rest is found by no name


class _Worth(IntEnum):
    """What a name says of its value."""

    NOTHING = 0
    MAYBE = 1  # the value must look made by chance
    DIGITS = 2  # a short code
    SURELY = 3  # any value that stands there


class _Values:
    """Finds where values end; remembers the last end, for hostile text has thousands of names in one value."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ended: dict[re.Pattern[str], tuple[int, int]] = {}
        self._names_within = 0
        self.last_end = -1

    def at(self, start: int, stop: re.Pattern[str]) -> tuple[int, int]:
        """Return where the value stands: inside its quotes, else up to *stop*."""
        text, opening = self._text, start
        while opening < len(text) and text[opening] == "\\" and opening - start < 8:
            opening += 1
        if opening < len(text) and text[opening] in _QUOTES:
            closing = _closing(text, opening + 1, text[start : opening + 1])
            if closing > opening:
                return opening + 1, closing
        end = self._end(start, stop)
        if stop is _LINE:
            while end > start and text[end - 1] in "\"',;":
                end -= 1
        return start, end

    def is_nested(self, start: int) -> bool:
        """Say whether more than `MOST_NESTED` names have been seen within the last value."""
        self._names_within = self._names_within + 1 if start < self.last_end else 0
        return self._names_within > MOST_NESTED

    def _end(self, start: int, stop: re.Pattern[str]) -> int:
        searched, end = self._ended.get(stop, (0, -1))
        if not searched <= start <= end:
            found = stop.search(self._text, start, start + MOST_VALUE)
            end = found.start() if found else min(len(self._text), start + MOST_VALUE)
            self._ended[stop] = (start, end)
        self.last_end = max(self.last_end, end)
        return end


def named_spans(data: bytes, text: str) -> Iterator[Span]:
    """Yield the values whose names call them secret; *text* is *data* read as Latin-1, so offsets agree."""
    done, values = -1, _Values(text)
    for match in _HINT.finditer(data):
        begin, at = match.span()
        if begin < done or not _SOMETHING.match(text, at):
            continue  # inside a value that is going anyway, or before one too short to be a secret
        name, left = _whole_name(text, begin, at)
        worth = _worth(name)
        if worth is _Worth.NOTHING or text[left - 1 : left] == ":":
            continue  # ids written with colons, as AWS and URNs do, name kinds of things
        if worth is _Worth.MAYBE and not _ENOUGH.match(text, at):
            continue
        nested = values.is_nested(at)
        found = _judged(text, values, name, worth, left, at)
        if found is None and nested:
            found = (
                at,
                values.last_end,
                "secret",
            )  # nobody writes so many names into one value: it goes unread
        if found:
            done = found[1]
            yield found
    for match in _FLAG.finditer(data):
        flag = match.group(0).decode("latin-1").strip().lstrip("\"'-")
        start, end = values.at(match.end(), _ELSEWHERE)
        value = text[start:end]
        if (
            not flag.lower().startswith("no-")
            and not value.startswith("-")
            and not is_placeholder(value)
            and len(value) >= 3
        ):
            yield start, end, _kind(flag)


@lru_cache(maxsize=4_096)
def _worth(name: str) -> _Worth:
    """Return what *name* ("bindPassword", "X-Api-Key", "password_policy") says of its value."""
    parts = _parts(name)
    if not parts or parts[-1] in _REFERS or _OTHER_TOKENS & set(parts):
        return _Worth.NOTHING
    joined = "_".join(parts)
    if _STRONG.search(joined):
        return _Worth.SURELY
    if _DIGITS_COUNT.search(joined):
        return _Worth.DIGITS
    return _Worth.MAYBE if any(part.endswith(_TELLING) for part in parts) else _Worth.NOTHING


def _judged(text: str, values: _Values, name: str, worth: _Worth, left: int, at: int) -> Span | None:
    line_start = max(text.rfind("\n", max(0, at - 200), at) + 1, at - 200, 0)
    before = text[line_start:at]
    stripped = before.rstrip()
    equals = stripped.endswith("=")
    if equals and (stripped.endswith("==") or (before != stripped and stripped[-2:-1].strip())):
        return None  # a comparison in code; "PASSWORD= USER=app" is empty
    query = left > 0 and text[left - 1] in "?&" and (equals or stripped.lower().endswith("%3d"))
    if not query and "://" in before and "://" in before.rsplit(None, 1)[-1]:
        return None  # in an address the user's password is judged by its place
    at_line_start = (line_start > at - 200 or line_start == 0) and text[line_start:left].strip(" \t-") in {
        "",
        "export",
    }
    is_line = equals and at_line_start
    start, end = values.at(at, _QUERY if query else _LINE if is_line else _ELSEWHERE)
    value = text[start : min(end, start + MOST_JUDGED)]
    if is_placeholder(value) or value.startswith(("http://", "https://")):
        return None
    if worth is _Worth.SURELY:
        stands = _stands(text, value, start, end, before)
    elif worth is _Worth.DIGITS:
        stands = value.isdigit() and 4 <= len(value) <= 8
    else:
        stands = _made_by_chance(_parts(name), value, before)
    return (start, end, _kind(name)) if stands else None


def _stands(text: str, value: str, start: int, end: int, before: str) -> bool:
    """Say whether the value after a strong name is a value and not the next word of a sentence."""
    if len(value) < 3:
        return False
    quoted = start > 0 and text[start - 1] in _QUOTES
    if quoted or before.rstrip().endswith(("=", "=>", ":=")) or before.endswith(":") or not value.isalpha():
        return not value.isspace()
    to_line_end = end >= len(text) or text[end] in "\r\n"
    name_first = re.match(r"(?a)^[\s\"'-]*[\w.\"'-]+\s*:\s*$", before) is not None
    return to_line_end and name_first


def _made_by_chance(parts: list[str], value: str, before: str) -> bool:
    header = re.search(r"(?ai)\bx-[\w-]+:\s*[\"']?$", before) is not None
    if is_uuid(value):
        return header and parts[-1] in {"token", "key", "secret"}
    shortest = 8 if {"token", "secret", "key", "jwt", "psk"} & set(parts) else 12
    return looks_secret(value, shortest=shortest)


def _whole_name(text: str, begin: int, at: int) -> tuple[str, int]:
    """Return the name that the hint ends, and where it starts."""
    left = begin
    while left > 0 and begin - left < 60 and text[left - 1] in _NAME_CHARACTERS:
        left -= 1
    name = text[left:at].partition("%")[0].rstrip(" \t:=>*]`\\\"'")
    return name.lstrip("-."), left


def _parts(name: str) -> list[str]:
    spaced = re.sub(r"(?a)(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [part for part in re.split(r"(?a)[^a-z0-9]+", spaced.lower()) if part]


@lru_cache(maxsize=4_096)
def _kind(name: str) -> str:
    parts = _parts(name)
    kind = "_".join(parts[-3:])[:32].strip("_")
    return kind if re.fullmatch(r"(?a)[a-z][a-z0-9_]*", kind) else "secret"


def _closing(text: str, at: int, quote: str) -> int:
    """Return where *quote* closes on the same line, at most 4,000 characters on; -1 when it does not."""
    limit, place = min(len(text), at + MOST_VALUE), at
    while True:
        place = text.find(quote, place, limit)
        if place < 0 or "\n" in text[at:place]:
            return -1
        if len(quote) > 1 or text[place - 1] != "\\":
            return place
        place += 1
