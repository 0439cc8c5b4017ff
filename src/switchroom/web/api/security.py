"""Who is not heard: the bans of the SIP port, for the operator of the installation.

They concern every tenant, so no user may see them: a token for the purpose ``operator`` is made by whoever can read the
installation's secret, which is what ``switchroom bans`` does.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from switchroom.accounts.tokens import Identity
from switchroom.errors import Denied
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/security", tags=["security"])

_DENIED: dict[int | str, dict[str, object]] = {401: {"description": "only for the operator: see `switchroom bans`"}}


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
    if scheme.lower() != "bearer":
        raise Denied("this is for the operator: use `switchroom bans` on the machine", code="unauthenticated")
    who = services.accounts.identify(token.strip(), "operator")
    request.state.asker = who
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
    responses={**_DENIED, 404: {"description": "it is not banned"}},
)
async def lift(source: str, services: With, operator: Operator) -> None:
    """Lift a ban; it is written into the journal who did."""
    if services.bans is not None:
        services.bans.lift(source, operator.user)
