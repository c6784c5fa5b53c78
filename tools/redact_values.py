"""Does a value look like a secret: placeholders, plain words, ids and paths told from passwords and keys.

Judges one short value at a time. It does not know where the value stood; `redact_names` does.
"""

import itertools
import math
import re
import string
from collections import Counter

_PLACEHOLDER = re.compile(
    r"(?a)^(?:\$\{|\$\(|\$[A-Z_][A-Z0-9_]*$|%[A-Z_]+%$|%\(?\w*\)?s$|\{\{|\{\w*\}$|<[^>]*>?$|@\w+@$|!Ref|!Sub|!GetAtt|!vault"
    r"|\[(?:redacted|filtered|masked|hidden|secret|removed|object)[^\]]*\]?$"
    r"|(?-i:\[[A-Z]{2,12}\]?$)|\*{2,}|x{3,}$|X{3,}$|•+|\.{2,}|-+$|_+$|--[a-z][a-z-]*$"
    r"|os\.environ|os\.getenv|process\.env|System\.getenv|env\.|getenv|ENV\[|vault:|ref\+|arn:|file:|projects/|\./|~/"
    r"|/(?:run|etc|var|home|opt|usr|mnt|tmp|data|app|vault|secrets?|root|srv|api|v\d)/|[A-Za-z_][\w.:>-]*\([^)]*\)?;?$"
    r"|ENC\[|<%|your[-_ ]|change[-_]?me|[\w.-]*<[a-z][\w -]*>$|redacted|masked|hidden|filtered|encrypted"
    r"|(?-i:[a-z_]{3,}=[a-z_-]+$)|\$[a-z_]\w*(?:\[|->)|\((?:sensitive|known|redacted|hidden|none|masked|filtered|secret|empty|null|unset|not)|\(\w+\)$"
    r"|[A-Za-z_-]+(?:\.{3}|\xe2\x80\xa6)$|[\w-]{0,8}(?:\.{3}|\*{3,}|…|x{6,}|X{6,})\w{0,6}\**$)",
    re.IGNORECASE,
)
_NOTHING = frozenset(
    "null none nil true false undefined empty unset not n/a na required invalid missing incorrect expired "
    "wrong unknown string str text bool bytes optional yes no on off ok set changed is was has must should "
    "cannot can the a an for to in of and or with by from authentication auth basic bearer token password "
    "secret type default disabled enabled rejected denied failed accepted verified mismatch error revoked "
    "rotated valid value field env see same here there length too does are be been have will if it its new "
    "old this that your my our reset change update login at await new self ctx req request config process os".split()
)
_WORD_PART = re.compile(r"(?a)^(?:[a-z]+\d{0,5}|\d{1,8})$")
_PAIR_OF_WORDS = re.compile(r"(?a)\(?[A-Za-z_.-]{2,}=")
_CALLED = re.compile(r"(?a)^[A-Za-z_][\w.]*\(")
_NAMED_WORD = re.compile(r"(?a)^\d?[A-Z][a-z]+$")  # 1Password
HASHED = re.compile(
    r"(?ai)\b(?:checksum|digest|hash|fingerprint|etag|integrity|sha\d+|md5)s?\b"
)  # says of a value what it is
_HUMP = re.compile(r"(?a)[A-Z]?[a-z]+|[A-Z]+")  # of a camelCase name: three letters and more
_MOSTLY_NUMBERS = re.compile(r"(?a)^[A-Za-z]{0,4}\d?(?:[.,:-]\d+)+$")
_APART = re.compile(r"(?a)[-_.:/]")
_ELLIPSIS = "…".encode().decode("latin-1")  # values are judged as Latin-1
UUID = 36  # characters of one
LONG_SMALL = 40  # characters of a key in small letters and digits alone
LONG_KEY = 20  # characters of a key that a sentence tells
MOST_JUDGED = 64  # characters of a value that are looked at
_UUID = re.compile(r"(?a)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", re.IGNORECASE)
_NUMBER = re.compile(r"(?a)^-?\d+(?:[.,]\d+)*(?:/?[a-z%]{1,3})?$")
_HOST = re.compile(r"(?a)^\.?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?$", re.IGNORECASE)


_LOWER, _UPPER, _DIGITS = (
    frozenset(string.ascii_lowercase),
    frozenset(string.ascii_uppercase),
    frozenset(string.digits),
)
_SIGNS = frozenset("!@#$%^&*?~+=")
_HEX = frozenset("0123456789abcdef")


def is_placeholder(value: str) -> bool:
    """Say whether *value* stands for a secret that is not there ("${DB_PASSWORD}", "****", "null")."""
    return (
        not value
        or value.startswith(_ELLIPSIS)
        or bool(_PLACEHOLDER.match(value))
        or value.lower().strip(".,;:!?)") in _NOTHING
    )


