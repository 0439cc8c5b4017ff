"""The brand that people see before they sign in: public, by the host name they came to, or by a tenant's slug."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from switchroom.accounts.own_settings import Effective
from switchroom.web.api.refusals import refusals
from switchroom.web.services import With

router = APIRouter(tags=["settings"])

_MISSING = refusals(404, 422, s404="there is no such tenant, or it shows no logo")
_LOCKED = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
Slug = Annotated[str, Query(max_length=64, description="a tenant's short name; else the Host header counts")]


class BrandOut(BaseModel):
    """How the product is called and looks. ``logo`` is where the picture is, null for the house's."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "North Voice",
                "color": "#0f766e",
                "accent_color": "#4f46e5",
                "logo": None,
                "css": "/brand.css",
            }
        }
    )

    name: str
    color: str
    accent_color: str
    logo: str | None
    css: str


@router.get("/api/v1/brand", summary="Say whose pages these are", responses=_MISSING)
async def brand(request: Request, services: With, tenant: Slug = "") -> BrandOut:
    """Answer with the brand of the host name's tenant, its own or inherited."""
    found = await _found(request, services, tenant)
    values, query = found.values, f"?tenant={tenant}" if tenant else ""
    return BrandOut(
        name=values.brand_name or "",
        color=values.brand_color or "",
        accent_color=values.brand_accent_color or "",
        logo=None if found.logo is None else f"/api/v1/brand/logo{query}",
        css=f"/brand.css{query}",
    )


@router.get(
    "/api/v1/brand/logo",
    summary="Get the logo",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in ("image/png", "image/webp", "image/svg+xml")}}, **_MISSING},
)
async def logo(request: Request, services: With, tenant: Slug = "") -> Response:
    """Answer with the picture; a script in it would not run."""
    whose = await services.tenancy.settings.meant(request.headers.get("host", ""), tenant)
    found = await services.tenancy.settings.logo(whose)
    headers = {"content-security-policy": _LOCKED, "x-content-type-options": "nosniff", "etag": f'"{found.digest}"'}
    return Response(found.content, media_type=found.media_type, headers=headers)


@router.get("/brand.css", summary="Get the brand's colours", response_class=Response, responses=_MISSING)
async def colours(request: Request, services: With, tenant: Slug = "") -> Response:
    """Answer with the colours as variables of a style sheet."""
    return Response(css(await _found(request, services, tenant)), media_type="text/css")


def css(found: Effective) -> str:
    """Return a style sheet; a colour is a # and six hexadecimal digits, so nothing else can get in."""
    values = found.values
    lines = [f"--brand: {values.brand_color};", f"--brand-accent: {values.brand_accent_color};"]
    if found.origin["brand_color"] != "default":
        lines.append(f"--accent: {values.brand_color};")
    return f":root {{ {' '.join(lines)} }}\n"


async def _found(request: Request, services: With, slug: str) -> Effective:
    book = services.tenancy.settings
    return await book.of(await book.meant(request.headers.get("host", ""), slug))
