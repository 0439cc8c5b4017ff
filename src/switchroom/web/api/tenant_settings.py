"""What is set for the asker's tenant: what counts, what is its own of it, and where the rest comes from."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, JsonValue, WithJsonSchema

from switchroom.accounts.logo import LARGEST, examine
from switchroom.accounts.own_settings import FROM_ABOVE, Effective, Origin, OwnSettings
from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.accounts.tokens import Identity
from switchroom.errors import Denied, Invalid
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/settings", tags=["settings"])

_READ = refusals(401, 403, 404, 429, s404="the tenant that is asked for is not at or below yours")
_WRITE = _READ | refusals(409, 422, s409="another tenant has that domain")

Fields = Annotated[dict[str, JsonValue], WithJsonSchema(OwnSettings.model_json_schema())]
_PICTURE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {} for kind in ("image/png", "image/webp", "image/svg+xml")},
    }
}


class SettingsOut(BaseModel):
    """``effective`` is what counts, ``own`` what is said for the tenant itself; ``origin`` says where each field comes from.

    ``logo`` is where the logo is, null for the house's; ``sip_domain`` is where telephones register.
    """

    effective: OwnSettings
    own: OwnSettings
    origin: dict[str, Origin]
    logo: str | None
    sip_domain: str


@router.get("", summary="Get the tenant's settings", responses=_READ)
async def settings(asker: Asker, services: With) -> SettingsOut:
    """Answer with what counts for the tenant, its own or inherited."""
    return await _out(await services.tenancy.settings.of(asker.tenant), services)


@router.patch("", summary="Change the tenant's settings", responses=_WRITE)
async def change(fields: Annotated[Fields, Body()], asker: Asker, services: With) -> SettingsOut:
    """Say the fields that are given, and take back those that are null; limits and currency are for who is above."""
    _check_who(asker, fields)
    return await _out(await services.tenancy.settings.change(asker.tenant, fields), services)


@router.put("/logo", summary="Upload the tenant's logo", openapi_extra=_PICTURE, responses=_WRITE)
async def upload(request: Request, asker: Asker, services: With) -> SettingsOut:
    """Show this PNG, WebP or SVG, of half a megabyte at most, to the tenant's users and to those below."""
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > LARGEST:
            raise Invalid(f"the logo is too large: {LARGEST} bytes are the most")
    return await _out(await services.tenancy.settings.hang(asker.tenant, examine(content)), services)


@router.delete("/logo", summary="Remove the tenant's logo", responses=_READ)
async def remove(asker: Asker, services: With) -> SettingsOut:
    """Show the logo of who is above again."""
    return await _out(await services.tenancy.settings.hang(asker.tenant, None), services)


def _check_who(asker: Identity, fields: dict[str, JsonValue]) -> None:
    unknown = sorted(fields.keys() - OwnSettings.model_fields.keys())
    if unknown:
        raise Invalid(f"{unknown[0]}: there is no such setting")
    above = asker.home is not None or asker.tenant == PLATFORM
    if not above and (theirs := sorted(fields.keys() & FROM_ABOVE)):
        raise Denied(f"{', '.join(theirs)}: only who is above your tenant may say this: ask them", code="not_above")


async def _out(found: Effective, services: With) -> SettingsOut:
    tenant, phones = found.chain[0], services.telephones
    return SettingsOut(
        effective=found.values,
        own=found.own,
        origin=dict(found.origin),
        logo=None if found.logo is None else f"/api/v1/brand/logo?tenant={tenant.slug}",
        sip_domain="" if phones is None else await phones.accounts.domain(tenant.tenant),
    )
