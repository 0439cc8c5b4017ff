"""Whether the process lives, whether it can do its part, and its figures."""

import asyncio
from collections.abc import Mapping

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, PlainTextResponse

from switchroom.observability import Metrics
from switchroom.settings import Role
from switchroom.storage.journal_readers import behind
from switchroom.web.services import Services, With

PATIENCE = 2.0
"""Seconds that the database and Redis have to answer: whoever asks after our health does not wait for long."""

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: str = "ok"


class Ready(BaseModel):
    """What this process needs for its part, one by one."""

    status: str
    role: Role
    database: str
    engine: str
    redis: str = Field(description="between processes: ok, not used, or what is wrong; calls go on without it")
    calls: int
    behind: dict[str, int] = Field(description="entries of the journal that each of its readers has yet to read")


@router.get("/health/live", summary="Say that the process runs")
async def alive() -> Alive:
    """Answer at once, whatever else is broken."""
    return Alive()


@router.get("/health/ready", summary="Say whether this process can do its part", responses={503: {"model": Ready}})
async def ready(services: With) -> JSONResponse:
    """Answer 503 while the database cannot be read, or while the engine takes no more calls."""
    engine, left = services.engine(), await _behind(services)
    found = Ready(
        status="ok",
        role=services.settings.role,
        database="cannot be read" if left is None else "ok",
        engine=engine.problem or ("draining" if engine.draining else "ok"),
        redis=await _redis(services),
        calls=engine.calls,
        behind=dict(left or {}),
    )
    if (found.database, found.engine) != ("ok", "ok"):
        found.status = "not ready"
    return JSONResponse(found.model_dump(), 200 if found.status == "ok" else 503)


@router.get("/metrics", summary="Give the figures of this process", response_class=PlainTextResponse)
async def metrics(services: With) -> PlainTextResponse:
    """Answer in Prometheus' text format."""
    text = services.metrics.text() + _remembered(await _behind(services)).text()
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4")


def _remembered(left: Mapping[str, int] | None) -> Metrics:
    """Return the figures of what all processes share, as it is at this moment."""
    figures = Metrics()
    figures.gauge("switchroom_database_up", "Whether the database can be read", lambda: float(left is not None))
    for reader, entries in (left or {}).items():
        figures.gauge(
            "switchroom_journal_behind",
            "Entries of the journal that a reader has yet to read",
            float(entries).__float__,
            reader=reader,
        )
    return figures


async def _behind(services: Services) -> Mapping[str, int] | None:
    """Return how far readers are behind; None if the database does not tell."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await behind(services.database)
    except (SQLAlchemyError, OSError):  # a timeout is one
        return None


async def _redis(services: Services) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            return await services.redis()
    except TimeoutError:
        return "does not answer"
