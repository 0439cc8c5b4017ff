"""Credentials: secrets under a name. They are written and never read; an answer has the end of one at most."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic.config import JsonDict

from switchroom.catalogue.credentials import CredentialRecord
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/credentials", tags=["credentials"])

_EXAMPLE: JsonDict = {"name": "openai", "kind": "provider", "secret": "sk-a-long-secret"}
Secret = Annotated[SecretStr, Field(min_length=1, max_length=8000)]


class NewCredential(BaseModel):
    """A secret to be kept. ``provider``: a key of a model or a voice; ``oauth``: a token; ``sip``: a carrier's password."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, json_schema_extra={"example": _EXAMPLE})

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    kind: Literal["provider", "oauth", "sip"] = "provider"
    secret: Secret


class NewSecret(BaseModel):
    """What the secret is from now on."""

    model_config = ConfigDict(
        extra="forbid", hide_input_in_errors=True, json_schema_extra={"example": {"secret": "sk-another-secret"}}
    )

    secret: Secret


class CredentialOut(BaseModel):
    """A credential without its secret; ``hint`` is how that ends. ``last_used`` may be a minute behind."""

    id: str
    name: str
    kind: Literal["provider", "oauth", "sip"]
    hint: str
    created: datetime
    changed: datetime
    last_used: datetime | None


class CredentialList(BaseModel):
    """Credentials in the order in which they were made; ``next`` is the cursor of the following page."""

    items: list[CredentialOut]
    next: str | None


@router.get("", summary="List credentials", responses=refusals(401, 403, 422, 429))
async def credentials(
    asker: Asker,
    services: With,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> CredentialList:
    """Answer with the tenant's own credentials, without the secrets."""
    found = await services.mcp_servers.credentials.page(asker.tenant, limit + 1, cursor)
    shown = [_out(one) for one in found[:limit]]
    return CredentialList(items=shown, next=shown[-1].id if len(found) > limit else None)


@router.post("", summary="Keep a credential", status_code=201, responses=refusals(401, 403, 409, 422, 429))
async def add(new: NewCredential, asker: Asker, services: With) -> CredentialOut:
    """Keep a secret under a name."""
    desk, secret = services.mcp_servers.credentials, new.secret.get_secret_value()
    return _out(await desk.create(asker.tenant, new.name, new.kind, secret))


@router.get("/{credential}", summary="Get a credential", responses=refusals(401, 403, 404, 429))
async def one(credential: str, asker: Asker, services: With) -> CredentialOut:
    """Answer with a credential, by id or name, without the secret."""
    return _out(await services.mcp_servers.credentials.get(asker.tenant, credential))


@router.post("/{credential}/rotate", summary="Replace a secret", responses=refusals(401, 403, 404, 422, 429))
async def rotate(credential: str, new: NewSecret, asker: Asker, services: With) -> CredentialOut:
    """Replace the secret; MCP servers that refer to it connect anew with it, providers at the next start."""
    desk = services.mcp_servers.credentials
    changed = await desk.rotate(asker.tenant, credential, new.secret.get_secret_value())
    services.mcp_servers.writings.note()
    return _out(changed)


@router.delete(
    "/{credential}", summary="Forget a credential", status_code=204, responses=refusals(401, 403, 404, 409, 429)
)
async def remove(credential: str, asker: Asker, services: With) -> None:
    """Forget a secret that nothing refers to."""
    await services.mcp_servers.credentials.delete(asker.tenant, credential)


def _out(found: CredentialRecord) -> CredentialOut:
    return CredentialOut(
        id=found.id,
        name=found.name,
        kind=found.kind,
        hint=found.hint,
        created=datetime.fromtimestamp(found.created, UTC),
        changed=datetime.fromtimestamp(found.changed, UTC),
        last_used=None if found.last_used is None else datetime.fromtimestamp(found.last_used, UTC),
    )
