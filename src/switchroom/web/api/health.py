"""Whether the process lives, whether it can take calls, and its figures."""

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, PlainTextResponse

from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.web.services import Services, With

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: str = "ok"


class Ready(BaseModel):
    """What is needed to take calls, part by part."""

    status: str
    database: str
    engine: str
    calls: int


@router.get("/health/live", summary="Say that the process runs")
async def alive() -> Alive:
    """Answer at once, whatever else is broken."""
    return Alive()


@router.get("/health/ready", summary="Say whether calls can be taken", responses={503: {"model": Ready}})
async def ready(services: With) -> JSONResponse:
    """Answer 503 while the database cannot be read, or while the engine takes no more calls."""
    engine = services.engine()
    found = Ready(
        status="ok",
        database=await _database(services),
        engine=engine.problem or ("draining" if engine.draining else "ok"),
        calls=engine.calls,
    )
    if (found.database, found.engine) != ("ok", "ok"):
        found.status = "not ready"
    return JSONResponse(found.model_dump(), 200 if found.status == "ok" else 503)


@router.get("/metrics", summary="Give the figures of this process", response_class=PlainTextResponse)
async def metrics(services: With) -> PlainTextResponse:
    """Answer in Prometheus' text format."""
    return PlainTextResponse(services.metrics.text(), media_type="text/plain; version=0.0.4")


async def _database(services: Services) -> str:
    try:
        async with services.database.snapshot(WHOLE_HOUSE) as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return "cannot be read"
    return "ok"
