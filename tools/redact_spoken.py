"""Secrets that people tell each other in sentences, in the languages that teams write: "the password is …".

The word, a few words more, a verb or a colon, and a value that no plain word would be. It does not know `name=value`:
`redact_names` does.
"""

from collections.abc import Iterator
from typing import Any, Final

from tools.redact_lines import compiled
from tools.redact_values import (
    HASHED,
    MOST_JUDGED,
    is_uuid,
    looks_picked,
    looks_random,
    looks_spoken,
)

Span = tuple[int, int, str]

_LATIN_WORDS: Final = (
    "password passwort passwd passphrase passcode pwd pw kennwort creds credentials pass senha wachtwoord parola heslo"
    " salasana adgangskode passord jelsz lozinka geslo sandi mot_de_passe contrase[^\\s]{1,3}a m[^\\s]{1,3}t_kh"
    "[^\\s]{1,4}u has[^\\s]{1,3}o l[^\\s]{1,3}senord"
)
_OTHER_WORDS: Final = (
    "пароль Пароль пароля гасло 密码 密碼 口令 パスワード 暗証番号 비밀번호 암호 पासवर्ड"
    " كلمة_المرور كلمة_السر סיסמה סיסמא κωδικός şifre Şifre"
)
_VERBS: Final = (
    "is ist lautet heisst est es é è to auf na zu in now was wurde er är je jest est[^\\s]{1,3} on -> => →"
)
_JOINS: Final = "は 是 为 為 は、 는 은 ： ："


def _bytes(words: str) -> str:
    return "|".join(words.split()).encode().decode("latin-1").replace("_", "[ \\t]")


_VERB = (
    f"(?:[ \\t]*(?::|{_bytes(_JOINS)})[ \\t]*|'s[ \\t]+|[ \\t]+=[ \\t]+|[ \\t]+(?:{_bytes(_VERBS)})[ \\t]+)"
    "(?:[A-Za-z]{1,12}[ \\t]+){0,2}"
)
_OPEN = "(?:[\"'`*_]|\xe3\x80\x8c|\xe2\x80\x9c|\xc2\xab)?"
_LATIN = compiled(
    f"(?i)\\b(?:{_bytes(_LATIN_WORDS)})(?:\\b|[ \\t])"
    f"(?:[^\\n:=']{{0,20}}'[^'\\n]{{0,80}}'|[^\\n:=]{{0,48}}?){_VERB}{_OPEN}([^\\s\"'`]+)"
)
_LATER = compiled(
    f"[^\\n:=]{{0,48}}?[ \\t]+(?:{_bytes(_VERBS)})[ \\t]+(?:[A-Za-z]{{1,12}}[ \\t]+){{0,2}}{_OPEN}([^\\s\"'`]+)"
)
_OTHER = compiled(f"(?:{_bytes(_OTHER_WORDS)})[^\\n:=]{{0,48}}?{_VERB}{_OPEN}([!-~]+)")
_BEFORE = compiled(  # "try X as the password", "X is our new token"
    r"(?i)([^\s\"'`]{8,})[\"'`*_]{0,3}[ \t]+(?:is|as|for)[ \t]+(?:the|our|your|my|a|an|its)[ \t]+"
    r"(?:[a-z]{1,12}[ \t]+){0,2}"
    r"(?:password|passphrase|passcode|pwd?|token|(?:api |secret |access )?key|secret)\b"
)
_PAIR = compiled(
    r"(?i)\b(?:creds|credentials|logins?|account|auth|wi-?fi|wlan|vpn|zugangsdaten|anmeldedaten|identifiants|credenciales)\b"
    r"[^\n/]{0,60}?[ \t:(]\S{1,40}[ \t]+/[ \t]+([^\s\"'`]+)"
)
_TOKEN = compiled(
    r"(?i)\b(?:api[ -]?keys?|(?:access|auth|bearer|bot|deploy|personal access|service|refresh)[ -]?tokens?|tokens?"
    r"|secret(?:[ -]?key)?|access[ -]?key|signing[ -]?key|private[ -]?key|pat)\b[^\n:=]{0,40}?"
    rf"{_VERB}{_OPEN}([A-Za-z0-9_./+~-]{{16,}}={{0,2}})"
)
_CODE = compiled(
    r"(?i)\b(?:otp|totp|(?:verification|login|security|one[ -]time|sms|2fa|mfa|otp|auth(?:entication)?)[ -]"
    r"(?:code|pin|password))\b[^\n\d:=]{0,16}?(?:[ \t]is|:|=)[ \t]*(\d{4,8})\b"
)
_PIN = compiled(r"(?i)\bpin\b[^\n\d:=]{0,30}?(?:[ \t]is|:|=)[ \t]*(\d{4,8})\b")
_SPARE_CODE = compiled(
    r"(?i)\b(?:recovery|backup|scratch)[ _-]codes?[^\n\w]{1,4}"
    r"([a-z0-9]{4,6}-[a-z0-9]{4,6}(?:[,; ]+[a-z0-9]{4,6}-[a-z0-9]{4,6})*)\b"
)
_HINTS = tuple(
    word.encode()
    for word in "pass pw wort kennwort contrase cred senha wachtwoord parola heslo salasana adgang jelsz lozinka geslo"
    " sandi auth senord ifre login account wifi wi-fi wlan vpn".split()
)  # fmt: skip
_TOKEN_WORDS = (b"key", b"token", b"secret", b"pat")
_CODES = (
    ((b"code", b"pin", b"pass", b"otp"), _CODE),
    ((b"pin",), _PIN),
    ((b" code", b"-code", b"_code"), _SPARE_CODE),
)


