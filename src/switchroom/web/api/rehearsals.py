"""Calls as rehearsals: what happened in one, as a file that `switchroom rehearse` holds against another version of the agent."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import PlainTextResponse

from switchroom.errors import NotFound
from switchroom.identity import CallId
from switchroom.rehearsal.from_call import Source, as_rehearsal
from switchroom.web.auth import Asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/calls", tags=["calls"])

_ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"content": {"application/yaml": {"schema": {"type": "object"}}}},
    404: {"description": "there is no such call, or it is somebody else's"},
    422: {"description": "the call was never answered, or is not over"},
}


class YamlResponse(PlainTextResponse):
    """YAML."""

    media_type = "application/yaml"


@router.get(
    "/{call_id}/rehearsal", summary="Get the call as a rehearsal", responses=_ANSWERS, response_class=YamlResponse
)
async def rehearsal(
    call_id: str,
    asker: Asker,
    services: With,
    anonymise: Annotated[bool, Query(description="without the caller's number and name, where they are known")] = False,  # noqa: FBT002
) -> YamlResponse:
    """Answer with a rehearsal: what the caller did with its timing, what tools gave, what was said. See docs/rehearsals.md."""
    found = await services.history.call(CallId(call_id), asker.tenant)
    entries = await services.history.events(found.id, asker.tenant)
    try:
        agent = (await services.catalogue.agent(found.agent, asker.tenant)).name
    except NotFound:
        agent = found.agent
    events = [entry.event for entry in entries if entry.event is not None]
    return YamlResponse(as_rehearsal(Source(events, agent, asker.tenant), anonymise=anonymise))
