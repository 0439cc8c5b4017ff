"""What may be watched from outside: traces of calls, and errors. Its libraries are loaded only where that is wanted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from switchroom.events.bus import Bus
from switchroom.observability import Report
from switchroom.settings import Settings


@asynccontextmanager
async def traced(settings: Settings, bus: Bus) -> AsyncIterator[None]:
    """Send the calls of this process to a collector, if one is named."""
    if not settings.traces.endpoint:
        yield
        return
    from switchroom.tracing.exporting import exporting  # noqa: PLC0415 - half a second

    async with exporting(bus, settings.traces.endpoint, settings.traces.headers, settings.role):
        yield


def reporting(settings: Settings) -> Report | None:
    """Return what reports errors, if there is a DSN. Raises Invalid for one that is none."""
    if not settings.sentry_dsn:
        return None
    from switchroom.tracing.faults import Reporter  # noqa: PLC0415 - slow to import

    return Reporter(settings.sentry_dsn, settings.role)
