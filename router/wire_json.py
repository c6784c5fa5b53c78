"""Text and JSON between us and a vendor, as both can carry it: no half characters, no numbers that JSON has not.

Pure; it knows no vendor's nouns.
"""

import json
from typing import Any, NoReturn

from pydantic import JsonValue


class Cut(Exception):
    """A part that the reply needs is not whole JSON."""


def read_json(text: str) -> Any:  # noqa: ANN401 - JSON of any shape; the reader checks what it takes of it
    """Return what *text* says.

    Raises:
        Cut: it is no JSON, holds a number that JSON has not, or is deeper or longer than anybody means.
    """
    try:
        said = _JSON.decode(text)
        return without_halves(said) if "\\u" in text else said
    except (ValueError, RecursionError) as broken:  # a number of 4,301 digits is a ValueError of its own
        raise Cut(str(broken)[:120]) from broken


def without_halves(said: JsonValue) -> Any:  # noqa: ANN401 - as read_json
    """Return JSON values without lone surrogates, which neither the wire nor a journal can carry."""
    return json.loads(json.dumps(said, ensure_ascii=False).encode("utf-8", "replace"))


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


_JSON = json.JSONDecoder(parse_constant=_no_number)  # made once: a stream says dozens of small things
