"""The tool `service_dependencies`: who calls whom around the alert's service, and which calls became slower.

Facts: the summary has ``calls``, a list of {caller, callee, count, normal_count, client, server, network (each
{now, normal, doublings} in seconds), score} of all calls; ``gone``, pairs no longer called; ``spans``, a list of
{service, operation, count, now, normal, score, failing} of the operations that slowed the most (slow end, seconds) or
whose share of failures grew (failing, 0..1);
``owners``, a list of {service, words} of the services whose owner or on-call is known. Each further observation has
``call`` or ``span``, the same object. It knows no source by name.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from tools.asking import ask_all, deadline_of, remarks_of
from tools.dependency_changes import CallChange, SpanChange, call_changes, gone_calls, span_changes
from tools.ownership import as_fact, in_words, owner_of, owners_known
from tools.sources import DependencySource, OwnerSource
from tools.telemetry import Call, Owner, Span, Window
from tools.tool import PLAIN_NAME, Findings, Observation, Scope, Status, ToolCall
from tools.wording import factor, quantity, share, short

SLOWER = 0.5  # doublings from which a call or an operation counts as slower
FAILING = 0.05  # of its calls, more than normally, from which an operation counts as failing
MAX_CALLS_KEPT = 400
MAX_SPANS_KEPT = 60
MAX_CALLS_TOLD = 10
MAX_SPANS_TOLD = 6
MAX_NAMES = 12
MAX_OWNERS_KEPT = 60


class ServiceDependenciesArguments(BaseModel):
    """Whose neighbours; the alert's service when left out."""

    model_config = ConfigDict(extra="forbid")

    service: str | None = Field(
        default=None, max_length=200, pattern=PLAIN_NAME, description="the service in the middle"
    )


@runtime_checkable
class Linking(Protocol):
    """A source with a page where people see the same."""

    def link(self, window: Window, service: str | None = None) -> str | None:
        """Return where."""
        ...


class ServiceDependencies:
    """Looks at the map of calls."""

    name = "service_dependencies"
    description = (
        "Who calls a service and whom it calls, which calls became slower than in normal operation and on which side "
        "(caller, network, callee), calls that are no longer made, and slow operations."
    )
    arguments: type[BaseModel] = ServiceDependenciesArguments

    def __init__(self, sources: Sequence[DependencySource], owners: Sequence[OwnerSource] = ()) -> None:
        """Look in all of *sources* at once; their maps are read as one. *owners* tell whose a service is."""
        self._sources = tuple(sources)
        self._owners = tuple(owners)

    async def look(self, arguments: BaseModel, scope: Scope) -> Findings:
        """Look once. Raises `Unavailable` when no source can be read."""
        assert isinstance(arguments, ServiceDependenciesArguments)
        call = ToolCall(self.name, arguments.model_dump(exclude_none=True))
        by = deadline_of(scope)
        (answers, problems), (known, unknown) = await asyncio.gather(
            self._maps(scope.window, by), owners_known(self._owners, by)
        )
        problems = (*problems, *unknown)
        read = [told for _, told in answers]
        calls = call_changes(
            [each for told in read for each in told[0]], [each for told in read for each in told[1]]
        )
        if not calls:
            note = "; ".join(("no calls known", *problems))
            owner = owner_of(arguments.service or scope.service, known)
            told = (_owned(owner),) if owner else ()
            return Findings(call, Status.FOUND if told else Status.NOTHING, told, note, problems=problems)
        gone = [each for told in read for each in gone_calls(told[0], told[1])]
        spans = span_changes(
            [each for told in read for each in told[2]], [each for told in read for each in told[3]]
        )
        middle = arguments.service or scope.service
        name = answers[0][0].name
        on_map = dict.fromkeys(
            (middle, *(who for each in calls for who in (each.now.caller, each.now.callee)))
        )
        owners = [found for service in on_map if service and (found := owner_of(service, known))]
        seen = (
            _summary(calls, gone, spans, middle, name, owners),
            *(_slow_call(each, name) for each in _first(calls, middle) if each.score >= SLOWER),
            *(_slow_span(each, name) for each in spans[:MAX_SPANS_TOLD] if each.score >= SLOWER),
            *(_failing_span(each, name) for each in _failing(spans)[:MAX_SPANS_TOLD]),
        )
        links = [each for each, _ in answers if isinstance(each, Linking)]
        if links:
            seen = tuple(replace(each, link=links[0].link(scope.window, each.service)) for each in seen)
        remarks = remarks_of(answers)
        note = "; ".join((f"{len(calls)} calls known", *problems, *remarks))
        return Findings(call, Status.FOUND, seen, note, problems=problems, remarks=remarks)

    async def _maps(
        self, window: Window, by: float
    ) -> tuple[list[tuple[DependencySource, "_Told"]], tuple[str, ...]]:
        if not self._sources and self._owners:
            return [], ("dependencies: no source is configured",)
        return await ask_all(self._sources, lambda source: _read(source, window), what="dependencies", by=by)


_Told = tuple[Sequence[Call], Sequence[Call], Sequence[Span], Sequence[Span]]


async def _read(source: DependencySource, window: Window) -> _Told:
    """Return all that *source* tells; asked at once, since a slow source should cost its time once."""
    calls, normal, spans, usual = await asyncio.gather(
        source.calls(window),
        source.baseline_calls(window),
        source.spans(window),
        source.baseline_spans(window),
    )
    measured = any(each.client_p90_s is not None or each.count is not None for each in calls)
    return (calls, normal, spans, usual) if measured else (calls, (), (), ())


