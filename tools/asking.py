"""Ask several sources of one kind at once: what they said, and a line for each that could not.

One dead or slow source among others is told and the rest serves; when none can be read, that is `Unavailable`.
What a source remarks about itself (a clock that differs from ours) is told beside its answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar, runtime_checkable

from tools.tool import Scope, Unavailable

S = TypeVar("S")
R = TypeVar("R")
_SHARE = 0.9  # of the scope's time: the rest is for telling what has come by then


@runtime_checkable
class Remarks(Protocol):
    """A source that has something to say about itself, besides its answers."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What people should know when they read its answers; whole phrases with its name."""
        ...


def deadline_of(scope: Scope) -> float:
    """Return when a look that begins now must have its answers, on the loop's clock, so that they can be told."""
    return asyncio.get_running_loop().time() + _SHARE * scope.timeout.total_seconds()


async def ask_all(
    sources: Sequence[S], ask: Callable[[S], Awaitable[R]], *, what: str, by: float | None = None
) -> tuple[list[tuple[S, R]], tuple[str, ...]]:
    """Return (source, answer) for each source that answered, and the lines of those that could not.

    *what* names the kind of source for people ("deployments"). *by* is when waiting ends, on the loop's clock.

    Raises:
        Unavailable: there is no source, or none could be read.
    """
    if not sources:
        raise Unavailable(f"{what}: no source is configured")
    answers = await asyncio.gather(*(_asked(source, ask, what, by) for source in sources))
    problems = tuple(str(answer) for answer in answers if isinstance(answer, Unavailable))
    if len(problems) == len(sources):
        raise Unavailable("; ".join(problems))
    told = zip(sources, answers, strict=True)
    answered = [(source, answer) for source, answer in told if not isinstance(answer, Unavailable)]
    return answered, tuple(dict.fromkeys(problems))


def remarks_of(answered: Sequence[tuple[object, object]]) -> tuple[str, ...]:
    """Return what the sources that answered remark about themselves."""
    found = [each for source, _ in answered if isinstance(source, Remarks) for each in source.remarks]
    return tuple(dict.fromkeys(found))


async def _asked(source: S, ask: Callable[[S], Awaitable[R]], what: str, by: float | None) -> R | Unavailable:
    began = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout_at(by):
            return await ask(source)
    except Unavailable as problem:
        return problem
    except TimeoutError:
        name = getattr(source, "name", what)
        waited = max(0.0, (by or began) - began)
        return Unavailable(f"{name}: no answer within {waited:.{0 if waited >= 1 else 1}f} s")
