"""A model words what code found: sentences that hold are told with their incidents, all others are not."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.home import digest_blocks
from bot.home import HomeFacts
from bot.prose import Statement, findings_of, statements_of, told_by_model
from bot.settings import Settings
from bot.wiring import parts
from memory.reflection import Insight, Kind
from sandbox.anthropic_script import Received, Say
from sandbox.anthropic_server import AnthropicServer

INSIGHTS = (
    Insight("a", Kind.RECURRING, "“pool dry” happened 4 times on store.", ("INC-1", "INC-2"), 4, 9, 0.1, 0.7),
    Insight("b", Kind.FAILING_FIX, "“restart the pods” did not work in 3 of 4 tries.", ("INC-3",), 3, 4, 0.3, 0.9),
)  # fmt: skip


def answered(*claims: tuple[str, list[str]]) -> str:
    told = [{"text": text, "evidence": cited} for text, cited in claims]
    return json.dumps({"cause": None, "services": [], "confidence": None, "claims": told, "fix": None})


@pytest.mark.parametrize(
    ("text", "cited", "holds"),
    [
        ("The pool of store ran dry 4 times.", ["F1"], True),
        ("Restarting does not help (INC-3): 3 of 4 tries failed.", ["F2"], True),
        ("The pool of store ran dry 5 times.", ["F1"], False),
        ("The pool ran dry in INC-9.", ["F1"], False),
        ("The pool ran dry.", [], False),
        ("The pool ran dry.", ["F7"], False),
        ("The pool ran dry.", ["F1", "F7"], False),
    ],
)
def test_only_what_the_findings_bear_out_is_told(text: str, cited: list[str], *, holds: bool) -> None:
    assert bool(statements_of(answered((text, cited)), findings_of(INSIGHTS))) is holds


@given(
    st.lists(
        st.tuples(st.text(max_size=30), st.lists(st.sampled_from(["F1", "F2", "F3", "INC-1"]), max_size=3))
    )
)
def test_every_statement_cites_incidents_that_exist(claims: list[tuple[str, list[str]]]) -> None:
    existing = {id_ for insight in INSIGHTS for id_ in insight.evidence}
    for statement in statements_of(answered(*claims), findings_of(INSIGHTS)):
        assert statement.incidents and set(statement.incidents) <= existing


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"claims": 1}'])
def test_what_cannot_be_read_is_nothing(text: str) -> None:
    assert statements_of(text, findings_of(INSIGHTS)) == ()


async def test_it_goes_through_the_router_and_is_nothing_without_a_key(tmp_path: Path) -> None:
    asked: list[Received] = []

    def script(received: Received) -> Say:
        asked.append(received)
        return Say(answered(("The pool of store ran dry 4 times.", ["F1"]), ("All is lost.", ["F9"])))

    async with AnthropicServer(script) as server:
        keys = {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": server.url}
        async with parts(Settings.read({"INCIDENTOS_DATA": str(tmp_path / "a"), **keys})) as shared:
            told = await told_by_model(shared.router, INSIGHTS)
            assert await told_by_model(shared.router, ()) == ()
    assert told == (Statement("The pool of store ran dry 4 times.", ("INC-1", "INC-2")),)
    assert "<data>" in json.dumps(asked[0].body["messages"])
    async with parts(Settings.read({"INCIDENTOS_DATA": str(tmp_path / "b")})) as shared:
        assert await told_by_model(shared.router, INSIGHTS) == ()


def test_the_digest_tells_a_models_words_beside_the_findings() -> None:
    facts = HomeFacts((), (), None, None, 3.0, None, None, ())
    blocks = digest_blocks(facts, [Statement("Pools run dry.", ("INC-1",))])
    assert "worded by a model" in str(blocks) and "INC-1" in str(blocks)
    assert "worded by a model" not in str(digest_blocks(facts))
