"""Who depends on whom from a Backstage catalogue (`GET /api/catalog/entities`). It measures nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import httpx2
from pydantic import JsonValue

from tools.providers import shapes
from tools.providers.http_source import HttpSource
from tools.reads import Endpoint, Read
from tools.telemetry import Call, Owner, Span, Window

ENTITIES = Read("GET", "/api/catalog/entities")
READS = (ENTITIES,)
_FIELDS = "kind,metadata.name,spec.owner,spec.dependsOn,relations"


@dataclass(frozen=True, slots=True)
class BackstageSettings:
    """Where it answers, with a token for the catalogue in the endpoint; *page_url* is where people open it."""

    endpoint: Endpoint
    page_url: str = ""


class BackstageCatalogue(HttpSource):
    """The components of a Backstage and what they depend on (a DependencySource)."""

    def __init__(
        self, settings: BackstageSettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when the address is none."""
        super().__init__("backstage", settings.endpoint, READS, transport)
        self._page = settings.page_url.rstrip("/")

    def link(self, window: Window, service: str | None = None) -> str | None:  # noqa: ARG002 — it has no times
        """Return the catalogue's page of *service* (of the default namespace), or the catalogue."""
        if not self._page:
            return None
        of = f"/default/component/{quote(service, safe='')}" if service else ""
        return f"{self._page}/catalog{of}"

    async def owners(self) -> Sequence[Owner]:
        """Return the owner of each component that has one ("group:default/orders" as "orders")."""
        told = {_name(each): shapes.text(each, "spec", "owner") for each in await self._components()}
        return [Owner(name, _plain(owner), self.name) for name, owner in told.items() if name and owner]

    async def calls(self, window: Window) -> Sequence[Call]:  # noqa: ARG002
        """Return who depends on whom, without measurements."""
        found = [
            Call(_name(each), callee)
            for each in await self._components()
            for callee in _depends_on(each)
            if _name(each) and callee
        ]
        return list(dict.fromkeys(found))

    async def baseline_calls(self, window: Window) -> Sequence[Call]:  # noqa: ARG002
        """Return none: nothing is measured."""
        return ()

    async def spans(self, window: Window) -> Sequence[Span]:  # noqa: ARG002
        """Return none: nothing is measured."""
        return ()

    async def baseline_spans(self, window: Window) -> Sequence[Span]:  # noqa: ARG002
        """Return none: nothing is measured."""
        return ()

    async def _components(self) -> list[dict[str, JsonValue]]:
        answer = await self._http.read_json(ENTITIES, query={"filter": "kind=component", "fields": _FIELDS})
        return self._rows(answer)


def _name(entity: JsonValue) -> str:
    return shapes.text(entity, "metadata", "name")


def _depends_on(entity: JsonValue) -> list[str]:
    listed = shapes.at(entity, "spec", "dependsOn")
    named = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    related = [
        shapes.text(each, "targetRef")
        for each in shapes.objects(entity, "relations")
        if shapes.text(each, "type") == "dependsOn"
    ]
    return [_plain(each) for each in [*named, *related]]


def _plain(reference: str) -> str:
    """Return the name in an entity reference ("component:default/store" is store)."""
    return reference.rpartition("/")[2].rpartition(":")[2]
