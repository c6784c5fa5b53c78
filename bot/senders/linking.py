"""Which of a post's addresses is that of the alert itself: the title's, the headline's, a stated one, a button's.

Silences, runbooks, dashboards and graphs are not it, and what is watched comes last. It follows no link and does
not know any sender's addresses.
"""

import re

from bot.senders.post import Post
from bot.senders.slack_text import links_of, plain
from bot.senders.titles import clean_title
from bot.senders.words import either

_NOT_THE_ALERT = either(
    "silence", "mute", "runbook", "playbook", "snooze", "ack", "acknowledge", "escalate", "dashboard", "graph", "logs?",
    "unsubscribe", "docs?", "documentation", "configure", "settings", "panel",
)  # fmt: skip
_BARE = re.compile(r"https?://[^\s<>|\"]*[^\s<>|\".,;:)\]]")
_OWN_PAGE = re.compile(r"/(?:incidents?|alerts?|issues?|problems?|events?)/[\w-]*\d")
_STATED_LINK = re.compile(r"^\W*(?:(?:alert|incident|issue) )?(?:link|url)\W*:", re.IGNORECASE)
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
        if not _NOT_THE_ALERT.search(plain(line).split("://")[0][:30])
    ]
    body = [link for line in lines for link in links_of(line) if not _NOT_THE_ALERT.search(link.label)]
    titled = next(
        (
            link.url
            for link in body
            if link.label and title and clean_title(link.label) in {title, clean_title(title)}
        ),
        None,
    )
    stated = next(
        (
            value
            for name in _LINK_FIELDS
            if (value := post.fields.get(name, "")).startswith(("http://", "https://"))
        ),
        None,
    )
    stated = stated or next(
        (each.url for line in post.lines if _STATED_LINK.match(line) for each in links_of(line)), None
    )
    texts = (post.text, *post.fallbacks)
    behind = next(
        (each.url for text in texts for each in links_of(text) if not _NOT_THE_ALERT.search(each.label)), None
    )
    pressed = [button for button in post.buttons if button.url.startswith(("http://", "https://"))]
    chosen = [button.url for button in pressed if not _NOT_THE_ALERT.search(button.label)]
    written = [] if post.links else _BARE.findall("\n".join(lines or texts))
    bare = next(filter(_OWN_PAGE.search, written), next(iter(written), None))
    watched = post.fields.get("url", "")  # what is watched is the last resort
    own = [link.url for link in body if link.url != watched]
    found = (titled, stated, *own, *chosen, behind, bare, watched)
    return next((url for url in found if url), None)
