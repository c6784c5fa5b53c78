"""How often code alone names the guilty service or deployment, beside baselines on the same telemetry.

Ours is the product's own path: the folder provider, the toolbox, the first calls of every investigation, the case
file, the ranking. AC@k: the share of cases whose guilty one is among the first k; Avg@5 the mean of AC@1 to AC@5.
Where the answer is a deployment, deployments are ranked; `accused_innocent` counts cases in which none is guilty and
one was accused all the same. Baselines see the same window and the same normal operation (bench/rca_baselines.py).
"""

import asyncio
import json
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.common import arguments, data_folder, print_result, print_table, read_jsonl
from bench.rca_baselines import BASELINES, expected_at_random, newest_first, services_by_change
from bot.investigation.alert import Alert
from bot.investigation.casefile import CaseFile
from bot.investigation.events import EvidenceCollected, Recorded
from bot.investigation.gathering import first_calls, scope_for
from bot.investigation.suspects import Suspects, rank
from tools.alerts import AlertsTool
from tools.dependencies import ServiceDependencies
from tools.deploys import DeploymentsTool
from tools.logs import SearchLogs
from tools.metrics import QueryMetrics
from tools.providers.files import FileTelemetry
from tools.providers.moments import moment
from tools.redact import redact
from tools.tool import Unavailable
from tools.toolbox import Toolbox

SYSTEMS = ("ours", *BASELINES)
DEPLOY_SYSTEMS = ("ours", "newest_deploy", "random")
DEPTHS = (1, 2, 3, 4, 5)
PATIENCE = timedelta(minutes=2)  # of a look: what is measured is the order, also on a machine that others use


@dataclass(frozen=True, slots=True)
class Case:
    """One case and its answer; *deploys* are shas of which any is guilty."""

    folder: Path
    set: str
    services: tuple[str, ...]
    deploys: tuple[str, ...]
    asks_for_deploy: bool
    has_deploys: bool


@dataclass(frozen=True, slots=True)
class Ranked:
    """What each system said of one case, most suspect first; deployments accused; chances at random by depth."""

    case: Case
    by_system: Mapping[str, Sequence[str]]
    accused: Mapping[str, Sequence[str]]
    at_random: Mapping[int, float]
    suspects: Suspects
    seconds: float


