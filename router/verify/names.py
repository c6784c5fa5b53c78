"""Names in an answer held against the evidence: identifiers, versions, hosts, services. Pure.

An identifier is a word that no dictionary has: with digits in it, joined by dots or underscores, a path, or of
three or more humps. What is merely capitalised or hyphenated may be plain English and is left alone.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from router.outcomes import Finding, FindingCode
from router.verify.borrowed import UNIT
from router.verify.clocks import without_times
from router.verify.library import Library, squashed, stems
from router.verify.notation import in_plain
from router.verify.statement import Statement

_TOKEN = re.compile(r"[\w][\w.:/@#-]*[\w]|\w")
_QUANTITY = re.compile(
    rf"^[~<>]?\d[\d.,]*(?:e[+-]?\d+)?(?:st|nd|rd|th|x|m|%|[kmgt]i?b?|-?(?:fold|{UNIT}))?(?:/(?:s|sec|min|m|h|hour|day))?$",
    re.IGNORECASE,
)
# "confirms/30m", "day/month": one thing over a time
_RATE = re.compile(r"^[a-z]+/\d*(?:s|sec|m|min|h|d|second|minute|hour|day|week|month|year)$", re.IGNORECASE)
_LEAST_NAME = 4  # shorter names of services are found in too many words
# Services that are called by a plain word: a sentence that has it need not mean them.
_PLAIN = frozenset(
    "node nodes auth host hosts user users service cluster database network gateway proxy queue cache client server "
    "worker workers web-app application backend frontend platform storage search cart order orders payment payments "
    "login build deploy monitoring website site account accounts customer customers".split()
)
_ARTICLE = re.compile(r"\b(?:the|an?|our|its|their|this|that)\s$", re.IGNORECASE)
_MOST, _LONGEST = 500, 120  # words read of one text, letters of one name
_DOTTED = re.compile(r"^v?\d+(?:\.\d+){2,}$")  # a version or an address: no quantity
_COUNTED = re.compile(r"^\d+-[a-z]{2,}$")  # "32-bit", "5-node": a number and what it counts
_SHORT_SHA = re.compile(r"^(?=.*[a-f])(?=.*\d)[0-9a-f]{7,}$")
_COMPOUND = re.compile(r"^(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?$")
# Words with digits that everybody uses; a version or an instance is none of them.
_KNOWN = re.compile(
    r"^(?:p\d{2,3}|ec2|s3|k8s|ipv[46]|http/?[1-3]?(?:\.\d)?|tls ?v?1\.\d|l[3-7]|"
    r"oauth2|sha-?\d+|md5|base64|utf-?8|x509|x86|a[mr][dm]64|"
    r"h2|route53|[45]xx|[1-5]\d\ds?|e\.g|i\.e|a\.m|p\.m)$",
    re.IGNORECASE,
)
# States of a pod that an answer may name where the evidence tells what they mean.
_STATES = {
    "crashloopbackoff": re.compile(r"back-?off|crash|restart", re.IGNORECASE),
    "imagepullbackoff": re.compile(r"\bpull|image", re.IGNORECASE),
    "errimagepull": re.compile(r"\bpull|image", re.IGNORECASE),
}
_LACKS = re.compile(
    r"\b(?:no|not|without|lacks?|lacking|missing|need)\b(?: [\w-]+){0,3} $"
)  # what is said not to be there
_LACKING = re.compile(r"\b(?:no|not|nothing|neither|nor|without|none|lacks?)\b|n['’]t\b", re.IGNORECASE)
_NUMBERED = re.compile(r"(?<!\w)#\d{2,}\b")  # a pull request, a ticket
_PARTED = re.compile(r"(?<=[a-z])[-_ ](?=\d)|(?<=\d)[-_](?=[a-z])")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_HUMPS = 3  # "ConfigMap" and "RabbitMQ" are words of the trade, "HeapSpaceGuard" names one thing


def identifiers(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield the identifiers of cause and claims that no evidence has."""
    texts = [(said.cause, ()), *((claim.text, claim.evidence) for claim in said.claims)]
    for text, cited in texts:
        for name in _identifiers(text):
            if name in library.by_id or _known(name, library):
                continue
            yield Finding(FindingCode.IDENTIFIER, f"“{name}” is in no evidence", tuple(cited))
            break


