"""A title without what surrounds it: signs, status and severity marks, link syntax, sender's name.

What the alert is called, as one would say it aloud. It does not know the sender's templates; a sender's own
file reads those.
"""

import re

from bot.senders.marks import NUMBERED_STATE, WORD
from bot.senders.words import BAD_SIGNS, GOOD_SIGNS, SHOUTED_ABROAD, severity_of, status_of

_MARKS = "|".join(re.escape(sign) for sign in (*BAD_SIGNS, *GOOD_SIGNS))
_SIGNS = re.compile(
    rf"^(?:{_MARKS}|:[a-z0-9_+-]{{2,40}}:|[\ufe0f\u200d]|[^\w\s\[\]【】(){{}}<>\"'“‘#@$/%&*.`~^+-])+\s*"
)
_TAIL_SIGNS = re.compile(rf"(?:\s*(?:{_MARKS}|\ufe0f)|\s:[a-z][a-z0-9_+-]{{1,39}}:)+\s*$")
_TOKEN = re.compile(r"^[\[(【{]([^\[\](){}]{1,40})[\])】}]\s*[:|–—-]?\s*")
_PREFIX = re.compile(
    rf"^((?:[Pp][0-5]|[Ss][Ee][Vv][ -]?[0-5])(?: [A-Za-z]+){{0,2}}|{WORD}(?:[^\W\d]|-)*(?: {WORD}+){{0,3}})"
    r"(?: (?:in|after) [\w ]{1,12}| \(?#?(?:[A-Z]{1,6}-)?\d{1,12}\)?)?"
    r"(?: \((?i:critical|major|minor|warning|high|medium|low)\))?"
    r"\s*(?:[:：]\s*|\s[|–—-]\s|\s?»\s|\s?>>\s)"
)
_LEADING = re.compile(
    r"^(?:(?i:resolved|recovered|triggered|re-triggered|acknowledged|firing|alerting|closed)"
    r"|[Pp][0-5]|[Ss][Ee][Vv]-?[0-5]|PROBLEM|RECOVERY|ALERT|ALARM|CRITICAL|WARNING|WARN|ERROR|OK|DOWN|UP|OPEN|FIRING|PAGE|URGENT"
    r"|DEGRADED|UNHEALTHY|OFFLINE|ONLINE|CLEAR|CLEARED|CLOSED|ACK|OUTAGE|FAILED|FAILURE)\s+"
    r"(?!(?:on|in|for|of|at|from|to)\b)(?=\S)"
)
_SHOUTED = re.compile(
    rf"^(?:CRITICAL|FATAL|ERROR|WARNING|WARN|P[0-5]|FIRING|RESOLVED|RECOVERED|TRIGGERED|ACKNOWLEDGED|{SHOUTED_ABROAD})"
    r"\s+(?!(?i:rates?|budget|counts?|logs?|path|alerts?|on|in|from|for|is)\b)(?=\S)"
)
_ANNOUNCED = re.compile(
    r"^(?:(?:problem|recovery|acknowledgement) (?:host|service) alert"
    r"|(?:\w+ ){0,3}violation (?:opened|closed|started|ended|continues)"
    r"|new (?:detection|finding|violation)s?|you(?:'ve| have) been paged|(?:ack\w*|resolved|closed) by"
    r" [\w .@-]{1,30}):\s+(?=\S)",
    re.IGNORECASE,
)
_INTRODUCING = re.compile(r"(?:\S+ ){0,4}(?:alarm|alert|notification|incident)s?:", re.IGNORECASE)
_WHERE = re.compile(r"^\[[^\[\]]{1,40}\]\s*(?:[a-z]{3,20} [-–—] )?(?=\S)")
_WHEN = re.compile(r"\s+(?:at|on|in|after|since)\s+\d[\dT:.\-/ hmsUTCZ+]*(?: ?on [\d./-]+)?")
_BEFORE_MARK = re.compile(r"^[A-Za-z]+\s+[(\[]")
_TAIL_TOKEN = re.compile(r"\s*[\[【](?!\d+[\]】])([^\[\]【】]{1,40})[\]】]\s*$")
_STATED_TAIL = re.compile(
    r"\s+(?:severity|priority|level|status|urgency)=\w+$|\s+[–—-]\s+(?:severity|priority|level|urgency):\s\w+$",
    re.IGNORECASE,
)
_TAIL_MARK = re.compile(
    r"\s*(?::|\s[–—-]|\s::)\s+(?:fired|firing|triggered|activated|deactivated|alerting|resolved|recovered|closed|opened"
    r"|acknowledged|ok|critical|fatal|warning)[.!]?$",
    re.IGNORECASE,
)
_HANGING = re.compile(
    r"\b(?:is|are|was|to|of|for|status|state)$", re.IGNORECASE
)  # "Check: disk is: ok" is one sentence
_ADDRESS = re.compile(r"\s*[:|(–—-]?\s*https?://\S+\s*\)?$|\s*\(\s*https?://[^\s()]+\s*\)")
_DANGLING = re.compile(r"\s[\[(<|–—-]+$")  # what an address stood in
_AFTERWORD = re.compile(
    r"\s*(?:\.\s+It was (?:down|offline|unavailable)\b|[.–—-]\s+Reason:).*$", re.IGNORECASE
)
_REFERENCE = re.compile(  # PagerDuty's and OnCall's number is no part of the name
    r"^(?:#(?:[A-Z]{1,6}-)?\d{1,12}:?|[A-Z]{1,6}-\d{2,12}:|(?:[Pp]roblem|[Ii]ncident|[Aa]lert|[Ii]ssue) "
    r"(?:#|[A-Z]{1,6}-)\d{2,12}:?|[Aa]lert [A-Z]{1,6}\d{2,12}:)\s+(?=\S)"
)
_PASSED = re.compile(r"(?:by|via|from)\s+\S{1,40}(?:\s\S{1,30})?")  # "by dana" is who, not what
_ASIDE = re.compile(  # "owner: ann" and "INC-7" behind a bar are no part of the name
    r"\W*(?i:owners?|team|assigned(?: to)?|assignee|on-?call|service|env|environment|since|started|duration|runbook"
    r"|link|url|ticket|value|current|threshold|region|cluster|tags?|severity|priority):\s+\S"
    r"|\W*(?i:since|started|opened) (?:at )?\d|\W*(?:#\w{1,40}|[A-Z]{2,8}-\d{1,8})\W*$"
)
_BARE_REFERENCE = re.compile(r"#[\w.-]{1,40}|(?:[\w-]+ ){0,2}[\w-]+\s?[:：]")  # "#7", or "More details:"
_AROUND = (('"', '"'), ("“", "”"), ("‘", "’"), ("**", "**"))
_NOUN = (
    r"(?:alerts?|alarms?|incidents?|issues?|problems?|notifications?|events?|warnings?|errors?|recovery|monitor"
    r"|uptime alert|health check|status change|(?:host|service)(?: \w+)? notification"
    r"|(?:alert )?conditions?|\S+ alert|\S+ notification)"
)
_GENERIC = re.compile(
    r"^(?:new |an? |the |active |monitoring |system |critical |service |production |prod |automatically |auto-?)*"
    r"(?:(?:resolved|closed|recovered|triggered|acknowledged|opened) )?"
    + _NOUN
    + r"(?: (?:alert|notification|fired|firing|triggered|started|opened|created|reported|was|has been|resolved|closed"
    r"|acknowledged|details|update|detected|requires|needs|your|attention|summary|ended|is|ongoing|activated))*"
    r"(?: (?:from|by) [\w .@-]{1,40})?[.!:]?$",
    re.IGNORECASE,
)
_DURATION = re.compile(r"\b(?:was down )?(?:after|for|in)\s+#(?:\s+#)*")
_NO_ADDRESS = r"(?!\d{1,3}(?:\.\d{1,3}){3}\b)"  # 10.4.0.6 is a host, neither a value nor a moment
_MOMENT = re.compile(  # "since 03/11/2026 09:26AM", "at 10:31, after 5m 1s of downtime"
    rf",?\s+(?:since|at|on|after|for|in)\s+{_NO_ADDRESS}"
    r"(?:\d+[/.:-]\d[\d/.:-]*(?:t[\d:.]+z?)?,?\s*(?:[ap]m|utc|z|[+-]\d{2}:?\d{2})?\s*)+"
    r"|,?\s+after\s+(?:\d+\s?(?:h|m|s|hrs?|mins?|secs?|hours?|minutes?|seconds?)\b\s*)+(?:of downtime)?"
)
_MOVED = re.compile(r"\S+ (?:->|→) \S+")  # the same change either way
_HOW_LONG = re.compile(
    r"\s*\((?:last|was|seen|lasted|down|(?:[a-z ]{1,30} )?(?:for|since|after))\b[^()]{0,60}\)"
)
_MEASURED = re.compile(
    rf"(?<![\w.-]){_NO_ADDRESS}\d[\d.,:]*\s*"
    r"(?:%|ms|secs?|seconds?|s|mins?|minutes?|m|hrs?|hours?|h|days?|d|[kmgt]i?b|rps|req/s)?(?![\w-])"
)
_JOINING = frozenset("for from on in at of".split())
_LINKING = frozenset("is was has been are now back seems".split())
PREFIX_NOUNS = frozenset(
    "alert alarm incident issue problem monitor severity status state priority alertname name title summary recovery "
    "notification update updated from level type description details message condition".split()
) | {"alert name", "new alert", "new incident"}


