"""A title without what surrounds it: signs, status and severity marks, link syntax, sender's name.

What the alert is called, as one would say it aloud. It does not know the sender's templates; a sender's own
file reads those.
"""

import re

from bot.senders.post import Post
from bot.senders.slack_text import links_of, plain
from bot.senders.state import NUMBERED_STATE
from bot.senders.words import BAD_SIGNS, GOOD_SIGNS, severity_of, status_of

_MARKS = "|".join(re.escape(sign) for sign in (*BAD_SIGNS, *GOOD_SIGNS))
_SIGNS = re.compile(
    rf"^(?:{_MARKS}|:[a-z0-9_+-]{{2,40}}:|[\ufe0f\u200d]|[^\w\s\[\](){{}}<>\"'“‘#@$/%&*.`~^+-])+\s*"
)
_TAIL_SIGNS = re.compile(rf"(?:\s*(?:{_MARKS}|\ufe0f))+\s*$")
_TOKEN = re.compile(r"^[\[(【{]([^\[\](){}]{1,40})[\])】}]\s*[:|–—-]?\s*")
_PREFIX = re.compile(
    r"^([A-Za-z][A-Za-z-]*(?: [A-Za-z]+){0,3}|(?:[Pp][0-5]|[Ss][Ee][Vv][ -]?[0-5])(?: [A-Za-z]+){0,2})"
    r"(?: (?:in|after) [\w ]{1,12}| \(?#?(?:[A-Z]{1,6}-)?\d{1,12}\)?)?"
    r"\s*(?::\s*|\s[|–—-]\s|\s?»\s|\s?>>\s)"
)
_LEADING = re.compile(
    r"^(?:(?i:resolved|recovered|triggered|re-triggered|acknowledged|firing|alerting|closed)"
    r"|PROBLEM|RECOVERY|ALERT|ALARM|CRITICAL|WARNING|WARN|ERROR|OK|DOWN|UP|OPEN|FIRING)\s+(?=\S)"
)
_BEFORE_MARK = re.compile(r"^[A-Za-z]+\s+[(\[]")
_TAIL_TOKEN = re.compile(r"\s*[\[【]([^\[\]【】]{1,40})[\]】]\s*$")
_ADDRESS = re.compile(r"\s*[:|(–—-]?\s*https?://\S+\s*\)?$|\s*\(\s*https?://[^\s()]+\s*\)")
_AFTERWORD = re.compile(r"\s*\.\s+It was (?:down|offline|unavailable)\b.*$", re.IGNORECASE)
_NAMED = re.compile(
    r"^\W{0,4}(?:an? |the )?(?:alert|rule|check|monitor|alarm|policy|job)\b(?: rule)?(?: for| on)?\s+"
    r"(?:\*([^*\n]{1,200})\*|`([^`\n]{1,200})`|[\"“]([^\"”\n]{1,200})[\"”]|<https?://[^>|\n]{1,2000}\|([^>\n]{1,200})>)"
    r"\s+(?:is|has|was)\b",
    re.IGNORECASE,
)
_AROUND = (('"', '"'), ("“", "”"), ("‘", "’"), ("**", "**"))
_NOUN = (
    r"(?:alerts?|alarms?|incidents?|issues?|problems?|notifications?|events?|warnings?|errors?|recovery|monitor"
    r"|uptime alert|health check|status change|\S+ alert|\S+ notification)"
)
_GENERIC = re.compile(
    r"^(?:new |an? |the |active |monitoring |system |critical |service |production |prod )*"
    + _NOUN
    + r"(?: (?:alert|notification|fired|firing|triggered|started|opened|created|resolved|closed|acknowledged"
    r"|details|update|detected|summary|ended|is|ongoing|activated))*(?: from [\w .-]{1,40})?[.!:]?$",
    re.IGNORECASE,
)
_DURATION = re.compile(r"\b(?:was down )?(?:after|for|in)\s+#(?:\s+#)*")
_MEASURED = re.compile(
    r"(?<![\w.-])\d[\d.,:]*\s*"
    r"(?:%|ms|secs?|seconds?|s|mins?|minutes?|m|hrs?|hours?|h|days?|d|[kmgt]i?b|rps|req/s)?(?![\w-])"
)
_LINKING = frozenset("is was has been are now back".split())
_PREFIX_NOUNS = frozenset(
    "alert alarm incident issue problem monitor severity status state priority alertname name title summary recovery "
    "notification updated from level type description details message".split()
) | {"alert name", "new alert", "new incident"}
TITLE_FIELDS = (
    "alert name", "alertname", "alarm name", "alarm", "alert", "monitor name", "monitor", "check name", "check",
    "test name", "test",
    "rule name", "rule", "title", "incident", "incident title", "issue", "problem", "event name", "trigger",
    "condition", "condition name", "name", "summary", "policy", "message", "description",
)  # fmt: skip


def best_title(post: Post) -> str:
    """Return what the post calls its trouble; the first words of the body when it names nothing."""
    titled = [post.title, *post.headers]
    first = [_named_in(line) or _linked(line) or plain(line) for line in post.lines[:2]]
    named = [post.fields[name] for name in TITLE_FIELDS if post.fields.get(name)]
    after = [*first[:1], *named, *first[1:]] if any(titled) else [*first, *named]
    behind = [plain(text) for text in (*post.lines[2:6], post.text, *post.fallbacks)]
    candidates = [*titled, *after, *behind]
    cleaned = [clean_title(each) for each in candidates]
    telling = [
        each
        for each in cleaned
        if each and not is_generic(each) and each.lower() not in _own_names(post.sender)
    ]
    return next(iter(telling), next(filter(None, cleaned), ""))


