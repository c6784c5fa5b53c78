"""One thing that speaks against a service, on one scale of points for all kinds of telemetry.

1 is noise on a bad day, 3 is what an engineer would call odd, 5 and more is what one points at. It weighs nothing.
"""

import re
from dataclasses import dataclass
from datetime import datetime

_PREFIX = re.compile(
    r"^(?:\s*(?:[\w.\-]+[:=]\s*)?<\*>[\],;]?|\s*\[?(?:ERROR|WARN(?:ING)?|INFO|DEBUG|FATAL|CRITICAL|SEVERE)\]?:?(?=\s))+"
)
# "GET … in … ms: " before what went wrong: the evidence beside it shows the request whole
_REQUEST = re.compile(r"^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) [^:“”]*…[^:“”]*: (?=\S+ \S)")
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Clue:
    """One thing that speaks against a service. *symptom*: a callee of it may be the one behind it.

    *measure* and *amount* tell how much of what came on top (seconds of one percentile, failed requests), so that
    a callee that added as much can be recognised; empty and 0 when that cannot be told. *told_by* is another
    service that complains about this one, empty for what is seen at the service itself. *added* is how much came on
    top in an amount that services share (tools/anomaly_added.py), None when nothing tells it. *unheard* is trouble
    in the logs that normal operation never had.
    """

    service: str
    source: str
    cause: str
    points: float
    symptom: bool
    evidence: str
    said: str
    first: datetime | None = None
    measure: str = ""
    amount: float = 0.0
    told_by: str = ""
    added: float | None = None
    unheard: bool = False


def quoted(text: str) -> str:
    """Return a template without what stands before its message, its places shown as an ellipsis."""
    told = _paired((_PREFIX.sub("", text).strip() or text).replace("<*>", "…"))
    told = _REQUEST.sub("", told)
    return told if len(told) <= _LONGEST else told[: _LONGEST - 1] + "…"


def _paired(text: str) -> str:
    """Return *text* without a parenthesis whose other half went with a value."""
    alone: set[int] = set()
    opened: list[int] = []
    for at, mark in enumerate(text):
        if mark == "(":
            opened.append(at)
        elif mark == ")" and opened:
            opened.pop()
        elif mark == ")":
            alone.add(at)
    alone.update(opened)
    return "".join(mark for at, mark in enumerate(text) if at not in alone)
