"""Webhooks out: where a tenant has its events sent. The secret that signs them is shown when it is made, and never again."""

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from switchroom.hooks.endpoints import Wanted, Webhook
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])

_URL = "where to POST: https, and no address of a private network"
_TOPICS = "what to hear of: topics of GET /api/v1/events, `call.*` for all below, `*` for everything but `webhook.*`"
_PERSONAL = "whether what people said, typed and are called is told too"
_EXAMPLE: JsonDict = {
    "url": "https://n8n.example.com/webhook/calls",
    "topics": ["voice.*", "call.ended"],
    "description": "n8n",
}


class NewWebhook(BaseModel):
    """An endpoint to be added."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _EXAMPLE})

    url: str = Field(min_length=1, max_length=2048, description=_URL)
    topics: list[str] = Field(["*"], min_length=1, max_length=100, description=_TOPICS)
    description: str = Field("", max_length=500)
    enabled: bool = True
    personal: bool = Field(default=False, description=_PERSONAL)


class WebhookPatch(BaseModel):
    """What to change; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"enabled": True}})

    url: str | None = Field(None, min_length=1, max_length=2048, description=_URL)
    topics: list[str] | None = Field(None, min_length=1, max_length=100, description=_TOPICS)
    description: str | None = Field(None, max_length=500)
    enabled: bool | None = None
    personal: bool | None = Field(None, description=_PERSONAL)


class WebhookOut(BaseModel):
    """An endpoint. ``disabled_why``: `gone` if it answered 410, `failing` if it took nothing for three days."""

    id: str
    url: str
    topics: list[str]
    description: str
    enabled: bool
    personal: bool
    api_version: str
    created: datetime
    changed: datetime
    delivered: datetime | None
    disabled_why: str


class NewWebhookOut(WebhookOut):
    """A new endpoint. ``secret`` is shown this once."""

    secret: str


class WebhookList(BaseModel):
    """Endpoints, oldest first; a tenant has few, so ``next`` is always null."""

    items: list[WebhookOut]
    next: str | None = None


class SecretOut(BaseModel):
    """A new secret, shown this once. The one before signs too for another day."""

    secret: str


class TestOut(BaseModel):
    """What was sent: look at the delivery to see what came of it."""

    delivery: str


@router.get("", summary="List webhooks", responses=refusals(401, 403))
async def webhooks(asker: Asker, services: With) -> WebhookList:
    """Answer with the tenant's endpoints."""
    return WebhookList(items=[_webhook(found) for found in await services.webhooks.all(asker.tenant)])


@router.post("", summary="Add a webhook", status_code=201, responses=refusals(401, 403, 422))
async def add(new: NewWebhook, asker: Asker, services: With) -> NewWebhookOut:
    """Add an endpoint; it hears of what happens from now on."""
    made, secret = await services.webhooks.create(asker.tenant, _wanted(new))
    return NewWebhookOut(**_webhook(made).model_dump(), secret=secret)


@router.get("/{webhook}", summary="Get a webhook", responses=refusals(401, 403, 404))
async def webhook(webhook: str, asker: Asker, services: With) -> WebhookOut:
    """Answer with one endpoint."""
    return _webhook(await services.webhooks.get(webhook, asker.tenant))


@router.patch("/{webhook}", summary="Change a webhook", responses=refusals(401, 403, 404, 422))
async def change(webhook: str, patch: WebhookPatch, asker: Asker, services: With) -> WebhookOut:
    """Change what is given. Switched on again, an endpoint gets what still waits for it."""
    return _webhook(await services.webhooks.change(webhook, asker.tenant, _wanted(patch)))


@router.delete("/{webhook}", summary="Remove a webhook", status_code=204, responses=refusals(401, 403, 404))
async def remove(webhook: str, asker: Asker, services: With) -> None:
    """Remove an endpoint and the log of its deliveries."""
    await services.webhooks.delete(webhook, asker.tenant)


@router.post("/{webhook}/rotate", summary="Replace the secret", responses=refusals(401, 403, 404, 503))
async def rotate(webhook: str, asker: Asker, services: With) -> SecretOut:
    """Replace the secret. For a day both sign, so that a receiver can change without missing anything."""
    return SecretOut(secret=await services.webhooks.rotate(webhook, asker.tenant))


@router.post("/{webhook}/test", summary="Send a test event", status_code=202, responses=refusals(401, 403, 404, 409))
async def test(webhook: str, asker: Asker, services: With) -> TestOut:
    """Send the endpoint an event `webhook.tested`, as any other is sent."""
    return TestOut(delivery=await services.webhooks.test(webhook, asker.tenant))


def _wanted(given: NewWebhook | WebhookPatch) -> Wanted:
    topics = None if given.topics is None else tuple(given.topics)
    return Wanted(given.url, topics, given.description, given.enabled, given.personal)


def _webhook(found: Webhook) -> WebhookOut:
    return WebhookOut(
        id=found.id,
        url=found.url,
        topics=list(found.topics),
        description=found.description,
        enabled=found.enabled,
        personal=found.personal,
        api_version=found.api_version,
        created=_time(found.created),
        changed=_time(found.changed),
        delivered=None if found.delivered is None else _time(found.delivered),
        disabled_why=found.disabled_why,
    )


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
