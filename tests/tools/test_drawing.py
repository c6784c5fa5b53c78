"""The process that draws: started when needed, ended at rest, and never in the way when it dies."""

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.drawing import Drawing, DrawingFailed
from tools.drawing_process import ASKED, DRAWN, FAILED, HEAD, framed, packed, serve, unpacked
from tools.plot import Panel, png

ONSET = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
POINTS = tuple((ONSET.timestamp() + 60.0 * at, float(at % 7)) for at in range(-30, 20))
PANEL = Panel("checkout", "latency_p95", "s", POINTS, 0.12, ONSET)
PNG = b"\x89PNG"


@pytest.fixture
async def drawing() -> AsyncIterator[Drawing]:
    made = Drawing()
    yield made
    await made.aclose()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 (a process ends when it ends)
            await asyncio.sleep(0.01)


def pid_of(drawing: Drawing) -> int:
    assert drawing._process is not None
    return drawing._process.pid


async def test_it_draws_what_the_same_process_would_and_stays_for_the_next(drawing: Drawing) -> None:
    assert not drawing.running
    first, second = await asyncio.gather(drawing.png([PANEL], ONSET), drawing.png([PANEL, PANEL], ONSET))
    assert first == png([PANEL], ONSET)
    assert second.startswith(PNG)
    assert len(second) > len(first)
    pid = pid_of(drawing)
    assert await drawing.png([], ONSET) == b""
    assert pid_of(drawing) == pid
    await drawing.aclose()
    assert not drawing.running
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_one_that_dies_or_is_left_alone_costs_no_later_picture(drawing: Drawing) -> None:
    assert (await drawing.png([PANEL], ONSET)).startswith(PNG)
    process = drawing._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    nobody_waits = asyncio.create_task(drawing.png([PANEL, PANEL], ONSET))
    await until(lambda: drawing.running and drawing._process is not process)
    nobody_waits.cancel()
    await asyncio.gather(nobody_waits, return_exceptions=True)
    assert not drawing.running
    assert await drawing.png([], ONSET) == b"", "the answer of the one before is not taken for it"


async def test_what_cannot_be_drawn_is_told_and_the_next_picture_is_drawn(drawing: Drawing) -> None:
    broken = Panel("checkout", "latency", "s", POINTS, "no number")  # type: ignore[arg-type]
    with pytest.raises(DrawingFailed, match="TypeError"):
        await drawing.png([broken], ONSET)
    assert await drawing.png([], ONSET) == b""


async def test_it_ends_when_nothing_is_drawn() -> None:
    drawing = Drawing(rest_s=0.0)
    assert await drawing.png([], ONSET) == b""
    await until(lambda: not drawing.running)
    await drawing.aclose()


def test_it_ends_with_its_input_also_within_a_frame() -> None:
    whole = framed(ASKED, packed([], ONSET))
    for asked in (whole, whole + b"a\x00"):
        answers = io.BytesIO()
        serve(io.BytesIO(asked), answers)
        assert answers.getvalue() == framed(DRAWN, b"")
    answers = io.BytesIO()
    serve(io.BytesIO(framed(ASKED, b"{}") + whole), answers)
    kind, length = HEAD.unpack(answers.getvalue()[: HEAD.size])
    assert kind == FAILED
    assert answers.getvalue()[HEAD.size + length :] == framed(DRAWN, b"")


@given(
    st.lists(
        st.builds(
            Panel, st.text(), st.text(), st.text(),
            st.lists(st.tuples(st.floats(0, 4e9), st.floats(allow_nan=False))).map(tuple),
            st.none() | st.floats(allow_nan=False), st.none() | st.datetimes(timezones=st.just(UTC)),
        )
    )
)  # fmt: skip
def test_a_picture_survives_the_way(panels: list[Panel]) -> None:
    assert unpacked(packed(panels, ONSET)) == (panels, ONSET)


@pytest.mark.parametrize("service", ["api", "a-service-whose-name-goes-on-and-on-and-on"])
def test_a_title_fits_above_its_panel_and_keeps_its_unit(service: str) -> None:
    title = Panel(service, "memory_working_set_bytes_of_all_containers_together", "bytes", POINTS).title
    assert len(title) <= 52
    assert title.endswith("… (bytes)")
