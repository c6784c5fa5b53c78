"""Where in a post a status word counts: a state field, a prefix, the end of a title, a sign, a bar.

The stronger place wins: a field beats a prefix, a prefix beats a phrase, a phrase beats an emoji, and an
emoji beats the colour (Alertmanager is red for a mere warning; one notifier says "triggered" for OK).
"""

import re
from itertools import pairwise

from bot.investigation.alert import Severity
from bot.senders.marks import BRACKET, EMOJI, NUMBERED_STATE, PREFIX, segments
from bot.senders.phrases import BURNING, PHRASES, QUOTED
from bot.senders.post import Post
from bot.senders.slack_text import plain
from bot.senders.standing import Standing, Strength, field_of, head_lines
from bot.senders.words import (
    OF_WORK,
    SHOUTED_ABROAD,
    Status,
    colour_status,
    entered_state,
    severity_of,
    sign_status,
    status_of,
)

STATE_FIELDS = (
    "current state",
    "new state",
    "alarm state",
    "alert state",
    "state",
    "current status",
    "new status",
    "alert status",
    "incident status",
    "issue state",
    "issue status",
    "problem status",
    "incident state",
    "resolution state",
    "monitor status",
    "health status",
    "monitor condition",
    "check status",
    "service state",
    "host state",
    "transition",
    "alert transition",
    "status",
    "result",
)

_ARROW = re.compile(r"\s*(?:→|➜|⇒|->|=>|➡️?|:arrow_right:|\bto\b)\s*", re.IGNORECASE)
_MOVED = re.compile(
    r"([^\W\d]{2,20})\W{0,4}(?:→|➜|⇒|->|=>|➡️?|:arrow_right:)\W{0,4}([^\W\d]{2,20})"
    r"|\bfrom \W?([^\W\d]{2,20})\W{1,3}to \W?([^\W\d]{2,20})|\(([A-Z]{2,20}) to ([A-Z]{2,20})\)"
)
_IN_STATE = re.compile(
    r"\b(?:in|is|entered|to|just entered) (?:the )?(?:status|state):? \W?([A-Za-z_-]{2,30})\b"
    r"|\bentered (?:the )?\W?([A-Za-z]{2,20})\W? state\b"
    r"|\bfrom \W?[A-Z]\w+\W? to \W?([A-Z]\w+)\W*$"
    r"|^\W*[Nn]ew \W{0,3}([A-Z][a-z]{2,20})\W{0,3} (?:event |alert )?from "
)
_LABELS = frozenset("alert alarm incident issue monitor event notification".split())
_SMALL = frozenset(
    "is was has been now status state severity priority updated monitor service host check".split()
)
_NAMING = frozenset(
    "name id type url link time duration details description count source number by since at for on in".split()
)
_COUNTED = re.compile(r"\W*\d[\d.,]*\W*(?:%|min|minutes|h|s)?\W*")
_OF_KIND = re.compile(r"^(?:job|task|check|monitor|probe|host) (?=\w+$)", re.IGNORECASE)  # "Job failure"
_OWN_NUMBER = re.compile(r"^#?\d{2,12}: ")  # "4711: Closed"
_BEFORE = re.compile(r"\s*\((?:was|previously|formerly|before)\b[^()\n]{0,60}\)", re.IGNORECASE)
_NAME_ABOVE = re.compile(r"^\s*\*[^*\n]{1,60}\*:?\s*$|^[^\n]{1,60}:\s*$")
_SHOUTED = re.compile(
    r"\b(DOWN|UP|CRITICAL|WARNING|ALARM|FIRING|RESOLVED|RECOVERED|PROBLEM|OK|TRIGGERED|ACKNOWLEDGED|CLOSED|OPEN"
    rf"|UNHEALTHY|ALERT|{SHOUTED_ABROAD})\b"
    r"|^(?:(?:[^\s:]+\s){1,12}[^\s:]+|[^\s:]*[-_.\d][^\s:]*):\s+((?i:warning|critical|down|up|ok|error|failed|recovered|resolved|firing))\W*$"
    r"|^\W*(ERROR|WARN|NODATA)\b|^\W*((?i:resolved|recovered|triggered|acknowledged|firing|alerting))\b"
    r"|^\W*((?i:closed))(?= (?:by|at|after|on)\b|\W*$)"
)
_NOT_A_STATE = re.compile(
    r"(?i)new|high|minor|major|page|error|unknown|monitoring|created|started|info|assigned|accepted"
)