def clean_title(text: str) -> str:
    """Return one line without leading signs, state and severity marks; nothing when that is all it holds."""
    line = next((each for each in text.split("\n") if each.strip()), "").strip()
    line = _STATED_TAIL.sub("", line.removeprefix("** ").removesuffix(" **"))
    parts = re.split(r"\s+\|\s+", line)
    segments = [
        each
        for each in (
            stripped(part) for part in parts[:1] + [part for part in parts[1:] if not _ASIDE.match(part)]
        )
        if each and not is_mark(each)
    ]
    title = _ADDRESS.sub("", _AFTERWORD.sub("", _TAIL_SIGNS.sub("", " | ".join(segments)))).strip()
    title = _DANGLING.sub("", title)
    behind = _TAIL_TOKEN.search(title)
    if behind and behind.start() and is_mark(behind.group(1)):
        title = title[: behind.start()]
    last = _TAIL_MARK.search(title)
    if last and not is_generic(title[: last.start()]) and not _HANGING.search(title[: last.start()]):
        title = title[: last.start()]
    for left, right in _AROUND:
        if title.startswith(left) and title.endswith(right) and len(title) > len(left + right):
            title = title[len(left) : -len(right)].strip()
    return title[:1_000]


def without_signs(title: str) -> str:
    """Return *title* without the emoji at its ends."""
    return _TAIL_SIGNS.sub("", re.sub(rf"^(?:{_MARKS}|:[a-z0-9_+-]{{2,40}}:|\ufe0f|\s)+", "", title))


