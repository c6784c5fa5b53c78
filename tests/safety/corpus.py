"""Lines with secrets and lines that only look so, made at run time so that no file holds a whole token.

Reads `lines/*.txt`. What stands between « and » is a secret; `~h32` stands for thirty-two random characters of a
class (see `_LETTERS`), `b64(...)` for its argument in base64. It does not know what the redactor does.
"""

import base64
import random
import re
import string
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ALNUM = string.ascii_letters + string.digits
_LETTERS: Final = {
    "h": "0123456789abcdef",
    "H": "0123456789ABCDEF",
    "d": string.digits,
    "l": string.ascii_lowercase,
    "u": string.ascii_uppercase,
    "n": string.ascii_lowercase + string.digits,
    "U": string.ascii_uppercase + string.digits,
    "I": string.ascii_uppercase + "234567",
    "a": _ALNUM,
    "b": _ALNUM + "+/",
    "w": _ALNUM + "-_",
    "p": _ALNUM + "!@#%^*?+~",
}
_MADE = re.compile(r"~([hHdlunUIabwp])(\d+)")
_BASE64 = re.compile(r"b64\((.*?)\)")
_SIGNS = (("⏎", "\n"), ("␛", "\x1b"), ("⌀", "\u200b"), ("~KEY", "KEY"))
_HIDING = re.compile("\x1b\\[[0-9;]*m|[\u200b\u200c\u200d\u2060\ufeff\u00ad]|\\\\\n\\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line and the secrets in it; none for a look-alike."""

    kind: str
    text: str
    secrets: tuple[str, ...] = ()


def lines(name: str, seed: int = 7) -> list[Line]:
    """Return the lines of `lines/NAME.txt`, filled with *seed*'s random characters."""
    chance = random.Random(seed)
    rows = (Path(__file__).parent / "lines" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [_line(row, chance) for row in rows if row and not row.startswith("#")]


def leaks(secret: str, text: str, window: int = 12) -> bool:
    """Say whether twelve characters in a row of *secret* stand in *text*, also after undoing what hides them."""
    width = min(window, len(secret))
    texts, forms = {text, _undone(text)}, {secret, _undone(secret)}
    return any(
        form[at : at + width] in shown
        for form in forms
        for at in range(max(1, len(form) - width + 1))
        for shown in texts
    )


def _line(row: str, chance: random.Random) -> Line:
    kind, _, template = row.partition(" | ")
    for sign, meant in _SIGNS:
        template = template.replace(sign, meant)
    filled = _MADE.sub(lambda found: _made(found.group(1), int(found.group(2)), chance), template)
    filled = _BASE64.sub(lambda found: _encoded(found.group(1)), filled)
    found = tuple(re.findall(r"«(.*?)»", filled, re.DOTALL))
    return Line(kind, filled.replace("«", "").replace("»", ""), found)


def _made(letters: str, count: int, chance: random.Random) -> str:
    made = "".join(chance.choice(_LETTERS[letters]) for _ in range(count))
    if letters == "p":  # a password that a person would be allowed to choose
        return chance.choice(string.ascii_letters) + made[:-4] + chance.choice("!#%*") + "7K" + "q"
    return made


def _encoded(text: str) -> str:
    return base64.b64encode(text.replace("\\x00", "\x00").encode()).decode()


def _undone(text: str) -> str:
    return urllib.parse.unquote(_HIDING.sub("", text))
