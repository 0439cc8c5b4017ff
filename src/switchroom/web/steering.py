"""A command on its way from a request to the call it is for.

Whose call it is and whether it is over is asked of history first, so that another tenant's call does not exist and an ended one
says so, wherever the calls are carried.
"""

from switchroom.errors import Conflict, NotFound
from switchroom.identity import CallId, TenantId
from switchroom.ports.control import CallCommand
from switchroom.web.services import Services


async def steer(services: Services, tenant: TenantId, call: CallId, command: CallCommand) -> None:
    """Have a command carried out. Raises NotFound, and Conflict if the call is over or not in a state for this."""
    found = await services.history.call(call, tenant)
    if found.state == "ended":
        raise Conflict(f"call {call} is ended: nothing can be done to it any more", code="call_ended")
    try:
        await services.control.do(call, tenant, command)
    except NotFound as error:
        message = f"call {call} is {found.state} as far as is known, but nobody carries it: it is just ending"
        raise Conflict(message, code="call_ended") from error