def services(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield the accused services that no evidence speaks of."""
    for name in said.services:
        flat = squashed(name)
        if flat and flat in library.squashed:
            continue
        words = stems(name)
        if words and not re.search(r"\d", name) and all(word in library.stems for word in words):
            continue
        yield Finding(FindingCode.SERVICE, f"the service “{name}” is in no evidence")


def strangers(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield claims that tell of one service what their evidence says of another."""
    known = {
        squashed(item.service): item.service
        for item in library.items
        if len(item.service) >= _LEAST_NAME and item.service.lower() not in _PLAIN
    }
    for claim in said.claims:
        cited = library.cited(claim.evidence)
        if _LACKING.search(claim.text):
            continue  # what is said not to be told, or not to be involved, may be named and cited for that
        named = {name for name, service in known.items() if _is_named(service, claim.text)}
        if len(named) != 1 or not cited or any(not item.service for item in cited):
            continue
        name = named.pop()
        parts = frozenset(stems(known[name]))
        if not any(name in item.squashed or (parts and parts <= item.stems) for item in cited):
            told = f"“{claim.text[:120]}”: {', '.join(claim.evidence)} says nothing of {known[name]}"
            yield Finding(FindingCode.SERVICE, told, claim.evidence)
            return


def _is_named(service: str, text: str) -> bool:
    """Say whether *text* names *service*: "the directory" may be any, "directory" and "the badge-svc" are names."""
    found = list(_spells(service).finditer(text))
    if service.isalpha():
        found = [one for one in found if not _ARTICLE.search(text[: one.start()])]
    return bool(found)


@lru_cache(maxsize=512)
def _spells(service: str) -> re.Pattern[str]:
    """Return what finds *service* in prose as words of its own: "redis cart" and "redis-cart's", no "redis-cart-7"."""
    parts = [re.escape(part) for part in re.findall(r"[a-z0-9]+", service.lower())]
    return re.compile(rf"(?<![a-z0-9])(?:{'[^a-z0-9]{1,2}'.join(parts)})(?![a-z0-9])", re.IGNORECASE)


def _identifiers(text: str) -> Iterator[str]:
    plain = without_times(in_plain(text))
    for found in islice(_TOKEN.finditer(plain), _MOST):
        word = found.group(0).strip(".:/-#@")
        lacking = not re.search(r"\d", word) and _LACKS.search(plain[: found.start()])
        if 0 < len(word) <= _LONGEST and not lacking and _is_identifier(word):
            yield word
    yield from _NUMBERED.findall(text)


def _is_identifier(word: str) -> bool:
    if _DOTTED.match(word):
        return True
    if (
        _QUANTITY.match(word)
        or _COUNTED.match(word)
        or _RATE.match(word)
        or _KNOWN.match(word)
        or (_COMPOUND.match(word) and word)
    ):
        return False
    has_digit = any(c.isdigit() for c in word)
    has_letter = any(c.isalpha() for c in word)
    if has_digit and has_letter:
        return True
    if has_digit:
        return bool(re.search(r"\d[.:]\d+[.:]\d", word))  # a version or an address in digits only
    joined = re.search(r"\w[._]\w|\w[:/]\w[^:/]*[:/]\w", word) is not None
    return joined or len(_humps(word)) >= _HUMPS


def _humps(word: str) -> list[str]:
    return _HUMP.findall(word) if word.isalpha() and not (word.islower() or word.isupper()) else []


def _known(name: str, library: Library) -> bool:
    """Say whether the evidence has *name*: with digits to the letter, else also with a slip of the pen."""
    lower = name.lower()
    if any(c.isdigit() for c in lower):
        return _holds(lower, library)
    flat = squashed(name)
    if flat in library.squashed or _is_state(flat, library):
        return True
    if (humps := _humps(name)) and _is_told(humps, library):
        return True
    parts = [part for part in re.split(r"[./:]", lower) if part]
    if len(parts) > 1 and all(squashed(part) in library.squashed for part in parts):
        return True
    if len(flat) < 8 or len(re.split(r"[^a-z0-9]+", lower)[-1]) <= 2:  # "archive_b" is not "archive_d"
        return False
    return any(_nearly(flat, squashed(token)) for token in library.tokens)


def _is_told(humps: list[str], library: Library) -> bool:
    """Say whether the evidence has the words of a name, or their first letters: "PVC" for "PersistentVolumeClaim"."""
    if all(word in library.stems for word in stems(" ".join(humps))):
        return True
    return "".join(hump[0] for hump in humps).lower() in library.tokens


def _is_state(flat: str, library: Library) -> bool:
    meaning = _STATES.get(flat)
    return meaning is not None and any(meaning.search(item.text) for item in library.items)


def _holds(lower: str, library: Library) -> bool:
    """Say whether *lower* stands in the evidence as a whole name, or as the beginning or end of a longer one."""
    if _DOTTED.match(lower):
        lower = lower.removeprefix("v")  # "3.18.0" is "v3.18.0"
    plain = _joined(lower)
    edge = re.compile(
        rf"(?<![a-z0-9])v?{re.escape(lower)}(?![a-z0-9])|(?<![a-z0-9]){re.escape(plain)}(?![a-z0-9])"
    )
    texts = [f"{item.text} {item.service}".lower() for item in library.items]
    if any(edge.search(text) or edge.search(_joined(text)) for text in texts):
        return True
    if _SHORT_SHA.match(lower) and any(
        re.search(rf"(?<![a-z0-9]){lower}[0-9a-f]+(?![a-z0-9])", text) for text in texts
    ):
        return True
    if _DOTTED.match(lower):
        return False
    # "v2" for "version 2", "module 18" for "module-18": the same letters and digits in other dress.
    parts = [part for part in re.split(r"[^a-z0-9]+", lower) if part]
    return len(parts) > 1 and any(
        all(re.search(rf"(?<![a-z0-9]){re.escape(part)}(?![a-z0-9])", item.text.lower()) for part in parts)
        for item in library.items
    )


def _joined(text: str) -> str:
    """Return *text* with letters and digits that a dash parts put together: "dns-01" is "dns01"."""
    return _PARTED.sub("", text)


def _nearly(a: str, b: str) -> bool:
    """Say whether two long names differ by one or two letters."""
    if abs(len(a) - len(b)) > 1 or not b or a[:2] != b[:2]:
        return False
    before = list(range(len(b) + 1))
    for i, ca in enumerate(a, start=1):
        row = [i]
        for j, cb in enumerate(b, start=1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (ca != cb)))
        before = row
    return before[-1] <= 1
