"""What was asked for in a form of its own is held against that form, and every finding says where."""

import pytest
from pydantic import JsonValue

from router.outcomes import FindingCode
from router.verify.answer import check_answer

LABELLED: dict[str, JsonValue] = {
    "type": "object",
    "properties": {"label": {"enum": ["resolve", "recall"]}, "hosts": {"type": "array", "maxItems": 1}},
    "required": ["label"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ('{"label": "resolve", "hosts": ["a"]}', None),
        ('{"label": "restart"}', "answer.label"),
        ('{"label": "recall", "hosts": ["a", "b"]}', "answer.hosts"),
        ('{"label": "recall", "sure": true}', "answer"),
        ("{}", "answer"),
        ("[]", "answer"),
    ],
)
def test_an_answer_is_held_against_the_form_that_was_asked_for(said: str, where: str | None) -> None:
    found = check_answer(said, stop_reason="end_turn", grounds=(), onset=None, wanted=LABELLED)
    assert [(one.code, one.detail.split(":")[0]) for one in found] == (
        [(FindingCode.SCHEMA, where)] if where else []
    )


def test_brackets_in_brackets_end_as_a_finding() -> None:
    for depth in range(800, 1000):  # somewhere here the parser still takes what nothing else can follow
        said = "[" * depth + "1" + "]" * depth
        assert check_answer(said, stop_reason="end_turn", grounds=(), onset=None, wanted=LABELLED)