def _first(calls: Sequence[CallChange], middle: str) -> list[CallChange]:
    """Return the calls to tell: the most slowed, the middle's own before others of the same rank."""
    own = [each for each in calls if middle in {each.now.caller, each.now.callee}]
    return sorted(calls, key=lambda each: (-each.score, each not in own))[:MAX_CALLS_TOLD]


def _owned(owner: Owner) -> Observation:
    return Observation(
        kind="dependency",
        text=f"{in_words(owner)}.",
        source=owner.team_source or owner.on_call_source,
        service=owner.service,
        query=f"owner of {owner.service}",
        facts={"owners": [dict(as_fact(owner))]},
    )


def _summary(
    calls: Sequence[CallChange],
    gone: Sequence[Call],
    spans: Sequence[SpanChange],
    middle: str,
    source: str,
    owners: Sequence[Owner],
) -> Observation:
    callers = sorted({each.now.caller for each in calls if each.now.callee == middle})
    callees = sorted({each.now.callee for each in calls if each.now.caller == middle})
    slower = sum(each.score >= SLOWER for each in calls)
    parts = [f"Dependencies: {len(calls)} pairs of services call each other"]
    if middle and (callers or callees):
        parts.append(f"{middle} is called by {_names(callers)} and calls {_names(callees)}")
    elif middle:
        parts.append(f"{middle} is not on the map")
    parts += [in_words(each) for each in owners if each.service == middle]
    if any(each.normal for each in calls):
        told = "1 pair is" if slower == 1 else f"{slower or 'no'} pairs are"
        parts.append(f"{told} slower than in normal operation")
    if gone:
        parts.append("no longer called: " + _names([f"{each.caller} → {each.callee}" for each in gone]))
    return Observation(
        kind="dependency",
        text="; ".join(parts) + ".",
        source=source,
        service=middle or None,
        query=f"calls around {middle}" if middle else "all calls",
        facts={
            "calls": [_call_row(each) for each in calls[:MAX_CALLS_KEPT]],
            "gone": [{"caller": each.caller, "callee": each.callee, "count": each.count} for each in gone],
            "spans": [
                _span_row(each)
                for each in dict.fromkeys((*spans[:MAX_SPANS_KEPT], *_failing(spans)[:MAX_SPANS_KEPT]))
                if each.score >= SLOWER or each.failing >= FAILING
            ],
            "owners": [dict(as_fact(each)) for each in owners[:MAX_OWNERS_KEPT]],
        },
    )


def _slow_call(change: CallChange, source: str) -> Observation:
    now, normal = change.now, change.normal
    parts = [
        f"{name} {_course(current, usual)}"
        for name, current, usual in (
            ("seen by the caller", now.client_p90_s, normal.client_p90_s if normal else None),
            ("spent in the callee", now.server_p90_s, normal.server_p90_s if normal else None),
            ("between them", now.network_p90_s, normal.network_p90_s if normal else None),
        )
        if current is not None
    ]
    often = f" ({now.count} calls, normally {normal.count if normal else 'none'})" if now.count else ""
    return Observation(
        kind="dependency",
        text=f"{now.caller} → {now.callee}{often}: p90 {', '.join(parts)}",
        source=source,
        service=now.callee,
        query=f"calls {now.caller} → {now.callee}",
        facts={"call": _call_row(change)},
    )


def _slow_span(change: SpanChange, source: str) -> Observation:
    now, normal = change.now, change.normal
    return Observation(
        kind="dependency",
        text=f"{now.service}: operation {short(now.operation, 100)} p95 "
        f"{_course(now.p95_s, normal.p95_s if normal else None)} ({now.count} times)",
        source=source,
        service=now.service,
        query=f"operation {short(now.operation, 100)} of {now.service}",
        facts={"span": _span_row(change)},
    )


def _failing(spans: Sequence[SpanChange]) -> list[SpanChange]:
    return sorted((each for each in spans if each.failing >= FAILING), key=lambda each: -each.failing)


def _failing_span(change: SpanChange, source: str) -> Observation:
    now, normal = change.now, change.normal
    usual = f"normally {share(normal.errors / normal.count)}" if normal and normal.count else "new"
    return Observation(
        kind="dependency",
        text=f"{now.service}: operation {short(now.operation, 100)} fails: {now.errors} of {now.count} times, {usual}",
        source=source,
        service=now.service,
        query=f"operation {short(now.operation, 100)} of {now.service}",
        facts={"span": _span_row(change)},
    )


def _course(now: float, normal: float | None) -> str:
    if normal is None:
        return f"{quantity(now, 's')} (new)"
    times = factor(normal, now)
    return f"{quantity(normal, 's')} → {quantity(now, 's')}{f' ({times})' if times else ''}"


def _call_row(change: CallChange) -> dict[str, JsonValue]:
    now, normal = change.now, change.normal

    def part(current: float | None, usual: float | None, growth: float | None) -> JsonValue:
        if current is None:
            return None
        return {"now": current, "normal": usual, "doublings": None if growth is None else round(growth, 3)}

    return {
        "caller": now.caller,
        "callee": now.callee,
        "count": now.count,
        "normal_count": normal.count if normal else None,
        "client": part(now.client_p90_s, normal.client_p90_s if normal else None, change.client),
        "server": part(now.server_p90_s, normal.server_p90_s if normal else None, change.server),
        "network": part(now.network_p90_s, normal.network_p90_s if normal else None, change.network),
        "score": round(change.score, 3),
    }


def _span_row(change: SpanChange) -> dict[str, JsonValue]:
    return {
        "service": change.now.service,
        "operation": short(change.now.operation, 120),
        "count": change.now.count,
        "now": change.now.p95_s,
        "normal": change.normal.p95_s if change.normal else None,
        "score": round(change.score, 3),
        "failing": round(change.failing, 4),
    }


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MAX_NAMES]) or "nobody"
    return f"{shown} and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else shown
