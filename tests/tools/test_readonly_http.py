"""The one way out: nothing but named reads leaves, answers are bounded, errors tell no secret."""

import asyncio
import gzip
import traceback
from collections.abc import AsyncIterator

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.readonly_http import ReadOnlyHttp
from tools.reads import Endpoint, Gate, NotARead, Read, base_url
from tools.tool import Unavailable

ITEMS = Read("GET", "/api/v1/items")
ITEM = Read("GET", "/api/v1/items/{id}/notes")
SEARCH = Read("POST", "/{index}/_search")
READS = (ITEMS, ITEM, SEARCH)
SENT: list[httpx2.Request] = []


class Body(httpx2.AsyncByteStream):
    """A body in pieces, counted, so that a test sees how much was taken."""

    def __init__(self, piece: bytes, times: int) -> None:
        self.piece, self.times, self.taken = piece, times, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.times):
            self.taken += 1
            yield self.piece


def streamed(told: httpx2.Response) -> httpx2.Response:
    """Return the same answer as it comes from a network: not read yet."""
    body = Body(told.content, 1) if told.is_stream_consumed else told.stream
    assert isinstance(body, httpx2.AsyncByteStream)
    return httpx2.Response(told.status_code, headers=told.headers, stream=body)


def client(answer: object, **more: object) -> ReadOnlyHttp:
    def handler(request: httpx2.Request) -> httpx2.Response:
        SENT.append(request)
        told = answer(request) if callable(answer) else answer
        assert isinstance(told, httpx2.Response)
        return streamed(told)

    SENT.clear()
    endpoint = Endpoint("https://user:hunter2@logs.example:8443/base", token="s3cret", **more)  # type: ignore[arg-type]
    return ReadOnlyHttp("loki", endpoint, READS, transport=httpx2.MockTransport(handler))


def json_answer(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, json={"path": request.url.raw_path.decode()})


async def test_named_reads_go_to_the_configured_place() -> None:
    http = client(json_answer)
    assert await http.read_json(ITEMS, query={"q": "a&b", "n": 2}) == {
        "path": "/base/api/v1/items?q=a%26b&n=2"
    }
    assert await http.read_json(ITEM, names={"id": "a/b ?#"}) == {
        "path": "/base/api/v1/items/a%2Fb%20%3F%23/notes"
    }
    assert await http.read_json(SEARCH, names={"index": "logs-*"}, body={"size": 1}) == {
        "path": "/base/logs-%2A/_search"
    }
    assert {str(each.url.host) for each in SENT} == {"logs.example"}
    assert "Bearer" not in repr(http) + repr(Endpoint("https://h", token="s3cret"))


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("POST", "https://logs.example:8443/base/api/v1/items"),
        ("DELETE", "https://logs.example:8443/base/api/v1/items"),
        ("PUT", "https://logs.example:8443/base/api/v1/items/1/notes"),
        ("GET", "https://logs.example:8443/base/api/v1/items/1/notes/2"),
        ("GET", "https://logs.example:8443/base/api/v1/items/../../admin/notes"),
        ("GET", "https://logs.example:8443/base/api/v1/items/%2e%2e/notes"),
        ("GET", "https://logs.example:8443/base/api/v1/items/..%2fadmin%3f/notes"),
        ("GET", "https://logs.example:8443/api/v1/items"),
        ("GET", "https://logs.example/base/api/v1/items"),
        ("GET", "http://logs.example:8443/base/api/v1/items"),
        ("GET", "https://elsewhere.example:8443/base/api/v1/items"),
        ("GET", "https://169.254.169.254/base/api/v1/items"),
        ("POST", "https://logs.example:8443/base/logs/_delete_by_query"),
        ("POST", "https://logs.example:8443/base/a/b/_search"),
    ],
)
async def test_nothing_else_passes_the_gate(method: str, url: str) -> None:
    sent: list[httpx2.Request] = []

    def outside(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(200)

    gate = Gate(httpx2.MockTransport(outside), base_url("loki", "https://logs.example:8443/base"), READS)
    async with httpx2.AsyncClient(transport=gate) as free:
        with pytest.raises(NotARead):
            await free.request(method, url)
    assert sent == []


@settings(deadline=None)
@given(st.text(max_size=30))
def test_no_name_leads_out_of_its_segment(name: str) -> None:
    try:
        path = ITEM.filled({"id": name})
    except Unavailable:
        assert not name or {".", ".."} & set(name.replace("\\", "/").split("/"))
        return
    assert ITEM.allows("GET", path)
    assert path.count("/") == 5


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx2.Response(302, headers={"location": "http://169.254.169.254/"}), "a redirect (302)"),
        (httpx2.Response(401), "credentials missing or wrong (401)"),
        (httpx2.Response(503), "answered 503"),
        (httpx2.Response(200, text="<html>login</html>"), "the answer is not JSON"),
        (httpx2.Response(200, text="[" * 100_000), "the answer is not JSON"),
        (
            httpx2.Response(200, headers={"content-encoding": "gzip"}, stream=Body(b"no gzip", 1)),
            "packed wrongly",
        ),
        (httpx2.Response(200, headers={"content-encoding": "br"}, stream=Body(b"x", 1)), "packed as 'br'"),
    ],
)
async def test_what_is_no_good_answer_is_unavailable_in_one_line(answer: httpx2.Response, said: str) -> None:
    with pytest.raises(Unavailable) as problem:
        await client(lambda _: answer).read_json(ITEMS)
    assert said in str(problem.value)
    assert str(problem.value).startswith("loki: ")
    assert "\n" not in str(problem.value)


