"""Reading the audit: what a case cost, why it was routed so, and what all of it costs by task, model and day.

Shapes of the `--json` objects are in the docstrings. It reads rows only; it decides nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from router.audit import Audit
from router.budget import held_in_all
from router.explain import attempt_line, finding, line, spoken
from router.ledger import References, Summary, summarise
from router.otherwise import LABEL, Asked, Otherwise, Reference
from router.outcomes import Attempt
from router.policy import Policy
from router.prices import dollars
from router.records import Avoided, Decided, Ended, Row, Tried
from router.spikes import spikes


async def summary(audit: Audit, case: str, policy: Policy) -> Summary:
    """Return what *case* cost so far; see `router.ledger.Summary`."""
    rows = await audit.rows(case=case, kinds=("tried", "ended", "avoided"))
    avoided = sum(isinstance(row.record, Avoided) for row in rows)
    return summarise(questions_of(rows), avoided, _references(policy))


def _references(policy: Policy) -> References:
    """Return the models that everything is compared with."""
    models = (policy.strongest, policy.weakest, policy.topmost)
    return References(*(Reference(policy.price(model), policy.min_cache_prefix(model)) for model in models))


def questions_of(rows: Iterable[Row]) -> list[Asked]:
    """Return the questions in *rows*, in the order of their first attempt, an unfinished one included."""
    attempts: dict[str, list[Attempt]] = defaultdict(list)
    began: dict[str, float] = {}
    prefixes: dict[str, tuple[tuple[str, int], ...]] = {}
    for row in rows:
        if isinstance(row.record, Tried):
            attempts[row.record.asked].append(row.record.attempt)
            began.setdefault(row.record.asked, row.at.timestamp())
        elif isinstance(row.record, Ended):
            prefixes[row.record.asked] = row.record.prefixes
    return [Asked(tuple(tried), prefixes.get(id_, ()), began[id_]) for id_, tried in attempts.items()]


async def why(audit: Audit, case: str | None = None, *, chain: bool = True) -> Mapping[str, Any]:
    """Return why a case was routed as it was; without *case*, all of them. Without *chain* it is not verified.

    ``{"case", "chain": null or what is broken, "missing": how many records are gone, of any case, "steps": [{"at",
    "case", "kind": "decided" | "tried" | "ended" | "avoided", "selection", "task", "model", "line", "policy_sha",
    "prompt", "est_usd", "usd", "failure", "findings": [{"code", "detail", "meaning"}]}]}``; *prompt* is the version
    of the system prompt and schema, *line* is the sentence that people read, keys that do not apply are null.
    """
    rows = await audit.rows(case=case)
    return {
        "case": case,
        "chain": await audit.broken() if chain else None,
        "missing": await audit.missing(),
        "steps": [_step(row) for row in rows],
    }


def _step(row: Row) -> dict[str, Any]:
    record = row.record
    made: dict[str, Any] = dict.fromkeys(
        ("case", "selection", "task", "model", "line", "policy_sha", "prompt", "est_usd", "usd", "failure"),
        None,
    )
    made |= {"at": row.at.isoformat(), "kind": record.kind, "findings": []}
    made["prompt"] = None if isinstance(record, Avoided) else record.prompt or None
    match record:
        case Decided(_, _, selection) | Avoided(selection):
            made |= {"case": selection.case, "selection": selection.id, "task": selection.task}
            made["model"] = selection.model
            made |= {"line": line(selection), "policy_sha": selection.policy_sha}
            made["est_usd"] = str(selection.est_usd)
        case Tried(attempt):
            made |= {"case": attempt.selection.case, "selection": attempt.selection.id}
            made["task"] = attempt.selection.task
            made |= {"model": attempt.selection.model, "line": attempt_line(attempt), "usd": str(attempt.usd)}
            made["failure"] = attempt.failure
            made["findings"] = [
                {"code": f.code, "detail": f.detail, "meaning": finding(f.code)} for f in attempt.findings
            ]
        case Ended():
            verified = "unverified" if record.unverified else "verified"
            told = f"without an answer ({spoken(record.failure)})" if record.failure else verified
            calls = "1 call" if record.attempts == 1 else f"{record.attempts} calls"
            made |= {"case": record.case, "task": record.task, "usd": str(record.usd)}
            made["failure"] = record.failure
            made["line"] = f"ended {told} after {calls}, {dollars(record.usd)}"
    return made


async def cost(
    audit: Audit, policy: Policy, *, since: datetime | None = None, chain: bool = True
) -> Mapping[str, Any]:
    """Return what routing cost since *since* (all time when None). Without *chain* it is not verified.

    ``{"since", "chain": null or what is broken, "missing": how many records are gone, "unrecorded_usd", "usd",
    "kept_aside_usd", "calls", "avoided", "all_strong_usd", "strong_model", "by_task": [GROUP], "by_model": [GROUP],
    "by_service": [GROUP], "by_day": [GROUP], "spikes": [{"task", "day", "usd", "usual_usd", "calls", "usual_calls",
    "why"}]}``,
    GROUP = ``{"name", "calls", "failed", "usd", "tokens_in", "tokens_out", "cached_share", "p50_s", "p95_s"}``,
    dearest first (days in order), "all_strong": ALONE, "all_weak": ALONE, "all_top": ALONE, "quality": "not
    measured"}``, ALONE = ``{"model", "usd": [low, high], "label": "estimated"}``. Dollars are strings of exact
    decimals.
    """
    rows = await audit.rows(since=since, kinds=("tried", "ended", "avoided"))
    beside = _references(policy)
    avoided = sum(isinstance(row.record, Avoided) for row in rows)
    whole = summarise(questions_of(rows), avoided, beside)
    tried = [
        (row.at, row.record.attempt, row.record.service) for row in rows if isinstance(row.record, Tried)
    ]
    return {
        "since": since.isoformat() if since else None,
        "chain": await audit.broken() if chain else None,
        "missing": await audit.missing(),
        "unrecorded_usd": str(max(Decimal(0), await held_in_all(audit.engine) - await audit.told_usd())),
        "usd": str(whole.usd),
        "kept_aside_usd": str(whole.kept_aside_usd),
        "calls": whole.calls,
        "avoided": whole.avoided,
        "all_strong_usd": str(whole.all_strong_usd),
        "strong_model": whole.strong_model,
        "all_strong": _alone(whole.all_strong),
        "all_weak": _alone(whole.all_weak),
        "all_top": _alone(whole.all_top),
        "quality": "not measured",
        "by_task": _groups((attempt.selection.task, attempt) for _, attempt, _ in tried),
        "by_model": _groups((attempt.selection.model or "", attempt) for _, attempt, _ in tried),
        "by_service": _groups((service, attempt) for _, attempt, service in tried),
        "by_day": sorted(
            _groups((f"{at:%Y-%m-%d}", attempt) for at, attempt, _ in tried), key=lambda g: str(g["name"])
        ),
        "spikes": [
            {
                "task": spike.task,
                "day": spike.day.isoformat(),
                "usd": str(spike.usd),
                "usual_usd": str(spike.usual_usd),
                "calls": spike.calls,
                "usual_calls": spike.usual_calls,
                "why": spike.why,
            }
            for spike in spikes((at, attempt) for at, attempt, _ in tried)
        ],
    }


def _alone(would: Otherwise | None) -> dict[str, Any]:
    """Return what everything would have cost on one model alone."""
    assert would is not None
    return {"model": would.model, "usd": [str(would.low), str(would.high)], "label": LABEL}


def _groups(named: Iterable[tuple[str, Attempt]]) -> list[dict[str, Any]]:
    grouped: dict[str, list[Attempt]] = defaultdict(list)
    for name, attempt in named:
        grouped[name].append(attempt)
    made = [_group(name, attempts) for name, attempts in grouped.items()]
    return sorted(made, key=lambda group: Decimal(group["usd"]), reverse=True)


def _group(name: str, attempts: Sequence[Attempt]) -> dict[str, Any]:
    prompt = sum(attempt.usage.prompt for attempt in attempts)
    took = sorted(attempt.latency_s for attempt in attempts)
    return {
        "name": name,
        "calls": len(attempts),
        "failed": sum(attempt.failure is not None for attempt in attempts),
        "usd": str(sum((attempt.usd for attempt in attempts), Decimal(0))),
        "tokens_in": prompt,
        "tokens_out": sum(attempt.usage.output for attempt in attempts),
        "cached_share": sum(attempt.usage.cache_read for attempt in attempts) / prompt if prompt else None,
        "p50_s": took[len(took) // 2],
        "p95_s": took[min(len(took) - 1, int(len(took) * 0.95))],
    }