_UPDATED = re.compile(r"\W*updated (?:problem|alert|incident|issue)\b", re.IGNORECASE)
_DONE_BY = re.compile(
    r"^\W*(acknowledged|acked|resolved|closed|silenced|snoozed) by(?: \S|\W*$)", re.IGNORECASE
)
_TAKEN_BY = re.compile(r"\backnowledged(?= (?:the )?(?:problem|alert|incident|issue)\b)", re.IGNORECASE)
_MILD = (Severity.LOW, Severity.INFO)


def standing(post: Post) -> Standing:
    """Return the state that *post* tells, from its surest place."""
    heads = head_lines(post)
    for read in (
        _by_deed,
        _by_update,
        _by_field,
        _by_transition,
        _by_bracket,
        _by_lone_word,
        _by_prefix,
        _by_phrase,
        _by_label,
        _by_sign,
    ):
        found = read(post, heads)
        if found:
            return found
    by_colour = next(filter(None, map(colour_status, post.colours)), None)
    if (
        by_colour is Status.RESOLVED
        and severity_of(field_of(post, ("severity", "priority", "level"))) in _MILD
    ):
        by_colour = None  # green for how little it matters, not for its end
    return Standing(by_colour, "", Strength.COLOUR if by_colour else Strength.NONE)


def _by_deed(post: Post, heads: list[str]) -> Standing | None:
    """Return what somebody did below a card that still says how it fired ("Acknowledged by ann")."""
    now = _by_field(post, heads)
    if now is None or now.status is not Status.FIRING:
        return None
    done = next(filter(None, (_DONE_BY.match(line) for line in post.prose[1:])), None)
    said = status_of(done.group(1)) if done else None
    return Standing(said, done.group(1), Strength.TOKEN) if done and said else None


def _by_update(post: Post, heads: list[str]) -> Standing | None:
    """Return what was done to a problem whose title says only that it was updated."""
    if not any(_UPDATED.match(line) for line in heads[:2]):
        return None
    done = next(filter(None, (_TAKEN_BY.search(plain(line)) for line in post.lines[:12])), None)
    return Standing(Status.ACKNOWLEDGED, done.group(0), Strength.TOKEN) if done else None


def _by_field(post: Post, _heads: list[str]) -> Standing | None:
    for name in STATE_FIELDS:
        value = post.fields.get(name, "")
        last = _ARROW.split(value[:80])[-1]
        for candidate in (last, last.split("(")[0], " ".join(last.split()[:2]), *last.split()[:1]):
            said = status_of(candidate)
            if said:
                return Standing(said, candidate.strip(), Strength.TOKEN)
    return None


def _by_transition(post: Post, heads: list[str]) -> Standing | None:
    """Return where a change from one state to another ended ("OK → CRITICAL", "is in state ERR")."""
    for line in (*heads, *(plain(line)[:200] for line in post.prose[3:12])):
        moved = _MOVED.search(line)
        before, now = [word for word in moved.groups() if word] if moved else ("", "")
        tickets = {before.lower(), now.lower()} <= OF_WORK
        known = status_of(before) or before.lower() in {"pending", "normal", "initial", "none"}
        if known and (said := status_of(now)) and not tickets:
            return Standing(said, now, Strength.TOKEN)
        named = _IN_STATE.search(line)
        word = next(filter(None, named.groups()), "") if named else ""
        if word and (said := entered_state(word)):
            return Standing(said, word, Strength.PREFIX)
    return None


def _by_bracket(_post: Post, heads: list[str]) -> Standing | None:
    for line in heads:
        for match in BRACKET.finditer(line[:200]):
            whole = (match.group(1) or match.group(2)).strip()
            word = next(filter(status_of, (whole, *whole.split(" - "))), "")  # "[ALERT - Critical]"
            said = status_of(word)
            if not said or _NOT_A_STATE.fullmatch(word) or (match.group(2) and severity_of(word)):
                continue  # "(critical)" behind a title is how loud, not how things stand
            before = _prefixed(line) if match.start() > 1 else None
            if before and before.status is not Status.FIRING:  # "Resolved #7: [FIRING:1] lag" is over
                return before
            return Standing(said, word, Strength.TOKEN)
    return None


def _by_prefix(_post: Post, heads: list[str]) -> Standing | None:
    found = ((place, _prefixed(line)) for place, line in enumerate(heads))
    return next(
        (
            each
            for place, each in found
            if each
            and each.word.lower() not in _LABELS
            and (place == 0 or not _NOT_A_STATE.fullmatch(each.word))
        ),
        None,
    )  # "Error: timed out" and "Started: 08:00" below the head are no states


