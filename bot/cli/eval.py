"""`eval`: case folders under several routing policies: accuracy, dollars and seconds, with intervals."""

import argparse
import json
import math
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cli.case_folder import alert_of
from bot.cli.eval_tables import print_tables
from bot.cli.failures import Refused
from bot.evaluation.arms import NO_MODEL, Arm, arms_of, named
from bot.evaluation.cap import CappedBudget
from bot.evaluation.results import NoCases, keep, read_results, truths_in
from bot.evaluation.running import NotMeasured, router_of, run_case
from bot.evaluation.score import Truth, figures, of_arm, right
from bot.investigation.alert import Alert
from bot.settings import Settings
from bot.sources import file_sources
from bot.store.database import CannotOpen, create_tables, engine_for, owned, prepare_folder
from bot.wiring import model_of, now, toolbox_of
from router.audit import Audit
from router.budget import held_in_all
from router.calls import Model
from router.policy_file import DEFAULT, PolicyError, read_policy
from router.prices import listed_price
from router.tables import metadata as router_tables


@dataclass(slots=True)
class Evaluation:
    """One run: its cases, its arms, its books, and what it left out."""

    settings: Settings
    cases: Path
    folder: Path
    truths: Mapping[str, Truth]
    alerts: Mapping[str, Alert]
    arms: Sequence[Arm]
    model: Model | None
    budget: CappedBudget
    audit: Audit
    left_out: list[dict[str, str]] = field(default_factory=list)


async def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Run what *options* name and print the figures of every arm."""
    settings = Settings.read(environment)
    if not (math.isfinite(options.cap_usd) and options.cap_usd >= 0):
        raise Refused(f"--cap-usd must be a sum of dollars, not {options.cap_usd}.")
    if options.limit is not None and options.limit < 1:
        raise Refused(f"--limit must be at least 1, not {options.limit}.")
    async with _opened(options, settings) as evaluation:
        await _run_all(evaluation)
        told = _told(evaluation)
    if options.json:
        print(json.dumps(told))
    else:
        print_tables(told)
    return 0


@asynccontextmanager
async def _opened(options: argparse.Namespace, settings: Settings) -> AsyncIterator[Evaluation]:
    cases = Path(options.cases)
    if not (cases / "answers.jsonl").is_file() and (cases / "rca_cases").is_dir():
        cases /= "rca_cases"
    try:
        known, absent = truths_in(cases)
    except NoCases as missing:
        raise Refused(str(missing)) from missing
    found = known[: options.limit]
    alerts = {truth.case: alert_of(cases / truth.case) for truth in found}
    arms = _arms(options.policy, settings)
    folder = Path(options.resume) if options.resume else settings.folder / "eval" / f"{now():%Y%m%dT%H%M%SZ}"
    async with AsyncExitStack() as stack:
        stack.enter_context(_ours(folder, named=bool(options.resume)))
        engine = engine_for(None, folder)
        stack.push_async_callback(engine.dispose)
        await create_tables(engine, router_tables)
        model = model_of(settings)
        if model is not None:
            stack.push_async_callback(model.aclose)
        writer = f"eval-{now():%Y%m%dT%H%M%S%f}"
        budget = CappedBudget(engine, writer, now, cap=Decimal(str(options.cap_usd)))
        budget.taken = await held_in_all(engine)
        audit = Audit(engine, writer, now)
        truths = {truth.case: truth for truth in found}
        gone = [
            {"arm": "every arm", "case": name, "why": "no alert.json in a folder of its name"}
            for name in absent
        ]
        yield Evaluation(settings, cases, folder, truths, alerts, arms, model, budget, audit, gone)
        await budget.aclose()
        await audit.aclose()


@contextmanager
def _ours(folder: Path, *, named: bool) -> Iterator[None]:
    """Own *folder* while it is evaluated: two runs in one would each spend up to the cap."""
    try:
        with owned(prepare_folder(folder)):
            yield
    except CannotOpen as error:
        if not named:
            raise
        why = getattr(error.__cause__, "strerror", None)
        busy = isinstance(error.__cause__, BlockingIOError)
        told = "Another eval works in it. Wait for its end or" if busy else f"It cannot be written ({why}):"
        raise Refused(f"--resume {folder}: {told} name another folder.") from error


def _arms(files: Sequence[str], settings: Settings) -> tuple[Arm, ...]:
    paths = [Path(file) for file in files] or [settings.routes or DEFAULT]
    try:
        policies = named([(path.stem, read_policy(path, now=now())) for path in paths])
        return arms_of(policies, now(), listed_price)
    except PolicyError as refused:
        raise Refused(str(refused)) from refused


async def _run_all(evaluation: Evaluation) -> None:
    """Run every arm over every case that has no result yet."""
    known = {(one.case, one.arm, one.sha) for one in read_results(evaluation.folder)}
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("${task.fields[usd]:.4f}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for arm in evaluation.arms:
            if arm.asks and evaluation.model is None:
                why = "no ANTHROPIC_API_KEY: only the arm without a model was run"
                evaluation.left_out.append({"arm": arm.name, "case": "all", "why": why})
                continue
            todo = [case for case in evaluation.truths if (case, arm.name, arm.policy.sha) not in known]
            bar = progress.add_task(arm.name, total=len(todo), usd=float(evaluation.budget.taken))
            router = await router_of(arm, evaluation.model, evaluation.budget, evaluation.audit)
            for number, case in enumerate(todo):
                sources = file_sources(evaluation.cases / case, evaluation.settings)
                toolbox = toolbox_of(sources)
                alert = evaluation.alerts[case]
                had = await run_case(case, alert, arm, router, toolbox, evaluation.budget)
                progress.update(bar, advance=1, usd=float(evaluation.budget.taken))
                if not isinstance(had, NotMeasured):
                    keep(evaluation.folder, had)
                    continue
                gone = todo[number:] if had.final else [case]
                evaluation.left_out += [{"arm": arm.name, "case": each, "why": had.why} for each in gone]
                if had.final:
                    break


def _told(evaluation: Evaluation) -> dict[str, Any]:
    """Return the object that `eval --json` prints."""
    results = [one for one in read_results(evaluation.folder) if one.case in evaluation.truths]
    truths = evaluation.truths
    arms, without = [], {}
    for arm in evaluation.arms:
        mine = of_arm(results, lambda one, arm=arm: (one.arm, one.sha) == (arm.name, arm.policy.sha))  # type: ignore[misc]
        if arm.name == NO_MODEL:
            without = {one.case: right(one, truths[one.case]) for one in mine}
        if mine:
            named = {"arm": arm.name, "policy": arm.policy.source, "policy_sha": arm.policy.sha}
            arms.append(named | figures(mine, truths, without))
    return {
        "cases": len(truths),
        "arms": arms,
        "left_out": evaluation.left_out,
        "spent_usd": str(evaluation.budget.taken),
        "cap_usd": str(evaluation.budget.cap),
        "kept_in": str(evaluation.folder),
    }
