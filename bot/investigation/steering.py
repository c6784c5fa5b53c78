"""What people said against a suspect ("it is not the database"), and the suspects without it. Pure.

A person's word is recorded and respected, and told as theirs: it removes a suspect, it never makes evidence.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic import JsonValue

from bot.investigation.casefile import CaseFile
from bot.investigation.events import Steered
from bot.investigation.suspects import STANDS_OUT, Suspects, rank

_AGAINST = re.compile(
    r"\b(not|isn't|isnt|wasn't|aren't|ignore|rule(?:d)? out|forget|exclude|without)\b(?P<after>.{0,60})"
    r"|(?P<before>.{0,60})\b(is|are|looks?|seems?)\s+(fine|ok|okay|healthy|good|unrelated|innocent|a red herring)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z0-9][a-z0-9._-]*")
_COMMON = frozenset("the a an our and or is it its this that service server svc app only really".split())
NAMING = frozenset({"service", "caller", "callee"})
SURE_AT_MOST = 0.5


def names_of(case: CaseFile) -> frozenset[str]:
    """Return the services that this case's evidence knows by name."""
    told = {piece.service for piece in case.evidence if piece.service}
    told |= {name for piece in case.evidence for name in _named_in(dict(piece.facts))}
    told |= {case.alert.service} if case.alert.service else set()
    return frozenset(told | set(case.verdict.services if case.verdict else ()))


def _named_in(facts: JsonValue) -> Iterator[str]:
    """Yield the services that facts name, however deep: healthy ones stand only there."""
    if isinstance(facts, list):
        for each in facts:
            yield from _named_in(each)
    elif isinstance(facts, dict):
        for key, value in facts.items():
            if key in NAMING and isinstance(value, str) and value:
                yield value
            else:
                yield from _named_in(value)


def ruled_out(case: CaseFile) -> dict[str, str]:
    """Return the services that people ruled out, each with who said so."""
    found: dict[str, str] = {}
    for entry in case.history:
        if isinstance(entry.event, Steered):
            for name in _against(entry.event.text, names_of(case)):
                found[name] = entry.event.by
    return found


def _against(text: str, names: frozenset[str]) -> set[str]:
    said = " ".join(
        match.group("after") or match.group("before") or "" for match in _AGAINST.finditer(text[:1000])
    )
    words = set(_WORD.findall(said.lower())) - _COMMON
    return {
        name
        for name in names
        if words & ({name.lower()} | set(re.split(r"[^a-z0-9]+", name.lower())) - _COMMON)
    }


def respecting(suspects: Suspects, case: CaseFile) -> Suspects:
    """Return *suspects* without what people ruled out; the next one leads when it stands out by itself."""
    out = ruled_out(case)
    if not out or not any(suspect.service in out for suspect in suspects.services):
        return suspects
    left = tuple(suspect for suspect in suspects.services if suspect.service not in out)
    told = tuple(f"{name}: <@{by}> ruled it out" for name, by in out.items())
    deploys = tuple(deploy for deploy in suspects.deploys if not _of(case, deploy.sha) & set(out))
    rest = replace(suspects, services=left, deploys=deploys, not_checked=(*suspects.not_checked, *told))
    if suspects.services[0].service not in out:
        return rest
    leader = next(iter(left), None)
    if leader is None or leader.score < STANDS_OUT:
        return replace(rest, cause=None, confidence=None, cites=())
    cause = f"With {', '.join(sorted(out))} ruled out, {leader.service} stands out next ({_spoken(leader.causes)})."
    sure = None if suspects.confidence is None else min(SURE_AT_MOST, suspects.confidence)
    return replace(rest, cause=cause, confidence=sure, cites=leader.evidence)


def _spoken(causes: Sequence[str]) -> str:
    words = {
        "error": "errors",
        "dependency": "calls what is in trouble",
        "deploy": "a deployment",
        "resource": "load",
    }
    return ", ".join(words.get(cause, cause) for cause in causes)


def second_thoughts(case: CaseFile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what stands after people's words, as lines and the evidence they cite."""
    out = ruled_out(case)
    if not out:
        return ("Noted. The order of suspects stays: this names none of them.",), ()
    again = respecting(rank(case.evidence, case.alert), case)
    if again.cause is None:
        return (f"Noted: {', '.join(sorted(out))} ruled out. Nothing else stands out in the evidence.",), ()
    return (f"Noted: {', '.join(sorted(out))} ruled out. {again.cause}",), again.cites[:5]


def _of(case: CaseFile, sha: str) -> set[str]:
    return {piece.service for piece in case.evidence if piece.service and piece.facts.get("sha") == sha}
