"""Text made harmless for Slack: controls out, secrets out, links only where allowed, nobody called, cut honestly.

Pure. What is left of a link that is not allowed is its host with broken dots, so that nobody clicks it and
nothing rides out in its path. It does not know who wrote the text: everything is treated alike.
"""

import html
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import wraps
from typing import Final
from urllib.parse import urlsplit

MOST_ROUNDS: Final = 8  # text written to need more is not worth showing
UNSETTLED: Final = "(text withheld: it could not be made harmless)"

_COLOURS = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)?|[@-Z\\-_])")
_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_HIDDEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_ANGLED = re.compile(r"<([^<>\n]{1,3000})>")
_BARE_URL = re.compile(r"(?i)(?:[a-z][a-z0-9+.-]{0,20}://|www\.)(?:[^\s<>|\"'`)\]}&]|&(?!lt;|gt;))+")
_QUERIED = re.compile(
    r"(?i)(?<![\w@/.-])(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?::\d{1,5})?/[^\s<>|\"'`?&]{0,400}\?(?:[^\s<>|\"'`&]|&(?!lt;|gt;))+"
)
_MARKDOWN_LINK = re.compile(
    r"!?\[([^\[\]\n]{0,500})\]\(\s*<?([^()\s<>]{1,3000})>?(?:\s+[\"'(][^\n)]{0,200})?\s*\)"
)
_AFTER_A_SECRET = re.compile(r"(\[REDACTED:[^\]\s]*\])[^\s\[]+$")
_ADDRESS_AT_END = re.compile(r"(?i)(?:[a-z][a-z0-9+.-]{1,20}://|www\.)[^\s<>|]*$")
# a backslash, a blank, a bracket, or a second address within the first: what a redirect would follow
_TRICK = re.compile(r"[\\\s<>|]|://.*(?:://|=//)")
_DATE = re.compile(r"^!date\^\d{1,11}\^[^^|<>]{1,80}\|[^|<>]{1,80}$")
_CHANNEL = re.compile(r"^#[CG][A-Z0-9]{2,20}$")
_PERSON = re.compile(r"^@([UW][A-Z0-9]{2,20})(?:\|[^<>]*)?$")
_GROUP_CALL = re.compile(r"^!(?:subteam\^)?([A-Za-z0-9]+)")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")


@dataclass(frozen=True, slots=True)
class Rules:
    """What may pass: *hosts* that links may lead to ("*.example.com" means any below it), people who may be called."""

    hosts: Collection[str]
    redact: Callable[[str], str]
    mentions: Collection[str] = ()

    def allows(self, url: str) -> bool:
        """Say whether *url* is http(s), without tricks, to an allowed host."""
        host = host_of(url)
        if not host or not url.lower().startswith(("http://", "https://")) or _TRICK.search(url):
            return False
        return any(
            host == each.lower() or (each.startswith("*.") and host.endswith(each[1:].lower()))
            for each in self.hosts
        )