def clean_title(text: str) -> str:
    """Return one line without leading signs, state and severity marks; nothing when that is all it holds."""
    line = next((each for each in text.split("\n") if each.strip()), "").strip()
    segments = [
        each
        for each in (_stripped(part) for part in re.split(r"\s+\|\s+", line))
        if each and not _is_mark(each)
    ]
    title = _ADDRESS.sub("", _AFTERWORD.sub("", _TAIL_SIGNS.sub("", " | ".join(segments)))).strip()
    behind = _TAIL_TOKEN.search(title)
    if behind and behind.start() and _is_mark(behind.group(1)):
        title = title[: behind.start()]
    for left, right in _AROUND:
        if title.startswith(left) and title.endswith(right) and len(title) > len(left + right):
            title = title[len(left) : -len(right)].strip()
    return title[:1_000]


def without_tail_signs(title: str) -> str:
    """Return *title* without the telling emoji at its end."""
    return _TAIL_SIGNS.sub("", title)


def is_generic(title: str) -> bool:
    """Say whether *title* names no trouble ("New alert", "Incident #12 resolved")."""
    words = [word.strip(".!:#") for word in title.lower().split()]
    if all(
        _is_state_word(word) or word.isdigit() or severity_of(word) or word in _PREFIX_NOUNS for word in words
    ):
        return True
    return bool(_GENERIC.match(re.sub(r"\s*#?\d+\s*", " ", title).strip())) or not re.search(
        r"[^\W\d]{2}", title
    )


def same_trouble(title: str) -> str:
    """Return *title* made equal for firing and resolved: small letters, no state words, no measured values."""
    text = _DURATION.sub(" ", _MEASURED.sub("#", title.lower()))
    kept = [
        word for word in re.split(r"[^\w./:#@-]+", text) if word and not _is_state_word(word.strip(".:-"))
    ]
    return " ".join(kept)


def alike(one: str, other: str) -> bool:
    """Say whether two titles tell of one trouble: most words shared, and no name with digits on one side only."""
    mine, theirs = set(same_trouble(one).split()), set(same_trouble(other).split())
    shared, odd = mine & theirs, mine ^ theirs
    if not shared or any(re.search(r"[\d]", word) for word in odd):
        return False
    return len(shared) / len(mine | theirs) >= 0.6 or (len(shared) >= 2 and shared in (mine, theirs))


def _own_names(sender: str) -> set[str]:
    """Return what a title may not be: the sender's own name, with or without "alerts" behind it."""
    return {sender, f"{sender} alert", f"{sender} alerts", f"{sender} notification"} - {""}


def _named_in(line: str) -> str:
    """Return the marked name in a sentence about its state ("An alert for *web* has been triggered")."""
    match = _NAMED.match(line)
    return plain(next(filter(None, match.groups()), "")) if match else ""


def _linked(line: str) -> str:
    """Return the label of the line's first link when the rest of the line is only marks around it."""
    links = [link for link in links_of(line) if link.label]
    if not links:
        return ""
    rest = plain(line).replace(links[0].label, " ", 1)
    leftover = [
        part
        for part in re.split(r"[|:–—,()\[\]-]|\s{2,}", rest)
        if part.strip() and not _is_mark(_stripped(part))
    ]
    return links[0].label if not leftover or all(_is_marked_value(part) for part in leftover) else ""


def _is_marked_value(part: str) -> bool:
    words = part.split()
    return bool(words) and all(
        _is_state_word(word.strip(":.*`").lower())
        or severity_of(word)
        or word.strip(":").lower() in _PREFIX_NOUNS
        for word in words
    )


def _stripped(part: str) -> str:
    text, before = part.strip(), ""
    while text != before:
        before = text
        text = _SIGNS.sub("", text).strip()
        token = _TOKEN.match(text)
        if token and _is_mark(token.group(1)):
            text = text[token.end() :]
        numbered = NUMBERED_STATE.match(text)
        if numbered and status_of(numbered.group(1)) and text[numbered.end() :].strip():
            text = text[numbered.end() :]
        prefix = _PREFIX.match(text)
        if prefix and text[prefix.end() :].strip() and _is_mark(prefix.group(1)):
            text = text[prefix.end() :]
        text = _LEADING.sub("", text) if text != before or _BEFORE_MARK.match(text) else text
    return text


def _is_mark(text: str) -> bool:
    """Say whether *text* is nothing but a state or severity ("FIRING:2, RESOLVED:1", "severity: page")."""
    words = [word.strip("*_`:,.!#") for word in re.split(r"[\s:,/=]+", text.strip())]
    telling = [word for word in words if word and not word.isdigit() and word.lower() not in _LINKING]
    if not telling:
        return True
    return all(
        status_of(word) or severity_of(word) or word.lower() in _PREFIX_NOUNS for word in telling
    ) or bool(status_of(text))


def _is_state_word(word: str) -> bool:
    return bool(status_of(word)) or word in {
        "is",
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
