"""Which reaction names exist: the names that `rich` knows, newer ones that the product uses, and custom emoji.

Not known: emoji of Unicode 12 and later beyond those listed here; a team adds its own with `Emoji.custom`.
"""

import re

from rich.emoji import Emoji as KnownEmoji
from rich.emoji import NoEmoji

_COLORS = ("blue", "brown", "green", "orange", "purple", "red", "yellow")
_NEWER = frozenset(
    {f"large_{color}_{shape}" for color in _COLORS for shape in ("circle", "square")}
    | {
        "melting_face",
        "saluting_face",
        "ladder",
        "yo-yo",
        "bubbles",
        "face_with_monocle",
        "shrug",
        "facepalm",
    }
)
_SHAPE = re.compile(r"(?P<name>[a-z0-9_+'\-]+)(?:::skin-tone-[2-6])?")


class Emoji:
    """Says whether a reaction's name exists; `custom` holds the team's own."""

    def __init__(self) -> None:
        self.custom: set[str] = set()

    def known(self, name: str) -> bool:
        """Whether *name* (without colons, perhaps with a skin tone) can be a reaction."""
        shaped = _SHAPE.fullmatch(name)
        if shaped is None:
            return False
        bare = shaped["name"]
        if bare in self.custom or bare in _NEWER:
            return True
        try:
            KnownEmoji(bare)
        except NoEmoji:
            return False
        return True
