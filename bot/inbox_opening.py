"""The inbox as it is after a restart: it knows which alerts stand open, from the newest cases."""

from bot.dossier import Dossier
from bot.inbox import Inbox, Me
from bot.store.cases import Cases

MOST = 500


async def inbox_of(me: Me, cases: Cases, dossier: Dossier) -> Inbox:
    """Return an inbox that knows the alerts of the newest `MOST` cases."""
    inbox = Inbox(me)
    for row in reversed(await cases.recent(MOST)):
        case = await dossier.read(row)
        inbox.remember(case.alert, resolved=case.cleared_at is not None, at=row.opened_at.timestamp())
    return inbox
