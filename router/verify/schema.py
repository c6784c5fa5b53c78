"""A JSON value held against a JSON schema: the part of the language that structured output takes. Pure.

type (one or several), enum, const, properties, required, additionalProperties, items, anyOf, minimum, maximum,
minItems, maxItems. Other words are not read.
"""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from router.outcomes import Finding, FindingCode

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def mismatches(value: JsonValue, wanted: Mapping[str, JsonValue], where: str = "answer") -> Iterator[Finding]:
    """Yield where *value* is not as *wanted* says."""
    options = wanted.get("anyOf")
    if isinstance(options, list):
        if not any(isinstance(one, dict) and not list(mismatches(value, one)) for one in options):
            yield _wrong(where, "fits none of the forms that were asked for")
        return
    types = wanted.get("type")
    names = types if isinstance(types, list) else [types] if types else []
    if names and not any(_is(value, str(name)) for name in names):
        yield _wrong(where, f"is not {' or '.join(str(name) for name in names)}")
        return
    allowed = wanted.get("enum")
    if isinstance(allowed, list) and value not in allowed:
        yield _wrong(where, f"{value!r} is not one of {', '.join(repr(one) for one in allowed)}")
    if "const" in wanted and value != wanted["const"]:
        yield _wrong(where, f"is not {wanted['const']!r}")
    if isinstance(value, dict):
        yield from _object(value, wanted, where)
    elif isinstance(value, list):
        yield from _array(value, wanted, where)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _bounds(value, wanted, where)


def _object(value: Mapping[str, JsonValue], wanted: Mapping[str, JsonValue], where: str) -> Iterator[Finding]:
    properties = wanted.get("properties")
    known = properties if isinstance(properties, dict) else {}
    required = wanted.get("required")
    for name in required if isinstance(required, list) else ():
        if name not in value:
            yield _wrong(where, f"lacks {name}")
    if wanted.get("additionalProperties") is False:
        for name in value.keys() - known.keys():
            yield _wrong(where, f"has {name}, which was not asked for")
    for name, inner in known.items():
        if name in value and isinstance(inner, dict):
            yield from mismatches(value[name], inner, f"{where}.{name}")


def _array(value: list[JsonValue], wanted: Mapping[str, JsonValue], where: str) -> Iterator[Finding]:
    least, most = wanted.get("minItems"), wanted.get("maxItems")
    if isinstance(least, int) and len(value) < least:
        yield _wrong(where, f"has fewer than {least} items")
    if isinstance(most, int) and len(value) > most:
        yield _wrong(where, f"has more than {most} items")
    inner = wanted.get("items")
    if isinstance(inner, dict):
        for number, one in enumerate(value):
            yield from mismatches(one, inner, f"{where}[{number}]")


def _bounds(value: float, wanted: Mapping[str, JsonValue], where: str) -> Iterator[Finding]:
    low, high = wanted.get("minimum"), wanted.get("maximum")
    if isinstance(low, int | float) and value < low:
        yield _wrong(where, f"{value} is less than {low}")
    if isinstance(high, int | float) and value > high:
        yield _wrong(where, f"{value} is more than {high}")


def _is(value: JsonValue, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES.get(name, ()))


def _wrong(where: str, what: str) -> Finding:
    return Finding(FindingCode.SCHEMA, f"{where} {what}")
