"""`doctor` at the sources and at the model's door: each configured source is read once, the key is shown once."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta

import httpx2
from pydantic import BaseModel

from bot.cli.checks import Check, failed, ok, skipped, warning
from bot.settings import BadSetting, Settings
from bot.sources import sources_of
from router.anthropic_model import PUBLIC
from tools.alerts import ActiveAlerts, AlertsTool
from tools.dependencies import ServiceDependencies, ServiceDependenciesArguments
from tools.deploys import DeploymentsTool, ListDeployments
from tools.logs import SearchLogs, SearchLogsArguments
from tools.metrics import QueryMetrics, QueryMetricsArguments
from tools.providers.configured import Configured
from tools.readonly_http import ReadOnlyHttp
from tools.reads import Endpoint, Read
from tools.runbooks import FindRunbook, RunbookTool
from tools.telemetry import Window
from tools.tool import Scope, Tool, Unavailable

MODELS = Read("GET", "/v1/models")
HINTS = {
    "logs": "INCIDENTOS_SOURCES, or INCIDENTOS_TELEMETRY",
    "metrics": "PROMETHEUS_URL, or INCIDENTOS_TELEMETRY",
    "deploys": "INCIDENTOS_DEPLOY_REPOSITORY, or INCIDENTOS_TELEMETRY",
    "alerts": "ALERTMANAGER_URL, or INCIDENTOS_TELEMETRY",
    "dependencies": "INCIDENTOS_SOURCES, or INCIDENTOS_TELEMETRY",
    "runbooks": "INCIDENTOS_RUNBOOKS",
}


async def checks_sources(
    settings: Settings, now: datetime, environment: Mapping[str, str]
) -> AsyncIterator[Check]:
    """Yield one check a source, and one a kind that has none."""
    try:
        sources = sources_of(settings, environment)
    except (BadSetting, Unavailable) as error:
        yield failed("telemetry", str(error), "Name a folder that can be read in INCIDENTOS_TELEMETRY.")
        return
    scope = Scope(Window(now - timedelta(minutes=15), now), now, text="anything")
    for kind, looks in _looks(sources).items():
        if not looks:
            yield skipped(kind, "no source is configured", f"Set {HINTS[kind]}.")
        for name, tool, arguments in looks:
            yield await _look(f"{kind}: {name}", tool, arguments, scope)


def _looks(sources: Configured) -> dict[str, Sequence[tuple[str, Tool, BaseModel]]]:
    """Return for each kind one tool a source, so that a dead one is told by its own name."""
    nothing = {"service": None}
    return {
        "logs": [(each.name, SearchLogs((each,)), SearchLogsArguments(**nothing)) for each in sources.logs],
        "metrics": [
            (each.name, QueryMetrics((each,)), QueryMetricsArguments(**nothing)) for each in sources.metrics
        ],
        "deploys": [
            (each.name, DeploymentsTool((each,)), ListDeployments(**nothing, hours=24))
            for each in sources.deploys
        ],
        "alerts": [(each.name, AlertsTool((each,)), ActiveAlerts(**nothing)) for each in sources.alerts],
        "dependencies": [
            (each.name, ServiceDependencies((each,)), ServiceDependenciesArguments(**nothing))
            for each in sources.dependencies
        ],
        "runbooks": [(each.name, RunbookTool((each,)), FindRunbook()) for each in sources.runbooks],
    }


async def _look(name: str, tool: Tool, arguments: BaseModel, scope: Scope) -> Check:
    try:
        findings = await tool.look(arguments, scope)
    except (BadSetting, Unavailable) as error:
        return failed(
            name, str(error), "Check its address, credentials and that it can be reached from here."
        )
    return ok(name, f"can be read{'' if findings.observations else '; nothing there at this moment'}")


async def check_model(settings: Settings, transport: httpx2.AsyncBaseTransport | None = None) -> Check:
    """Say whether the API key is taken, without spending anything: the list of models is asked for."""
    name = "Anthropic key"
    key = settings.anthropic_api_key.get_secret_value()
    if not key:
        return skipped(name, "none is set: every verdict is evidence-only, at $0", "Set ANTHROPIC_API_KEY.")
    address = settings.anthropic_base_url or PUBLIC
    headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
    http = ReadOnlyHttp("Anthropic", Endpoint(address, headers=headers), (MODELS,), transport=transport)
    try:
        await http.read_json(MODELS)
    except (BadSetting, Unavailable) as error:
        told = str(error)
        if "401" in told or "403" in told:
            return failed(name, f"refused: {told}", "Copy ANTHROPIC_API_KEY again; check the account.")
        if "404" in told:
            return warning(name, f"{address} lists no models", "A gateway may not; try one investigation.")
        return failed(name, told, "Check the network, ANTHROPIC_BASE_URL and its status page.")
    finally:
        await http.aclose()
    return ok(name, f"taken by {address}")
