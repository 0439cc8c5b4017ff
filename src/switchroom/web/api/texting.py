"""Agents in writing: a message in, the reply out, by the same flow that answers the phone."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from switchroom.accounts.tokens import Identity
from switchroom.calls.text_reply import TextReply, ToolUse
from switchroom.calls.text_session import Correspondent
from switchroom.catalogue.service import AgentRecord
from switchroom.errors import Invalid, NotFound, SwitchroomError, Unavailable
from switchroom.ports import CallContext
from switchroom.web.auth import Asker
from switchroom.web.problems import problem
from switchroom.web.services import Services, With

router = APIRouter(tags=["text agent"])

_MOST_METADATA = 32
_EVENTS = 256

Scalar = str | int | float | bool | None
_Told = str | ToolUse | None  # None: the reply is there


class Wanted(BaseModel):
    """One message. ``user_id`` and ``channel`` name the conversation it belongs to; an empty ``prompt`` asks for the greeting."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "prompt": "A table for four on Friday at half past seven, please",
                "user_id": "guest-17",
                "channel": "website",
                "metadata": {"page": "/contact"},
            }
        }
    )

    prompt: str = Field(default="", max_length=8000)
    user_id: str = Field(default="", max_length=200, description="whom the agent talks to; default: who asks")
    channel: str = Field(default="text", max_length=64, description="by which way they write: website, sms, mail ...")
    metadata: dict[str, Scalar] = Field(
        default={}, max_length=_MOST_METADATA, description="read by the flow as exchange.headers.NAME"
    )
    agent: str = Field(default="", max_length=200, description="id or name; not needed where there is but one")


class ToolCall(BaseModel):
    """A tool that the agent called for this reply; ``error`` is a code, "" if it worked. ``took`` is in seconds."""

    tool: str
    arguments: Mapping[str, object]
    result: Mapping[str, object]
    error: str
    took: float


class TextTimings(BaseModel):
    """Seconds from the message to the first words, to the last, and of that in tools."""

    first: float | None
    total: float
    tools: float


class Processed(BaseModel):
    """The reply. ``transfer_marker`` is to whom the agent wants the user handed over, "" for nobody; whoever asks does it.

    ``conversation`` is the id under which ``/api/v1/calls`` knows the conversation; ``ended`` says that the next message begins
    another.
    """

    conversation: str
    turn: int
    reply: str
    tool_calls: list[ToolCall]
    transfer_marker: str
    ended: bool
    timings: TextTimings


_RESPONSES: dict[int | str, dict[str, object]] = {
    200: {"content": {"text/event-stream": {}}},
    401: {"description": "sign in first"},
    404: {"description": "there is no such agent"},
    422: {"description": "the message cannot be used, or there are several agents and none is named"},
    429: {"description": "too many messages of this conversation wait"},
    503: {"description": "no conversation can be had now"},
}


@router.post("/agent/process", summary="Write to an agent", response_model=Processed, responses=_RESPONSES)
async def process(
    wanted: Wanted,
    request: Request,
    asker: Asker,
    services: With,
    idempotency_key: Annotated[str, Header(max_length=200)] = "",
) -> Processed | Response:
    """Answer with the reply; with ``Accept: text/event-stream``, as it is made.

    The events of the stream are ``text`` (a sentence), ``tool`` (a ToolCall), at last ``reply`` (all of it) or ``error``. The same
    ``Idempotency-Key`` gives the same reply, and calls no tool twice.
    """
    desk = services.texts
    if desk is None:
        raise Unavailable("this program holds no conversations in writing", code="not_running")
    plan = await services.plan_for_text(await _agent(wanted.agent, asker, services))
    who = Correspondent(wanted.user_id or asker.user, wanted.channel, _context(wanted))
    told: asyncio.Queue[_Told] = asyncio.Queue(_EVENTS)  # full: what is left out comes with the whole reply
    reply = desk.ask(plan, who, wanted.prompt.strip(), idempotency_key, partial(_tell, told))
    if "text/event-stream" not in request.headers.get("accept", ""):
        await asyncio.wait([reply])
        return _out(reply.result())
    reply.add_done_callback(lambda _: told.put_nowait(None))
    headers = {"Cache-Control": "no-cache"}
    return StreamingResponse(_stream(request, told, reply), media_type="text/event-stream", headers=headers)


async def _agent(name: str, asker: Identity, services: Services) -> AgentRecord:
    agents = await services.catalogue.agents(asker.tenant)
    if name:
        found = [agent for agent in agents if name in (agent.id, agent.name)]
        if not found:
            raise NotFound(f"there is no agent {name!r}")
        return found[0]
    if len(agents) != 1:
        names = ", ".join(sorted(agent.name for agent in agents)) or "none yet"
        raise Invalid(f"say which agent is meant, as `agent`: {names}", code="which_agent")
    return agents[0]


def _context(wanted: Wanted) -> CallContext:
    known = {name.lower(): str(value) for name, value in wanted.metadata.items() if value is not None}
    return CallContext(headers={**known, "channel": wanted.channel})


def _tell(told: asyncio.Queue[_Told], part: str | ToolUse) -> None:
    if told.qsize() < _EVENTS - 1:  # the last place is for the end
        told.put_nowait(part)


async def _stream(
    request: Request, told: asyncio.Queue[_Told], reply: asyncio.Future[TextReply]
) -> AsyncGenerator[str, None]:
    """Yield the reply as server-sent events while it is made."""
    while (part := await told.get()) is not None:
        yield _event("text", {"text": part}) if isinstance(part, str) else _event("tool", _tool(part).model_dump())
    try:
        yield _event("reply", _out(reply.result()).model_dump())
    except SwitchroomError as error:
        yield _event("error", problem(request, error))


def _event(kind: str, data: object) -> str:
    return f"event: {kind}\ndata: {json.dumps(data, default=str)}\n\n"


def _tool(use: ToolUse) -> ToolCall:
    return ToolCall(tool=use.tool, arguments=use.arguments, result=use.result, error=use.error, took=round(use.took, 4))


def _out(reply: TextReply) -> Processed:
    return Processed(
        conversation=reply.call,
        turn=reply.turn,
        reply=reply.text,
        tool_calls=[_tool(use) for use in reply.tools],
        transfer_marker=reply.transfer,
        ended=reply.over,
        timings=TextTimings(
            first=None if reply.first is None else round(reply.first, 4),
            total=round(reply.took, 4),
            tools=round(sum(use.took for use in reply.tools), 4),
        ),
    )
