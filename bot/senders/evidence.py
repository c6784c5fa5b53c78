"""How much speaks for an alert in the post of an unknown sender: state words, severity, signs, buttons, who sends.

Each piece of evidence has its worth, and they must add up. It names no sender; bystanders.py was asked before.
"""

import re

from bot.investigation.alert import Severity
from bot.senders.loudness import DOWN, names_exception, stated_severity, worded_severity
from bot.senders.naming import names_itself
from bot.senders.post import Post
from bot.senders.slack_text import plain
from bot.senders.standing import Standing, Strength, is_any_card, watches
from bot.senders.state import STATE_FIELDS
from bot.senders.stated import count_of
from bot.senders.words import OF_WORK, Status, either, severity_of, sign_status

MUCH = 4  # … when it comes with nothing but words, or ends what nobody here saw begin
ENOUGH = 3  # points at which a post of an unknown sender counts as an alert
_TROUBLE = either(
    r"alerts?|alarms?|outage|down|fail(?:ed|ing|ures?|s)|errors?|exceptions?|unhealthy|unreachable",
    r"timed? ?outs?|exceed\w*|above|below|threshold|breach\w*|latency|critical|degraded|crash\w*|oom\w*|saturat\w*",
    r"exhausted|high (?:cpu|memory|load)",
    r"[45]xx|[45]\d\ds|50[0234]|disk|not responding|unavailable|stuck|lag|backlog|expir\w+|incidents?|spike|anomal\w+",
    r"(?:is|are) (?:too )?(?:high|low|slow|stalled|overdue|broken)|rose|spiked|dropped",
    r"full|limit|brute.?force|at least \d+ events|intrusion|unauthori[sz]ed|suspicious|malware|fault",
    r"missing|(?:0|no) (?:consumers|replicas|healthy|available)|(?:does )?not (?:exist|running)|died",
    r"violation|burn rate|back-?off|restart(?:s|ed|ing)|evicted",
    r"blocked|late|not reachable|throttled|rate[ -]?limited|matched|disconnected|insufficient|heartbeat|exited",
    r"\d ?% (?:for|over|in) the (?:previous|last|past)|\w*not ?ready|stopped \w+ing|\w*pressure",
    r"killed|deadlock|response time|slow|overload\w*|rejected|dropped|too many",
)
_ANSWERING = re.compile(
    r"^\W*(?:acknowledge|ack|resolve|silence|snooze|mute|escalate|runbook|playbook|investigate|open (?:incident|alert)"
    r"|view (?:incident|alert|monitor|problem|issue|alarm|event|check|in \w+))\b",
    re.IGNORECASE,
)
_TAKABLE = re.compile(r"alert|alarm|incident|issue|problem|event|#\d", re.IGNORECASE)
_PLACES = frozenset(
    {"host", "hostname", "node", "pod", "namespace", "cluster", "instance", "region", "environment", "env"}
)
_LIMITS = frozenset({"threshold", "limit", "current value"})  # what a value is held against
_SIRENS = ("🚨", ":rotating_light:", ":alert:", ":siren:", "🆘", ":sos:")
_SIREN_OVER = (
    re.compile(  # a siren, a headline that shouts nothing, and below it what was measured or counted
        r"^\W*(?:🚨|:rotating_light:|:alert:|:siren:|🆘|:sos:)\W*[^\n!]{5,100}\n[^\n!]*?\d[\d.,]*\s?"
        r"(?:%(?! off)|€|of \d|(?:ms|[kmgt]b|s|sec\w*|min\w*|hours?|heures?|stunden)\b)",
        re.IGNORECASE,
    )
)
_WORTH = {
    Strength.TOKEN: 3,
    Strength.PREFIX: 2,
    Strength.PHRASE: 2,
    Strength.SIGN: 1,
    Strength.COLOUR: 1,
    Strength.NONE: 0,
}
_HEADLINE = re.compile(
    r"^\W*(?:[\w-]+ ){0,3}(?:alert|alarm|incident)\W*$|^\W*(?:alert|alarm) (?:on|for|in|from)\b"
    r"|^\W*(?:(?:[\w-]+ ){2,3}|new )?(?:alert|alarm)s?:\s"
    r"|^\W*\[[^\[\]]{0,40}\b(?:alert|alarm)\b[^\[\]]{0,40}\]",
    re.IGNORECASE,
)
_CHATTING = re.compile(
    r"\w\W{0,3}\?+\W*(?:\n|$)|(?i:\bhere(?:'s| is| are)\b|\bheads[ -]up\b|\bfyi\b)|"
    r"(?i:\bplease (?:complete|submit|review|fill|join|sign|register|confirm|update your)\b)|"
    r"\b(?:I|I'm|I'll|I've|you)\b|(?i:\b(?:hi|hello|hey) (?:all|team|there|everyone|folks)\b|\bwelcome\b|\bthanks\b)"
)
_LAID_ASIDE = frozenset("muted silenced snoozed".split())  # said of rules as much as of alerts
_DONE = frozenset(
    {"success", "succeeded", "completed", "green", "fixed"}
)  # of jobs that never failed as much as of alerts
_MACHINE = (
    r"`[^`\s]{1,60}`|^\W*[a-z][\w.-]*\d[\w.-]*: |\b[a-z][a-z\d]{1,20}(?:[-_.][a-z\d]+){0,4}-\d+\b|^\W*\[[\w.-]+-\d+\]"
    r"|\b(?:[a-z\d-]+\.){2,5}[a-z]{2,12}\b|\b[\w-]+\.(?:com|io|net|org|dev|internal|local|corp)\b"
)
_MACHINE_NAME = {
    Strength.PHRASE: re.compile(r"\*[^*\s]{1,60}\*|" + _MACHINE),
    Strength.SIGN: re.compile(_MACHINE),  # people, too, stand in bold behind a sign
}
_CALLED = re.compile(r"\b(?:alert|alarm|incident|health event|finding)\b", re.IGNORECASE)


