"""Cut logs down to what is new: templates that appeared, surged or went missing, each with one example.

`digest` is pure: window and baseline lines in, groups out, the most telling first. It knows no source and no
size limit of models; tools/logs.py puts groups into words. It cannot tell a harmless new template (a feature
that nobody used before) from a telling one by anything but its words, its level and its count.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tools.log_digest_flow import Flow, flows, rate_surprise, unheard_surprise
from tools.log_digest_groups import shown, template_ids
from tools.log_digest_levels import CALM, ERROR, WARNING, severity, whole_messages
from tools.telemetry import LogLine

Trend = Literal["new", "more", "fewer", "gone", "steady"]
LATE = timedelta(minutes=2)  # alerts fire late: so long before the onset is neither normal nor trouble
TOO_FEW = 20  # times more lines before the onset than in the baseline: then those tell better what is normal
RARE = 3.0  # surprise from which a group counts as changed
_WEIGHT = {ERROR: 1.0, WARNING: 0.7, CALM: 0.25}
_MISSED = 0.7  # a calm line that is no longer written: the work behind it is no longer done
_MIXED = 0.25
_KNOWN_KIND = 0.3  # an error whose kind is logged in normal operation as well
_MENTION = 1.0
_LINES_SHOWN = 20
_NAMES = re.compile(r"[\w$]+(?:[-.][\w$]+)+|0x[0-9a-f]+|\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LogGroup:
    """Lines of one template by one service.

    *normal* lines were written in normal operation, *now* since the onset; *share* and *normal_share* are the
    shares of requests that logged it (None without trace ids); *score* >= 0 tells how telling it is, 0 for what
    did not change. *example* is the first line since the onset, else the last before, whole with its stack.
    """

    service: str
    template: str
    severity: str
    trend: Trend
    now: int
    normal: int
    share: float | None
    normal_share: float | None
    score: float
    first: datetime | None
    last: datetime | None
    example: LogLine


def digest(lines: Sequence[LogLine], baseline: Sequence[LogLine], *, onset: datetime) -> tuple[LogGroup, ...]:
    """Return the groups of *lines*, the most telling first.

    *baseline* are lines of normal operation; where there are none, or far fewer than those of *lines* well before
    *onset*, the latter serve.
    Lines of *lines* that are in neither span are not counted.
    """
    before = [line for line in lines if line.at < onset - LATE]
    if len(baseline) * TOO_FEW < len(before):
        baseline = ()
    normal = whole_messages(baseline or before)
    if not normal:
        normal = whole_messages(line for line in lines if line.at < onset)
    known = set(map(id, normal))
    current = [
        each
        for each in whole_messages(lines)
        if each.at >= (onset - LATE if baseline else onset) and id(each) not in known
    ]
    return _compared(normal, current, onset)


def _compared(normal: list[LogLine], current: list[LogLine], onset: datetime) -> tuple[LogGroup, ...]:
    everything = normal + current
    templates = template_ids(line.text.partition("\n")[0] for line in everything)
    numbers: dict[tuple[str, int], int] = {}
    group_of = [
        numbers.setdefault((line.service, template), len(numbers))
        for line, template in zip(everything, templates, strict=True)
    ]
    members: dict[int, tuple[list[LogLine], list[LogLine]]] = defaultdict(lambda: ([], []))
    for place, (line, group) in enumerate(zip(everything, group_of, strict=True)):
        members[group][place >= len(normal)].append(line)
    services = [service for service, _ in numbers]
    by_request = flows(
        ((line.trace, group) for line, group in zip(normal, group_of, strict=False) if line.trace),
        (
            (line.trace, group)
            for line, group in zip(current, group_of[len(normal) :], strict=True)
            if line.trace
        ),
        services,
        loud={number for number, told in members.items() if severity((told[1] or told[0])[0]) == ERROR},
        early={line.trace for line in current if line.trace and line.at < onset},
    )
    exposure = len(current) / len(normal) if normal else 0.0
    kinds = Counter(_kind(line.text) for line in normal if severity(line) != CALM)
    groups = [
        _group(services[number], *members[number], by_request.get(number), exposure, kinds)
        for number in range(len(services))
    ]
    return tuple(sorted(groups, key=lambda each: (-each.score, each.service, each.template)))


def _group(
    service: str,
    normal: list[LogLine],
    now: list[LogLine],
    flow: Flow | None,
    exposure: float,
    kinds: Mapping[str, int],
) -> LogGroup:
    example = now[0] if now else normal[-1]
    level = severity(example)
    compared = flow is not None and flow.normal_asked > 0
    surprise = flow.surprise if flow and compared else rate_surprise(len(now), len(normal), exposure)
    if level == ERROR and flow and not normal:
        surprise = max(surprise, unheard_surprise(flow.logged, flow.asked))
    told = (now or normal)[:_LINES_SHOWN]
    weight = _WEIGHT[level]
    if surprise < 0:
        # fewer errors are no trouble, and a service's own mix of requests may change for reasons elsewhere
        weight = _MISSED if flow and flow.due else _MIXED if level == CALM else 0.0
    elif level != CALM and not normal and kinds.get(_kind(example.text)):
        weight *= _KNOWN_KIND
    trend = _trend(surprise, len(now), len(normal))
    return LogGroup(
        service=service,
        template=shown([line.text.partition("\n")[0] for line in told]),
        severity=level,
        trend=trend,
        now=len(now),
        normal=len(normal),
        share=flow.logged / flow.asked if flow and flow.asked else None,
        normal_share=flow.normal_logged / flow.normal_asked if flow and flow.normal_asked else None,
        score=0.0 if trend == "steady" else round(_telling(abs(surprise) * weight, level, flow), 3),
        first=now[0].at if now else None,
        last=now[-1].at if now else normal[-1].at,
        example=example,
    )


def _telling(score: float, level: str, flow: Flow | None) -> float:
    """Return the score, of calm work that normal operation did not have at all (an export, a batch) just a mention."""
    return min(score, _MENTION) if level == CALM and flow and not flow.normal_asked else score


def _trend(surprise: float, now: int, normal: int) -> Trend:
    if now and not normal and surprise > -RARE:
        return "new"
    if abs(surprise) < RARE:
        return "steady"
    if surprise > 0:
        return "more"
    return "fewer" if now else "gone"


def _kind(text: str) -> str:
    """Return what kind of trouble a line tells, without the names of what it happened to."""
    return _NAMES.sub("*", text.partition("\n")[0][:600])
