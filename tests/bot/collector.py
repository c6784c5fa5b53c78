"""An OpenTelemetry collector on loopback that keeps what it is sent: OTLP over HTTP, decoded by its own protobufs."""

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Collector:
    url: str = ""
    spans: list[Span] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    services: set[str] = field(default_factory=set)

    async def traces_in(self, request: web.Request) -> web.Response:
        asked = ExportTraceServiceRequest.FromString(await self._body(request))
        for resource in asked.resource_spans:
            self.services |= {
                each.value.string_value for each in resource.resource.attributes if each.key == "service.name"
            }
            for scope in resource.scope_spans:
                self.spans += scope.spans
        return web.Response()

    async def metrics_in(self, request: web.Request) -> web.Response:
        asked = ExportMetricsServiceRequest.FromString(await self._body(request))
        for resource in asked.resource_metrics:
            for scope in resource.scope_metrics:
                self.metrics += scope.metrics
        return web.Response()

    async def _body(self, request: web.Request) -> bytes:
        body = await request.read()  # aiohttp unpacks gzip by itself; a collector in front of it may not
        body = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        self.bodies.append(body)
        return body


@asynccontextmanager
async def collector() -> AsyncIterator[Collector]:
    kept = Collector()
    served = web.Application()
    served.add_routes([web.post("/v1/traces", kept.traces_in), web.post("/v1/metrics", kept.metrics_in)])
    runner = web.AppRunner(served)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    kept.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield kept
    finally:
        await runner.cleanup()
