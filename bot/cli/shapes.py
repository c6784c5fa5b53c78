"""What the commands print for programs: the shapes that docs/cli.md promises. Pure."""

from collections.abc import Mapping
from typing import Any

from bot.blocks.thread import replies_for
from bot.investigation.casefile import CaseFile
from bot.investigation.events import Concluded
from bot.investigation.precedent import Precedent, Precedents


def case_shape(case: CaseFile, *, stages: bool) -> dict[str, Any]:
    """Return one investigated case; with *stages* the thread's replies as they stand."""
    shape: dict[str, Any] = {"case": case.id}
    if stages:
        shape["stages"] = [
            {"stage": reply.slot, "text": "\n".join(_texts(reply.blocks))} for reply in replies_for(case)
        ]
    concluded = next((entry.at for entry in case.history if isinstance(entry.event, Concluded)), None)
    return {
        **shape,
        "verdict": verdict_shape(case),
        "cost_usd": float(case.bill.usd) if case.bill else 0.0,
        "first_reply_s": None,
        "verdict_s": (concluded - case.opened_at).total_seconds() if concluded else None,
        "memory": {
            "recalled": [match_shape(found) for found in (case.precedents.found if case.precedents else ())]
        },
    }


def verdict_shape(case: CaseFile) -> dict[str, Any] | None:
    """Return the verdict of *case* with the evidence it cites, or None while there is none."""
    verdict = case.verdict
    if verdict is None:
        return None
    cited = [piece for piece in case.evidence if piece.id in verdict.cites]
    return {
        "outcome": verdict.outcome,
        "mode": verdict.mode,
        "cause": verdict.cause,
        "services": list(verdict.services),
        "deploys": list(verdict.deploys),
        "confidence": verdict.confidence,
        "evidence": [
            {"id": piece.id, "kind": piece.kind, "text": piece.text, "link": piece.seen.link}
            for piece in cited
        ],
        "not_checked": list(verdict.not_checked),
        "fixes": [
            {"text": fix.text, "source": fix.source, "record": fix.record, "reference": fix.reference}
            for fix in verdict.fixes
        ],
        "unverified": list(verdict.unverified),
    }


def match_shape(found: Precedent) -> dict[str, Any]:
    """Return one match of memory."""
    return {
        "id": found.id,
        "title": found.title,
        "score": found.score,
        "tier": found.tier,
        "reasons": list(found.reasons),
        "outcome": found.outcome,
        "cause": found.cause,
        "fix": found.best_fix.action if found.best_fix else None,
        "resolved_by": found.resolved_by,
    }


def recall_shape(query: str, known: Precedents) -> dict[str, Any]:
    """Return what memory offers for *query*."""
    return {"query": query, "tier": known.tier, "matches": [match_shape(found) for found in known.found]}


def _texts(blocks: tuple[Mapping[str, Any], ...]) -> list[str]:
    texts: list[str] = []
    for block in blocks:
        if text := (block.get("text") or {}).get("text"):
            texts.append(text)
        texts += [part["text"] for part in block.get("elements", ()) if isinstance(part.get("text"), str)]
    return texts
