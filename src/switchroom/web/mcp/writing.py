"""What a program with an API key may change."""

from pydantic import Field

from switchroom.identity import CallId
from switchroom.ports.control import HangUp
from switchroom.web.calling import CallWanted, Name, Value, call_out
from switchroom.web.mcp.offers import Answer, Arguments, Asked, Offer, plain
from switchroom.web.mcp.reading import OneCall, agent_called
from switchroom.web.steering import steer


class NewFlow(Arguments):
    """A flow that is not there yet."""

    flow: str = Field(max_length=100, description="small letters, figures, - and _")
    text: str = Field(max_length=400_000, description="the flow as YAML")


class ChangedFlow(Arguments):
    """Another draft of a flow."""

    flow: str = Field(max_length=100, description="its name or id")
    text: str = Field(max_length=400_000, description="the whole flow as YAML")
    revision: int | None = Field(None, description="of the draft that was looked at: a newer one is not overwritten")


class PublishedFlow(Arguments):
    """A flow whose draft is to answer calls."""

    flow: str = Field(max_length=100, description="its name or id")
    note: str = Field("", max_length=500, description="what has changed, for people")


class OlderFlow(Arguments):
    """A flow, of which an older version is to answer calls again."""

    flow: str = Field(max_length=100, description="its name or id")
    version: int = Field(ge=1)
    note: str = Field("", max_length=500)


class Binding(Arguments):
    """Who answers what."""

    number: str = Field(max_length=128, description="an E.164 number, or the user part of a SIP address")
    agent: str = Field(max_length=200, description="its name or id")


class Telephoned(Arguments):
    """Whom an agent is to call."""

    agent: str = Field(min_length=1, max_length=200, description="its name or id")
    to: str = Field(min_length=1, max_length=320, description="a telephone number, or the name of a SIP account")
    caller: str = Field("", max_length=64, description="the number to call from; left out: the trunk's first")
    trunk: str = Field("", max_length=200, description="a trunk's name or id; left out: the first that will do")
    variables: dict[Name, Value] = Field(default_factory=dict, max_length=50, description="what the agent is to know")
    metadata: dict[Name, Value] = Field(default_factory=dict, max_length=50, description="comes back with the call")


async def create_flow(asked: Asked, wanted: NewFlow) -> Answer:
    """Begin a flow with a draft; it answers nobody until it is published."""
    made = await asked.services.flows.create(asked.tenant, wanted.flow, wanted.text, asked.user)
    return plain(made, "tenant", "draft")


async def change_flow(asked: Asked, wanted: ChangedFlow) -> Answer:
    """Replace the draft of a flow; what answers calls stays as it is."""
    made = await asked.services.flows.change(asked.tenant, wanted.flow, wanted.text, asked.user, seen=wanted.revision)
    return plain(made, "tenant", "draft")


async def publish_flow(asked: Asked, wanted: PublishedFlow) -> Answer:
    """Let the draft of a flow answer from the next call on, as a new version."""
    return plain(await asked.services.flows.publish(asked.tenant, wanted.flow, asked.user, wanted.note), "text")


async def roll_back_flow(asked: Asked, wanted: OlderFlow) -> Answer:
    """Let an older version of a flow answer again from the next call on."""
    made = await asked.services.flows.roll_back(asked.tenant, wanted.flow, wanted.version, asked.user, wanted.note)
    return plain(made, "text")


async def bind_number(asked: Asked, wanted: Binding) -> Answer:
    """Let an agent answer a number from now on."""
    agent = await agent_called(asked, wanted.agent)
    return plain(await asked.services.catalogue.bind(wanted.number, agent), "tenant_id")


async def make_call(asked: Asked, wanted: Telephoned) -> Answer:
    """Have an agent call somebody on the telephone. Answers at once with the call, which get_call then tells about."""
    call = await call_out(asked.services, asked.tenant, CallWanted(**wanted.model_dump()))
    return {"call": call, "state": "dialing"}


async def hang_up_call(asked: Asked, wanted: OneCall) -> Answer:
    """End a call that is going on."""
    await steer(asked.services, asked.tenant, CallId(wanted.call), HangUp())
    return {"call": wanted.call, "ending": True}


WRITES: tuple[
    Offer[NewFlow]
    | Offer[ChangedFlow]
    | Offer[PublishedFlow]
    | Offer[OlderFlow]
    | Offer[Binding]
    | Offer[OneCall]
    | Offer[Telephoned],
    ...,
] = (
    Offer("admin:write", NewFlow, create_flow),
    Offer("admin:write", ChangedFlow, change_flow),
    Offer("admin:write", PublishedFlow, publish_flow),
    Offer("admin:write", OlderFlow, roll_back_flow),
    Offer("admin:write", Binding, bind_number),
    Offer("calls:write", Telephoned, make_call),
    Offer("calls:write", OneCall, hang_up_call),
)