async def test_a_missing_thing_may_be_none() -> None:
    http = client(lambda _: httpx2.Response(404))
    assert await http.read_json(ITEM, names={"id": "7"}, missing_is_none=True) is None
    with pytest.raises(Unavailable, match="not found"):
        await http.read_json(ITEM, names={"id": "7"})


async def test_an_endless_answer_is_cut_off() -> None:
    body = Body(b"x" * 10_000, 1_000_000)
    with pytest.raises(Unavailable, match="larger than"):
        await client(httpx2.Response(200, stream=body), max_bytes=100_000, max_wire_bytes=200_000).read_json(
            ITEMS
        )
    assert body.taken < 30


async def test_a_gzip_bomb_is_not_unpacked_beyond_the_limit() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    answer = httpx2.Response(200, headers={"content-encoding": "gzip"}, stream=Body(bomb, 1))
    with pytest.raises(Unavailable, match="larger than 1,000,000 bytes"):
        await client(answer, max_bytes=1_000_000).read_json(ITEMS)


async def test_packed_answers_are_unpacked() -> None:
    packed = gzip.compress(b'{"fine": true}')
    answer = httpx2.Response(200, headers={"content-encoding": "gzip"}, stream=Body(packed, 1))
    assert await client(answer).read_json(ITEMS) == {"fine": True}


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (
            httpx2.ConnectError("All connection attempts to user:hunter2@ failed"),
            "cannot connect to logs.example:8443",
        ),
        (
            httpx2.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"),
            "certificate of logs.example:8443 is not trusted",
        ),
        (httpx2.ReadTimeout("slow"), "no answer within 10 s"),
        (httpx2.RemoteProtocolError("hunter2"), "broke (RemoteProtocolError)"),
    ],
)
async def test_errors_hold_no_credential_and_are_tried_once_more(problem: Exception, said: str) -> None:
    def fails(_: httpx2.Request) -> httpx2.Response:
        raise problem

    with pytest.raises(Unavailable) as told:
        await client(fails).read_json(ITEMS, query={"query": "top secret"})
    assert said in str(told.value)
    whole = "".join(traceback.format_exception_only(told.value)) + repr(told.value)
    assert not any(secret in whole for secret in ("hunter2", "s3cret", "top secret"))
    assert len(SENT) == 2


async def test_a_short_hiccup_is_overcome() -> None:
    answers = iter([httpx2.Response(503), httpx2.Response(200, json=[1])])
    assert await client(lambda _: next(answers)).read_json(ITEMS) == [1]


async def test_one_deadline_holds_for_all_tries() -> None:
    async def never(_: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(60)
        return httpx2.Response(200)

    http = ReadOnlyHttp(
        "loki", Endpoint("http://h", timeout_s=0.2), READS, transport=httpx2.MockTransport(never)
    )
    with pytest.raises(Unavailable, match=r"no answer within 0\.2 s"):
        await http.read_json(ITEMS)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://h",
        "file:///etc/passwd",
        "http://",
        "http://169.254.169.254/latest",
        "http://0.0.0.0:1",
        "http://h?x=1",
    ],
)
def test_addresses_that_cannot_be_meant_are_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="loki: "):
        ReadOnlyHttp("loki", Endpoint(url), READS)
