"""Names in an answer held against the evidence: identifiers, versions, hosts, services. Pure.

An identifier is a word that no dictionary has: with digits in it, joined by dots or underscores, a path, or of
three or more humps. What is merely capitalised or hyphenated may be plain English and is left alone.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from router.outcomes import Finding, FindingCode
from router.verify.library import Library, squashed, stems
from router.verify.reading.borrowed import UNIT
from router.verify.reading.clocks import without_times
from router.verify.reading.notation import in_plain
from router.verify.statement import Statement

_TOKEN = re.compile(r"[\w][\w.:/@#-]*[\w]|\w")
_QUANTITY = re.compile(
    rf"^[~<>]?\d[\d.,]*(?:e[+-]?\d+)?(?:st|nd|rd|th|x|m|%|[kmgt]i?b?|-?(?:fold|{UNIT}))?(?:/(?:s|sec|min|m|h|hour|day))?$",
    re.IGNORECASE,
)
# "confirms/30m", "day/month": one thing over a time
_RATE = re.compile(r"^[a-z]+/\d*(?:s|sec|m|min|h|d|second|minute|hour|day|week|month|year)$", re.IGNORECASE)
_LEAST_NAME = 4  # shorter names of services are found in too many words
_ARTICLE = re.compile(r"\b(?:the|an?|our|its|their|this|that)\s(?:same |very )?$", re.IGNORECASE)
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
_PART = re.compile(r"[^\W\d_]+|\d+")
_LINKED = re.compile(r"(?<![\w./:-])[a-z]+(?:[-._][a-z]+)+(?![\w/-])")  # of letters only
_LINK = re.compile(r"[-._]")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_HUMPS = 3  # "ConfigMap" and "RabbitMQ" are words of the trade, "HeapSpaceGuard" names one thing


def identifiers(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield the identifiers of cause and claims that no evidence has."""
    texts = [(said.cause, ()), *((claim.text, claim.evidence) for claim in said.claims)]
    for text, cited in texts:
        for name, meant in _altered(text, library):
            yield Finding(FindingCode.IDENTIFIER, f"“{name}” is in no evidence, “{meant}” is", tuple(cited))
        for name in _identifiers(text):
            if name in library.by_id or _known(name, library):
                continue
            yield Finding(FindingCode.IDENTIFIER, f"“{name}” is in no evidence", tuple(cited))
            break


def _altered(text: str, library: Library) -> Iterator[tuple[str, str]]:
    """Yield each name of *text* that no evidence has, with the one that it has and that is the same but for a part.

    In that part one letter stands for another ("vol-efs" for "vol-ebs"), or the name is of three parts and a service's.
    """
    known = {
        name for item in library.items for name in _LINKED.findall(f"{item.text} {item.service}".lower())
    }
    services = {item.service.lower() for item in library.items}
    for name in islice(_LINKED.findall(text.lower()), _MOST):
        parts = _LINK.split(name)
        for other in sorted(known) if squashed(name) not in library.squashed else ():
            theirs = _LINK.split(other)
            odd = [(a, b) for a, b in zip(parts, theirs, strict=False) if a != b]
            if len(parts) == len(theirs) and len(odd) == 1:
                is_service = len(parts) > len(odd) + 1 and other in services
                if is_service or _is_a_letter_off(*odd[0]):
                    yield name, other
                    break


def _is_a_letter_off(a: str, b: str) -> bool:
    """Say whether one letter stands for another; a letter more or less may be a plural, or a slip that was mended."""
    return len(a) == len(b) > len("ok") and sum(x != y for x, y in zip(a, b, strict=True)) == 1


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
        squashed(item.service): item.service for item in library.items if len(item.service) >= _LEAST_NAME
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
    """Say whether the evidence has *name*: with digits to the letter, else at least all its parts."""
    lower = name.lower()
    if any(c.isdigit() for c in lower):
        return _holds(lower, library)
    if all(squashed(part) in library.squashed for part in re.split(r"[./:]", lower)):
        return True
    humps = _humps(name)
    short = re.compile(rf"\b{''.join(hump[0] for hump in humps)}\b", re.IGNORECASE)  # "PVC"
    if humps and any(short.search(item.text) for item in library.items):
        return True
    meaning = _STATES.get(squashed(name))
    return meaning is not None and any(meaning.search(item.text) for item in library.items)


def _holds(lower: str, library: Library) -> bool:
    """Say whether *lower* stands in the evidence as a whole name, or as the beginning or end of a longer one.

    "module18" is "module-18", the same letters and digits in the same order; "c3/c4" are two names of one text.
    """
    texts = [f"{item.text} {item.service}".lower() for item in library.items]
    if _DOTTED.match(lower):
        names = ["v?" + re.escape(lower.removeprefix("v"))]  # "3.18.0" is "v3.18.0"
    else:
        names = ["[^a-z0-9]*".join(_PART.findall(name)) for name in lower.split("/")]
    longer = "[0-9a-f]*" if _SHORT_SHA.match(lower) else ""
    told = [re.compile(rf"(?<![a-z0-9]){name}{longer}(?![a-z0-9])") for name in names]
    return any(all(name.search(text) for name in told) for text in texts)
