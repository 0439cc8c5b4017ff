"""API keys of a tenant: made, listed and revoked by its administrators, who are people."""

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from switchroom.accounts.api_keys import SCOPES, ApiKey, Scope
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/auth/api-keys", tags=["accounts"])


_MANY = "there are too many good keys: revoke one"


class NewKey(BaseModel):
    """A key to be made. Writing is also reading: ``calls:write`` includes ``calls:read``."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"name": "CRM", "scopes": ["calls:read", "mcp"]}}
    )

    name: str = Field(min_length=1, max_length=100)
    scopes: list[Scope] = Field(min_length=1, max_length=len(SCOPES))
    expires: AwareDatetime | None = Field(None, description="when it stops being good; null: never")


class KeyOut(BaseModel):
    """A key, without what it is proved by."""

    id: str
    name: str
    scopes: list[Scope]
    created: datetime
    created_by: str
    expires: datetime | None
    revoked: datetime | None
    last_used: datetime | None


class NewKeyOut(KeyOut):
    """A new key. ``key`` is shown this once."""

    key: str


@router.post(
    "", summary="Make an API key", status_code=201, responses=refusals(401, 403, 404, 409, 422, 429, s409=_MANY)
)
async def create(new: NewKey, asker: Asker, services: With) -> NewKeyOut:
    """Make a key; its text is in this answer and nowhere else."""
    expires = None if new.expires is None else new.expires.timestamp()
    made = await services.keys.create(asker.tenant, new.name, new.scopes, asker.user, expires=expires)
    return NewKeyOut(**_key(made.key).model_dump(), key=made.text)


@router.get("", summary="List API keys", responses=refusals(401, 403, 404, 422, 429))
async def keys(asker: Asker, services: With) -> list[KeyOut]:
    """Answer with the tenant's keys, oldest first, those revoked among them."""
    return [_key(key) for key in await services.keys.all(asker.tenant)]


@router.get("/{key_id}", summary="Get an API key", responses=refusals(401, 403, 404, 422, 429))
async def key(key_id: str, asker: Asker, services: With) -> KeyOut:
    """Answer with one key."""
    return _key(await services.keys.get(key_id, asker.tenant))


@router.delete("/{key_id}", summary="Revoke an API key", responses=refusals(401, 403, 404, 422, 429))
async def revoke(key_id: str, asker: Asker, services: With) -> KeyOut:
    """Let a key be good no longer, from the next request on; it stays in the list."""
    return _key(await services.keys.revoke(key_id, asker.tenant))


def _key(key: ApiKey) -> KeyOut:
    return KeyOut(
        id=key.id,
        name=key.name,
        scopes=sorted(key.scopes),
        created=datetime.fromtimestamp(key.created, UTC),
        created_by=key.created_by,
        expires=_time(key.expires),
        revoked=_time(key.revoked),
        last_used=_time(key.last_used),
    )


def _time(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
