"""What Kubernetes itself knows: troubled pods and warning events (alerts), rollouts (deployments), pod logs.

Only reads of a namespace: pods, events, replica sets, logs. A service is a pod's `app.kubernetes.io/name` or `app`
label. A rollout is a new replica set of a Deployment; its diff is what changed in its pod template's images,
settings and limits against the one before.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx2
from pydantic import JsonValue

from tools.asking import ask_all
from tools.providers import shapes
from tools.providers.http_source import HttpSource
from tools.providers.moments import moment
from tools.reads import Endpoint, Read
from tools.telemetry import Deployment, FiringAlert, LogLine, Window

PODS = Read("GET", "/api/v1/namespaces/{namespace}/pods")
EVENTS = Read("GET", "/api/v1/namespaces/{namespace}/events")
LOG = Read("GET", "/api/v1/namespaces/{namespace}/pods/{pod}/log")
REPLICA_SETS = Read("GET", "/apis/apps/v1/namespaces/{namespace}/replicasets")
READS = (PODS, EVENTS, LOG, REPLICA_SETS)
_NAMES = ("app.kubernetes.io/name", "app", "k8s-app")
_REVISION = "deployment.kubernetes.io/revision"


@dataclass(frozen=True, slots=True)
class KubernetesSettings:
    """The API server, with a service account's token that may get, list and nothing else, in the endpoint."""

    endpoint: Endpoint
    namespace: str
    recent: timedelta = timedelta(hours=1)
    max_pods: int = 40
    pod_log_bytes: int = 500_000


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
        self.logs = KubernetesLogs(self)

    @property
    def settings(self) -> KubernetesSettings:
        """The settings it was made with."""
        return self._settings

    async def items(self, read: Read, **query: str | int) -> list[dict[str, JsonValue]]:
        """Return the items of a list of the namespace."""
        names = {"namespace": self._settings.namespace}
        answer = await self._http.read_json(read, names=names, query={"limit": 500, **query})
        return shapes.objects(answer, "items")

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

    async def firing(self) -> Sequence[FiringAlert]:
        """Return what is wrong now, newest first."""
        pods, events = await asyncio.gather(
            self._cluster.items(PODS), self._cluster.items(EVENTS, fieldSelector="type=Warning")
        )
        services = {shapes.text(pod, "metadata", "name"): service_of(pod) for pod in pods}
        since = datetime.now(UTC) - self._cluster.settings.recent
        found = [alert for pod in pods for alert in _troubles(pod)]
        found += [alert for event in events if (alert := _event(event, services)) and alert.since >= since]
        return sorted(found, key=lambda each: each.since, reverse=True)


class KubernetesRollouts:
    """Rollouts of Deployments (a DeploySource); the id of one is its replica set's hash and the Deployment's name."""

    name = "kubernetes"

    def __init__(self, cluster: Kubernetes) -> None:
        """Ask *cluster*."""
        self._cluster = cluster

    async def deployments(self, window: Window, *, service: str | None = None) -> Sequence[Deployment]:
        """Return the rollouts in *window*, newest first, with what changed in each."""
        found = [each for each in await self._all() if each.at in window and service in {None, each.service}]
        return sorted(found, key=lambda each: each.at, reverse=True)

    async def diff(self, sha: str) -> Deployment | None:
        """Return the newest rollout whose id begins with *sha*."""
        return next((each for each in reversed(await self._all()) if each.sha.startswith(sha)), None)

    async def _all(self) -> list[Deployment]:
        sets = await self._cluster.items(REPLICA_SETS)
        sets.sort(key=_revision)
        before: dict[str, JsonValue] = {}
        rollouts: list[Deployment] = []
        for each in sets:
            owner = shapes.text(each, "metadata", "ownerReferences", 0, "name")
            at = moment(shapes.at(each, "metadata", "creationTimestamp"))
            if not owner or at is None:
                continue
            diff = _changed(before.get(owner), each)
            before[owner] = each
            images = ", ".join(_image(each, number) for number in range(len(_containers(each))))
            title = f"Rollout {_revision(each)} of {owner}: {images}"
            rollouts.append(
                Deployment(
                    shapes.text(each, "metadata", "name"), at, title, service_of(each) or owner, diff=diff
                )
            )
        return rollouts


