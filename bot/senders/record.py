"""A script's own line: a program's record of name=value items, or cells between bars ("SEV1 | web | It is stuck").

Where such a line keeps service and message; it does not know what makes an alert of it.
"""

import re

from bot.senders.fields import states_only
from bot.senders.post import Post
from bot.senders.slack_text import plain
from bot.senders.titles import is_mark, stripped

_PAIR = re.compile(r"[\s`]*[A-Za-z_][\w.-]*=")
_BAR = re.compile(r"\s\|\s")
_SERVICE = re.compile(r"[a-z][a-z_-]*[a-z]")  # one name; what ends in a number or has dots is a host
_SAID = 2  # words of a cell that tells what happened


def is_record(post: Post) -> bool:
    """Say whether a program's record is posted ("level=error service=web host=a-1 msg=..."): its service is one."""
    return bool(post.fields.get("message")) and any(
        _PAIR.match(line) and states_only(line) for line in post.prose[:3]
    )


def cells_of(post: Post) -> tuple[str, str]:
    """Return service and message of a first line "mark | service | message"; nothing of any other line."""
    cells = [plain(cell) for cell in _BAR.split("".join(post.prose[:1]))]
    if len(cells) <= _SAID or not is_mark(stripped(cells[0])):
        return "", ""
    service, message = cells[1:3]
    named = _SERVICE.fullmatch(service) and not is_mark(service)
    return (service, message) if named and len(message.split()) >= _SAID else ("", "")
