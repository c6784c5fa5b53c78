"""The few emoji that mean something to us; every other reaction is people's own business. Pure."""

from collections.abc import Mapping
from typing import Final

from bot.investigation.ending import FixOutcome

REACTIONS: Final[Mapping[str, FixOutcome]] = {
    "white_check_mark": "worked",
    "x": "did_not",
    "large_yellow_circle": "partly",
    "no_entry_sign": "not_same",
}
FLAG: Final = "checkered_flag"


def meant(reaction: object) -> str:
    """Return the emoji's name without its skin tone when it means something to us, else nothing."""
    name = str(reaction or "").partition("::")[0]
    return name if name == FLAG or name in REACTIONS else ""
