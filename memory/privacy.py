"""Who may see which incident. One rule, told twice: as the scope of a search, and as a check on the truth.

The check runs again on what a search brought back, so that an index that lags behind (an incident that has since
become private, or was retired) shows nothing it should not. Pure.
"""

from memory.incident import EVERYWHERE, Incident, Status
from memory.recollection import Question
from memory.store import Scope

HIDDEN = frozenset({Status.RETIRED, Status.SUPERSEDED, Status.FALSE_ALARM})


def scope_of(question: Question) -> Scope:
    """Return what a search for *question* may find."""
    return Scope(
        workspaces=frozenset({question.workspace, EVERYWHERE}),
        channels=question.channels,
        hidden=frozenset() if question.include_retired else frozenset(status.value for status in HIDDEN),
        until=question.now,
        valid_at=None if question.include_retired else question.now,
        exclude=question.exclude,
    )


def counted_in(question: Question) -> frozenset[str]:
    """Return the counts of words that *question* may be weighed by: how rare a word is tells of what is there."""
    own = {_of_channel(question.workspace, channel) for channel in question.channels}
    return frozenset({question.workspace, EVERYWHERE, *own})


def counted_as(incident: Incident) -> str:
    """Return where the words of *incident* are counted: a private channel's apart from its workspace's."""
    return _of_channel(incident.workspace, incident.channel) if incident.private else incident.workspace


def _of_channel(workspace: str, channel: str) -> str:
    return f"{workspace}#{channel}"


def may_show(incident: Incident, question: Question) -> bool:
    """Say whether *incident* may be shown to who asks *question*."""
    if incident.workspace not in {question.workspace, EVERYWHERE} or incident.id in question.exclude:
        return False
    if incident.private and incident.channel not in question.channels:
        return False
    if incident.started_at is not None and incident.started_at > question.now:
        return False
    return question.include_retired or not _gone(incident, question)


def _gone(incident: Incident, question: Question) -> bool:
    return incident.status in HIDDEN or (
        incident.invalid_at is not None and incident.invalid_at <= question.now
    )
