"""Who is not heard: the bans of the SIP port, for the operator of the installation.

They concern every tenant, so only the platform's administrators may see them, and whoever can read the installation's secret: that
makes a token for the purpose ``operator``, which is what ``switchroom bans`` does.
"""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.accounts.tokens import Identity
from switchroom.errors import Denied
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/security", tags=["security"])

_DENIED = refusals(401, 403, 429)


class BanOut(BaseModel):
    """A source that is not heard until then: an IPv4 address, or a network of IPv6."""

    source: str
    reason: Literal["wrong_credentials", "flood"]
    until: datetime


class BanList(BaseModel):
    """The bans that stand, the longest first."""

    bans: list[BanOut]


async def operator(request: Request, services: With) -> Identity:
    """Return who asks. Raises Denied unless it is the operator."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        with suppress(Denied):
            request.state.asker = services.accounts.identify(token.strip(), "operator")
            return cast("Identity", request.state.asker)
    who = await asker(request, services)
    if who.tenant != PLATFORM:
        message = (
            "this concerns every tenant: it is for administrators of the platform, or `switchroom bans` on the machine"
        )
        raise Denied(message, code="not_operator")
    return who


Operator = Annotated[Identity, Depends(operator)]


@router.get("/bans", summary="List who is not heard", responses=_DENIED)
async def bans(services: With, _operator: Operator) -> BanList:
    """List the sources that guessed passwords or flooded us."""
    now = services.wall()
    standing = [] if services.bans is None else services.bans.standing()
    return BanList(
        bans=[
            BanOut(source=ban.source, reason=ban.reason, until=datetime.fromtimestamp(now + ban.seconds, UTC))
            for ban in standing
        ]
    )


@router.delete(
    "/bans/{source:path}",
    summary="Hear a source again",
    status_code=204,
    responses=refusals(401, 403, 404, 429, s404="it is not banned"),
)
async def lift(source: str, services: With, operator: Operator) -> None:
    """Lift a ban; it is written into the journal who did."""
    if services.bans is not None:
        services.bans.lift(source, operator.user)
