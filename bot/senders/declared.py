"""Senders whose posts the shape reads well: all they need is a name, how they are known, and a few fields.

The place to add one more sender in a line or two. Forms: betterstack.com/docs (incidents in Slack),
docs.newrelic.com (Slack notification of issues, priorities CRITICAL to LOW).
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.senders.post import Post
from bot.senders.reading import Kind, Reading, Sender
from bot.senders.standing import Strength, field_of
from bot.senders.state import standing


def declared(
    name: str, *, names: Iterable[str], hosts: str, services: Iterable[str] = (), keys: str = ""
) -> Sender:
    """Return a sender known by words in its bot's *names* or by its links' *hosts* (a pattern).

    *services* are the fields that hold the service; *keys* is a pattern whose first group, in a link, is the
    trouble's id.
    """
    known, host, fields = tuple(names), re.compile(hosts, re.IGNORECASE), tuple(services)

    def sent(post: Post) -> bool:
        return any(each in post.sender for each in known) or any(host.search(url) for url in post.urls)

    def read(post: Post, shape: Reading) -> Reading:
        found = next(
            (
                next(filter(None, match.groups()))
                for url in post.urls
                if keys and (match := re.search(keys, url))
            ),
            "",
        )
        stated = field_of(post, fields)
        single = stated if re.fullmatch(r"[\w][\w @.-]{0,79}", stated) else ""
        told = standing(post).strength >= Strength.PHRASE and shape.kind is Kind.TALK and bool(found)
        return replace(
            shape,
            kind=Kind.ALERT if told else shape.kind,
            service=shape.service or single,
            key=f"{name}:{found}" if found else shape.key,
            link=min(
                (url for url in post.urls if found and re.search(keys, url)), key=len, default=shape.link
            ),
        )

    return Sender(name, sent, read)


BETTER_STACK = declared(
    "better-stack",
    names=("better stack", "betterstack", "better uptime"),
    hosts=r"//[\w.-]*better(?:stack|uptime)\.com/",
    services=("monitor", "monitor name"),
    keys=r"/incidents/(\d+)",
)
NEW_RELIC = declared(
    "new-relic",
    names=("new relic", "newrelic"),
    hosts=r"//[\w.-]*newrelic\.com/",
    services=("target", "targets"),
    keys=r"/issues?/([0-9a-f-]{8,})|[?&/](?:issueId|issue_id)=([\w-]{8,})",
)
