"""In whose name mail is written: the brand that counts for a tenant, and its domain for the links."""

from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.accounts.post import BrandOf
from switchroom.accounts.settings_book import SettingsBook
from switchroom.identity import TenantId
from switchroom.mail.letters import Brand


def branded(book: SettingsBook, home: str) -> BrandOf:
    """Return how to find a tenant's brand; links lead ``home`` where nobody above it has a domain."""

    async def brand(_session: AsyncSession, tenant: TenantId) -> Brand:
        values = (await book.of(tenant)).values
        return Brand(
            values.brand_name or "",
            values.mail_from or "",
            f"https://{values.brand_domain}" if values.brand_domain else home,
        )

    return brand
