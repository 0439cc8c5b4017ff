"""The tenants at and below the asker's: listed, added, changed, suspended.

An administrator of a tenant may work for any tenant below it: the header ``Switchroom-Tenant`` of any request names it, by id or
slug, and the request is then that tenant's own.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from switchroom.accounts.tenancy import State, TenantRecord, Wanted
from switchroom.accounts.tenant_tree import Kind
from switchroom.identity import TenantId
from switchroom.web.auth import Asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/tenants", tags=["tenants"])

_WHO: dict[int | str, dict[str, object]] = {
    401: {"description": "not signed in, or no longer"},
    403: {"description": "only an administrator may, of a tenant that is above this one"},
    429: {"description": "too many wrong keys from this address"},
}
_ONE: dict[int | str, dict[str, object]] = {
    **_WHO,
    404: {"description": "there is no such tenant at or below yours"},
}
_CHANGED: dict[int | str, dict[str, object]] = {
    **_ONE,
    409: {"description": "the slug is taken, or the tree does not allow it"},
    422: {"description": "a field cannot be used; says which and why"},
}

_EXAMPLE: JsonDict = {"example": {"name": "Northern Dental", "slug": "northern-dental", "kind": "tenant"}}


class NewTenant(BaseModel):
    """A tenant to be added below the asker's. ``slug`` is its short name in addresses and host names, for good."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_EXAMPLE)

    slug: str = Field(min_length=1, max_length=63, pattern="^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")
    name: str = Field(min_length=1, max_length=200)
    kind: Literal["reseller", "tenant"] = "tenant"


class TenantEdit(BaseModel):
    """What is to change; what is not given stays. ``parent`` moves the tenant, and is an id or a slug."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "Northern Dental Group"}})

    name: str | None = Field(None, min_length=1, max_length=200)
    kind: Literal["reseller", "tenant"] | None = None
    parent: str | None = Field(None, min_length=1, max_length=64)


class TenantOut(BaseModel):
    """A tenant. ``parent`` is null for the asker's own; ``parent_suspended`` is suspended by somebody above it."""

    id: str
    slug: str
    name: str
    kind: Kind
    parent: str | None
    state: State
    created: datetime


class TenantList(BaseModel):
    """Tenants in the order they were made; ``next`` is the cursor of the following page."""

    tenants: list[TenantOut]
    next: str | None


class Filter(BaseModel):
    """Which tenants to list: all at and below the asker's, or the children of one."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=64)
    parent: str | None = Field(None, max_length=64, description="id of the tenant whose children to list")


@router.post("", summary="Add a tenant", status_code=201, responses=_CHANGED)
async def create(new: NewTenant, asker: Asker, services: With) -> TenantOut:
    """Add a tenant right below the asker's: the operator adds resellers and tenants, a reseller adds tenants."""
    return _out(await services.tenancy.create(asker.tenant, new.slug, new.name, new.kind))


@router.get("", summary="List tenants", responses=_WHO)
async def tenants(asker: Asker, services: With, wanted: Annotated[Filter, Query()]) -> TenantList:
    """Answer with the asker's tenant and those below it."""
    parent = None if wanted.parent is None else TenantId(wanted.parent)
    found = await services.tenancy.list(asker.tenant, parent=parent, limit=wanted.limit, cursor=wanted.cursor)
    return TenantList(tenants=[_out(tenant) for tenant in found.tenants], next=found.next)


@router.get("/{tenant}", summary="Get a tenant", responses=_ONE)
async def tenant(tenant: str, asker: Asker, services: With) -> TenantOut:
    """Answer with one tenant, by its id or its slug."""
    return _out(await services.tenancy.get(asker.tenant, tenant))


@router.patch("/{tenant}", summary="Change a tenant", responses=_CHANGED)
async def change(tenant: str, edit: TenantEdit, asker: Asker, services: With) -> TenantOut:
    """Change a tenant's name, or, from above it, its kind or its parent."""
    wanted = Wanted(name=edit.name, kind=edit.kind, parent=edit.parent)
    return _out(await services.tenancy.change(asker.tenant, tenant, wanted))


@router.post("/{tenant}/suspend", summary="Suspend a tenant", responses=_ONE)
async def suspend(tenant: str, asker: Asker, services: With) -> TenantOut:
    """Take and make no more calls for a tenant and those below it, from the next call on; calls that are up go on."""
    return _out(await services.tenancy.suspend(asker.tenant, tenant))


@router.post("/{tenant}/resume", summary="Resume a tenant", responses=_ONE)
async def resume(tenant: str, asker: Asker, services: With) -> TenantOut:
    """Lift the suspension of a tenant; one of somebody above it stays."""
    return _out(await services.tenancy.suspend(asker.tenant, tenant, suspended=False))


def _out(record: TenantRecord) -> TenantOut:
    return TenantOut(
        id=record.id,
        slug=record.slug,
        name=record.name,
        kind=record.kind,
        parent=record.parent,
        state=record.state,
        created=datetime.fromtimestamp(record.created, UTC),
    )
