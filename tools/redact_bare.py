"""Secrets with nothing but a blank before them: "new password X works", "license key X is wrong", "root/X".

No verb and no sign says that a value follows, so it must be one that chance made. It does not know sentences:
`redact_spoken` does.
"""

import re
from collections.abc import Iterator
from typing import Final

from tools.redact_lines import compiled
from tools.redact_values import LONG_KEY, MOST_JUDGED, is_scrambled, is_uuid, looks_picked
from tools.redact_worth import OTHER_TOKENS

Span = tuple[int, int, str]
LEAST_TELLING: Final = 14  # characters of a value after a name that says more than "key"
LEAST_COLONS: Final = 3  # a fingerprint has more

_OPEN = "[\"'`*_(]?"
_PASSWORD = compiled(
    "(?i)\\b[a-z_]{0,24}(?:pass(?:word|wort|wd|phrase|code)?|pswd|psw|pwd|pw|kennwort|mot de passe|wachtwoord|senha)"
    rf"[ \t]+{_OPEN}([^\s\"'`]{{8,}})"
)
_KEY = compiled(
    r"(?i)(?:^|[^A-Za-z0-9])(?:([a-z]+)[ _-])?(api[ _-]?key|(?:secret[ _-]?)?access[ _-]?key|secret[ _-]?key"
    rf"|auth[ _-]?token|key|token|secret|licen[sc]e|pat)[ \t]+{_OPEN}([A-Za-z0-9_.:~+/=-]{{14,}})"
)
_USER = compiled(
    r"(?i)(?:^|[\s(\"'=])(?:root|[\w.-]{0,20}(?:admin|user|svc|bot)|svc[\w.-]{0,20}|administrator|sa|postgres|guest|ops"
    r"|oracle|deploy)(?:[ \t]*/[ \t]*|:)"
    r"([^\s/\"'`,;@]{8,})(?:$|[\s\"'`,;)])"
)
_OTHERS = OTHER_TOKENS | set(
    "public host pub kafka redis document record item user pk rsa dsa ecdsa ssh gpg unexpected".split()
)


def bare_spans(data: bytes, low: bytes, text: str) -> Iterator[Span]:
    """Yield the secrets after a bare name; *low* is *data* in small letters, *text* Latin-1."""
    for form in (_PASSWORD, _USER):
        for match in form.finditer(data) if b"p" in low or b"/" in low else ():
            start, end = match.span(1)
            value = text[start : min(end, start + MOST_JUDGED)].rstrip(".,;:)!?\"'`*_")
            if looks_picked(value):
                yield start, start + len(value), "password"
    for match in (
        _KEY.finditer(data) if any(word in low for word in (b"key", b"token", b"secret", b"pat")) else ()
    ):
        start, end = match.span(3)
        if _opens(match.group(1) or b"", match.group(2), text[start:end]):
            yield start, end, "token"


def _opens(kind: bytes, name: bytes, value: str) -> bool:
    """Say whether *value* right after "key" or "token" opens something; a page, a row and a host have keys too."""
    if kind.decode().lower() in _OTHERS or value.startswith("AAAA") or is_uuid(value):
        return False
    telling = name.lower() not in {b"key", b"token", b"pat"}
    if is_scrambled(value[:MOST_JUDGED]) and value.count(":") < LEAST_COLONS:
        return len(value) >= (LEAST_TELLING if telling else LONG_KEY)
    return telling and re.fullmatch(r"(?a)[0-9a-f]{32,}", value) is not None
