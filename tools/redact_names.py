"""Secrets that are known by their name: `password=`, `"api_key": "..."`, `--token x`, headers, cookies, query strings.

A name that says "password" needs a value that is no placeholder; a name that says "token" or "key" needs a
value that looks made by chance. What a name only refers to (`token_type`, `secretName`, `password_policy`) stays.
"""

import re
from collections.abc import Iterator

from tools.redact_extents import LINE, QUOTES, Values
from tools.redact_lines import compiled, few
from tools.redact_values import HASHED, MOST_JUDGED, is_placeholder, is_uuid, looks_keyed, looks_secret
from tools.redact_worth import KEEPERS, Worth, kind_of, parts_of, worth_of

Span = tuple[int, int, str]

_HINT = compiled(
    r"(?i)(?:pass(?:w(?:or)?d|wort|phrase|code)?|pwd|psw|pswd|(?:\b|[_.-])pw|secret|token|cred(?:s|entials?)?|auth|hmac|cookie|session|sess|sid|signature"
    r"|sig|psk|jwt|otp|pin|seed|salt|(?:api|app|application|environment|encrypt|fernet|jwt|sdk|access|account|admin|auth|client|deploy|encryption|enc|hmac|ingest"
    r"|integration|license|licence|master|preshared|private|priv|routing|secret|security|service|shared|sign|signing"
    r"|storage|ssh|ssl|tls|user|webhook|write|consumer|subscription|primary|secondary|function|host|dsn|base"
    r"|ingestion|root|project|team|tenant|org|instrumentation|streaming|producer|server|write|read|push|relay|agent)"
    r"[_ .-]?(?:access[_.-]?)?key|(?:^|[\s\"',;{(?&])[A-Za-z0-9]{2,24}[_-]key)"
    r"[A-Za-z0-9_]{0,24}(?:-[A-Za-z0-9]{1,12}){0,2}"
    r"(?:[\"'`\\]{1,8}\]?|\]|\*{1,2}|%22)?(?:[ ]\([a-z0-9 _-]{1,20}\))?[ \t]{0,6}"
    r"(?:=>\s{1,20}|(?::=|=>|={1,2}|::[ \t]|:|\.{4,}|%3[dDaA])(?:\*{1,2})?[ \t]{0,20})"
    r"(?:string\(\d{1,4}\)[ \t]+|[A-Z][A-Za-z]{2,15}\()?"
)
_FLAG = compiled(
    r"(?i)(?:^|[\s\"'])--?[a-z0-9-]{0,24}"
    r"(?:password|passwd|passphrase|pass|pwd|secret|token|api-?key|secret-?key|access-?key|auth-?key)[ \t]{1,3}"
)
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
_HEADER_OR_VARIABLE = re.compile(
    r"(?a)\b[Xx]-[\w-]+:\s*[\"']?$|\b[A-Z][A-Z0-9_]+[\"']?\s*[=:]\s*[\"']?$|(?:^|\s)--?[\w-]+=[\"']?$"
)
_NAME = re.compile(r"(?a)[\w.-]+(?: [\w.-]+)?")
_TEST_RESULT = re.compile(r"(?a)(?<![A-Za-z_-])PASS: $")
_MIXED = re.compile(r"(?a)[a-z][A-Z].*[a-z][A-Z]|[A-Z]{2}[a-z]+[A-Z]")  # letters in an order that no word has
_CHANGED = re.compile(r"(?a)[\"']?[ \t]+(?:->|=>|\xe2\x86\x92)[ \t]+[\"']([^\"'\n]{3,200})[\"']")
_SENTENCE = re.compile(r"(?a)[ \t]+[a-z]+\b(?!=)")  # "using --password via the shell"
_REFERENCE = re.compile(r"(?a)[a-z][a-z0-9+.-]*://[^@]*$")
_CALL = re.compile(r"(?a)\b[A-Z][A-Za-z]{2,15}\($")
_ATTRIBUTE = re.compile(r"(?a)[a-z_][A-Za-z_]*(?:\.[A-Za-z_]+)+(?:[\[(].*)?$")
_COOKIE_PAIR = re.compile(r"(?a)[\w.-]{1,60}=")
_ENOUGH = re.compile(r"(?a)[\"'`\\]|[^\s&;,<>|)}\]]{8}")
_SOMETHING = re.compile(r"(?a)[\"'`\\]|[^\s&;,<>|)}\]]{3}")
_SHORT = re.compile(r"(?a)([\"'])[^\"'\\]{0,2}\1(?!\1)")
_QUERY = re.compile(r"(?a)[\s&\"'<>]")
_APART_IN_URLS = re.compile(r"(?a)[\s;,\"'<>|]")
_ELSEWHERE = re.compile(r"(?a)[\s\"'`;,<>&|)}\]\\]")
MOST_NAMES = 4_000  # of secrets in a text
DENSEST_NAMES = 48  # bytes a name, in a text that has more; what is denser is withheld as a whole
LONG_SESSION = 24  # characters of a session's name that may open it


