"""The unit of a number that has none beside it: said once for its list, in its series' head, or in its key. Pure.

"2, 9, then 40 percent" are percents, "latency p95 (s): 09:25 0.041" seconds,
"objects (million): 0.9" and "queued (M): 0.9" millions.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from router.verify.reading.units import SCALES, SHARES, SIZES, TIMES

UNIT = "|".join(
    "(?-i:us)" if word == "us" else re.escape(word)  # "one US request" lasts no microsecond
    for word in sorted((*TIMES, *SIZES, *(word for word in SHARES if word != "%")), key=len, reverse=True)
)
# The head of a series: "latency p95 (s):", "stored objects (in millions):", "fsync_duration_seconds p99:"
_HEAD = re.compile(
    rf"\((?:in |p\d+, )?(%|{UNIT}|{'|'.join(SCALES)}|(?-i:[kKMG]))(?![a-z])(?:/\w+)?[^()]{{0,40}}\)|"
    r"[a-z]_(seconds|milliseconds|ms|minutes|hours|bytes|[kmgt]i?b|percent|pct)\b(?! ?[=:]? ?\d)|"
    r"(?<=[a-z\d] )(%|[mµu]?s|(?:milli)?seconds|minutes|[KMGT](?:i?B|bit)|bytes|percent)"
    r"(?=(?:/s|/min|/h)?(?: p\d+)?: )|"
    r"(?:(?<=[a-z] )|(?<=p\d\d ))([mµu]?s|seconds|milliseconds|minutes|[KMGT]i?B|bytes|percent)(?=\s{4,}\d)",
    re.IGNORECASE,
)
# What may stand between a number with a unit and the next: "p95_ms=1840 (baseline 120)", "90 days instead of 7"
_WAS = (
    r"instead of|rather than|vs\.?|versus|against|(?:up|down) from|was|baseline|normal(?:ly)?|usual(?:ly)?|"
    r"typical(?:ly)?|before|→|->"
)
_AFTER = re.compile(rf"[\s,;|]{{2,}}|(?:/s|/min)?\s*\(?(?:{_WAS})\s*", re.IGNORECASE)
# and between a number and the next that has the unit of both: "from 3 to about 20 percent", "2, 9, then 40 percent"
_BEFORE = re.compile(
    rf"(?:,|\s(?:(?:down|up|on|back) )?(?:to|and|or|then|of|out of|{_WAS})\b|\s?[–→]|\s?->)"
    r"(?:,? (?:and|or|then|to|the|its|all|about|around|roughly|some|nearly|almost|over|under|only|just|even|later|"
    r"finally|at (?:most|least)|(?:more|less) than))*\s?",
    re.IGNORECASE,
)
# A record's key ("mem_used", "periodSeconds", "session.timeout.ms"), not a word of prose
KEY = re.compile(r"((?:[A-Za-z][\w.-]*[_.]|[a-z]+(?-i:[A-Z]))\w+)\s*[:=]?\s*$|(\w+)\s?[:=]\s*$")
_LAST_WORD = re.compile(r"(?<=[_.])[A-Za-z]+$|(?<=[a-z])[A-Z][a-z]+$")


def borrowed(text: str, found: Sequence[re.Match[str]], keys: Sequence[str]) -> list[str]:
    """Return the unit that each number *found* in *text* has from elsewhere, "" where it has its own or none."""
    head = _HEAD.search(text)
    told = next(unit for unit in head.groups() if unit).lower() if head else ""
    units = [own(m) for m in found]
    gaps = [text[a.end() : b.start()] for a, b in pairwise(found)]
    for n, m in enumerate(found):
        if units[n]:
            continue
        last = _LAST_WORD.search(keys[n])
        suffix = last[0].lower() if last else ""
        if head and m.start() > head.start():
            units[n] = told
        elif suffix in TIMES | SIZES:
            units[n] = suffix
        elif n and _AFTER.fullmatch(gaps[n - 1]) and not found[n - 1]["k"] and units[n - 1] != "fold":
            units[n] = units[n - 1]
    for n in reversed(range(len(gaps))):
        if not units[n] and units[n + 1] != "fold" and _BEFORE.fullmatch(gaps[n]):
            units[n] = units[n + 1]
    return ["" if own(m) else unit for m, unit in zip(found, units, strict=True)]


def own(m: re.Match[str]) -> str:
    """Return the unit beside a number."""
    return "fold" if m["fold"] else (m["pct"] or m["unit"] or m["k"] or "").lower()