async def main() -> None:
    """Measure all cases found in the data folder."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--only", default="", help="only cases with this in their name")
    parser.add_argument("--details", action="store_true", help="print a line for each case")
    options = parser.parse_args()
    cases = [
        each for each in cases_in(data_folder(options.data, "rca_cases")) if options.only in each.folder.name
    ]
    if not cases:
        sys.exit("No cases with an answer: expected answers.jsonl beside one folder a case.")
    ranked = []
    for number, case in enumerate(cases, 1):
        ranked.append(await judged(case))
        if options.details:
            _print_case(ranked[-1])
        print(f"\r{number}/{len(cases)} cases", end="", file=sys.stderr)
    print(file=sys.stderr)
    sets = scored(ranked)
    _show(sets)
    spent = [each.seconds for each in ranked]
    print_result(
        {
            "sets": sets,
            "seconds_per_case": round(sum(spent) / len(spent), 3),
            "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        }
    )


def cases_in(folder: Path) -> list[Case]:
    """Return the cases of *folder* that have an answer, in order of their names."""
    answers = folder / "answers.jsonl"
    if not answers.is_file():
        return []
    found = []
    for answer in read_jsonl(answers):
        place = folder / str(answer["id"])
        if (place / "case.json").is_file():
            services, deploys = tuple(answer.get("services") or ()), tuple(answer.get("deploys") or ())
            has_deploys = any(place.glob("deploys.jsonl*"))
            found.append(Case(place, str(answer["set"]), services, deploys, not services, has_deploys))
    return sorted(found, key=lambda each: each.folder.name)


async def judged(case: Case) -> Ranked:
    """Return what all systems say of one case."""
    telemetry = FileTelemetry(case.folder)
    alert = alert_of(case.folder)
    started = time.monotonic()
    suspects = rank((await looked(telemetry, alert)).evidence, alert)
    seconds = time.monotonic() - started
    scope = scope_for(alert, datetime.now(UTC))
    accused = {
        "ours": [each.sha for each in suspects.deploys],
        "newest_deploy": await newest_first(telemetry.deploys, scope),
    }
    said: dict[str, Sequence[str]] = dict(accused)
    candidates, guilty = len(accused["newest_deploy"]), len(case.deploys)
    if not case.asks_for_deploy:
        said, candidates = await services_by_change(telemetry, scope)
        said["ours"] = [each.service for each in suspects.services]
        guilty = len(case.services)
    at_random = {depth: expected_at_random(candidates, guilty, depth) for depth in DEPTHS}
    return Ranked(case, said, accused, at_random, suspects, seconds)


async def looked(telemetry: FileTelemetry, alert: Alert) -> CaseFile:
    """Return the case as it stands after the first look of every investigation."""
    toolbox = Toolbox(
        (
            SearchLogs([telemetry.logs]),
            QueryMetrics([telemetry.metrics]),
            ServiceDependencies([telemetry.dependencies]),
            DeploymentsTool([telemetry.deploys]),
            AlertsTool([telemetry.alerts]),
        ),
        redact,
    )
    now = datetime.now(UTC)
    case = CaseFile("bench", alert, now)
    scope = replace(scope_for(alert, now), timeout=PATIENCE)
    for findings in await toolbox.run_all(first_calls(alert), scope):
        case = case.after(Recorded(now, EvidenceCollected(findings)))
    return case


def alert_of(folder: Path) -> Alert:
    """Return the alert of a case folder, as `investigate --case` understands it."""
    told = json.loads((folder / "alert.json").read_text(encoding="utf-8"))
    starts = moment(told.get("starts_at"))
    if starts is None:
        raise Unavailable(f"{folder.name}: alert.json has no starts_at")
    return Alert(
        source=str(told.get("source", "")),
        title=str(told.get("title", "")),
        starts_at=starts,
        description=str(told.get("description", "")),
        service=str(told.get("service") or ""),
        labels={str(key): str(value) for key, value in (told.get("labels") or {}).items()},
    )


def scored(ranked: Sequence[Ranked]) -> dict[str, dict[str, dict[str, object]]]:
    """Return by set and system n, ac1, ac3, avg5, and where deployments are asked for accused_innocent."""
    by_set: dict[str, list[Ranked]] = defaultdict(list)
    for each in ranked:
        by_set[each.case.set].append(each)
    sets: dict[str, dict[str, dict[str, object]]] = {}
    for name, members in sorted(by_set.items()):
        guilty = [each for each in members if each.case.services or each.case.deploys]
        sets[name] = {}
        for system in SYSTEMS:
            if not any(system in each.by_system for each in members) and system != "random":
                continue
            hits = {depth: _mean([_hit(each, system, depth) for each in guilty]) for depth in DEPTHS}
            figures: dict[str, object] = {
                "n": len(guilty),
                "ac1": hits[1],
                "ac3": hits[3],
                "avg5": _mean([hit for hit in hits.values() if hit is not None]),
            }
            innocent = [each for each in members if each.case.has_deploys and not each.case.deploys]
            if any(each.case.has_deploys for each in members) and system in DEPLOY_SYSTEMS:
                figures["n_innocent"] = len(innocent)
                figures["accused_innocent"] = (
                    len(innocent)
                    if system == "random"
                    else sum(bool(each.accused.get(system)) for each in innocent)
                )
            sets[name][system] = figures
    return sets


def _hit(ranked: Ranked, system: str, depth: int) -> float:
    if system == "random":
        return ranked.at_random[depth]
    named = list(dict.fromkeys(ranked.by_system.get(system, ())))[:depth]
    if ranked.case.asks_for_deploy:
        return float(any(_same_commit(each, guilty) for each in named for guilty in ranked.case.deploys))
    wanted = set(ranked.case.services)
    return len(wanted & set(named)) / min(depth, len(wanted)) if wanted else 0.0


def _same_commit(one: str, other: str) -> bool:
    return bool(one and other) and (one.startswith(other) or other.startswith(one))


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _print_case(ranked: Ranked) -> None:
    case, suspects = ranked.case, ranked.suspects
    hit = "hit " if _hit(ranked, "ours", 1) else "miss"
    first = ", ".join(f"{each.service} {each.score:.2f}" for each in suspects.services[:3])
    deploys = ", ".join(each.sha[:10] for each in suspects.deploys[:3])
    print(
        f"\n{hit} {case.folder.name} wanted {case.services or case.deploys}: {first or deploys}",
        file=sys.stderr,
    )
    print(f"     {suspects.confidence} {suspects.cause}", file=sys.stderr)


def _show(sets: Mapping[str, Mapping[str, Mapping[str, object]]]) -> None:
    for name, systems in sets.items():
        rows = [
            (
                system,
                figures["n"],
                figures["ac1"],
                figures["ac3"],
                figures["avg5"],
                figures.get("accused_innocent"),
            )
            for system, figures in systems.items()
        ]
        print_table(name, ("system", "n", "AC@1", "AC@3", "Avg@5", "accused innocent"), rows)


if __name__ == "__main__":
    asyncio.run(main())
