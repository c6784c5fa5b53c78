"""Words that a line sets apart: in brackets, before a colon or bar at its start, between dashes.

Where they stand, not what they mean: state.py, loudness.py and titles.py ask the vocabulary about them.
"""

import re

LEVEL = r"[Pp][0-5]|[Ss][Ee][Vv](?:[Ee][Rr][Ii][Tt][Yy])?[ -]?[0-5]"
WORD = r"[^\W\d_]"  # a letter of any script
BRACKET = re.compile(
    rf"[\[【]\s*\W{{0,3}}({LEVEL}|{WORD}(?:[^\W\d]|[ -]){{0,24}})\s*(?::?\s*\d+)?(?:,\s*[A-Za-z]+:\d+)?"
    rf"\s*\W{{0,3}}[\]】]"
    rf"|\(([A-Z]{{2,16}}|{LEVEL}|(?i:critical|warning|major|minor|high|medium|low))\)"
)
PREFIX = re.compile(
    rf"^\W*((?:{LEVEL})(?: [A-Za-z-]+){{0,2}}|(?:{WORD}(?:[^\W\d]|-)*)(?: {WORD}(?:[^\W\d]|-)*){{0,3}})\s*"
    rf"(?:#?\d{{1,12}}\s*|in [\w ]{{1,12}})?(?::|：|\||—|–|\s-\s|»|>>)"
)
NUMBERED_STATE = re.compile(
    r"^\W*(?:alert|incident|problem|issue|alarm|case)\s+\W{0,3}(?:[A-Z]{1,6}-)?\d{1,12}\W{0,3}\s+"
    r"(?:is |was |has been )?"
    r"([a-z-]{2,20})\s*[:|–—-]\s*",
    re.IGNORECASE,
)
EMOJI = re.compile(r":[a-z0-9_+-]{2,40}:")
_BETWEEN = re.compile(r"\s(?:-|–|—|\||::)\s")


def marks_in(line: str) -> list[str]:
    """Return the words that *line* sets apart: in brackets, before a colon or bar at its start, between dashes."""
    line = EMOJI.sub(" ", line)
    return [*_bracketed(line), *_prefixes(line), *segments(line)]


def _bracketed(line: str) -> list[str]:
    found = [(first or second).strip() for first, second in BRACKET.findall(line)]
    return [part for whole in found for part in (whole, *whole.split(" - ")[1:])]


def _prefixes(line: str) -> list[str]:
    """Return the words before the first colons or bars of *line* ("CLEARED: error - cpu" gives two)."""
    found: list[str] = []
    while len(found) < 3 and (match := PREFIX.match(line)):
        line = line[match.end() :].strip()
        if re.fullmatch(r"\W*\d[\d.,]*\W*", line):  # "Critical: 2" is a count
            break
        found.append(match.group(1))
    return found


def segments(line: str) -> list[str]:
    """Return what stands alone behind a dash or bar, without its parentheses ("web - Warning (8 % free)")."""
    return [each.split("(")[0].strip() for each in _BETWEEN.split(line[:300])[1:]]