def host_of(url: str) -> str:
    """Return the host of *url* in small letters; nothing when it has none, hides it, or is not plain ASCII."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, _ = parts.hostname or "", parts.port
    except ValueError:  # a broken port or address
        return ""
    if "@" in parts.netloc or not re.fullmatch(r"[a-z0-9.:-]{1,253}", host):
        return ""
    return host


def visible(text: str) -> str:
    """Return *text* without colour codes, invisible and direction characters, and other controls."""
    return _HIDDEN.sub("", _LINE_BREAKS.sub("\n", _COLOURS.sub("", text)))


def clean(text: str, rules: Rules) -> str:
    """Return *text* visible and without secrets."""
    return visible(rules.redact(visible(text)))


def _settled(judge: Callable[[str, Rules], str]) -> Callable[[str, Rules], str]:
    """Return *judge* repeated until its answer stands: what it takes out may bring two harmless halves together."""

    @wraps(judge)
    def until_stable(text: str, rules: Rules) -> str:
        for _ in range(MOST_ROUNDS):
            again = judge(text, rules)
            if again == text:
                return text
            text = again
        return UNSETTLED

    return until_stable


@_settled
def safe_mrkdwn(text: str, rules: Rules) -> str:
    """Return mrkdwn in which only allowed links, dates, channels and people keep their angle brackets."""
    cleaned, pieces, last = clean(text, rules), [], 0
    for match in _ANGLED.finditer(cleaned):
        pieces += [_escaped(_unlinked(cleaned[last : match.start()], rules)), _token(match.group(1), rules)]
        last = match.end()
    return "".join([*pieces, _escaped(_unlinked(cleaned[last:], rules))])


@_settled
def safe_plain(text: str, rules: Rules) -> str:
    """Return text for places that know no markup (headers, buttons): nothing escaped, nothing linked or called."""
    return _unlinked(
        _ANGLED.sub(lambda match: _without_brackets(match.group(1), rules), clean(text, rules)), rules
    )


@_settled
def safe_markdown(text: str, rules: Rules) -> str:
    """Return standard Markdown (the `markdown` block) with links and images only to allowed hosts."""
    cleaned = _ANGLED.sub(lambda match: _without_brackets(match.group(1), rules), clean(text, rules))
    return _unlinked(_MARKDOWN_LINK.sub(lambda match: _markdown_link(match, rules), cleaned), rules)


def defused(url: str) -> str:
    """Return what is shown of a link that must not be one: its host with broken dots, no path, no query."""
    host = host_of(url.rstrip(".,;:!?"))
    return f"{host.replace('.', '[.]')} (link removed)" if host else "(link removed)"


def cut(text: str, limit: int) -> str:
    """Return *text* within *limit* characters, cut between lines, with an honest count of what is missing."""
    if len(text) <= limit:
        return text
    lines = text.split("\n")
    kept: list[str] = []
    room = limit - 40  # the closing words and fence
    for line in lines:
        if len(line) + 1 > room:
            break
        kept.append(line)
        room -= len(line) + 1
    if not kept:
        start = _whole(text[: max(0, limit - 40)])
        # a space, so that a secret's value that ends here does not swallow the note
        return _closed(start) + f" … {len(text) - len(start):,} more characters"
    missing = len(lines) - len(kept)
    return _closed("\n".join(kept)) + f"\n… {missing:,} more line{'s' if missing > 1 else ''}"


def _token(inside: str, rules: Rules) -> str:
    """Return what becomes of `<inside>`."""
    person = _PERSON.match(inside)
    if person:
        return f"<@{person.group(1)}>" if person.group(1) in rules.mentions else "@someone"
    if _DATE.match(inside) or _CHANNEL.match(inside):
        return f"<{inside}>"
    if inside.startswith("!"):
        return _escaped(_without_brackets(inside, rules))
    target, bar, label = inside.partition("|")
    url = html.unescape(target)
    if not re.match(r"(?i)[a-z][a-z0-9+.-]*:", url):
        return _escaped(_unlinked(f"<{inside}>", rules))
    shown = _escaped(_unlinked(label, rules)) if bar else ""
    if rules.allows(url):
        return f"<{_escaped(url)}|{shown}>" if shown.strip() else f"<{_escaped(url)}>"
    return f"{shown} ({defused(url)})" if shown.strip() else defused(url)


def _without_brackets(inside: str, rules: Rules) -> str:
    """Return `<inside>` for places without markup: calls lose their sting, links are judged as text."""
    called = _GROUP_CALL.match(inside)
    if inside.startswith("@"):  # never back into brackets: what surrounds it may become a call by that
        return "@someone" if _PERSON.match(inside) else inside
    if called:
        return "a group" if "subteam" in inside else f"@{called.group(1)}"
    target, bar, label = inside.partition("|")
    if re.match(r"(?i)[a-z][a-z0-9+.-]*:", target):
        url = html.unescape(target)
        shown = url if rules.allows(url) else defused(url)
        return f"{label} ({shown})" if bar and label.strip() else shown
    return f"<{inside}>"


def _markdown_link(match: re.Match[str], rules: Rules) -> str:
    label, url = match.groups()
    if rules.allows(url) and not match.group(0).startswith("!"):
        return f"[{_unlinked(label, rules)}]({url})"
    return f"{_unlinked(label, rules)} ({defused(url)})"


def _unlinked(text: str, rules: Rules) -> str:
    """Return *text* with every bare address that is not allowed defused."""

    def judged(match: re.Match[str]) -> str:
        url = match.group(0)
        return url if rules.allows(html.unescape(url)) else defused(html.unescape(url))

    return _QUERIED.sub(judged, _BARE_URL.sub(judged, text))


def _escaped(text: str) -> str:
    return _AMPERSAND.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def _whole(text: str) -> str:
    """Return *text* without a half link, entity or mark at its end, or a half word that a secret runs into."""
    for opening, closing, longest in (("<", ">", 3_000), ("&", ";", 6), ("[", "]", 120)):
        at = text.rfind(opening)
        if at >= 0 and closing not in text[at:] and len(text) - at < longest:
            text = text[:at]
    address = _ADDRESS_AT_END.search(text[-3_000:])
    text = text[: len(text) - len(address.group(0))] if address else text
    return _AFTER_A_SECRET.sub(r"\1", text)


def _closed(text: str) -> str:
    """Return *text* with an open code block closed."""
    return f"{text}\n```" if text.count("```") % 2 else text