def _by_label(_post: Post, heads: list[str]) -> Standing | None:
    """Return that something burns when a line calls itself an alert; "Alert: X is up" was read before."""
    return next(filter(None, map(_prefixed, heads)), None)


def _prefixed(line: str) -> Standing | None:
    bare = EMOJI.sub(" ", line)
    numbered = NUMBERED_STATE.match(bare)
    if numbered and (said := status_of(numbered.group(1))):
        return Standing(said, numbered.group(1), Strength.PREFIX)
    match = PREFIX.match(bare)
    whole = match.group(1) if match else ""
    counted = match is not None and _COUNTED.fullmatch(bare[match.end() :].split(",")[0])  # "Failed: 0"
    if counted or (" " in whole and whole.split()[-1].lower() in _NAMING):  # "Outage reported by: Paris"
        return None
    loose = [word for word in whole.split() if not _NOT_A_STATE.fullmatch(word)]  # "Timer error:" is no state
    told = [(said, word) for word in (whole, *loose) if (said := status_of(word))]
    if not told:  # "Alert recovered:" and "Recovered alert:" are both over
        return None
    said, word = next((each for each in told if each[0] is not Status.FIRING), told[0])
    return Standing(said, word, _prefix_strength(whole, word))


def _prefix_strength(whole: str, word: str) -> Strength:
    """Return how surely a prefix tells: "Price alert:" is a name more than a state, "Probe failed:" a phrase."""
    if status_of(whole) or all(_is_mark(each) for each in whole.split()):
        return Strength.PREFIX
    return Strength.SIGN if word.lower() in _LABELS else Strength.PHRASE


def _is_mark(word: str) -> bool:
    return bool(status_of(word) or severity_of(word)) or word.lower() in _SMALL


def _by_lone_word(post: Post, _heads: list[str]) -> Standing | None:
    """Return what a line that is one state word says ("Closed"), unless it is the value of a name above it."""
    for above, line in pairwise(("", *post.headers[:2], "", *post.prose[:6])):
        word = _OF_KIND.sub("", _OWN_NUMBER.sub("", plain(line)))
        said = None if _NAME_ABOVE.match(above) or len(word) > 24 else status_of(word)
        if said and not _NOT_A_STATE.fullmatch(word):
            return Standing(said, word, Strength.PREFIX)
    return None


def _by_segment(_post: Post, heads: list[str]) -> Standing | None:
    """Return the state that stands alone between dashes ("mail-2 - Disk free - Warning (8 %)")."""
    words = (word for line in heads for word in segments(line) if len(word) <= 24)
    word = next((each for each in words if status_of(each) and not _NOT_A_STATE.fullmatch(each)), "")
    said = status_of(word)
    return Standing(said, word, Strength.PHRASE) if said else None


def _by_phrase(post: Post, heads: list[str]) -> Standing | None:
    heads = [
        _BEFORE.sub("", QUOTED.sub('""', EMOJI.sub(" ", line))) for line in heads
    ]  # a quotation is not the sender's word
    for phrase, status in PHRASES:
        for line in heads:
            match = phrase.search(line)
            if match and not _negated(line, match.start(), status):
                return Standing(status, match.group(0).split()[-1], Strength.PHRASE)
    for line in [*heads, *(plain(line)[:400] for line in post.prose[3:8])]:
        match = BURNING.search(line)
        if match:
            return Standing(Status.FIRING, match.group(0).split()[-1], Strength.PHRASE)
        bare = _SHOUTED.search(line)
        if bare:
            word = next(filter(None, bare.groups()))
            said = status_of(word)
            return Standing(said, word, Strength.PHRASE) if said else None
    return None


def _by_sign(post: Post, heads: list[str]) -> Standing | None:
    raw = [*heads, *post.prose[:3], post.text[:200]]
    said = next(filter(None, (sign_status(line[:120]) for line in raw)), None)
    return Standing(said, "", Strength.SIGN) if said else None


def _negated(line: str, at: int, status: Status) -> bool:
    """Say whether "not", "until" or "once" before the phrase turns a recovery round ("is not resolved")."""
    before = line[max(0, at - 14) : at].lower()
    return status is Status.RESOLVED and bool(
        re.search(r"\b(?:not|n't|until|once|if|when|to be)\s*\w{0,4}\s*$", before)
    )
