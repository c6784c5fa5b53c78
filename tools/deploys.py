"""`list_deployments`: what went out shortly before the trouble, newest first, with what speaks for each.

Facts of an observation: sha, title, service, author, files (count), paths, minutes_before_onset (negative =
after it), suspicion (0..1, tools/deploy_suspicion.py), accused (bool), reasons (texts), rank (1 = most suspect).
It does not read diffs for people; see tools/diffs.py.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from tools.asking import ask_all, deadline_of, remarks_of
from tools.deploy_suspicion import SKEW, Suspicion, ranked
from tools.lane import in_lane
from tools.sources import DeploySource
from tools.telemetry import Deployment, Window
from tools.tool import PLAIN_NAME, Findings, Observation, Scope, Status, ToolCall

SHOWN = 16


class ListDeployments(BaseModel):
    """What may be asked of `list_deployments`."""

    model_config = ConfigDict(extra="forbid")
    service: str | None = Field(
        default=None, max_length=200, pattern=PLAIN_NAME, description="Only this service; leave out for all."
    )
    hours: int = Field(default=7 * 24, ge=1, le=30 * 24, description="How far back from the onset to look.")


class DeploymentsTool:
    """Lists deployments before the onset from all sources."""

    name = "list_deployments"
    description = (
        "Lists deployments, rollouts and configuration changes before the onset, newest first, each with how long "
        "before the onset it went out and what makes it suspect. Read a diff with diff_deployment."
    )
    arguments: type[BaseModel] = ListDeployments

    def __init__(self, sources: Sequence[DeploySource]) -> None:
        """Ask all of *sources*."""
        self._sources = tuple(sources)

    async def look(self, arguments: BaseModel, scope: Scope) -> Findings:
        """List what went out in the span asked for."""
        assert isinstance(arguments, ListDeployments)
        window = Window(scope.onset - timedelta(hours=arguments.hours), scope.onset + SKEW)
        answers, problems = await ask_all(
            self._sources,
            lambda source: source.deployments(window, service=arguments.service),
            what="deployments",
            by=deadline_of(scope),
        )
        origin = {each.sha: source.name for source, found in answers for each in found}
        deployments = _once([each for _, found in answers for each in found])
        suspects = await in_lane(
            ranked,
            deployments,
            text=scope.text,
            onset=scope.onset,
            service=arguments.service or scope.service,
        )
        shown = sorted(enumerate(suspects[:SHOWN], 1), key=lambda each: each[1].deployment.at, reverse=True)
        query = f"deployments {window.start:%Y-%m-%d %H:%M} to {window.end:%Y-%m-%d %H:%M} UTC"
        observations = tuple(
            _observation(suspicion, rank, origin[suspicion.deployment.sha], query, scope.onset)
            for rank, suspicion in shown
        )
        return Findings(
            ToolCall(self.name),
            Status.FOUND if observations else Status.NOTHING,
            observations,
            note=_note(arguments, scope.onset, suspects, (*problems, *remarks_of(answers))),
            problems=problems,
            remarks=remarks_of(answers),
        )


def _note(
    asked: ListDeployments, onset: datetime, suspects: Sequence[Suspicion], problems: Sequence[str]
) -> str:
    of = f" of {asked.service}" if asked.service else ""
    said = [f"{len(suspects)} deployments{of} in the {asked.hours} h before the onset"]
    if len(suspects) > SHOWN:
        said.append(f"the {len(suspects) - SHOWN} least suspect not shown")
    accused = [each.deployment.sha[:12] for each in suspects if each.accused]
    if suspects:
        said.append(f"suspect: {', '.join(accused)}" if accused else "none suspect")
    if any(each.deployment.at > onset for each in suspects):
        said.append("one went out just after the onset: clocks may differ, or the report came late")
    return "; ".join([*said, *problems])


def _once(deployments: Sequence[Deployment]) -> list[Deployment]:
    """Return each sha once, the telling with the most detail, since several sources may know the same release."""
    best: dict[str, Deployment] = {}
    for each in deployments:
        known = best.get(each.sha)
        if known is None or len(each.diff) + len(each.files) > len(known.diff) + len(known.files):
            best[each.sha] = each
    return list(best.values())


def _observation(suspicion: Suspicion, rank: int, source: str, query: str, onset: datetime) -> Observation:
    each = suspicion.deployment
    when, *why = suspicion.reasons
    of = f" of {each.service}" if each.service else ""
    by = f" by {each.author}" if each.author else ""
    paths = [file.path for file in each.files]
    touched = f"; files: {', '.join(paths[:4])}{' …' if len(paths) > 4 else ''}" if paths else ""
    text = f"{each.sha[:12]}{of}{by}, {when}: {each.title[:200]} ({'; '.join(why)}){touched}"
    return Observation(
        kind="deploy",
        text=text,
        source=source,
        at=each.at,
        service=each.service or None,
        query=query,
        link=each.link,
        facts={
            "sha": each.sha,
            "title": each.title[:200],
            "service": each.service,
            "author": each.author,
            "files": len(paths),
            "paths": list(paths[:20]),
            "minutes_before_onset": round((onset - each.at).total_seconds() / 60, 1),
            "suspicion": suspicion.score,
            "accused": suspicion.accused,
            "reasons": list(suspicion.reasons),
            "rank": rank,
        },
    )
