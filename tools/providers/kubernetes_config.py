"""Changed configuration of a Kubernetes namespace: its ConfigMaps, as deployments.

The API keeps no history: a ConfigMap tells when its fields were last written, by whom and which keys
(`metadata.managedFields`), and its present values. So a change is told with its keys; with its values before and after
only when this process has read the ConfigMap before the change. Secrets are never read. It asks nobody itself.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import JsonValue

from tools.providers import shapes
from tools.providers.kubernetes_rows import service_of
from tools.providers.moments import moment
from tools.telemetry import Deployment, Window
from tools.tool import Unavailable

MAX_KNOWN = 500  # versions of ConfigMaps that are remembered for diffs
MAX_KEYS = 12
MAX_VALUE = 400
_BOOKKEEPING = ("control-plane.alpha.kubernetes.io/leader",)  # election, not configuration
_ROOT = "kube-root-ca.crt"
_DATA = ("f:data", "f:binaryData")
Items = Callable[[], Awaitable[Sequence[JsonValue]]]


class Written(NamedTuple):
    """The last time that somebody wrote keys of a ConfigMap."""

    at: datetime
    by: str
    keys: tuple[str, ...]


class KubernetesConfig:
    """The ConfigMaps of a namespace (a DeploySource); the id of a change is the map's version and name."""

    name = "kubernetes"

    def __init__(self, items: Items, link: Callable[[str, str], str | None]) -> None:
        """Ask *items* for the ConfigMaps; *link* returns the page of one ("configmap", its name)."""
        self._items = items
        self._link = link
        self._known: OrderedDict[tuple[str, str], dict[str, str]] = OrderedDict()
        self._changes: dict[str, str] = {}

    async def deployments(self, window: Window, *, service: str | None = None) -> Sequence[Deployment]:
        """Return the changes in *window*, newest first; of *service*, or of maps that no label gives to one."""
        found = [
            each
            for each in await self._all()
            if each.at in window and (service is None or each.service in {service, ""})
        ]
        return sorted(found, key=lambda each: each.at, reverse=True)

    async def diff(self, sha: str) -> Deployment | None:
        """Return the change whose id begins with *sha*."""
        return next((each for each in await self._all() if each.sha.startswith(sha)), None)

    async def _all(self) -> list[Deployment]:
        try:
            maps = await self._items()
        except Unavailable as problem:
            raise Unavailable(f"{problem} (ConfigMaps; rollouts are read apart)") from problem
        return [change for each in maps if (change := self._change(each)) is not None]

    def _change(self, told: JsonValue) -> Deployment | None:
        name, version = (shapes.text(told, "metadata", key) for key in ("name", "resourceVersion"))
        annotations = shapes.texts(told, "metadata", "annotations")
        written = last_written(told)
        if not name or name == _ROOT or written is None or any(key in annotations for key in _BOOKKEEPING):
            return None
        keys = ", ".join(written.keys[:MAX_KEYS])
        more = f" and {len(written.keys) - MAX_KEYS} more" if len(written.keys) > MAX_KEYS else ""
        return Deployment(
            sha=f"{version}.{name}",
            at=written.at,
            title=f"ConfigMap {name} written: {keys}{more}",
            service=service_of(told),
            author=written.by,
            diff=self._diff(name, version, told, written),
            link=self._link("configmap", name),
        )

    def _diff(self, name: str, version: str, told: JsonValue, written: Written) -> str:
        """Return what changed against the version that was read before; without one, which keys were written."""
        now = shapes.texts(told, "data")
        place = (name, version)
        if place not in self._known:
            older = [data for (known, _), data in self._known.items() if known == name]
            self._changes[f"{version}.{name}"] = _compared(name, older[-1] if older else None, now, written)
            self._known[place] = now
            while len(self._known) > MAX_KNOWN:
                (gone, at), _ = self._known.popitem(last=False)
                self._changes.pop(f"{at}.{gone}", None)
        return self._changes[f"{version}.{name}"]


def last_written(told: JsonValue) -> Written | None:
    """Return the newest write of data among those that `managedFields` keeps, one for each writer."""
    found = [
        Written(at, shapes.text(each, "manager"), keys)
        for each in shapes.objects(told, "metadata", "managedFields")
        if (at := moment(shapes.at(each, "time"))) is not None and (keys := _keys(each))
    ]
    return max(found, key=lambda each: each.at, default=None)


def _keys(write: JsonValue) -> tuple[str, ...]:
    fields = [shapes.at(write, "fieldsV1", part) for part in _DATA]
    named = [key.removeprefix("f:") for each in fields if isinstance(each, dict) for key in each]
    return tuple(sorted(key for key in named if key != "."))


def _compared(name: str, before: dict[str, str] | None, now: dict[str, str], written: Written) -> str:
    head = f"+++ b/{name}"
    if before is None:
        return "\n".join([head, *(f"+{key}: (value before it unknown)" for key in written.keys)])
    changed = sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))
    lines = [head]
    for key in changed:
        lines += [f"-{key}: {before[key][:MAX_VALUE]}"] if key in before else []
        lines += [f"+{key}: {now[key][:MAX_VALUE]}"] if key in now else []
    return "\n".join(lines)