def speaks_for_alert(post: Post, found: Standing) -> bool:
    """Say whether enough speaks for an alert, and not only a priority, a colour and a ticket's status."""
    enough = MUCH if _is_bare(post, found) else ENOUGH
    return points(post, found) >= enough and _tells_of_trouble(post, found)


def is_sure(post: Post, found: Standing) -> bool:
    """Say whether an end, or a silence, counts even when nobody here saw the trouble begin."""
    if found.word.lower() in _LAID_ASIDE:
        return False
    told = found.strength >= Strength.PREFIX and not _is_of_work(post, found)
    return found.word.lower() not in _DONE and (
        told or (points(post, found) >= MUCH and found.strength > Strength.COLOUR)
    )


def points(post: Post, found: Standing) -> int:
    """Return how much speaks for an alert: state words, severity, signs, bars, buttons, trouble words, sender."""
    heads = "\n".join((post.text[:200], *post.prose[:3], *post.headers, post.title))
    evidence = (
        (_worth(post, found), True),
        (
            2,
            any(
                name in {"severity", "alertname"}
                or re.fullmatch(r"(?:alert|alarm)(?: (?!rules?$)[a-z]+){1,3}", name)
                for name in post.fields
            ),
        ),
        (2, _is_loud(post, found)),
        (3, names_exception(post)),
        (-2, _takes_something_else(heads, found)),
        (1, any(_HEADLINE.match(line) for line in heads.split("\n"))),
        (1, found.strength is Strength.PHRASE and any(names_itself(line) for line in post.prose[:2])),
        (-2, found.strength < Strength.TOKEN and _CHATTING.search(heads) is not None),
        (2, _calls_own(post)),
        (1, found.strength is Strength.SIGN and _names_machine(post, found)),
        (1, any(sign in heads for sign in _SIRENS)),
        (2, found.strength is Strength.SIGN and _sounds_over_count(post)),
        (1, found.strength > Strength.SIGN and sign_status(heads) is found.status),
        (1, any(_ANSWERING.match(button.label) for button in post.buttons)),
        (1, bool(post.colours) and found.strength > Strength.COLOUR),
        (1, _TROUBLE.search(_told(post)) is not None),
        (1, watches(post.sender)),
        (1, bool(_PLACES & post.fields.keys())),
        (1, bool(_LIMITS & post.fields.keys())),
    )
    return sum(worth for worth, true in evidence if true)


