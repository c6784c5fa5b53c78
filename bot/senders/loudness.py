"""How loud a post says its trouble is: a severity field, a mark in the title, a word that stands out.

Never from a colour, for senders paint mere warnings red. Sentences are not searched for severities: "on the
critical path" says nothing, "lag is critical" does.
"""

import re

from bot.investigation.alert import Severity
from bot.senders.marks import marks_in
from bot.senders.post import Post
from bot.senders.slack_text import links_of, plain
from bot.senders.standing import Standing, Strength, field_of, head_lines
from bot.senders.words import scored_severity, severity_in, severity_of

SEVERITY_FIELDS = (
    "severity", "priority", "alert severity", "sev", "level", "urgency", "alert level", "criticality", "alert priority",
    "incident severity", "impact", "risk level", "threat level", "alarm level", "alarm severity",
)  # fmt: skip
DOWN = frozenset({"down", "offline", "unreachable", "dead"})
_WARNING_SIGNS = (":warning:", "⚠")  # the one emoji whose name is a severity; weaker than any word
_LEVEL_WORD = r"[Pp][0-5]|[Ss][Ee][Vv](?:[Ee][Rr][Ii][Tt][Yy])?[ -]?[0-5]"
_IS_DOWN = re.compile(r"\b(?:is|went|gone) (?:now )?(?:down|offline|unreachable)\W*$", re.IGNORECASE)
_SENTENCE = re.compile(r'"[^"\n]*\s[^"\n]*"')
_LOUD = re.compile(
    rf"\b(Critical|Fatal|Emergency|Disaster|CRITICAL|FATAL|EMERGENCY|DISASTER|{_LEVEL_WORD}|WARNING|WARN|ERROR|HIGH"
    r"|MEDIUM|MAJOR|MINOR|LOW|INFO"
    r"|(?:Major|Minor|Warning)(?= - )|(?:(?<=is )|(?<=now ))(?:critical|fatal)|(?:critical|fatal)(?=\W*$))(?!\w)"
)
_LEVELLED = re.compile(
    r"^\W{0,6}(?:(Warning)\s(?=[A-Z])|(CRITICAL|FATAL|ERROR|WARNING|WARN|PAGE|URGENT|[Pp][0-5])\s(?=\S)|(Warning|Critical)\s(?:from|on|for)\b"
    r"|(?i:(?:an? |new )*(critical|fatal|error|warning|major|minor|high|medium|low|info)(?: priority| severity)?"
    r"\s(?:alert|alarm|issue|incident|problem)\b))"
)
_INLINE = re.compile(r"\b(?:severity|urgency|priority)\s?[:=]\s?(\w{2,13})", re.IGNORECASE)
_EXCEPTION = re.compile(
    r"(?:^|[\s.#:\]])[A-Z]\w*(?:Error|Exception|Fault)\b(?::|$)"
    r"|(?:^|[\s`])[A-Z]\w+(?:::[A-Z]\w+)+(?=[:`]|$)|\b[Aa]n? `?[A-Z]\w*(?:Error|Exception|Fault)`? occurr?ed\b"
)
_TRACES = frozenset("backtrace stacktrace traceback exception".split()) | {
    "stack trace",
    "error class",
    "times occurred",
}


def severity(post: Post, found: Standing) -> Severity:
    """Return how loud the post says it is, `Severity.UNKNOWN` when it does not say."""
    worded = worded_severity(post, found)
    heads = (*post.headers, post.title, *post.prose[:1])
    signed = any(line.lstrip("*_ ").startswith(_WARNING_SIGNS) for line in heads)
    return Severity.WARNING if signed and worded is Severity.UNKNOWN else worded


def worded_severity(post: Post, found: Standing) -> Severity:
    """Return how loud the post says in words that it is."""
    stated = stated_severity(post, found)
    if stated:
        return stated
    for line in head_lines(post)[:3]:
        marked = _LOUD.search(_SENTENCE.sub('""', line))  # a quoted sentence is not the sender's own word
        if marked:
            return severity_of(marked.group(1)) or Severity.UNKNOWN
    if found.word.lower() in DOWN or any(_IS_DOWN.search(line) for line in head_lines(post)[:2]):
        return Severity.CRITICAL
    return Severity.ERROR if names_exception(post) else Severity.UNKNOWN


def stated_severity(post: Post, found: Standing) -> Severity | None:
    """Return the severity that stands in a place for it: field, bracket, prefix, "Critical alert", state word."""
    by_field = next(
        filter(None, (severity_in(post.fields[name]) for name in SEVERITY_FIELDS if name in post.fields)),
        severity_of(post.fields.get("type", "")),  # Kubernetes' events have a type: Warning
    ) or scored_severity(post.fields.get("severity", ""))
    if by_field:
        return by_field
    if found.strength is Strength.TOKEN and found.word.lower() in DOWN:
        return Severity.CRITICAL
    heads = head_lines(post)
    marked = next(
        (
            said
            for place, line in enumerate(heads)
            for word in marks_in(line)
            if (said := severity_of(word))
            and (place < 1 or word.lower() not in {"error", "info", "notice", "debug"})
        ),
        None,
    )  # "Error: timed out" and "Info: ..." below the head is what went wrong, not how loud it is
    if marked:
        return marked
    inline = next(filter(None, (severity_of(word) for line in heads for word in _INLINE.findall(line))), None)
    if inline:
        return inline
    in_phrase = found.strength is Strength.PHRASE and found.word.lower() in {
        "high",
        "low",
    }  # "is running high"
    by_word = severity_of(found.word) if found.strength >= Strength.PHRASE and not in_phrase else None
    levelled = next(filter(None, map(_LEVELLED.match, heads[:3])), None)
    return by_word or (severity_of(next(filter(None, levelled.groups()))) if levelled else None)


def field_severity(post: Post) -> Severity:
    """Return the severity that a field states, for senders whose words say nothing of it."""
    return severity_in(field_of(post, SEVERITY_FIELDS)) or Severity.UNKNOWN


def names_exception(post: Post) -> bool:
    """Say whether a title is a program's exception ("KeyError: 'sku'"), or one's trace is beside it."""
    linked = [link.label for line in post.prose[:1] for link in links_of(line)]
    spoken = [plain(line) for line in post.prose[:1]] if _TRACES & post.fields.keys() else []
    return any(_EXCEPTION.search(each) for each in (post.title, *post.headers, *linked, *spoken)) or (
        "backtrace" in post.fields and "exception" in post.fields
    )
