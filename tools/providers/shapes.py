"""Take values out of JSON that others send, without trust in its shape: what is not there is empty."""

import math

from pydantic import JsonValue


def at(value: JsonValue, *path: str | int) -> JsonValue:
    """Return what lies at *path*, None where the path ends early."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text(value: JsonValue, *path: str | int) -> str:
    """Return the text at *path*, a number as text, else an empty one."""
    found = at(value, *path)
    if isinstance(found, str):
        return found
    return str(found) if isinstance(found, int | float) and not isinstance(found, bool) else ""


def whole(value: JsonValue, *path: str | int) -> int:
    """Return the whole number at *path*, else 0."""
    found = at(value, *path)
    if isinstance(found, float):
        return int(found) if math.isfinite(found) else 0
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def number(value: JsonValue, *path: str | int) -> float | None:
    """Return the measured number at *path*; None for no number, NaN, and what no measurement comes to."""
    found = at(value, *path)
    if isinstance(found, bool) or not isinstance(found, int | float) or not abs(found) < 1e300:
        return None
    return float(found)


def objects(value: JsonValue, *path: str | int) -> list[dict[str, JsonValue]]:
    """Return the objects of the list at *path*, none where there is no list."""
    found = at(value, *path)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def texts(value: JsonValue, *path: str | int) -> dict[str, str]:
    """Return the texts of the object at *path* (labels), none where there is no object."""
    found = at(value, *path)
    return (
        {key: each for key, each in found.items() if isinstance(each, str)} if isinstance(found, dict) else {}
    )
