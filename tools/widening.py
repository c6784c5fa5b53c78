"""Look around the onset, and wider when there is nothing: what each source has, and what is normal there.

What happened and what is normal are asked for at once, so that a slow source costs its time once. It knows no source
by name and not what is looked for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Generic, TypeVar

from tools.asking import ask_all, deadline_of, remarks_of
from tools.telemetry import Window
from tools.tool import Scope, Unavailable

S = TypeVar("S")
T = TypeVar("T")
WIDER = (timedelta(minutes=30), timedelta(hours=2))  # tried in turn when the window is empty


@dataclass(frozen=True, slots=True)
class Seen(Generic[S, T]):
    """What was found in *window*; *problems* could not be read, *remarks* tell of widening and of clocks."""

    window: Window
    read: Sequence[tuple[S, Sequence[T]]]
    normal: Sequence[T]
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


async def look_around(
    sources: Sequence[S],
    scope: Scope,
    ask: Callable[[S, Window], Awaitable[Sequence[T]]],
    usual: Callable[[S, Window], Awaitable[Sequence[T]]] | None,
    *,
    what: str,
) -> Seen[S, T]:
    """Return what *ask* finds in the first of ever wider windows that has anything, and what *usual* says of it.

    Raises:
        Unavailable: there is no source, or none could be read in time.
    """
    by = deadline_of(scope)
    seen = await _look(sources, scope.window, ask, usual, what, by)
    for wider in WIDER:
        if any(found for _, found in seen.read):
            break
        try:
            again = await _look(sources, scope.window.widened(wider), ask, usual, what, by)
        except Unavailable as problem:
            late = f"a wider window could not be read: {problem}"
            return replace(seen, problems=(*seen.problems, late))
        minutes = round(wider.total_seconds() / 60)
        told = f"nothing around the onset, so the window was widened by {minutes} min on both sides"
        seen = replace(again, remarks=(told, *again.remarks))
    return seen


async def _look(
    sources: Sequence[S],
    window: Window,
    ask: Callable[[S, Window], Awaitable[Sequence[T]]],
    usual: Callable[[S, Window], Awaitable[Sequence[T]]] | None,
    what: str,
    by: float,
) -> Seen[S, T]:
    normal = asyncio.create_task(_normal(sources, window, usual, what, by))
    try:
        read, said = await ask_all(sources, lambda source: ask(source, window), what=what, by=by)
        if not any(found for _, found in read):
            return Seen(window, read, (), said, remarks_of(read))
        usually, unsaid = await normal
    finally:
        normal.cancel()
    own = {id(source) for source, found in read if found}
    known = [each for source, found in usually if id(source) in own for each in found]
    return Seen(window, read, known, tuple(dict.fromkeys((*said, *unsaid))), remarks_of(read))


async def _normal(
    sources: Sequence[S],
    window: Window,
    usual: Callable[[S, Window], Awaitable[Sequence[T]]] | None,
    what: str,
    by: float,
) -> tuple[list[tuple[S, Sequence[T]]], tuple[str, ...]]:
    """Return what is normal by source; what cannot be read is told, since without it there is less to compare."""
    if usual is None:
        return [], ()
    try:
        answered, said = await ask_all(sources, lambda source: usual(source, window), what=what, by=by)
    except Unavailable as problem:
        return [], (f"normal {what} could not be read: {problem}",)
    return answered, said
