"""What a post calls its trouble: its title, a headline, the name in its first sentence, a field that names it.

The order is that of docs/alert-posts.md. It cleans nothing itself (titles.py does) and does not know any
sender's templates.
"""

import re
from collections.abc import Iterable, Iterator

from bot.senders.fields import name_stated, states_only
from bot.senders.post import Post
from bot.senders.record import cells_of, is_record
from bot.senders.slack_text import links_of, plain
from bot.senders.titles import (
    PREFIX_NOUNS,
    clean_title,
    is_generic,
    is_mark,
    is_state_word,
    own_names,
    stripped,
)
from bot.senders.words import severity_of, status_of

_POINTER = re.compile(
    r"(?<![\s|(*_·•–—-])[\s|(*_·•–—-]{0,12}<https?://[^>|\n]{1,3000}\|\W{0,4}(?:view|see|open|details?|source|runbook|playbook|dashboard|graph"
    r"|silence|logs?|click|here|more|link|show|query|panel|settings|investigate|alertmanager|prometheus|grafana|kibana|console)\b[^>\n]{0,60}>[\s)*_.]*$",
    re.IGNORECASE,
)
_PASSED_ON = re.compile(r"^(?:via|from|by)\s+\S.{0,60}$", re.IGNORECASE)
_BESIDE_NAME = re.compile(  # who passed it on, how it moved, since when and why: not what it is called
    r"\bvia \S.*$|\bchanged (?:state|status) from \S+ to \S+|\b(?:since|after) \d[\w:. ]*(?:\([A-Z]{2,4}\))?"
    r"|\breason: .*$|\boccurr?ed (?:in|while|at) \S.*$",
    re.IGNORECASE,
)
_NEWS = re.compile(
    r"^\W*(?:status|state) (?:has )?(?:changed to|is still|is now):? \w+[.!] (?=\S)", re.IGNORECASE
)
_STATED = re.compile(  # "HOST: edge-1: DOWN"
    r"^\W*(?:host|service|device|check|monitor|node|instance): "
    r"(?P<name>\S(?:(?!\w: ).){0,150}\w): (?P<state>[\w ]{2,20})\W*$",
    re.IGNORECASE,
)
# marks in bold, then what it is
_HEADING = re.compile(
    r"^\W*\*\[[^\[\]*]{2,20}\](?: [A-Z]+)? (?P<whose>[^*\n]{1,80}) (?P<last>\w+)\*\s+[-–—]\s+(?=\S)"
)
_ITS_ID = re.compile(r"\s+<https?://[^>|\n]{1,3000}\|#?(?=[\da-f-]*\d)[\da-f-]{4,36}>\s*$")
_SPOKEN = re.compile(
    r"^alert (?P<whole>\S.{1,150}?) (?:has been |was |is )?(?:triggered|fired|firing|resolved|recovered)[:.!]?$"
    r"|\b(?:alert|incident|issue) #?[\w-]{1,20} [\"“](?P<quoted>[^\"”\n]{3,200})[\"”]\W*$"
    r"|\balert (?P<word>\S{3,100}) is (?:now )?(?:active|firing|resolved)\b",
    re.IGNORECASE,
)
_DASHED = re.compile(r"\s[—–|-]\s")
_VERB = re.compile(r"(?:is|are|was|were|has|have)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\W*(?:[A-Z]{2,8}-)?\d{1,12}\W*")  # "INC-77", the sender's own
_TAGGED = re.compile(r"(?:\[[^\[\]]{1,60}\]\s*)+$")
_EMOJI = re.compile(r":[a-z0-9_+-]{2,40}:\s*")
_ERRORED = re.compile(  # a headline that tells only where a program failed
    r"\W*(?:new |an? )(?:\w+ )?(?P<kind>error|exception)(?: (?:has |was )?(?:occurred|detected|seen))?"
    r"(?:[!.]| (?:in|on|from) )",
    re.IGNORECASE,
)
_BOLD_MARK = re.compile(
    r"^(?:\W|:[a-z0-9_+-]{2,40}:)*?\*([^*\n]{2,40})\*:?\s+(?!(?:on|in|for|from|at|of|to|is|was|by|alert|alarm|incident|issue)\b)(?=[A-Za-z`])"
)
_LOGGED = re.compile(
    r"\W?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d[.,\d]*Z?\b"
)  # a line of a log, with its time
_PLACING = re.compile(
    r"^\W*(?:(?:alert |incident |event |problem |ticket )?(?:id|number)|host"
    r"|hostname|node|instance|service|state|status|severity|priority|time|date|environment|env|region"
    r"|cluster|namespace|project|since|started|duration|link|url)\W{0,3}:",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"^\W{0,4}(?:\w+\W{1,2}){0,2}?(?:alert|rule|check|monitor|alarm|policy|job)\b(?: rule| condition)?(?: for| on)?\s+"
    r"(?:\*([^*\n]{1,200})\*|`([^`\n]{1,200})`|[\"“]([^\"”\n]{1,200})[\"”]|'([^'\n]{1,200})'|<https?://[^>|\n]{1,2000}\|([^>\n]{1,200})>)"
    r"\s+(?:is|has|was|fired|triggered|resolved|recovered|opened|closed|cleared|activated|went|transitioned|moved)\b",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"^\W*(?:subject|reason|summary|title|alert name|alert rule|rule|rule name|event|event definition|event name|what"
    r"|alert for [\w ]{1,30}|problem name|incident name|monitor name|check name|headline)\W{0,3}[:：]\s+(\S.*)$",
    re.IGNORECASE,
)
TITLE_FIELDS = (
    "alert name", "alertname", "alarm name", "alarm", "alert", "monitor name", "monitor", "check name", "check",
    "test name", "test",
    "rule name", "rule", "title", "incident", "incident title", "issue", "problem", "problem name", "event name",
    "trigger", "condition", "condition name", "name",
)  # fmt: skip
_NAMES = ("alert name", "alarm name", "incident title", "problem name", "title")  # outright, before any line
_THINGS = ("device", "sensor", "nodes")  # what is watched, where nothing names the trouble
TELLING_FIELDS = (
    "summary",
    "reason",
    "policy",
    "message",
    "description",
)  # what happened, when nothing says what it is called