def _tells_of_trouble(post: Post, found: Standing) -> bool:
    """Say whether more than a priority, a colour and a ticket's status speak for an alert."""
    if found.strength >= Strength.PHRASE and not _is_of_work(post, found) and not is_any_card(post, found):
        return True
    watched = watches(post.sender) or _TROUBLE.search(_told(post)) or _PLACES & post.fields.keys()
    graded = "severity" in post.fields and post.fields["severity"].lower() not in {"low", "info"}
    answered = any(_ANSWERING.match(button.label) for button in post.buttons)
    named = {"rule", "alertname", "alert id"} & post.fields.keys() or _CALLED.search(post.title)
    signed = found.strength is Strength.SIGN or named
    return bool(
        watched or graded or answered or signed or names_exception(post) or count_of(post, Status.FIRING)
    )


def _is_bare(post: Post, found: Standing) -> bool:
    """Say whether nothing but a sentence tells, of a sender that does not seem to watch anything."""
    linked = post.links or "https://" in post.text
    laid_out = post.colours or len(post.fields) > 1 or post.buttons or linked or post.headers
    watched = _names_machine(post, found) or watches(post.sender)
    return found.strength <= Strength.PHRASE and not laid_out and not watched


def _names_machine(post: Post, found: Standing) -> bool:
    """Say whether the first line of a post that has only a sentence or a sign names something that runs."""
    form = _MACHINE_NAME.get(found.strength)
    return form is not None and form.search("".join(post.prose[:1])) is not None


def _worth(post: Post, found: Standing) -> int:
    """Return what the state alone is worth: less where it stands on a card as projects and runs have them."""
    if _is_of_work(post, found):
        return 1
    return 2 if is_any_card(post, found) else _WORTH[found.strength]


def _sounds_over_count(post: Post) -> bool:
    """Say whether a siren stands over a headline, and what was counted below it."""
    below = "\n".join(plain(line) for line in post.prose[:2])
    signed = "\n".join((post.text.split("\n")[0], "".join(post.prose[1:2])))
    return any(_SIREN_OVER.match(each) for each in (below, signed))


def _told(post: Post) -> str:
    """Return the words of a post without the names of its fields and the state in them, which count already."""
    values = (value for name, value in post.fields.items() if name not in STATE_FIELDS)
    return "\n".join((post.title, *post.headers, *post.prose, *values, *post.fallbacks))[:2_000]


def _calls_own(post: Post) -> bool:
    """Say whether the post starts as its sender's own alert ("Wazuh alert (level 12): ...")."""
    name = re.escape(re.split(r"[\W_]", post.sender)[0])
    start = "".join(map(plain, post.prose[:1]))[:80]
    return (
        bool(name)
        and re.search(
            rf"^(?:\W|:\w+:)*{name}\b.{{0,20}}?\b(?:alert|alarm)\W{{0,3}}(?:\([^)]{{1,30}}\))?\s*[:|—–-]",
            start,
            re.IGNORECASE,
        )
        is not None
    )


def _is_of_work(post: Post, found: Standing) -> bool:
    """Say whether a status field tells only what any ticket, contract or campaign tells too ("Active", "Closed")."""
    by_field = found.strength is Strength.TOKEN and found.word in {
        each.strip() for each in post.fields.values()
    }
    return by_field and found.word.lower() in OF_WORK


def _takes_something_else(heads: str, found: Standing) -> bool:
    """Say whether a sentence acknowledges what is called no alert ("ann acknowledged the handoff")."""
    said = found.strength is Strength.PHRASE and found.status is Status.ACKNOWLEDGED
    return said and not _TAKABLE.search(heads)


def _is_loud(post: Post, found: Standing) -> bool:
    """Say whether a severity is told besides the state: in its place, or loosely where a state is told too."""
    word = found.word.lower()
    counted = (
        found.strength is Strength.PHRASE and severity_of(word) is not None
    )  # "is critical" is a state already
    stated = stated_severity(post, found)
    if stated:
        return not counted or stated is not severity_of(word)
    loose = found.strength is not Strength.NONE and word not in DOWN
    return loose and not counted and worded_severity(post, found) is not Severity.UNKNOWN
