"""From facts to clues: who is under suspicion of what, by how much, and whether a callee could be behind it.

The weights follow from what each measurement can know:

- a processor at its limit, a network that delays, a restart, a line that a service no longer writes where others
  show that it was asked to, are a service's own doing;
- slowness and errors spread from callee to caller, so they are symptoms until no callee explains them;
- who complains about another service by name speaks against that other one;
- who began work on a thing just before another found it held is the one behind the wait;
- where calls between services are measured, percentiles of pods tell the same less well.
"""

from collections.abc import Iterable

from bot.investigation.alert import Alert
from bot.investigation.suspects.clue import Clue
from bot.investigation.suspects.contention import contended
from bot.investigation.suspects.emphasis import emphasis_of
from bot.investigation.suspects.facts import Facts
from bot.investigation.suspects.from_alerts import from_alerts
from bot.investigation.suspects.from_calls import from_calls, from_spans
from bot.investigation.suspects.from_logs import from_logs
from bot.investigation.suspects.from_metrics import from_metrics


def clues(facts: Facts, alert: Alert) -> tuple[Clue, ...]:
    """Return all clues that *facts* give, in the light of what the alert speaks of."""
    measured = any(call.part("client", "now") is not None for call in facts.calls)
    services = services_of(facts)
    found = [
        *from_logs(facts.groups, services),
        *contended(facts.groups),
        *from_metrics(facts.changes, emphasis_of(alert.text), services, measured=measured),
        *from_calls(facts.calls),
        *from_spans(facts.spans),
        *from_alerts(facts.firing, alert),
    ]
    return tuple(clue for clue in found if clue.service and clue.points > 0)


def holders(found: Iterable[Clue]) -> list[tuple[str, str]]:
    """Return who waits for what whom holds, as pairs: these point the other way than calls may."""
    return [(clue.told_by, clue.service) for clue in found if clue.source == "contention"]


def complaints(found: Iterable[Clue]) -> list[tuple[str, str]]:
    """Return who complains about whom, as pairs of caller and callee."""
    return [(clue.told_by, clue.service) for clue in found if clue.told_by]


def services_of(facts: Facts) -> frozenset[str]:
    """Return the names of all services that the telemetry knows."""
    named = [row.text(key) for row in facts.calls for key in ("caller", "callee")]
    named += [row.text("service") for row in (*facts.groups, *facts.changes, *facts.spans)]
    named += [piece.service or "" for piece in facts.firing]
    return frozenset(name for name in named if name)
