"""What Kubernetes knows: troubled pods and warning events (alerts), rollouts and configuration (deployments), pod logs.

Only reads of a namespace: pods, events, replica sets, logs, ConfigMaps (kubernetes_config.py). A service is a pod's
`app.kubernetes.io/name` or `app` label. A rollout is a new replica set of a Deployment; its diff is what changed in its
pod template's images, settings and limits against the one before.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx2
from pydantic import JsonValue

from tools.asking import ask_all
from tools.providers import shapes
from tools.providers.http_source import HttpSource
from tools.providers.kubernetes_config import KubernetesConfig
from tools.providers.kubernetes_rows import (
    changed,
    containers,
    revision,
    service_of,
    troubles,
    warning,
)
from tools.providers.moments import moment
from tools.reads import Endpoint, Read
from tools.telemetry import Deployment, FiringAlert, LogLine, Window

PODS = Read("GET", "/api/v1/namespaces/{namespace}/pods")
EVENTS = Read("GET", "/api/v1/namespaces/{namespace}/events")
LOG = Read("GET", "/api/v1/namespaces/{namespace}/pods/{pod}/log")
REPLICA_SETS = Read("GET", "/apis/apps/v1/namespaces/{namespace}/replicasets")
CONFIG_MAPS = Read("GET", "/api/v1/namespaces/{namespace}/configmaps")
READS = (PODS, EVENTS, LOG, REPLICA_SETS, CONFIG_MAPS)

# kinds of things that the Dashboard has pages of
PAGES = frozenset("Pod Deployment ReplicaSet StatefulSet DaemonSet Job CronJob Node Service Ingress".split())


@dataclass(frozen=True, slots=True)
class KubernetesSettings:
    """The API server, with a service account's token that may get, list and nothing else, in the endpoint.

    With *dashboard_url* (the Kubernetes Dashboard), links open its pages.
    """

    endpoint: Endpoint
    namespace: str
    recent: timedelta = timedelta(hours=1)
    max_pods: int = 40
    pod_log_bytes: int = 500_000
    dashboard_url: str = ""


class Kubernetes(HttpSource):
    """One namespace: its pods' troubles, its rollouts and its logs are given by three parts."""

    def __init__(
        self, settings: KubernetesSettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        super().__init__("kubernetes", settings.endpoint, READS, transport)
        self._settings = settings
        self.alerts = KubernetesAlerts(self)
        self.deploys = KubernetesRollouts(self)
        self.config = KubernetesConfig(lambda: self.items(CONFIG_MAPS), self.page)
        self.logs = KubernetesLogs(self)

    @property
    def settings(self) -> KubernetesSettings:
        """The settings it was made with."""
        return self._settings

    def page(self, kind: str, name: str = "") -> str | None:
        """Return the Dashboard's page of one thing, or the list of its kind; None when no Dashboard is configured."""
        if not self._settings.dashboard_url:
            return None
        space = quote(self._settings.namespace, safe="")
        one = f"/{space}/{quote(name, safe='')}" if name else ""
        return f"{self._settings.dashboard_url.rstrip('/')}/#/{kind}{one}?namespace={space}"

    async def items(self, read: Read, **query: str | int) -> list[dict[str, JsonValue]]:
        """Return the items of a list of the namespace."""
        names = {"namespace": self._settings.namespace}
        answer = await self._http.read_json(read, names=names, query={"limit": 500, **query})
        return self._rows(answer, "items")

    async def log(self, pod: str, since: datetime) -> str:
        """Return the log of *pod* since a time, each line with its time."""
        query: dict[str, str | int] = {
            "sinceTime": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "timestamps": "true",
            "limitBytes": self._settings.pod_log_bytes,
        }
        return await self._http.read_text(
            LOG, names={"namespace": self._settings.namespace, "pod": pod}, query=query
        )


class KubernetesAlerts:
    """Pods that restart, are killed or do not start, and recent warning events (an AlertSource)."""

    name = "kubernetes"

    def __init__(self, cluster: Kubernetes) -> None:
        """Ask *cluster*."""
        self._cluster = cluster

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the cluster remarks."""
        return self._cluster.remarks

    async def firing(self) -> Sequence[FiringAlert]:
        """Return what is wrong now, newest first."""
        pods, events = await asyncio.gather(
            self._cluster.items(PODS), self._cluster.items(EVENTS, fieldSelector="type=Warning")
        )
        services = {shapes.text(pod, "metadata", "name"): service_of(pod) for pod in pods}
        since = datetime.now(UTC) - self._cluster.settings.recent
        found = [replace(alert, link=self._page(alert)) for pod in pods for alert in troubles(pod)]
        warnings = [alert for event in events if (alert := warning(event, services))]
        found += [replace(alert, link=self._page(alert)) for alert in warnings if alert.since >= since]
        return sorted(found, key=lambda each: each.since, reverse=True)

    def _page(self, alert: FiringAlert) -> str | None:
        """Return the page of the pod, or of what the event is about."""
        kind, about = (
            alert.labels.get("kind", "Pod"),
            alert.labels.get("pod") or alert.labels.get("object", ""),
        )
        return self._cluster.page(kind.lower(), about) if kind in PAGES and about else None


class KubernetesRollouts:
    """Rollouts of Deployments (a DeploySource); the id of one is its replica set's name."""

    name = "kubernetes"

    def __init__(self, cluster: Kubernetes) -> None:
        """Ask *cluster*."""
        self._cluster = cluster

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the cluster remarks."""
        return self._cluster.remarks

    async def deployments(self, window: Window, *, service: str | None = None) -> Sequence[Deployment]:
        """Return the rollouts in *window*, newest first, with what changed in each."""
        found = [each for each in await self._all() if each.at in window and service in {None, each.service}]
        return sorted(found, key=lambda each: each.at, reverse=True)

    async def diff(self, sha: str) -> Deployment | None:
        """Return the newest rollout whose id begins with *sha*."""
        return next((each for each in reversed(await self._all()) if each.sha.startswith(sha)), None)

    async def _all(self) -> list[Deployment]:
        sets = await self._cluster.items(REPLICA_SETS)
        sets.sort(key=revision)
        before: dict[str, JsonValue] = {}
        rollouts: list[Deployment] = []
        for each in sets:
            owner = shapes.text(each, "metadata", "ownerReferences", 0, "name")
            at = moment(shapes.at(each, "metadata", "creationTimestamp"))
            if not owner or at is None:
                continue
            diff = changed(before.get(owner), each)
            before[owner] = each
            images = ", ".join(shapes.text(one, "image") for one in containers(each))
            title = f"Rollout {revision(each)} of {owner}: {images}"
            rollouts.append(
                Deployment(
                    sha=shapes.text(each, "metadata", "name"),
                    at=at,
                    title=title,
                    service=service_of(each) or owner,
                    diff=diff,
                    link=self._cluster.page("deployment", owner),
                )
            )
        return rollouts


class KubernetesLogs:
    """The logs of the namespace's pods (a LogSource): those that the nodes still hold."""

    name = "kubernetes"

    def __init__(self, cluster: Kubernetes) -> None:
        """Ask *cluster*."""
        self._cluster = cluster

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the cluster remarks."""
        return self._cluster.remarks

    async def lines(
        self, window: Window, *, service: str | None = None, contains: str | None = None, limit: int = 200_000
    ) -> Sequence[LogLine]:
        """Return lines in *window*, oldest first; of too many the newest."""
        pods = [
            (shapes.text(pod, "metadata", "name"), service_of(pod)) for pod in await self._cluster.items(PODS)
        ]
        chosen = [each for each in pods if service in {None, each[1]}][: self._cluster.settings.max_pods]
        if not chosen:
            return ()
        # a pod that has not started yet must not hide the others; when none answers, that is Unavailable
        read, _ = await ask_all(chosen, lambda each: self._of(*each, window), what="pod logs")
        part = contains.casefold() if contains else ""
        lines = [line for _, told in read for line in told]
        found = [line for line in lines if line.at in window and part in line.text.casefold()]
        return sorted(found, key=lambda line: line.at)[-limit:]

    async def baseline(self, window: Window) -> Sequence[LogLine]:
        """Return the lines of the time just before *window*, as long as it."""
        return await self.lines(Window(window.start - (window.end - window.start), window.start))

    def link(self, window: Window, service: str | None = None) -> str | None:  # noqa: ARG002
        """Return the Dashboard's list of pods, from which their logs open; None when no Dashboard is configured."""
        return self._cluster.page("pod")

    async def _of(self, pod: str, service: str, window: Window) -> list[LogLine]:
        told = await self._cluster.log(pod, window.start)
        lines: list[LogLine] = []
        for line in told.splitlines():
            stamp, _, text = line.partition(" ")
            at = moment(stamp)
            if at is not None:
                lines.append(LogLine(at, service, text, pod=pod))
        return lines
