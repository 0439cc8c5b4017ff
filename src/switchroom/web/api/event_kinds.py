"""The catalogue of events: what webhooks and sockets can tell of, as it is in this version of the program."""

from fastapi import APIRouter
from pydantic import BaseModel, JsonValue

from switchroom.hooks.kinds import kinds
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker

router = APIRouter(prefix="/api/v1/events", tags=["webhooks"])


class EventKind(BaseModel):
    """One topic. ``data`` is the JSON Schema of its data; what is ``personal`` is left out of it unless a webhook asks for it.

    Ephemeral events reach live pages and sockets, but no webhook.
    """

    topic: str
    version: int
    ephemeral: bool
    description: str
    personal: list[str]
    data: dict[str, JsonValue]


class EventKinds(BaseModel):
    """Every topic, by name; ``next`` is always null."""

    items: list[EventKind]
    next: str | None = None


@router.get("", summary="List event topics", responses=refusals(401))
async def topics(_asker: Asker) -> EventKinds:
    """Answer with every event there is and the JSON Schema of its data."""
    return EventKinds(
        items=[
            EventKind(
                topic=kind.topic,
                version=kind.version,
                ephemeral=kind.ephemeral,
                description=kind.description,
                personal=list(kind.personal),
                data=dict(kind.schema),
            )
            for kind in kinds()
        ]
    )
