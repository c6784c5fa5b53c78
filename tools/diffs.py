"""`diff_deployment`: what one deployment changed, cut to the hunks that matter for this trouble.

Facts of the observation: sha, title, service, hunks_shown, hunks_total, paths, minutes_before_onset.
"""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from tools.asking import ask_all, deadline_of
from tools.hunks import CutDiff, telling
from tools.sources import DeploySource
from tools.telemetry import Deployment
from tools.tool import Findings, Observation, Scope, Status, ToolCall


class DiffDeployment(BaseModel):
    """What may be asked of `diff_deployment`."""

    model_config = ConfigDict(extra="forbid")
    sha: str = Field(
        min_length=4,
        max_length=200,
        pattern=r"^[\w.:@/+-]+$",
        description="Its id as list_deployments tells it.",
    )


class DiffTool:
    """Shows one deployment's diff."""

    name = "diff_deployment"
    description = (
        "Shows what one deployment changed: the hunks of its diff that have to do with the alert first, and how many "
        "there are in all. Needs the id from list_deployments."
    )
    arguments: type[BaseModel] = DiffDeployment

    def __init__(self, sources: Sequence[DeploySource]) -> None:
        """Ask all of *sources*; the first that knows the deployment with a diff answers."""
        self._sources = tuple(sources)

    async def look(self, arguments: BaseModel, scope: Scope) -> Findings:
        """Show one diff."""
        assert isinstance(arguments, DiffDeployment)
        answers, problems = await ask_all(
            self._sources,
            lambda source: source.diff(arguments.sha),
            what="deployments",
            by=deadline_of(scope),
        )
        known = [(source.name, each) for source, each in answers if each is not None]
        if not known:
            note = "; ".join([f"no deployment {arguments.sha} is known", *problems])
            return Findings(ToolCall(self.name), Status.NOTHING, note=note, problems=problems)
        source, deployment = max(known, key=lambda each: bool(each[1].diff))
        cut = telling(deployment.diff, text=scope.text, max_bytes=scope.max_bytes - 400)
        seen = _observation(deployment, cut, source, scope)
        note = "; ".join([_note(cut), *problems])
        return Findings(ToolCall(self.name), Status.FOUND, (seen,), note, problems=problems)


def _observation(deployment: Deployment, cut: CutDiff, source: str, scope: Scope) -> Observation:
    minutes = round((scope.onset - deployment.at).total_seconds() / 60, 1)
    when = f"{minutes:.0f} min before the onset" if minutes >= 0 else f"{-minutes:.0f} min after the onset"
    head = f"{deployment.sha[:12]} ({when}): {deployment.title[:200]}"
    return Observation(
        kind="diff",
        text=f"{head}\n{cut.text or 'The source has no diff for it.'}",
        source=source,
        at=deployment.at,
        service=deployment.service or None,
        query=f"git show {deployment.sha[:12]}",
        link=deployment.link,
        facts={
            "sha": deployment.sha,
            "title": deployment.title[:200],
            "service": deployment.service,
            "hunks_shown": cut.kept,
            "hunks_total": cut.total,
            "paths": [each.path for each in deployment.files[:20]],
            "minutes_before_onset": minutes,
        },
    )


def _note(cut: CutDiff) -> str:
    if not cut.total:
        return "no diff"
    return f"{cut.kept} of {cut.total} hunks" + ("" if cut.kept == cut.total else ", the most telling")