def is_uuid(value: str) -> bool:
    """Say whether *value* is a UUID."""
    return bool(_UUID.match(value))


def entropy(value: str) -> float:
    """Return Shannon's entropy of *value* in bits per character."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values()) if total else 0.0


def looks_secret(value: str, *, shortest: int = 8) -> bool:
    """Say whether *value* looks made by chance: long enough, mixed, and no word, number, host or UUID."""
    if len(value) < shortest or is_placeholder(value) or is_uuid(value) or _NUMBER.match(value):
        return False
    value = value[:MOST_JUDGED]
    if _is_words(value) or _MOSTLY_NUMBERS.match(value) or (_HOST.match(value) and entropy(value) < 3.8):
        return False
    return _kinds_of_characters(value) >= 2 and entropy(value) >= (2.5 if len(value) < 16 else 3.0)


def looks_random(value: str) -> bool:
    """Say whether *value* looks like a key in a sentence: long, with letters and digits, and no words."""
    here = set(value)
    return (
        len(value) >= LONG_KEY
        and looks_secret(value)
        and not here.isdisjoint(_DIGITS)
        and not here.isdisjoint(_LOWER | _UPPER)
        and not {"/", "."} & here - set(value[-1:])
    )


def looks_keyed(value: str) -> bool:
    """Say whether *value* looks like a vendor's key: long, with small and large letters and digits."""
    here = set(value)
    return (
        len(value) >= LONG_KEY
        and looks_secret(value)
        and not any(here.isdisjoint(kind) for kind in (_LOWER, _UPPER, _DIGITS))
        and here.isdisjoint("/:.")
    )


def looks_picked(value: str) -> bool:
    """Say whether *value* is one that somebody picked as a password, or a generator: signs, or no order at all."""
    return (
        looks_spoken(value)
        and not _PAIR_OF_WORDS.match(value)
        and (is_scrambled(value) or not _SIGNS.isdisjoint(value))
    )


def is_scrambled(value: str) -> bool:
    """Say whether letters and digits take turns in *value* as they do by chance, and not as in joined words."""
    here = set(value)
    if here.isdisjoint(_DIGITS) or here.isdisjoint(_LOWER):
        return False
    parts = [part for part in re.split(r"(?a)[-_]", value) if part]
    longest = max(parts, key=len, default="")
    kinds = [char.isdigit() + 2 * char.isupper() for char in longest]
    turns = sum(one != other for one, other in itertools.pairwise(kinds)) / max(1, len(kinds) - 1)
    if here.isdisjoint(_UPPER):  # a SHA is such a run too
        return len(longest) >= LONG_SMALL and turns >= 0.25 and not set(longest) <= _HEX
    return len(longest) >= 10 and turns >= 0.42 and len(parts) <= 6


def is_mixed(value: str) -> bool:
    """Say whether letters and digits take turns in *value*, hexadecimal or not, as in no name that people give."""
    kinds = [char.isdigit() for char in value]
    return sum(one != other for one, other in itertools.pairwise(kinds)) >= max(4, len(kinds) // 6)


def looks_spoken(value: str) -> bool:
    """Say whether *value*, said in a sentence after "password", is meant literally: no plain word would do."""
    value = value[:MOST_JUDGED]
    if len(value) < 6 or is_placeholder(value) or is_uuid(value) or _NUMBER.match(value) or _is_words(value):
        return False
    if "://" in value or _HOST.match(value) or _NAMED_WORD.match(value) or _CALLED.match(value):
        return False
    here = set(value)
    lower, upper, digit = (not here.isdisjoint(kind) for kind in (_LOWER, _UPPER, _DIGITS))
    odd = any(char in "!@#$%^&*?~+=" for char in value.rstrip("!?.,"))
    if lower and upper and len(value) >= 10 and value.isalpha():
        return len(_HUMP.findall(value)) > len(value) / 3
    return (lower and upper and digit) or (odd and (lower or upper) and (digit or len(value) >= 10)) or (
        digit and lower and len(value) >= 12 and entropy(value) >= 3.2
    )  # fmt: skip


def _is_words(value: str) -> bool:
    """Say whether *value* is words and small numbers ("checkout-db-2", "orders.created")."""
    return value[0].islower() and all(_WORD_PART.match(part) for part in _APART.split(value))


def _kinds_of_characters(value: str) -> int:
    here = set(value)
    return sum(
        (
            not here.isdisjoint(_LOWER),
            not here.isdisjoint(_UPPER),
            not here.isdisjoint(_DIGITS),
            bool(here - _LOWER - _UPPER - _DIGITS),
        )
    )
