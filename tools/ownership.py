"""Who owns a service and who is on call for it, as catalogues and pagers know it.

Names are matched without case, spaces, dashes and underscores: a pager's "Checkout Service" is rarely spelled as the
telemetry spells it. Every statement keeps its source. It knows no source by name, and people only as plain text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tools.asking import ask_all
from tools.sources import OwnerSource
from tools.telemetry import Owner
from tools.tool import Unavailable

_ENDING = re.compile(r"(service|svc|api|app)$")


def plain(name: str) -> str:
    """Return *name* as it is compared."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


async def owners_known(
    sources: Sequence[OwnerSource], by: float | None
) -> tuple[tuple[Owner, ...], tuple[str, ...]]:
    """Return what *sources* know until *by*, and a line for each that could not be read; never raises."""
    if not sources:
        return (), ()
    try:
        answers, problems = await ask_all(sources, lambda source: source.owners(), what="owners", by=by)
    except Unavailable as problem:
        return (), (str(problem),)
    return tuple(owner for _, found in answers for owner in found), problems


def owner_of(service: str, known: Sequence[Owner]) -> Owner | None:
    """Return who owns *service* and who is on call: the first source that tells each; None when none does."""
    name, stem = plain(service), _ENDING.sub("", plain(service))
    exact = [each for each in known if name and plain(each.service) == name]
    alike = [each for each in known if stem and _ENDING.sub("", plain(each.service)) == stem]
    found: Owner | None = None
    for each in (*exact, *alike):
        told = found or Owner(service)
        if each.team and not told.team:
            told = replace(told, team=each.team, team_source=each.team_source)
        if each.on_call and not told.on_call:
            told = replace(told, on_call=each.on_call, on_call_source=each.on_call_source)
        found = told
    return found if found and (found.team or found.on_call) else None


def in_words(owner: Owner) -> str:
    """Return one phrase: ``store is owned by team-commerce (backstage); on call: Ada (pagerduty)``."""
    parts = []
    if owner.team:
        parts.append(f"{owner.service} is owned by {owner.team} ({owner.team_source})")
    if owner.on_call:
        who = "on call" if owner.team else f"on call for {owner.service}"
        parts.append(f"{who}: {owner.on_call} ({owner.on_call_source})")
    return "; ".join(parts)


def as_fact(owner: Owner) -> Mapping[str, str]:
    """Return *owner* as a fact of an observation."""
    return {"service": owner.service, "words": in_words(owner)}
