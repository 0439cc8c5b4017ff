"""Mail to somebody of a tenant, in the tenant's name, put into the outbox by whoever has a reason."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.accounts.model import TenantRow
from switchroom.identity import TenantId
from switchroom.mail.letters import Brand, Language, Occasion, Occasioned, write
from switchroom.mail.outbox import Outbox

BrandOf: TypeAlias = Callable[[AsyncSession, TenantId], Awaitable[Brand]]
"""In whose name a tenant's mail is written, read in the session of what causes the mail."""


class Addressee(Protocol):
    """A row of somebody who gets mail."""

    @property
    def tenant_id(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def name(self) -> str: ...


class Post:
    """Writes letters."""

    def __init__(self, outbox: Outbox, brand_of: BrandOf) -> None:
        self._outbox = outbox
        self._brand_of = brand_of

    async def put(
        self, session: AsyncSession, to: Addressee, occasion: Occasion, language: Language, path: str
    ) -> None:
        """Write to somebody once the session commits; ``path`` is where the letter's link leads, below our address."""
        tenant = TenantId(to.tenant_id)
        brand = await self._brand_of(session, tenant)
        organisation = (await session.get_one(TenantRow, tenant)).name
        about = Occasioned(occasion, language, to.email, to.name or to.email, organisation, path)
        self._outbox.put(session, tenant, occasion, write(about, brand))


def own_name(home: str) -> BrandOf:
    """Return how mail is written where no brands are known: in the tenant's name, its links to ``home``."""

    async def brand(session: AsyncSession, tenant: TenantId) -> Brand:
        return Brand((await session.get_one(TenantRow, tenant)).name, "", home)

    return brand
