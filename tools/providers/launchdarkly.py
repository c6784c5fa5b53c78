"""Feature flags that were changed, from LaunchDarkly's audit log, as deployments: a flag reaches production at once."""

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import httpx2
from pydantic import JsonValue

from tools.providers import shapes
from tools.providers.http_source import HttpSource
from tools.providers.moments import moment
from tools.reads import Endpoint, Query, Read
from tools.telemetry import Deployment, Window

ENTRIES = Read("GET", "/api/v2/auditlog")
ENTRY = Read("GET", "/api/v2/auditlog/{id}")
READS = (ENTRIES, ENTRY)
PAGES = 5
_PAGE = 20  # the most that one answer holds
_ID = re.compile(r"[0-9a-f]{4,40}")


@dataclass(frozen=True, slots=True)
class LaunchDarklySettings:
    """Where it answers, with a reader's token in the endpoint's headers (Authorization, without "Bearer").

    *spec* says which resources count. *services* maps the beginning of a flag's key to the service it belongs to.
    """

    endpoint: Endpoint
    spec: str = "proj/*:env/production:flag/*"
    services: Mapping[str, str] = field(default_factory=dict)


class LaunchDarklyFlags(HttpSource):
    """The flag changes of a LaunchDarkly account (a DeploySource)."""

    def __init__(
        self, settings: LaunchDarklySettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        super().__init__("launchdarkly", settings.endpoint, READS, transport)
        self._settings = settings
        self._page = settings.endpoint.url.rstrip("/")
        self._seen: dict[str, None] = {}  # ids that were listed, so that a short one finds its entry

    async def deployments(self, window: Window, *, service: str | None = None) -> Sequence[Deployment]:
        """Return the changes in *window*, newest first, without what changed."""
        found: dict[str, Deployment] = {}
        before = round(window.end.timestamp() * 1000) + 1
        for _ in range(PAGES):
            asked: Query = {
                "after": round(window.start.timestamp() * 1000), "before": before, "limit": _PAGE,
                "spec": self._settings.spec,
            }  # fmt: skip
            rows = self._rows(await self._http.read_json(ENTRIES, query=asked), "items")
            found |= {each.sha: each for row in rows if (each := self._change(row)) is not None}
            oldest = min((shapes.whole(row, "date") for row in rows), default=0)
            if len(rows) < _PAGE or not 0 < oldest < before:
                break
            before = oldest
        self._seen.update(dict.fromkeys(found))
        kept = [each for each in found.values() if each.at in window and service in {None, each.service}]
        return sorted(kept, key=lambda each: each.at, reverse=True)

    async def diff(self, sha: str) -> Deployment | None:
        """Return the change *sha* with the flag before and after it; None when there is none."""
        if not _ID.fullmatch(sha):
            return None
        whole = next((each for each in self._seen if each.startswith(sha)), sha)
        told = await self._http.read_json(ENTRY, names={"id": whole}, missing_is_none=True)
        change = None if told is None else self._change(told)
        return None if change is None else self._with_diff(change, told)

    def _with_diff(self, change: Deployment, told: JsonValue) -> Deployment:
        old, new = (_lines(shapes.at(told, name)) for name in ("previousVersion", "currentVersion"))
        diff = "\n".join(difflib.unified_diff(old, new, "before", "after", lineterm="", n=2))
        return replace(change, diff=diff)

    def _change(self, row: JsonValue) -> Deployment | None:
        at, sha = moment(shapes.at(row, "date")), shapes.text(row, "_id")
        if at is None or not sha:
            return None
        name = shapes.text(row, "target", "name") or shapes.text(row, "name")
        verb = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", shapes.text(row, "titleVerb")) or "changed"
        key = shapes.text(row, "target", "resources", 0).rpartition("flag/")[2].partition(";")[0]
        service = next((each for start, each in self._settings.services.items() if key.startswith(start)), "")
        by = " ".join(filter(None, (shapes.text(row, "member", each) for each in ("firstName", "lastName"))))
        by = by or shapes.text(row, "member", "email")
        page = shapes.text(row, "target", "_links", "site", "href")
        link = f"{self._page}{page}" if re.fullmatch(r"(/[\w.~-]+)+/?", page) else None
        return Deployment(sha, at, f"Flag {name}: {verb}", service, by, link=link)


def _lines(version: JsonValue) -> list[str]:
    return json.dumps(version, indent=1, sort_keys=True).splitlines() if isinstance(version, dict) else []
