"""Traces and metrics to an OpenTelemetry collector. Only importer of opentelemetry; on when an endpoint is set.

The SDK reads its usual variables itself (OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES …).
All spans of a case are one trace, also over restarts and replicas: its id comes from the case. It knows what a
signal is, not what it means.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.investigation.casefile import CaseFile
from bot.investigation.events import Recorded
from bot.signals import METRICS, Measured, Span, Watch, signals_of, unwatched

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import SpanContext, Tracer

NAME = "incidentos"
FLUSH_MS = 2_000


@asynccontextmanager
async def exporting(endpoint: str) -> AsyncIterator[Watch]:
    """Give what a case's news are handed to; without *endpoint* nothing is loaded and nothing is sent.

    What is still unsent is sent at the end, for `FLUSH_MS` at most; a collector that is down costs a warning in
    the log and no case.
    """
    if not endpoint:
        yield unwatched
        return
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import (  # noqa: PLC0415 - 0.3 s, when used
        OTLPMetricExporter,
    )
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    base = endpoint.rstrip("/")
    named = Resource({"service.name": NAME}).merge(OTELResourceDetector().detect())
    ids = _ids()
    traces = TracerProvider(resource=named, id_generator=ids)
    traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{base}/v1/traces")))
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{base}/v1/metrics"))
    meters = MeterProvider(metric_readers=[reader], resource=named)
    try:
        yield _Exporter(ids, traces.get_tracer(NAME), meters.get_meter(NAME))
    finally:
        await asyncio.to_thread(_end, traces, meters)


def _end(traces: "TracerProvider", meters: "MeterProvider") -> None:
    traces.force_flush(FLUSH_MS)
    traces.shutdown()
    meters.shutdown(FLUSH_MS)


class _Exporter:
    """Hands signals to the SDK, which queues them and sends them from its own threads."""

    def __init__(self, ids: Any, tracer: "Tracer", meter: "Meter") -> None:  # noqa: ANN401 (a class made when used)
        self._ids = ids
        self._tracer = tracer
        self._metrics = {
            name: meter.create_counter(name, told.unit, told.about)
            if told.adds
            else meter.create_histogram(name, told.unit, told.about)
            for name, told in METRICS.items()
        }

    def __call__(self, case: CaseFile, news: Sequence[Recorded]) -> None:
        for entry in news:
            for signal in signals_of(case, entry):
                if isinstance(signal, Measured):
                    self._measure(signal)
                else:
                    self._span(case, signal)

    def _measure(self, signal: Measured) -> None:
        metric: Any = self._metrics[signal.name]
        attributes = dict(signal.attributes)
        (metric.add if METRICS[signal.name].adds else metric.record)(signal.value, attributes)

    def _span(self, case: CaseFile, signal: Span) -> None:
        from opentelemetry import trace  # noqa: PLC0415 - loaded by `exporting`

        root = _root_of(case)
        under = None
        if signal.whole:
            self._ids.next = root
        else:
            under = trace.set_span_in_context(trace.NonRecordingSpan(root))
        made = self._tracer.start_span(
            signal.name, under, start_time=_nanoseconds(signal.start), attributes=dict(signal.attributes)
        )
        made.set_attribute("incidentos.case", case.id)
        if signal.failed:
            made.set_status(trace.Status(trace.StatusCode.ERROR, signal.failed))
        made.end(_nanoseconds(signal.end))


def _root_of(case: CaseFile) -> "SpanContext":
    from opentelemetry.trace import SpanContext, TraceFlags  # noqa: PLC0415 - loaded by `exporting`

    told = hashlib.sha256(f"{case.id}:{case.opened_at.isoformat()}".encode()).digest()
    trace_id, span_id = int.from_bytes(told[:16]), int.from_bytes(told[16:24])
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _ids() -> Any:  # noqa: ANN401 (its class is made from one that is loaded when used)
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator  # noqa: PLC0415

    class CaseIds(RandomIdGenerator):
        """Random ids, but for the next span when its own are given in `next`."""

        next: "SpanContext | None" = None

        def generate_trace_id(self) -> int:
            return self.next.trace_id if self.next else super().generate_trace_id()

        def generate_span_id(self) -> int:
            given, self.next = self.next, None
            return given.span_id if given else super().generate_span_id()

    return CaseIds()


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1_000
