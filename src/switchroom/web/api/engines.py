"""The processes of the installation, for its operator: who is there, how busy, and who was given up.

As with bans, they concern every tenant: the platform's administrators may see them. ``switchroom engines`` lists the same from
the database.
"""

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from switchroom.fleet.registry import Listed
from switchroom.web.api.refusals import refusals
from switchroom.web.api.security import Operator
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/engines", tags=["engines"])

_PROBLEMS = refusals(401, 403, 429, 503)


class EngineOut(BaseModel):
    """A process. ``state`` is lost once the others have given it up; ``limit`` is 0 for one that takes no calls."""

    id: str = Field(examples=["eng_01m7zzhttqne29facwbv9z"])
    role: Literal["all", "api", "engine", "worker"]
    state: Literal["running", "draining", "lost"]
    host: str = Field(examples=["sip-1"])
    version: str
    sip: str = Field(examples=["sip:demo@192.0.2.10"])
    web: str = Field(examples=["http://192.0.2.10:8080"])
    calls: int
    limit: int
    started: datetime
    seen: datetime
    lost: datetime | None


class EngineList(BaseModel):
    """The processes, the oldest first; one that was given up is listed for a day."""

    engines: list[EngineOut]


@router.get("", summary="List the processes of the installation", responses=_PROBLEMS)
async def engines(services: With, _operator: Operator) -> EngineList:
    """List who is there and who was given up, with the calls each carries."""
    return EngineList(engines=[_out(listed) for listed in await services.processes()])


def _out(listed: Listed) -> EngineOut:
    process, load = listed.process, listed.load
    return EngineOut.model_validate(
        {
            "id": process.id,
            "role": process.role,
            "state": state_of(listed),
            "host": process.host,
            "version": process.version,
            "sip": process.sip,
            "web": process.web,
            "calls": load.calls,
            "limit": process.most,
            "started": datetime.fromtimestamp(process.started, UTC),
            "seen": datetime.fromtimestamp(listed.seen, UTC),
            "lost": None if listed.lost is None else datetime.fromtimestamp(listed.lost, UTC),
        }
    )


def state_of(listed: Listed) -> Literal["running", "draining", "lost"]:
    """Return how a process is, in a word."""
    if listed.lost is not None:
        return "lost"
    return "draining" if listed.load.draining else "running"
