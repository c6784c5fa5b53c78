"""Any post read by its shape alone: state fields, prefixes, phrases, signs, colours, fields and buttons.

This is what reads senders that nobody listed, and what every listed sender's file starts from. It says
"alert" when the evidence adds up; it does not know who sends, so a title may hold more than a person would say.
"""

from bot.senders.bystanders import bystander
from bot.senders.evidence import is_sure, speaks_for_alert
from bot.senders.keys import key_of
from bot.senders.linking import link_of
from bot.senders.loudness import severity
from bot.senders.naming import best_title
from bot.senders.post import Post
from bot.senders.reading import Kind, Reading
from bot.senders.state import standing
from bot.senders.stated import count_of, description_of, labels_of, service_of
from bot.senders.words import Status


def read_shape(post: Post, *, source: str = "generic") -> Reading:
    """Return *post* by its shape; `Kind.TALK` when too little speaks for an alert."""
    found = standing(post)
    status = found.status or Status.FIRING
    title = best_title(post)
    labels = labels_of(post)
    return Reading(
        kind=bystander(post, found) or (Kind.ALERT if speaks_for_alert(post, found) else Kind.TALK),
        source=source,
        title=title,
        status=status,
        state=found.word,
        severity=severity(post, found),
        service=service_of(post, labels),
        labels=labels,
        link=link_of(post, title),
        count=count_of(post, status),
        key=key_of(post, source, title),
        description=description_of(post, title),
        sure=is_sure(post, found),
    )
