"""Ask several sources of one kind at once: what they said, and a line for each that could not.

One dead source among others is told and the rest serves; when none can be read, that is `Unavailable`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from tools.tool import Unavailable

S = TypeVar("S")
R = TypeVar("R")


async def ask_all(
    sources: Sequence[S], ask: Callable[[S], Awaitable[R]], *, what: str
) -> tuple[list[tuple[S, R]], tuple[str, ...]]:
    """Return (source, answer) for each source that answered, and the lines of those that could not.

    *what* names the kind of source for people ("deployments").

    Raises:
        Unavailable: there is no source, or none could be read.
    """
    if not sources:
        raise Unavailable(f"{what}: no source is configured")
    answers = await asyncio.gather(*(_asked(ask(source)) for source in sources))
    problems = tuple(str(answer) for answer in answers if isinstance(answer, Unavailable))
    if len(problems) == len(sources):
        raise Unavailable("; ".join(problems))
    answered = zip(sources, answers, strict=True)
    return [(source, answer) for source, answer in answered if not isinstance(answer, Unavailable)], problems


async def _asked(answer: Awaitable[R]) -> R | Unavailable:
    try:
        return await answer
    except Unavailable as problem:
        return problem