class KubernetesLogs:
    """The logs of the namespace's pods (a LogSource): those that the nodes still hold."""

    name = "kubernetes"

    def __init__(self, cluster: Kubernetes) -> None:
        """Ask *cluster*."""
        self._cluster = cluster

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
        """Return None: Kubernetes has no page of its own."""
        return None

    async def _of(self, pod: str, service: str, window: Window) -> list[LogLine]:
        told = await self._cluster.log(pod, window.start)
        lines: list[LogLine] = []
        for line in told.splitlines():
            stamp, _, text = line.partition(" ")
            at = moment(stamp)
            if at is not None:
                lines.append(LogLine(at, service, text, pod=pod))
        return lines


def service_of(thing: JsonValue) -> str:
    """Return the service that a pod or replica set belongs to, by its labels."""
    labels = shapes.texts(thing, "metadata", "labels")
    return next((labels[name] for name in _NAMES if labels.get(name)), "")


def _troubles(pod: JsonValue) -> list[FiringAlert]:
    name, service = shapes.text(pod, "metadata", "name"), service_of(pod)
    found: list[FiringAlert] = []
    for status in shapes.objects(pod, "status", "containerStatuses"):
        last = shapes.at(status, "lastState", "terminated")
        at = moment(shapes.at(last, "finishedAt")) or moment(shapes.at(pod, "status", "startTime"))
        waiting = shapes.text(status, "state", "waiting", "reason")
        killed = shapes.text(last, "reason")
        trouble = killed if killed == "OOMKilled" else waiting
        if at is None or trouble in {"", "ContainerCreating", "PodInitializing"}:
            continue
        restarts = shapes.whole(status, "restartCount")
        code = shapes.text(last, "exitCode")
        summary = f"{name}: {waiting or killed}, {restarts} restarts, last exit code {code or 'unknown'}"
        found.append(FiringAlert(trouble, service, "critical", at, summary, {"pod": name}))
    return found


def _event(event: JsonValue, services: dict[str, str]) -> FiringAlert | None:
    stamps = ("lastTimestamp", "eventTime", "firstTimestamp")
    at = next((found for key in stamps if (found := moment(shapes.at(event, key)))), None)
    reason, about = shapes.text(event, "reason"), shapes.text(event, "involvedObject", "name")
    if at is None or not reason:
        return None
    times = shapes.whole(event, "count") or 1
    summary = f"{about}: {shapes.text(event, 'message')[:300]} ({times} times)"
    labels = {"object": about, "kind": shapes.text(event, "involvedObject", "kind")}
    return FiringAlert(reason, services.get(about, ""), "warning", at, summary, labels)


def _revision(replica_set: JsonValue) -> int:
    told = shapes.text(replica_set, "metadata", "annotations", _REVISION)
    return int(told) if re.fullmatch(r"\d{1,9}", told) else 0


def _id(replica_set: JsonValue, owner: str) -> str:
    """Return an id that differs in its beginning: names of replica sets begin with the Deployment's."""
    return f"{shapes.text(replica_set, 'metadata', 'name').removeprefix(f'{owner}-')}.{owner}"


def _containers(replica_set: JsonValue) -> list[dict[str, JsonValue]]:
    return shapes.objects(replica_set, "spec", "template", "spec", "containers")


def _image(replica_set: JsonValue, number: int) -> str:
    return shapes.text(_containers(replica_set)[number], "image")


def _changed(old: JsonValue, new: JsonValue) -> str:
    """Return the lines of the containers' templates that differ, as a diff.

    References to secrets have no value there; values written out are redacted later, like all text.
    """
    before, after = (_template(each) for each in (old, new))
    taken, added = (
        [line for line in before if line not in after],
        [line for line in after if line not in before],
    )
    return "\n".join([*(f"-{line}" for line in taken), *(f"+{line}" for line in added)])


def _template(replica_set: JsonValue) -> list[str]:
    lines: list[str] = []
    for container in _containers(replica_set):
        name = shapes.text(container, "name")
        lines.append(f"{name}: image: {shapes.text(container, 'image')}")
        settings = shapes.objects(container, "env")
        lines += [
            f"{name}: env {shapes.text(each, 'name')}={shapes.text(each, 'value')}" for each in settings
        ]
        lines.append(f"{name}: resources {json.dumps(container.get('resources') or {}, sort_keys=True)}")
        lines.append(f"{name}: args {json.dumps([container.get('command'), container.get('args')])}")
    return lines