def is_generic(title: str) -> bool:
    """Say whether *title* names no trouble ("New alert", "Incident #12 resolved")."""
    words = [word.strip(".!:#") for word in title.lower().split()]
    if any(form.fullmatch(title) for form in (_PASSED, _BARE_REFERENCE, _INTRODUCING)):
        return True
    title = _WHERE.sub("", _WHEN.sub("", title))
    if all(
        is_state_word(word) or word.isdigit() or severity_of(word) or word in PREFIX_NOUNS for word in words
    ):
        return True
    return bool(
        _GENERIC.match(re.sub(r"\s*(?:#[\w.-]*\d[\w.-]*|\b\d+)\s*", " ", title).strip())
    ) or not re.search(r"[^\W\d]{2}|\d+(?:\.\d+){3}", title)


def same_trouble(title: str) -> str:
    """Return *title* made equal for firing and resolved: small letters, no state words, no measured values."""
    text = _DURATION.sub(
        " ", _MEASURED.sub("#", _MOMENT.sub(" ", _MOVED.sub(" moved ", _HOW_LONG.sub("", title.lower()))))
    )
    words = [word.strip(".:-") for word in re.split(r"[^\w./:#@-]+", text)]
    return " ".join(word for word in words if word and word not in _JOINING and not is_state_word(word))


def alike(one: str, other: str, *, least: float = 0.6) -> bool:
    """Say whether two titles tell of one trouble: *least* of the words shared, and no name with digits on one side."""
    mine, theirs = set(same_trouble(one).split()), set(same_trouble(other).split())
    shared, odd = mine & theirs, mine ^ theirs
    if not shared or any(re.search(r"[\d]", word) for word in odd):
        return False
    return len(shared) / len(mine | theirs) >= least or (len(shared) >= 2 and shared in (mine, theirs))


def stripped(part: str) -> str:
    """Return *part* without the signs, references, state and severity marks at its start."""
    text, before = part.strip(), ""
    while text != before:
        before = text
        text = _REFERENCE.sub("", _SIGNS.sub("", text).strip())
        token = _TOKEN.match(text)
        if token and is_mark(token.group(1)):
            text = text[token.end() :]
        numbered = NUMBERED_STATE.match(text)
        if numbered and status_of(numbered.group(1)) and text[numbered.end() :].strip():
            text = text[numbered.end() :]
        prefix = _PREFIX.match(text)
        if prefix and text[prefix.end() :].strip() and is_mark(prefix.group(1)):
            text = text[prefix.end() :]
        text = _ANNOUNCED.sub("", _SHOUTED.sub("", text))
        text = _LEADING.sub("", text) if text != before or _BEFORE_MARK.match(text) else text
    return text


def own_names(sender: str) -> set[str]:
    """Return what a title may not be: the sender's own name, with or without "alerts" behind it."""
    names = {sender, re.split(r"[\W_]", sender)[0]} - {""}
    nouns = ("", " alert", " alerts", " alarm", " incident", " notification")
    return {f"{name}{noun}" for name in names for noun in nouns}


def is_mark(text: str) -> bool:
    """Say whether *text* is nothing but a state or severity ("FIRING:2, RESOLVED:1", "severity: page")."""
    if severity_of(text):  # "Sev 2"
        return True
    words = [word.strip("*_`:,.!#") for word in re.split(r"(?:\s-\s|[\s:：,/=])+", text.strip())]
    telling = [word for word in words if word and not word.isdigit() and word.lower() not in _LINKING]
    if not telling:
        return True
    return all(
        status_of(word) or severity_of(word) or word.lower() in PREFIX_NOUNS for word in telling
    ) or bool(status_of(text))


def is_state_word(word: str) -> bool:
    """Say whether a word of a title tells only how things stand, or joins such words ("is", "still")."""
    return bool(status_of(word)) or word in {
        "is",
        "seems",
        "was",
        "has",
        "been",
        "now",
        "back",
        "to",
        "again",
        "the",
        "alert",
        "incident",
        "on-going",
        "went",
        "still",
        "by",
        "no",
        "longer",
    }
