"""Whose brand a page shows: the host name's tenant, else the one of whoever is signed in."""

from fastapi import Request

from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.errors import Denied
from switchroom.web.services import With
from switchroom.web.session_cookies import COOKIE
from switchroom.web.templates import Shown


async def branded(request: Request, services: With) -> None:
    """Find the brand for ``templates.page``."""
    book = services.tenancy.settings
    tenant = await book.meant(request.headers.get("host", ""))
    if tenant == PLATFORM and (cookie := request.cookies.get(COOKIE)):
        try:
            tenant = services.accounts.identify(cookie).tenant
        except Denied:
            tenant = PLATFORM
    found = await book.of(tenant)
    query = f"?tenant={found.chain[0].slug}"
    logo = "/static/icon.svg" if found.logo is None else f"/api/v1/brand/logo{query}"
    request.state.brand = Shown(found.values.brand_name or "", logo, f"/brand.css{query}")