def best_title(post: Post) -> str:
    """Return what the post calls its trouble; the first words of the body when it names nothing."""
    told = (each for each in _candidates(post) if not _is_signed_mark(each, post.sender))
    cleaned = [_without_sender(clean_title(each), post.sender) for each in told]
    telling = (
        each
        for each in cleaned
        if each
        and not is_generic(_unsigned(each, post.sender))
        and each.lower() not in own_names(post.sender)
    )
    return next(telling, next(filter(None, cleaned), ""))


def _candidates(post: Post) -> Iterator[str]:
    """Yield what may be the title by the place where it stands, the surest place first."""
    told = [(place, line) for place, line in enumerate(post.prose[:6]) if not _is_cell(post, place, line)]
    first = [_error_named(post, plain(line)) or _headline(line) for place, line in told if place < 2]
    titles = [_error_named(post, each) or _spoken_in(each) or each for each in (post.title, *post.headers)]
    line_first = 1 if any(titles) else 2  # below a title, a second line is only a description
    host = (post.fields.get("host") or "").split(" ")[0]
    checked = post.fields.get("service", "")
    yield from titles
    yield cells_of(post)[1]
    yield from _values(post, ("message",) if is_record(post) else ())
    yield from _values(post, _NAMES)
    yield from first[:line_first]
    yield from _values(post, TITLE_FIELDS)
    yield checked if host else ""
    yield from _values(post, (*_THINGS, *TELLING_FIELDS))
    yield host
    yield from first[line_first:]
    yield from (plain(line) for place, line in told if place > 1 and _POINTER.sub("", line))
    yield from map(plain, (post.text, *post.fallbacks))
    yield checked


def _values(post: Post, names: Iterable[str]) -> Iterator[str]:
    return (post.fields[name] for name in names if post.fields.get(name))


def _error_named(post: Post, line: str) -> str:
    """Return which error it was, when a headline tells only that there is one and a field of that name says which."""
    said = _ERRORED.match(line)
    return post.fields.get(said["kind"].lower(), "") if said else ""


def _is_cell(post: Post, place: int, line: str) -> bool:
    """Say whether a line only states a value: where, how loud, or one of several names and values below the first."""
    if _name_stated(plain(line)):
        return False
    if (
        states_only(line)
        or _LOGGED.match(line)
        or _PLACING.match(_EMOJI.sub("", line) if post.fields.get("host") else line)
    ):
        return True
    name = name_stated(line)
    listed = sum(1 for each in post.prose if name_stated(each)) > 1
    naming = name in {*TITLE_FIELDS, *TELLING_FIELDS} or _LABELLED.match(plain(line))
    return bool(place and name and listed and not naming)


