"""Traces on their way to a collector that speaks OTLP over HTTP."""

import asyncio

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from switchroom.events.bus import Bus
from switchroom.tracing.exporting import exporting
from tests.tracing.collector import Collector, collecting
from tests.tracing.test_spans import _story
from tests.virtual_time import run_real


async def _export(collector: Collector) -> list[str]:
    bus = Bus()
    async with exporting(bus, f"{collector.url}/v1/traces", {"x-token": "t"}, "engine"):
        await asyncio.sleep(0)  # it listens
        for event in _story():
            bus.publish(event)
    spans = []
    for path, body in collector.bodies:
        assert path == "/v1/traces"
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            spans += [span.name for scope in resource.scope_spans for span in scope.spans]
    return spans


def test_a_call_is_sent_as_one_trace_when_the_process_ends() -> None:
    with collecting() as collector:
        names = run_real(_export(collector))
    assert names.count("turn") == names.count("call") == names.count("stt") == 1
    assert collector.headers[0]["x-token"] == "t"


def test_a_collector_that_is_busy_is_asked_again() -> None:
    with collecting(refusals=1) as collector:
        names = run_real(_export(collector))
    assert "call" in names


def test_a_collector_that_is_away_holds_up_nothing() -> None:
    with collecting() as collector:
        pass
    assert run_real(_export(collector)) == []
