"""The sources that an operator names in one TOML file, made ready to be asked.

    [[prometheus]]
    url = "http://prometheus:9090"
    [[loki]]
    url = "https://loki.example"
    token = "env:LOKI_TOKEN"        # looked up in the secrets given by the caller, never written here
    service_label = "app"
    [[git]]
    repository = "/srv/shop"

A table's keys are the fields of that provider's settings class, `url`, `token`, `headers`, `ca_file`, `timeout_s`
those of its Endpoint. What cannot be meant is refused with one line that names the table and the key, and no value.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

import httpx2
from pydantic import TypeAdapter, ValidationError

from tools.providers.alertmanager import AlertmanagerAlerts, AlertmanagerSettings
from tools.providers.argocd import ArgoCdDeploys, ArgoCdSettings
from tools.providers.backstage import BackstageCatalogue, BackstageSettings
from tools.providers.cloudwatch import CloudWatch, CloudWatchSettings
from tools.providers.elasticsearch import ElasticsearchLogs, ElasticsearchSettings
from tools.providers.files import FileTelemetry
from tools.providers.git import GitDeploys, GitSettings
from tools.providers.github import GithubDeploys, GithubSettings
from tools.providers.gitlab import GitlabDeploys, GitlabSettings
from tools.providers.grafana import GrafanaAlerts, GrafanaSettings
from tools.providers.jaeger import JaegerSettings, JaegerTraces
from tools.providers.jsonl import FileLimits
from tools.providers.kubernetes import Kubernetes, KubernetesSettings
from tools.providers.launchdarkly import LaunchDarklyFlags, LaunchDarklySettings
from tools.providers.loki import LokiLogs, LokiSettings
from tools.providers.mcp_server import McpSettings, mcp_sources
from tools.providers.pagerduty import PagerDutyIncidents, PagerDutySettings
from tools.providers.prometheus import PrometheusMetrics, PrometheusSettings
from tools.providers.runbook_folder import RunbookFolder
from tools.providers.runbook_pages import RunbookPages, RunbookPagesSettings
from tools.providers.runbook_repository import RunbookRepository, RunbookRepositorySettings
from tools.providers.services_yaml import ServicesFile
from tools.providers.tempo import TempoGraph, TempoSettings
from tools.reads import Endpoint
from tools.sources import (
    AlertSource,
    DependencySource,
    DeploySource,
    LinkedRunbooks,
    LogSource,
    MetricSource,
    OwnerSource,
    RunbookSource,
)

Way = httpx2.AsyncBaseTransport | None
_ENDPOINT = frozenset(field.name for field in fields(Endpoint))


class SourcesError(ValueError):
    """The file of sources says something that cannot be meant; the message is one line without values."""


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """A folder of telemetry files, a folder of normal operation to compare with, and how much of a file is read."""

    folder: Path
    baseline: Path | None = None
    file_bytes: int = FileLimits().file_bytes


@dataclass(frozen=True, slots=True)
class RunbooksSettings:
    """A folder of Markdown, and the page that it is published at."""

    folder: Path
    link_prefix: str = ""


@dataclass(frozen=True, slots=True)
class ServicesSettings:
    """A services.yaml."""

    path: Path


@dataclass(frozen=True, slots=True)
class Configured:
    """All sources that are named, by what they are asked for; `closing` holds what must be closed (`aclose`)."""

    logs: tuple[LogSource, ...] = ()
    metrics: tuple[MetricSource, ...] = ()
    deploys: tuple[DeploySource, ...] = ()
    alerts: tuple[AlertSource, ...] = ()
    dependencies: tuple[DependencySource, ...] = ()
    runbooks: tuple[RunbookSource, ...] = ()
    owners: tuple[OwnerSource, ...] = ()
    pages: tuple[LinkedRunbooks, ...] = ()
    closing: tuple[Any, ...] = ()

    async def aclose(self) -> None:
        """Close all connections."""
        for each in self.closing:
            await each.aclose()


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of table: its settings, and the parts of Configured that its source answers for."""

    settings: type
    make: Callable[[Any, Way], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class _Several:
    """Sources of one table that answer the same question."""

    sources: tuple[object, ...]


def _one(part: str, source: Callable[..., object], *more: str) -> Callable[[Any, Way], Mapping[str, object]]:
    """Return how to make a source over HTTP that answers for one *part*, or for *more*."""

    def make(settings: object, way: Way) -> Mapping[str, object]:
        return dict.fromkeys((part, *more, "closing"), source(settings, transport=way))

    return make


def _local(
    part: str, source: Callable[[Any], object], *more: str
) -> Callable[[Any, Way], Mapping[str, object]]:
    """Return how to make a source on this machine that answers for one *part*, or for *more*."""
    return lambda settings, _: dict.fromkeys((part, *more), source(settings))


def _cloudwatch(settings: CloudWatchSettings, way: Way) -> Mapping[str, object]:
    made = CloudWatch(settings, transport=way)
    parts = {"logs": made.logs, "metrics": made.metrics, "closing": made}
    return {part: source for part, source in parts.items() if source is not None}


def _mcp(settings: McpSettings, way: Way) -> Mapping[str, object]:
    return {str(part): _Several(sources) for part, sources in mcp_sources(settings, way).items()}


def _folder(settings: FolderSettings, _: Way) -> Mapping[str, object]:
    limits = FileLimits(file_bytes=settings.file_bytes)
    files = FileTelemetry(settings.folder, settings.baseline, limits=limits)
    parts = ("logs", "metrics", "deploys", "alerts", "dependencies")
    return {part: getattr(files, part) for part in parts}


def _kubernetes(settings: KubernetesSettings, way: Way) -> Mapping[str, object]:
    cluster = Kubernetes(settings, transport=way)
    deploys = _Several((cluster.deploys, cluster.config))
    return {"logs": cluster.logs, "deploys": deploys, "alerts": cluster.alerts, "closing": cluster}


KINDS: Mapping[str, _Kind] = {
    "alertmanager": _Kind(AlertmanagerSettings, _one("alerts", AlertmanagerAlerts)),
    "argocd": _Kind(ArgoCdSettings, _one("deploys", ArgoCdDeploys)),
    "backstage": _Kind(BackstageSettings, _one("dependencies", BackstageCatalogue, "owners")),
    "cloudwatch": _Kind(CloudWatchSettings, _cloudwatch),
    "elasticsearch": _Kind(ElasticsearchSettings, _one("logs", ElasticsearchLogs)),
    "folder": _Kind(FolderSettings, _folder),
    "git": _Kind(GitSettings, _local("deploys", GitDeploys)),
    "github": _Kind(GithubSettings, _one("deploys", GithubDeploys)),
    "gitlab": _Kind(GitlabSettings, _one("deploys", GitlabDeploys)),
    "grafana": _Kind(GrafanaSettings, _one("alerts", GrafanaAlerts)),
    "jaeger": _Kind(JaegerSettings, _one("dependencies", JaegerTraces)),
    "kubernetes": _Kind(KubernetesSettings, _kubernetes),
    "launchdarkly": _Kind(LaunchDarklySettings, _one("deploys", LaunchDarklyFlags)),
    "loki": _Kind(LokiSettings, _one("logs", LokiLogs)),
    "mcp": _Kind(McpSettings, _mcp),
    "pagerduty": _Kind(PagerDutySettings, _one("alerts", PagerDutyIncidents, "owners")),
    "prometheus": _Kind(PrometheusSettings, _one("metrics", PrometheusMetrics)),
    "runbooks": _Kind(
        RunbooksSettings, _local("runbooks", lambda told: RunbookFolder(told.folder, told.link_prefix))
    ),
    "runbook_pages": _Kind(RunbookPagesSettings, _one("pages", RunbookPages)),
    "runbook_repository": _Kind(RunbookRepositorySettings, _local("runbooks", RunbookRepository)),
    "services_yaml": _Kind(
        ServicesSettings, _local("dependencies", lambda told: ServicesFile(told.path), "owners")
    ),
    "tempo": _Kind(TempoSettings, _one("dependencies", TempoGraph)),
}


def configured(toml: str, secrets: Mapping[str, str], *, transport: Way = None) -> Configured:
    """Return the sources that *toml* names; "env:NAME" values are looked up in *secrets*.

    *transport* replaces the network for all of them (tests).

    Raises:
        SourcesError: it says something that cannot be meant.
    """
    try:
        told = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as problem:
        raise SourcesError(f"not TOML: {problem}") from problem
    parts: dict[str, list[object]] = {field.name: [] for field in fields(Configured)}
    for name, tables in told.items():
        kind = KINDS.get(name)
        if kind is None:
            raise SourcesError(f"[[{name}]] is no kind of source; known: {', '.join(KINDS)}")
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise SourcesError(f"write [[{name}]] with two brackets: there may be several")
        for number, table in enumerate(tables, 1):
            for part, source in _made(f"[[{name}]] number {number}", kind, table, secrets, transport).items():
                parts[part].extend(source.sources if isinstance(source, _Several) else (source,))
    return Configured(**{part: cast("Any", tuple(sources)) for part, sources in parts.items()})


def _made(
    where: str, kind: _Kind, table: Mapping[str, object], secrets: Mapping[str, str], way: Way
) -> Mapping[str, object]:
    known = {field.name for field in fields(kind.settings)}
    if "endpoint" in known:
        known = (known | _ENDPOINT) - {"endpoint"}
    unknown = sorted(table.keys() - known)
    if unknown:
        raise SourcesError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(sorted(known))}")
    values = {key: _revealed(where, value, secrets) for key, value in table.items()}
    nested = {
        key: values.pop(key) for key in list(values) if key in _ENDPOINT and key not in _own(kind.settings)
    }
    whole = {**values, "endpoint": nested} if "endpoint" in _own(kind.settings) else values
    try:
        return kind.make(TypeAdapter(kind.settings).validate_python(whole), way)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
        key = ".".join(str(part) for part in first["loc"]).removeprefix("endpoint.")
        raise SourcesError(f"{where}: {key}: {first['msg']}") from None
    except ValueError as problem:  # an address or a branch that cannot be meant; its text holds no value
        raise SourcesError(f"{where}: {problem}") from None


def _own(settings: type) -> set[str]:
    return {field.name for field in fields(settings)}


def _revealed(where: str, value: object, secrets: Mapping[str, str]) -> object:
    """Return *value* with every "env:NAME" in it replaced by the secret of that name."""
    if isinstance(value, dict):
        return {key: _revealed(where, each, secrets) for key, each in value.items()}
    if not isinstance(value, str) or not value.startswith("env:"):
        return value
    name = value.removeprefix("env:")
    if not secrets.get(name):
        raise SourcesError(f"{where}: {name} is not set in the environment")
    return secrets[name]
