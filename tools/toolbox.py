"""Run tools on behalf of code or a model: check the call, bound its time and its size, redact what it saw.

Whatever a tool does, the answer is data: a refusal says what to change, a dead source says that it is dead.
The order is fixed: redact first, cut afterwards, so that no half of a secret slips through a cut. When the
redactor itself fails, the text is withheld. It knows no tool by name and no model.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog
from pydantic import BaseModel, JsonValue, ValidationError

from tools.clean_texts import CleanTexts
from tools.cutting import fitted
from tools.lane import in_lane
from tools.printable import printable
from tools.progress import reporting
from tools.tool import Findings, Observation, Scope, Status, Tool, ToolCall, Unavailable

log = structlog.get_logger(__name__)
Redact = Callable[[str], str]
WITHHELD = "[withheld: redaction failed]"
MAX_REASONS = 5


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """What a model is told about a tool: *schema* is the JSON schema of its arguments."""

    name: str
    description: str
    schema: Mapping[str, JsonValue]


class Toolbox:
    """All tools of this installation behind one door."""

    def __init__(self, tools: Sequence[Tool], redact: Redact) -> None:
        """Keep *tools* by name; *redact* is applied to every text before anyone sees it.

        Raises:
            ValueError: two tools have the same name.
        """
        self._tools = {tool.name: tool for tool in tools}
        if len(self._tools) != len(tools):
            raise ValueError("two tools have the same name")
        self._redact = CleanTexts(lambda text: redact(printable(text)))

    def offered(self) -> tuple[OfferedTool, ...]:
        """Return what a model may call, in a stable order (the prefix of a prompt must not change)."""
        return tuple(
            OfferedTool(name, tool.description, _schema(tool.arguments))
            for name, tool in sorted(self._tools.items())
        )

    async def run(self, call: ToolCall, scope: Scope) -> Findings:
        """Make one call within the scope's time and size. Never raises for what a tool does."""
        started = time.monotonic()
        with reporting(scope.progress):
            findings = await self._looked(call, scope)
        noted = tuple(dict.fromkeys((*findings.remarks, *scope.progress.remarks)))
        seen = replace(findings, call=call, remarks=noted)
        safe = await in_lane(self._safe, seen, scope.max_bytes)
        return replace(safe, took_s=round(time.monotonic() - started, 3))

    async def run_all(self, calls: Sequence[ToolCall], scope: Scope) -> tuple[Findings, ...]:
        """Make all calls at once under one deadline, the scope's; answers come in the order of the calls."""
        return tuple(await asyncio.gather(*(self.run(call, scope.anew()) for call in calls)))

    async def _looked(self, call: ToolCall, scope: Scope) -> Findings:
        tool = self._tools.get(call.name)
        if tool is None:
            known = ", ".join(sorted(self._tools)) or "none"
            return Findings(call, Status.REFUSED, note=f"There is no tool {call.name!r}. Tools: {known}.")
        try:
            arguments = tool.arguments.model_validate(dict(call.arguments))
        except ValidationError as problem:
            return Findings(call, Status.REFUSED, note=_what_is_wrong(problem, tool.arguments))
        allowed = scope.timeout.total_seconds()
        try:
            async with asyncio.timeout(allowed):
                return _honest(await tool.look(arguments, scope))
        except Unavailable as problem:
            return Findings(call, Status.UNAVAILABLE, note=str(problem))
        except TimeoutError:
            return Findings(call, Status.UNAVAILABLE, note=f"{call.name}: no answer within {allowed:g} s")
        except Exception as problem:  # one broken tool must not end an investigation
            log.exception("tool_failed", tool=call.name)
            return Findings(
                call, Status.UNAVAILABLE, note=f"{call.name}: failed ({type(problem).__name__}, see the log)"
            )

    def _safe(self, findings: Findings, max_bytes: int) -> Findings:
        """Redact and cut; a failing redactor withholds everything."""
        try:
            clean = tuple(self._redacted(each) for each in findings.observations)
            note = self._redact(findings.note)
            problems, remarks = (
                tuple(map(self._redact, said)) for said in (findings.problems, findings.remarks)
            )
        except Exception:  # fail closed, whatever the redactor met
            log.exception("redaction_failed", tool=findings.call.name)
            bare = (
                Observation(each.kind, WITHHELD, each.source, at=each.at) for each in findings.observations
            )
            return replace(findings, observations=tuple(bare), note=WITHHELD, problems=(), remarks=())
        kept, left_out = fitted(clean, max_bytes)
        if left_out:
            note = f"{note}; {left_out} more left out for size".removeprefix("; ")
        return replace(findings, observations=kept, note=note, problems=problems, remarks=remarks)

    def _redacted(self, seen: Observation) -> Observation:
        facts = self._redacted_value(dict(seen.facts))
        return replace(
            seen,
            text=self._redact(seen.text),
            service=printable(seen.service) if seen.service else None,
            query=self._redact(seen.query),
            link=self._redact(seen.link) if seen.link else None,
            facts=facts if isinstance(facts, dict) else {},
        )

    def _redacted_value(self, value: JsonValue) -> JsonValue:
        if isinstance(value, str):
            return self._redact(value)
        if isinstance(value, list):
            return [self._redacted_value(each) for each in value]
        if isinstance(value, dict):
            return {key: self._redacted_value(each) for key, each in value.items()}
        return value


def _honest(findings: Findings) -> Findings:
    """Return findings in which "nothing" means that all sources were read: with one of them dead, nobody knows."""
    if findings.status is Status.NOTHING and findings.problems:
        return replace(findings, status=Status.UNAVAILABLE, note="; ".join(findings.problems))
    return findings


def _schema(arguments: type[BaseModel]) -> Mapping[str, JsonValue]:
    schema = arguments.model_json_schema()
    schema.pop("title", None)
    schema.pop("description", None)
    return schema


def _what_is_wrong(problem: ValidationError, arguments: type[BaseModel]) -> str:
    """Say what to change, without repeating values: they may be anything."""
    said = [
        f"{'.'.join(map(str, each['loc'])) or 'arguments'}: {each['msg']}"
        for each in problem.errors(include_url=False, include_input=False, include_context=False)
    ]
    known = ", ".join(arguments.model_fields) or "none"
    return f"{'; '.join(said[:MAX_REASONS])}. Arguments: {known}."