def spoken_spans(data: bytes, low: bytes, text: str) -> Iterator[Span]:
    """Yield the passwords, keys and codes that a sentence tells; *low* is *data* in small letters, *text* Latin-1."""
    for form in _sentences(data, low):
        for match in form.finditer(data):
            start, end = match.span(1)
            value = text[start : min(end, start + MOST_JUDGED)].rstrip(".,;:)!?\"'`*_")
            if _is_told(data, match.start(), value):
                yield start, start + len(value), "password"
            else:  # "the password on web-2 is still …": another verb may follow
                later = _LATER.match(data, start, min(len(data), start + 120))
                value = later.group(1).decode("latin-1").rstrip(".,;:)!?\"'`*_") if later else ""
                if later and looks_picked(value[:MOST_JUDGED]):
                    yield later.start(1), later.start(1) + len(value), "password"
    yield from _keys_and_codes(data, low, text)


def _keys_and_codes(data: bytes, low: bytes, text: str) -> Iterator[Span]:
    keyed = any(word in low for word in _TOKEN_WORDS)
    for match in _BEFORE.finditer(data) if keyed or b"pass" in low or b"pw" in low else ():
        if looks_picked(match.group(1).decode("latin-1")[:MOST_JUDGED]):
            yield *match.span(1), "password"
    for match in _TOKEN.finditer(data) if keyed else ():
        if _is_key(text, match.start(), *match.span(1)):
            yield *match.span(1), "token"
    for words, form in _CODES:
        for match in form.finditer(data) if any(word in low for word in words) else ():
            yield *match.span(1), "code"


def _is_key(text: str, at: int, start: int, end: int) -> bool:
    """Say whether what a sentence from *at* tells as a key is one, and neither a digest nor an address."""
    value = text[start : min(end, start + MOST_JUDGED)].rstrip(".")
    if not looks_random(value) or is_uuid(value) or HASHED.search(text, max(0, at - 12), start):
        return False
    return not text[max(0, start - 120) : start].rpartition(" ")[2].startswith("arn:")


def _is_told(data: bytes, at: int, value: str) -> bool:
    if data[at - 1 : at] in {b"/", b"."}:  # `database/creds/app` is a path, `spec.password:` a name
        return False
    picked = data[at : at + 5].lower() == b"pass "  # "pass me the name: …"
    return looks_picked(value) if picked else looks_spoken(value)


def _sentences(data: bytes, low: bytes) -> Iterator[Any]:
    foreign = not data.isascii()
    if foreign or any(hint in low for hint in _HINTS):
        yield _LATIN
        yield _PAIR
    if foreign:
        yield _OTHER
