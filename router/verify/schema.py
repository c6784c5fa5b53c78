"""A JSON value held against the JSON schema that was asked for. The one file that knows the validator."""

from collections.abc import Iterator, Mapping

from jsonschema import Draft202012Validator
from pydantic import JsonValue

from router.outcomes import Finding, FindingCode

_LONGEST = 200  # letters of a finding: the validator repeats the value that it was given


def mismatches(value: JsonValue, wanted: Mapping[str, JsonValue]) -> Iterator[Finding]:
    """Yield where *value* is not as *wanted* says."""
    try:
        for error in Draft202012Validator(wanted).iter_errors(value):
            where = error.json_path.replace("$", "answer", 1)
            yield Finding(FindingCode.SCHEMA, f"{where}: {error.message}"[:_LONGEST])
    except RecursionError:  # brackets in brackets that the parser just took
        yield Finding(FindingCode.SCHEMA, "answer: nested too deep to be told")
