"""Read JSON that others wrote into values that every log, prompt and journal can hold.

Services cut an emoji in half, write NaN and numbers without end: half a character becomes "?", what is no number of
JSON becomes null. Pure; it knows no source.
"""

import json

from pydantic import JsonValue


def read_json(written: bytes | str) -> JsonValue:
    """Return what *written* says; bytes that are no UTF-8 become "�".

    Raises:
        ValueError: it is no JSON, or deeper or longer than anybody means.
    """
    text = written.decode("utf-8", "replace") if isinstance(written, bytes) else written
    try:
        value: JsonValue = json.loads(text, parse_constant=lambda _: None)
    except RecursionError:
        raise ValueError("JSON too deep") from None
    return whole(value) if "\\u" in text else value


def whole(value: JsonValue) -> JsonValue:
    """Return *value* without half characters."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [whole(each) for each in value]
    if isinstance(value, dict):
        return {str(whole(key)): whole(each) for key, each in value.items()}
    return value