def names_itself(line: str) -> bool:
    """Say whether *line* is a sentence about a named alert, rule or check ("Rule 'errors' has recovered")."""
    return _NAMED.match(_EMOJI.sub("", line)) is not None


def _unsigned(title: str, sender: str) -> str:
    """Return *title* without the sender's first name at its start ("Icinga 2 Service Notification")."""
    name = re.split(r"[\W_]", sender)[0]
    rest = title[len(name) :].strip() if name and title.lower().startswith(f"{name} ") else title
    return title if _VERB.match(rest) else rest  # "Importer is failing" speaks of it


def _without_sender(title: str, sender: str) -> str:
    """Return *title* without the sender's own name before a colon or dash ("PRTG Alarm: ...")."""
    for mark in ("] ",) if title.startswith("[") else (" -- ", ": ", " - "):
        before, found, rest = title.partition(mark)
        if found and re.sub(r"\s\([^()]{1,40}\)$", "", before).strip("[").lower() in own_names(sender):
            return clean_title(rest)
    return title


def _is_signed_mark(line: str, sender: str) -> bool:
    """Say whether *line* is only a mark and who sends it ("CRITICAL Alert — Hostwatch AI")."""
    before, _, who = _DASHED.sub("\n", line).rpartition("\n")
    signature = re.fullmatch(rf"{re.escape(sender)}(?: \w+)?", who.strip(), re.IGNORECASE)
    return bool(sender and before and signature) and is_mark(stripped(before))


def _headline(line: str) -> str:
    """Return what a line of the body calls the trouble: the name in it, else its words without links to more."""
    bare = _without_bold_mark(_ITS_ID.sub("", _POINTER.sub("", line)) or line)
    said = _NEWS.sub("", plain(bare))
    labelled = _LABELLED.match(said)
    behind = labelled.group(1) if labelled else ""
    if not behind and name_stated(said) in {*TELLING_FIELDS, *_THINGS}:
        behind = said.partition(":")[2].strip(" .")
    return _name_stated(said) or _named_in(bare) or _linked(bare) or behind or said


def heading_of(line: str) -> re.Match[str] | None:
    """Return the marks in bold before what it is called ("*[Open] PRODUCTION cart Major* - ..."), if there are."""
    heading = _HEADING.match(line)
    return heading if heading and (status_of(heading["last"]) or severity_of(heading["last"])) else None


def _name_stated(words: str) -> str:
    """Return the name between its kind and its state ("Host: edge-1: DOWN")."""
    stated = _STATED.match(_EMOJI.sub("", words))
    return stated["name"] if stated and status_of(stated["state"]) else ""


def _without_bold_mark(line: str) -> str:
    """Return *line* without a state or severity in bold at its start ("*Alert opened* Queue is long")."""
    heading = heading_of(line)
    if heading:
        return line[heading.end() :]
    bold = _BOLD_MARK.match(line)
    return line[bold.end() :] if bold and is_mark(bold.group(1)) else line


def _named_in(line: str) -> str:
    """Return the marked name in a sentence about its state ("An alert for *web* has been triggered")."""
    match = _NAMED.match(_EMOJI.sub("", line))
    if match:
        name = plain(next(filter(None, match.groups()), ""))
        return "" if name.startswith("#") else name
    return _spoken_in(plain(line))


def _spoken_in(words: str) -> str:
    spoken = _SPOKEN.search(words)
    return (spoken["whole"] or spoken["quoted"] or spoken["word"]) if spoken else ""


def _linked(line: str) -> str:
    """Return the label of the line's first link when the rest of the line is only marks around it."""
    links = [link for link in links_of(line) if link.label]
    if not links:
        return ""
    rest = _EMOJI.sub(" ", plain(line)).replace(links[0].label, " ", 1)
    rest = _TAGGED.sub(" ", _BESIDE_NAME.sub(" ", rest))
    leftover = [
        part
        for part in re.split(r"[|:·–—,()\[\]]|(?<!\w)-|-(?!\w)|\s{2,}", rest)
        if part.strip()
        and not is_mark(stripped(part))
        and not _PASSED_ON.match(part.strip())
        and not is_generic(stripped(part))
        and not _NUMBER.fullmatch(part.strip())
    ]
    return links[0].label if not leftover or all(_is_marked_value(part) for part in leftover) else ""


def _is_marked_value(part: str) -> bool:
    words = part.split()
    return bool(words) and all(
        is_state_word(word.strip(":.*`").lower())
        or severity_of(word)
        or word.strip(":").lower() in PREFIX_NOUNS
        for word in words
    )
