"""What Kubernetes' objects mean: pure readings of pods, events and replica sets. It asks nobody."""

import json
import re

from pydantic import JsonValue

from tools.providers import shapes
from tools.providers.moments import moment
from tools.telemetry import FiringAlert

_NAMES = ("app.kubernetes.io/name", "app", "k8s-app")
_REVISION = "deployment.kubernetes.io/revision"


def service_of(thing: JsonValue) -> str:
    """Return the service that a pod or replica set belongs to, by its labels."""
    labels = shapes.texts(thing, "metadata", "labels")
    return next((labels[name] for name in _NAMES if labels.get(name)), "")


def troubles(pod: JsonValue) -> list[FiringAlert]:
    """Return what is wrong with a pod: evicted; or its containers: killed, ended badly, waiting in a loop."""
    name, service = shapes.text(pod, "metadata", "name"), service_of(pod)
    found: list[FiringAlert] = []
    evicted, began = shapes.text(pod, "status", "reason"), moment(shapes.at(pod, "status", "startTime"))
    if evicted == "Evicted" and began is not None:
        summary = f"{name}: Evicted, {shapes.text(pod, 'status', 'message')[:300]}"
        found.append(FiringAlert(evicted, service, "critical", began, summary, {"pod": name}))
    for status in shapes.objects(pod, "status", "containerStatuses"):
        last = shapes.at(status, "lastState", "terminated")
        at = moment(shapes.at(last, "finishedAt")) or moment(shapes.at(pod, "status", "startTime"))
        waiting = shapes.text(status, "state", "waiting", "reason")
        killed = shapes.text(last, "reason")
        trouble = killed if killed in {"OOMKilled", "Error", "ContainerCannotRun"} else waiting
        if at is None or trouble in {"", "ContainerCreating", "PodInitializing"}:
            continue
        restarts = shapes.whole(status, "restartCount")
        code = shapes.text(last, "exitCode")
        summary = f"{name}: {waiting or killed}, {restarts} restarts, last exit code {code or 'unknown'}"
        found.append(FiringAlert(trouble, service, "critical", at, summary, {"pod": name}))
    return found


def warning(event: JsonValue, services: dict[str, str]) -> FiringAlert | None:
    """Return a warning event as an alert; *services* names the service of each pod."""
    stamps = ("lastTimestamp", "eventTime", "firstTimestamp")
    at = next((found for key in stamps if (found := moment(shapes.at(event, key)))), None)
    reason, about = shapes.text(event, "reason"), shapes.text(event, "involvedObject", "name")
    if at is None or not reason:
        return None
    times = shapes.whole(event, "count") or 1
    summary = f"{about}: {shapes.text(event, 'message')[:300]} ({times} times)"
    labels = {"object": about, "kind": shapes.text(event, "involvedObject", "kind")}
    return FiringAlert(reason, services.get(about, ""), "warning", at, summary, labels)


def revision(replica_set: JsonValue) -> int:
    """Return the rollout's number, 0 when there is none."""
    told = shapes.text(replica_set, "metadata", "annotations", _REVISION)
    return int(told) if re.fullmatch(r"\d{1,9}", told) else 0


def containers(replica_set: JsonValue) -> list[dict[str, JsonValue]]:
    """Return the containers of the pod template."""
    return shapes.objects(replica_set, "spec", "template", "spec", "containers")


def changed(old: JsonValue, new: JsonValue) -> str:
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
    for container in containers(replica_set):
        name = shapes.text(container, "name")
        lines.append(f"{name}: image: {shapes.text(container, 'image')}")
        settings = shapes.objects(container, "env")
        lines += [
            f"{name}: env {shapes.text(each, 'name')}={shapes.text(each, 'value')}" for each in settings
        ]
        lines.append(f"{name}: resources {json.dumps(container.get('resources') or {}, sort_keys=True)}")
        lines.append(f"{name}: args {json.dumps([container.get('command'), container.get('args')])}")
    return lines