def named_spans(data: bytes, text: str) -> Iterator[Span]:
    """Yield the values whose names call them secret; *text* is *data* read as Latin-1, so offsets agree."""
    done, values = -1, Values(text)
    most = max(MOST_NAMES, len(data) // DENSEST_NAMES)
    for begin, name, worth, left, at in few(_names(data, text), most):
        if begin < done:
            continue  # inside a value that is going anyway
        nested = values.is_nested(at)
        found = _judged(text, values, name, worth, left, at)
        if found is None and nested:  # nobody writes so many names into one value: it goes unread
            found = (at, values.last_end, "secret")
        if found:
            done = found[1]
            yield found
            changed = _CHANGED.match(text, done)  # "old" -> "new"
            if changed and not is_placeholder(changed.group(1)):
                yield *changed.span(1), found[2]
    yield from _behind_flags(data, text, values)


def _names(data: bytes, text: str) -> Iterator[tuple[int, str, Worth, int, int]]:
    """Yield where the hint of a secret's name begins, the name, its worth, where it starts and where its value does."""
    for match in _HINT.finditer(data):
        begin, at = match.span()
        begin += text[begin] not in _NAME_CHARACTERS
        if _SHORT.match(text, at) or text.startswith("://", at - 1) or not _SOMETHING.match(text, at):
            continue  # too short to be a secret
        name, left = _whole_name(text, begin, at)
        worth = worth_of(name)
        if worth is Worth.NOTHING or _names_no_value(text, left, at):
            continue
        if worth is not Worth.MAYBE or _ENOUGH.match(text, at):
            yield begin, name, worth, left, at


def _behind_flags(data: bytes, text: str, values: Values) -> Iterator[Span]:
    for match in _FLAG.finditer(data):
        flag = match.group(0).decode("latin-1").strip().lstrip("\"'-")
        start, end = values.at(match.end(), _ELSEWHERE)
        value = text[start:end]
        if (
            not flag.lower().startswith("no-")
            and not value.startswith("-")
            and not is_placeholder(value)
            and len(value) >= 3
            and not (value.islower() and value.isalpha() and _SENTENCE.match(text, end))
        ):
            yield start, end, kind_of(flag)


def _names_no_value(text: str, left: int, at: int) -> bool:
    """Say whether the name is part of an id written with colons, as AWS and URNs do, or of `checksum/secret`."""
    before = text[left - 1 : left]
    if before == ":":
        return text[at - 1] == ":"
    return before == "/" and HASHED.search(text, max(0, left - 12), left) is not None


def _judged(text: str, values: Values, name: str, worth: Worth, left: int, at: int) -> Span | None:
    line_start = max(text.rfind("\n", max(0, at - 200), at) + 1, at - 200, 0)
    before = text[line_start:at]
    wrapped = _CALL.search(before)
    if wrapped and text[at : at + 1] not in QUOTES:
        return None  # a call in code; `Some("…")` and `Sensitive('…')` wrap a value
    stripped = (before[: wrapped.start()] if wrapped else before).rstrip(" \t*")
    equals = stripped.endswith("=")
    if equals and (stripped.endswith("==") or (before != stripped and stripped[-2:-1].strip(" \t:"))):
        return None  # a comparison in code; "PASSWORD= USER=app" is empty
    query = left > 0 and text[left - 1] in "?&#" and (equals or stripped.lower().endswith("%3d"))
    if not query and "://" in before and "://" in _APART_IN_URLS.split(before[: left - line_start])[-1]:
        return None  # in an address the user's password is judged by its place
    at_line_start = (line_start > at - 200 or line_start == 0) and text[line_start:left].strip(" \t-") in {
        "",
        "export",
    }
    is_line = equals and at_line_start
    start, end = values.at(at, _QUERY if query else LINE if is_line else _ELSEWHERE)
    value = text[start : min(end, start + MOST_JUDGED)]
    if is_placeholder(value) or _REFERENCE.match(value) or _is_code(text, start, value):
        return None
    if worth is Worth.SURELY:
        stands = _stands(text, value, start, end, before)
    elif worth is Worth.DIGITS:
        stands = value.isdigit() and 4 <= len(value) <= 8
    else:
        stands = _made_by_chance(parts_of(name), value, before)
    return (start, end, kind_of(name)) if stands else None


def _is_code(text: str, start: int, value: str) -> bool:
    """Say whether *value* reads a value from elsewhere: `var.db_password`, `settings.token`."""
    return text[start - 1 : start] not in QUOTES and _ATTRIBUTE.match(value) is not None


def _stands(text: str, value: str, start: int, end: int, before: str) -> bool:
    """Say whether the value after a strong name is a value and not the next word of a sentence."""
    if (
        len(value) < 3
        or (value.isdigit() and len(value) < 5)
        or (_TEST_RESULT.search(before) and value.isalnum())
    ):
        return False  # "PASS: TestLogin" is the result of a test
    quoted = start > 0 and text[start - 1] in QUOTES
    if (
        quoted
        or before.rstrip().endswith(("=", "=>", ":="))
        or before.endswith(":")
        or not value.isalpha()
        or _MIXED.search(value)
    ):
        return not value.isspace()
    to_line_end = end >= len(text) or text[end] in "\r\n"
    name_first = re.match(r"(?a)^[\s\"'-]*[\w.\"'-]+\s*:\s*$", before) is not None
    return to_line_end and name_first


def _made_by_chance(parts: list[str], value: str, before: str) -> bool:
    if parts[-2:] == ["secret", "id"]:  # Vault's AppRole; elsewhere the name of a secret
        return is_uuid(value)
    if (
        parts[-2:] == ["session", "id"] or parts[-1] == "sessionid"
    ):  # a short one, or a UUID, only counts sessions
        return len(value) >= LONG_SESSION and looks_secret(value)
    if is_uuid(value):
        return parts[-1] in {"token", "key", "secret"} and _HEADER_OR_VARIABLE.search(before) is not None
    if (parts[-1] in {"cookie", "cookies"} and _COOKIE_PAIR.match(value)) or (
        parts[-1] == "authorization" and " " in value
    ):
        return False  # judged by its place, pair by pair and after the scheme
    if parts[-1] == "key" and len(parts) > 1 and not parts[-2].endswith(KEEPERS):
        return looks_keyed(value)
    shortest = 8 if {"token", "secret", "key", "jwt", "psk"} & set(parts) else 12
    return looks_secret(value, shortest=shortest)


def _whole_name(text: str, begin: int, at: int) -> tuple[str, int]:
    """Return the name that the hint ends, and where it starts."""
    left = begin
    while left > 0 and begin - left < 60 and text[left - 1] in _NAME_CHARACTERS:
        left -= 1
    name = _NAME.match(text, left, at)
    return (name.group() if name else "").lstrip("-."), left
