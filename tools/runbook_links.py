"""The runbooks that an alert links to: in its own text, or in the annotations of what fires for it.

A linked runbook comes before any search. What is linked and may not be read is told with its host alone.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tools.asking import ask_all
from tools.runbook_search import Found
from tools.sources import AlertSource, LinkedRunbooks
from tools.telemetry import FiringAlert
from tools.tool import Scope, Unavailable

MOST_LINKS = 3
_LINK = re.compile(r"https?://[^\s<>|\"')\]}]{3,500}")


@dataclass(frozen=True, slots=True)
class Linked:
    """The linked runbooks that could be read, under which *source*, and a line for each that could not."""

    found: tuple[Found, ...] = ()
    source: str = ""
    problems: tuple[str, ...] = ()


class AlertLinks:
    """Follows the runbook links of alerts."""

    def __init__(self, pages: Sequence[LinkedRunbooks], alerts: Sequence[AlertSource]) -> None:
        """Read links by *pages*; *alerts* tell what fires, with its annotations."""
        self._pages = tuple(pages)
        self._alerts = tuple(alerts)

    async def read(self, scope: Scope, by: float) -> Linked:
        """Return what the alert of *scope* links to; nothing is asked when no pages may be read."""
        if not self._pages:
            return Linked()
        annotated = await self._annotated(scope, by)
        own = [link for link in _LINK.findall(scope.text) if any(page.mine(link) for page in self._pages)]
        links = list(dict.fromkeys([*own, *annotated]))[:MOST_LINKS]
        found: list[Found] = []
        problems: list[str] = []
        source = ""
        for link in links:
            page = next((each for each in self._pages if each.mine(link)), None)
            if page is None:
                host = urlsplit(link).hostname or "an address that cannot be read"
                problems.append(
                    f"the alert links a runbook at {host}, which is not among the pages that may be read"
                )
                continue
            source = page.name
            try:
                async with asyncio.timeout_at(by):
                    runbook = await page.page(link)
            except TimeoutError:
                problems.append(f"{page.name}: the linked runbook did not come in time")
            except Unavailable as problem:
                problems.append(str(problem))
            else:
                found.append(Found(runbook, 1.0, fits=True, why="the alert links it"))
        return Linked(tuple(found), source, tuple(problems))

    async def _annotated(self, scope: Scope, by: float) -> list[str]:
        """Return the links of what fires for this alert; that alerts cannot be read is told by `active_alerts`."""
        if not self._alerts:
            return []
        try:
            answers, _ = await ask_all(self._alerts, lambda source: source.firing(), what="alerts", by=by)
        except Unavailable:
            return []
        return [
            each.runbook for _, found in answers for each in found if each.runbook and _is_it(each, scope)
        ]


def _is_it(alert: FiringAlert, scope: Scope) -> bool:
    """Say whether *alert* is the one that *scope* is about, by the name that stands in its text."""
    named = re.search(rf"(?<!\w){re.escape(alert.name)}(?!\w)", scope.text) is not None
    return named and (not scope.service or alert.service in {"", scope.service})
