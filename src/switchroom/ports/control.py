"""What can be asked of a call from outside while it goes on, and who is asked.

Every command is plain data that survives JSON, so that it reaches a call wherever it is carried: ``packed`` and ``unpacked`` are
the two ends of that road. Which process that is, is nobody's business here.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Literal, Protocol, get_args

from pydantic import TypeAdapter, ValidationError

from switchroom.errors import Invalid
from switchroom.identity import AgentId, CallId, TenantId
from switchroom.ports.leg import Leg


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call from our side."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Let the other side wait with music; the agent neither hears nor speaks."""


@dataclass(frozen=True, slots=True)
class Resume:
    """End our hold."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand the call over to ``target``: blind at once, warm once ``target`` has answered and is joined with the other side."""

    target: str
    mode: Literal["blind", "warm"] = "blind"


@dataclass(frozen=True, slots=True)
class Conference:
    """Call ``target`` and let everybody hear everybody."""

    target: str


@dataclass(frozen=True, slots=True)
class SendDigits:
    """Press keys towards the other side."""

    digits: str


@dataclass(frozen=True, slots=True)
class Say:
    """Have the agent say this now, in the place of what it is saying; ``protected``: and not be interrupted in it."""

    text: str
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Whisper:
    """Tell the agent something that the other side does not hear; it counts from its next reply on."""

    text: str


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Call ``target``, a person, and let them talk in the agent's place; ``by`` is the user who asked."""

    target: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Let the agent talk again in the person's place, who leaves; ``note`` tells it what it should know."""

    note: str = ""


CallCommand = HangUp | Hold | Resume | Transfer | Conference | SendDigits | Say | Whisper | TakeOver | GiveBack

_KINDS: Mapping[str, type[CallCommand]] = {kind.__name__: kind for kind in get_args(CallCommand)}


def packed(command: CallCommand) -> dict[str, object]:
    """Return the command as JSON has it."""
    return {"command": type(command).__name__, **asdict(command)}


def unpacked(data: Mapping[str, object]) -> CallCommand:
    """Return the command that was packed. Raises Invalid for what is none that we know."""
    kind = _KINDS.get(str(data.get("command")))
    names = set() if kind is None else {known.name for known in fields(kind)}
    if kind is None or not data.keys() - {"command"} <= names:
        raise Invalid(f"there is no command {data.get('command')!r} with what came along")
    try:
        return TypeAdapter(kind).validate_python({name: value for name, value in data.items() if name != "command"})
    except ValidationError as error:
        raise Invalid(f"the command {kind.__name__} cannot be read: {error.errors()[0]['msg']}") from None


class CallControl(Protocol):
    """Who carries calls out there."""

    async def do(self, call: CallId, tenant: TenantId, command: CallCommand) -> None:
        """Carry out a command. Safe to cancel: it is then done or not, never half.

        Raises NotFound if no such call of the tenant goes on, Conflict if it cannot be done to it now: it names the state, or
        what the line cannot do. Whoever is to be called is not waited for: what becomes of that are events.
        """
        ...


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call to be made: the id it is to have, who talks on our side, and to whom.

    ``caller`` is one of the trunk's numbers, ``trunk`` a name or an id; empty: the first that will do. ``variables`` are known
    to the agent's flow from the beginning, ``metadata`` is the asker's own and comes back with the call. ``max_duration`` is
    seconds, 0: the agent's. All of it is plain data as well.
    """

    call: CallId
    tenant: TenantId
    agent: AgentId
    to: str
    caller: str = ""
    trunk: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    max_duration: float = 0.0
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Destination:
    """Whom to call for whom: a number by one of the tenant's trunks, or the name of one of its SIP accounts."""

    tenant: TenantId
    target: str
    caller: str = ""
    trunk: str = ""


Reach = Callable[[Destination, Callable[[int], None]], Awaitable[Leg]]
"""Calls somebody and returns the leg once they have answered; the second is told every provisional status. Cancelling it hangs up.

Raises NotFound, Denied, Invalid, Limited, Unavailable for what came in place of an answer.
"""


class CallMaker(Protocol):
    """Who makes calls."""

    async def make(self, wanted: NewCall) -> None:
        """Begin a call, and return before anybody answers: what becomes of it are its events.

        Raises NotFound, Denied, Invalid, Limited or Unavailable for what cannot even begin.
        """
        ...


class CallDesk(CallControl, CallMaker, Protocol):
    """Who makes calls and steers them."""
