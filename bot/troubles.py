"""Saying once, in a case's thread, what fails, what still works and when it is tried again.

It knows no Slack; the line is a fact of the case (`Degraded`) and is drawn like any other.
"""

from bot.dossier import Dossier
from bot.investigation.events import Degraded
from bot.store.cases import CaseRow


async def tell_once(dossier: Dossier, row: CaseRow, what: str, line: str) -> None:
    """Journal and show *line* unless it is the last thing that was said about *what*."""
    case = await dossier.read(row)
    said = [entry.event for entry in case.history if isinstance(entry.event, Degraded)]
    last = next((each for each in reversed(said) if each.what == what), None)
    if last is None or last.line != line:
        await dossier.record(row, [Degraded(what, line)])
