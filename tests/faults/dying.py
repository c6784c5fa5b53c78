"""`app.py`, in a process that ends itself by SIGKILL at one named step: the fail-points of the fault matrix.

    python -m tests.faults.dying POINT NTH serve          (any command of app.py; the environment is app.py's)
    python -m tests.faults.dying backed_up 1 backup FROM TO

The product holds no fail-point: a step is a call of its own, and the process dies before or after it.
"""

import inspect
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.cli.environment import read_environment
from bot.cli.main import main
from bot.investigation.events import EvidenceRequested
from bot.listeners import Listeners
from bot.remembering import Remembering
from bot.slack_web import SlackWeb
from bot.store.cases import Cases
from bot.store.intake import Intake
from bot.store.timers import Timers
from memory.store_edge import EdgeStore
from router.anthropic_model import AnthropicModel
from router.router import Router
from tools.logs import SearchLogs
from tools.toolbox import Toolbox


@dataclass(frozen=True)
class Point:
    """A call, whether the process dies before it began or after it was done, and which passings count."""

    owner: type
    call: str
    before: bool = False
    counts: Callable[[tuple[Any, ...], Any], bool] = lambda _given, _result: True


def found(_given: tuple[Any, ...], result: object) -> bool:
    """Count only a look that found something: an idle one is no step."""
    return bool(result)


def wants_to_look(given: tuple[Any, ...], _result: object) -> bool:
    """Count the journal line in which a model asks for a look."""
    return any(isinstance(each.event, EvidenceRequested) and each.event.by == "model" for each in given[2])


POINTS: Mapping[str, Point] = {
    "received": Point(Listeners, "_keep_events", before=True),
    "kept": Point(Intake, "_insert"),
    "acked": Point(SocketModeClient, "send_socket_mode_response"),
    "taken": Point(Intake, "take_many", counts=found),
    "opened": Point(Cases, "open"),
    "claimed": Point(Cases, "claim", counts=found),
    "asked": Point(Router, "ask", before=True),
    "answered": Point(AnthropicModel, "reply"),
    "wants_look": Point(Cases, "append", counts=wants_to_look),
    "looking": Point(SearchLogs, "look", before=True),
    "looked": Point(Toolbox, "run"),
    "posting": Point(SlackWeb, "post", before=True),
    "posted": Point(SlackWeb, "post"),
    "resolved": Point(Remembering, "remember", before=True),
    "indexing": Point(EdgeStore, "put", before=True),
    "indexed": Point(EdgeStore, "put"),
    "ticked": Point(Timers, "due", counts=found),
}


def die_at(name: str, nth: int) -> None:
    """Let this process die, as of `kill -9`, at the *nth* passing of *name*."""
    passed = 0

    def passes() -> None:
        nonlocal passed
        passed += 1
        if passed == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    if name == "migrating":  # between two statements of one migration
        sa.event.listen(sa.Engine, "before_cursor_execute", _at_an_index(passes))
        return
    if name in POINTS:
        point = POINTS[name]
        call = getattr(point.owner, point.call)
        setattr(
            point.owner,
            point.call,
            (_stream if inspect.isasyncgenfunction(call) else _call)(call, point, passes),
        )


def _call(call: Callable[..., Any], point: Point, passes: Callable[[], None]) -> Callable[..., Any]:
    @wraps(call)
    async def dying(*given: object, **named: object) -> Any:  # noqa: ANN401 (whatever it returns)
        if point.before:
            passes()
        result = await call(*given, **named)
        if not point.before and point.counts(given, result):
            passes()
        return result

    return dying


def _stream(call: Callable[..., Any], _point: Point, passes: Callable[[], None]) -> Callable[..., Any]:
    @wraps(call)
    async def dying(*given: object, **named: object) -> AsyncGenerator[Any, None]:
        passes()
        async for each in call(*given, **named):
            yield each

    return dying


def _at_an_index(passes: Callable[[], None]) -> Callable[..., None]:
    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("CREATE UNIQUE INDEX"):
            passes()

    return look


def back_up(source: Path, target: Path, nth: int) -> None:
    """Copy as docs/operations.md says, page by page; die after *nth* pages."""

    def copied(_status: int, left: int, total: int) -> None:
        if total - left >= nth:
            os.kill(os.getpid(), signal.SIGKILL)

    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy, pages=1, progress=copied)


if __name__ == "__main__":
    point_name, times, *words = sys.argv[1:]
    if words[0] == "backup":
        back_up(Path(words[1]), Path(words[2]), int(times))
    else:
        die_at(point_name, int(times))
        sys.exit(main(words, lambda: read_environment(os.environ, Path("/nowhere/.env"))))  # noqa: TID251 (as app.py does)
