"""Foreign text without what is not there to be read: terminal colours and commands, control characters, NUL.

Marks that turn the direction of writing go too: a log line must not steer whoever looks at it. It knows no secret.
"""

import re

_TERMINAL = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)?|[ -/]*[0-~])?"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")


def printable(text: str) -> str:
    """Return *text* to be read: line ends and tabs stay, other control characters become a space."""
    if text.isprintable():
        return text
    return _CONTROL.sub(" ", _TERMINAL.sub("", text.replace("\r\n", "\n")))
