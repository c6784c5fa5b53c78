"""What others write as JSON ends as something that every journal can hold, or as an honest "not available"."""

import json
from pathlib import Path

import httpx2
import pytest
from pydantic import JsonValue

from bot.investigation.events import EvidenceCollected
from bot.store.journal import EVENT
from tests.tools import recordings as told
from tests.tools.every_kind import ONSET, WINDOW, made
from tests.tools.recorded import Stored
from tools.foreign_json import read_json
from tools.logs import SearchLogs
from tools.providers import shapes
from tools.providers.files import FileTelemetry
from tools.tool import Scope, Status, ToolCall, Unavailable
from tools.toolbox import Toolbox


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (rb'{"a\ud83d": ["so \ud83d", 1]}', {"a?": ["so ?", 1]}),
        (rb'"\ud83d\udd25"', "🔥"),
        (b'{"a": NaN, "b": [-Infinity]}', {"a": None, "b": [None]}),
        (b'"\xff"', "�"),
    ],
)
def test_half_characters_and_no_numbers(written: bytes, said: object) -> None:
    assert read_json(written) == said


@pytest.mark.parametrize("written", ["[" * 100_000, "9" * 5_000, "", "{"])
def test_what_is_no_json_that_anybody_means(written: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_json(written)


@pytest.mark.parametrize("number", [float("inf"), float("nan"), True, "7", None])
def test_a_count_that_is_none(number: JsonValue) -> None:
    assert shapes.whole({"n": number}, "n") == 0


@pytest.mark.parametrize(
    ("said", "read"), [(2, 2.0), (10**400, None), (float("nan"), None), (True, None), ("1", None)]
)
def test_a_measured_number_is_one(said: JsonValue, read: float | None) -> None:
    assert shapes.number({"n": said}, "n") == read


async def test_a_log_with_half_a_character_can_be_journalled(tmp_path: Path) -> None:
    rows = [
        {
            "ts": told.iso(minute),
            "service": "check\ud800out",
            "level": "ERROR",
            "msg": f"cut emoji \ud83d {minute}",
        }
        for minute in range(5)
    ]
    (tmp_path / "logs.jsonl").write_text("\n".join(map(json.dumps, rows)))
    toolbox = Toolbox([SearchLogs([FileTelemetry(tmp_path).logs])], lambda text: text)
    found = await toolbox.run(ToolCall("search_logs"), Scope(WINDOW, ONSET))
    assert found.status is Status.FOUND
    assert "cut emoji ?" in EVENT.dump_json(EvidenceCollected(found)).decode()


async def test_a_tag_of_a_span_may_hold_anything() -> None:
    traces = json.loads(json.dumps(told.JAEGER_TRACES))
    traces["data"][0]["spans"][0]["tags"] = [
        {"key": "error", "value": []},
        {"key": "http.status_code", "value": "²" * 9},
    ]
    answers = {
        "/dependencies": told.JAEGER_DEPENDENCIES,
        "/services": {"data": ["checkout"]},
        "/traces": traces,
    }

    def answer(request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        body = next(answer for end, answer in answers.items() if path.endswith(end))
        return httpx2.Response(200, stream=Stored(json.dumps(body).encode()))

    (source,) = made("jaeger", httpx2.MockTransport(answer)).dependencies
    (span,) = await source.spans(WINDOW)
    assert (span.count, span.errors) == (2, 0)


async def test_a_name_that_is_too_long_to_ask_about_is_told() -> None:
    deployment = {**told.GITHUB_DEPLOYMENTS[0], "sha": "a" * 70_000}

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, stream=Stored(json.dumps([deployment]).encode()))

    (source,) = made("github", httpx2.MockTransport(answer)).deploys
    with pytest.raises(Unavailable, match="too long to ask about"):
        await source.deployments(WINDOW)
