"""Which of a post's addresses is that of the alert itself: the title's, the headline's, a stated one, a button's.

Silences, runbooks, dashboards and graphs are not it, and what is watched comes last. It follows no link and does
not know any sender's addresses.
"""

import re

from bot.senders.post import Post
from bot.senders.slack_text import Link, links_of, plain
from bot.senders.titles import clean_title, own_names
from bot.senders.words import either

_BOARD = "dashboard"
_NOT_THE_ALERT = either(
    "silence", "mute", "runbook", "playbook", "snooze", "ack", "acknowledge", "escalate", "graph", "logs?", _BOARD,
    "unsubscribe", "join", "docs?", "documentation", "configure", "settings", "panel",
)  # fmt: skip
_BARE = re.compile(r"https?://[^\s<>|\"]*[^\s<>|\".,;:)\]]")
_OWN_PAGE = re.compile(r"/(?:incidents?|alerts?|issues?|problems?|events?|errors?)/[\w-]*\d")
_STATED_LINK = re.compile(r"^\W*(?:(?:alert|incident|issue) )?(?:link|url)\W*:", re.IGNORECASE)
_PLACES = ("server", "host", "instance", "endpoint", "target")  # addresses of what is watched
_LINK_FIELDS = (
    "link",
    "alert url",
    "alert link",
    "link to alarm",
    "incident url",
    "details",
    "view",
    "alert",
    "incident",
    "issue",
    "problem",
    "log url",
    "source",
)


def link_of(post: Post, title: str) -> str | None:
    """Return the address of the alert itself: the title's, the state line's, a stated one, a button's."""
    if post.title_link:
        return post.title_link
    lines = [
        line
        for line in post.lines or post.fallbacks
        if not _NOT_THE_ALERT.search(_words(plain(line).split("://")[0][:30]))
    ]
    home_page = own_names(post.sender)  # a link that has only the sender's name leads to what it is
    body = [
        link
        for line in lines
        for link in links_of(line)
        if not _NOT_THE_ALERT.search(_words(link.label)) and link.label.lower() not in home_page
    ]
    titled = next((link.url for link in body if _names(link, title)), None)
    texts = (post.text, *post.fallbacks)
    behind = next(
        (each.url for text in texts for each in links_of(text) if not _NOT_THE_ALERT.search(each.label)), None
    )
    pressed = [button for button in post.buttons if button.url.startswith(("http://", "https://"))]
    chosen = [button.url for button in pressed if not _NOT_THE_ALERT.search(button.label)]
    places = {post.fields.get(name) for name in _PLACES}
    found_bare = (
        []
        if post.links
        else _BARE.findall("\n".join((*lines, *post.headers) if lines or post.headers else texts))
    )
    written = [url for url in found_bare if url not in places]
    bare = next(filter(_OWN_PAGE.search, written), next(iter(written), None))
    watched = {post.fields.get("url"), *(link.url for link in body if _shows_itself(link))}
    own = [link.url for link in body if link.url not in watched]
    home = next((url for url in (*own, *chosen) if _is_of(post.sender, url)), None)
    at_home = home if titled and not _is_of(post.sender, titled) else None
    paged = next(filter(_OWN_PAGE.search, (*own, *chosen)), None)
    last = next((url for url in (post.fields.get("url"), *(link.url for link in body)) if url in watched), "")
    found = (at_home, titled, _stated(post), paged, *own, *chosen, behind, bare, last, _only_button(pressed))
    return next((url for url in found if url), None)


def _only_button(pressed: list[Link]) -> str:
    """Return where the one button of a post leads when it opens a dashboard: there is no nearer page."""
    only = pressed[0] if len(pressed) == 1 else Link("", "")
    return only.url if re.search(rf"\b{_BOARD}\b", only.label, re.IGNORECASE) else ""


def _words(text: str) -> str:
    """Return *text* without names of several parts: "permits-logs" is no word for logs."""
    return re.sub(r"\w+(?:[-_.]\w+)+", "", text)


def _names(link: Link, title: str) -> bool:
    return bool(link.label and title) and clean_title(link.label) in {title, clean_title(title)}


def _stated(post: Post) -> str | None:
    fields = (post.fields.get(name, "") for name in _LINK_FIELDS)
    stated = next((value for value in fields if value.startswith(("http://", "https://"))), None)
    return stated or next(
        (each.url for line in post.lines if _STATED_LINK.match(line) for each in links_of(line)), None
    )


def _shows_itself(link: Link) -> bool:
    """Say whether a link is called by its own address or host: something watched, not a page about it."""
    bare = link.label.split("://")[-1].strip("/ ")
    return bool(bare) and bare in {link.url.split("://")[-1].strip("/"), _host_of(link.url)}


def _is_of(sender: str, url: str) -> bool:
    """Say whether *url* leads to the sender's own site ("pingdom" at my.pingdom.com)."""
    name = re.split(r"[\W_]", sender)[0]
    return len(name) > 3 and name in _host_of(url)


def _host_of(url: str) -> str:
    return re.split(r"[/?#:]", url.rsplit("://", maxsplit=1)[-1], maxsplit=1)[0].lower()
