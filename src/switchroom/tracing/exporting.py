"""Spans on their way to a collector, by OpenTelemetry's protocol over HTTP (OTLP).

Loaded only where a collector is named. What it cannot take in time is dropped, and counted: a call never waits for its trace.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode

from switchroom.events.bus import Bus
from switchroom.hosting import hosting
from switchroom.tracing.spans import Span, Spans

QUEUE = 8192
EVERY = 2.0
"""Seconds between two deliveries."""

_SCOPE = InstrumentationScope("switchroom", version("switchroom"))
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


@asynccontextmanager
async def exporting(bus: Bus, endpoint: str, headers: Mapping[str, str], role: str) -> AsyncIterator[None]:
    """Send the calls of this process as traces to ``endpoint`` while the context is open."""
    about = {"service.name": "switchroom", "service.version": version("switchroom"), "service.instance.role": role}
    exporter = OTLPSpanExporter(endpoint=endpoint, headers=dict(headers), timeout=10)
    processor = BatchSpanProcessor(exporter, max_queue_size=QUEUE, schedule_delay_millis=EVERY * 1000)
    try:
        async with hosting(_follow(bus, processor, Resource(about))):
            yield
    finally:
        await asyncio.to_thread(processor.shutdown)


async def _follow(bus: Bus, processor: BatchSpanProcessor, resource: Resource) -> None:
    spans = Spans()
    with bus.subscribe(lambda event: not event.ephemeral, size=QUEUE) as subscription:
        try:
            while True:
                for event in await subscription.batch():
                    for span in spans.take(event):
                        processor.on_end(_readable(span, resource))
        finally:
            for event in subscription.take():
                for span in spans.take(event):
                    processor.on_end(_readable(span, resource))


def _readable(span: Span, resource: Resource) -> ReadableSpan:
    parent = None if not span.parent else SpanContext(span.trace, span.parent, is_remote=False, trace_flags=_SAMPLED)
    return ReadableSpan(
        name=span.name,
        context=SpanContext(span.trace, span.id, is_remote=False, trace_flags=_SAMPLED),
        parent=parent,
        resource=resource,
        attributes=dict(span.attributes),
        kind=SpanKind.SERVER if parent is None else SpanKind.INTERNAL,
        status=Status(StatusCode.ERROR, span.error) if span.error else Status(StatusCode.UNSET),
        start_time=_nanoseconds(span.begin),
        end_time=_nanoseconds(max(span.end, span.begin)),
        instrumentation_scope=_SCOPE,
    )


def _nanoseconds(at: float) -> int:
    return int(at * 1e9)
