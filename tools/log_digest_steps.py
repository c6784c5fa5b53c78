"""Where requests stop: a service wrote a line, and what it always writes next did not come.

In normal operation each line of a service has its followers in the same request. A request stopped at a line when
its service wrote nothing more there though it usually goes on, or began something anew that never came next. When
a callee stops, its callers may stop with it, so of a request only the stop that comes last is told: the deepest.
An error in the line's place is no stop, it speaks for itself. It knows no words and no clock.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

END = -1
USUAL = 0.5  # where so large a share of a line's followers is none, it is one that ends the work

Groups = Sequence[int]  # that one request logged, in order of time


@dataclass(frozen=True, slots=True)
class Stop:
    """Of *asked* requests with a line, *stopped* ended there, and in normal operation; *missing* was due next."""

    missing: int
    asked: int
    stopped: int
    normal_asked: int
    normal_stopped: int


@dataclass(frozen=True, slots=True)
class _Usual:
    """What follows a group in its own service, and which groups begin a service's work."""

    follows: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    begins: set[int] = field(default_factory=set)

    def stops(self, group: int, after: int) -> bool:
        """Say whether *after* means that the work stopped at *group*, as far as that is known."""
        known = self.follows.get(group)
        if not known or known[END] >= USUAL * known.total():
            return False
        return after == END or (after in self.begins and after not in known)


def stops(normal: Iterable[Groups], now: Iterable[Groups], service_of: Sequence[str]) -> Iterator[Stop]:
    """Yield where requests of *now* stop, compared with those of *normal*."""
    before, since = ([list(_steps(each, service_of)) for each in requests] for requests in (normal, now))
    usual = _Usual()
    for steps in before:
        usual.begins.update({service_of[group]: group for group, _ in steps}.values())
        for group, after in steps:
            usual.follows[group][after] += 1
    asked, stopped = _counted(since, usual)
    normal_asked, normal_stopped = _counted(before, usual)
    for group, times in stopped.items():
        missing = next(each for each, _ in usual.follows[group].most_common() if each != END)
        yield Stop(missing, asked[group], times, normal_asked[group], normal_stopped[group])


def _counted(
    requests: Iterable[Sequence[tuple[int, int]]], usual: _Usual
) -> tuple[Counter[int], Counter[int]]:
    """Return by group the requests that logged it, and those that stopped there."""
    asked, stopped = Counter[int](), Counter[int]()
    for steps in requests:
        asked.update({group for group, _ in steps})
        stopped.update([group for group, after in steps if usual.stops(group, after)][:1])
    return asked, stopped


def _steps(groups: Groups, service_of: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield each group, the last first, and the one that its service logged next in the request."""
    after: dict[str, int] = {}
    for group in reversed(groups):
        yield group, after.get(service_of[group], END)
        after[service_of[group]] = group
