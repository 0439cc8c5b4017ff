"""One of every kind of thing that a tenant can have, made as its administrator would make it: for tests of who may see it.

What is made is known by the part of a path that stands before its id: ``/api/v1/flows/{flow}`` wants the kind ``flows``.
"""

from collections.abc import Mapping
from dataclasses import replace

import httpx

from switchroom.accounts.service import User
from switchroom.accounts.sip_accounts import SipAccounts
from switchroom.events.catalogue import CallStarted, VoicemailTaken
from switchroom.hooks.model import DeliveryRow
from switchroom.identity import AgentId, CallId, EventId, TenantId, new_id
from switchroom.knowledge.library import Library
from switchroom.telephones import Telephones
from tests.web.site import NOW, PASSWORD, Site

Belongings = Mapping[str, str]

PRICES = {"name": "Usual", "prices": []}
MADE = {
    "flows": ("/api/v1/flows", {"name": "front", "text": "nothing yet"}),
    "hours": ("/api/v1/hours", {"name": "office", "zone": "Europe/London"}),
    "queues": ("/api/v1/queues", {"name": "sales"}),
    "teams": ("/api/v1/teams", {"name": "Front desk"}),
    "invitations": ("/api/v1/invitations", {"email": "new@example.com", "name": "New", "role": "agent"}),
    "accounts": ("/api/v1/sip/accounts", {"name": "anna"}),
    "trunks": ("/api/v1/trunks", {"name": "carrier", "kind": "generic", "domain": "pbx.example.com"}),
    "mcp-servers": ("/api/v1/mcp-servers", {"name": "crm", "url": "https://crm.example.com/mcp"}),
    "webhooks": ("/api/v1/webhooks", {"url": "https://hooks.example.com/", "topics": ["voice.*"]}),
    "voice-profiles": ("/api/v1/voice-profiles", {"name": "warm"}),
    "credentials": ("/api/v1/credentials", {"name": "openai", "kind": "provider", "secret": "sk-a-long-secret"}),
    "price-lists": ("/api/v1/price-lists", PRICES),
    "api-keys": ("/api/v1/auth/api-keys", {"name": "CRM", "scopes": ["mcp"]}),
}
"""What is made by one request: where, and with what."""


def furnished(here: Site) -> Site:
    """Return the site with its telephones and its library."""
    services = here.services
    phones = Telephones(SipAccounts(services.database, "s" * 32, services.wall))
    return replace(here, services=replace(services, telephones=phones, library=Library(services.database, lambda: NOW)))


async def administrator(here: Site, below: TenantId, slug: str, kind: str = "tenant") -> User:
    """Return the administrator of a new tenant."""
    made = await here.services.tenancy.create(below, slug, slug.title(), kind)  # type: ignore[arg-type]
    create = here.services.accounts.create_user
    return await create(made.id, f"{slug}@example.com", PASSWORD, name=slug.title(), role="admin")


async def belongings(here: Site, owner: User, number: str = "+442079460001") -> Belongings:
    """Give the owner's tenant one thing of every kind; return their ids by kind."""
    tenant, services = owner.tenant, here.services
    agent = await services.catalogue.create_agent(tenant, "Front", "restaurant.yaml")
    found = {"tenants": str(tenant), "users": str(owner.id), "members": str(owner.id), "agents": str(agent.id)}
    async with here.as_user(owner) as client:
        for kind, (path, body) in MADE.items():
            found[kind] = _id(await client.post(path, json=body))
        answered = {"number": number, "open": {"kind": "agent", "id": agent.id}}
        found["numbers"] = _id(await client.post("/api/v1/numbers", json=answered))
        text = {"title": "Parking", "text": "Behind the house.", "kind": "text/plain"}
        found["knowledge"] = _id(await client.post(f"/api/v1/agents/{agent.id}/knowledge", json=text))
        found["versions"] = "1"
        found["members"] = owner.id
        await client.post(f"/api/v1/teams/{found['teams']}/members", json={"user": owner.id, "role": "member"})
    found["calls"] = f"call_{tenant}"
    found["voicemails"] = await _called(here, tenant, CallId(found["calls"]))
    found["deliveries"] = await _delivery(here, tenant, found["webhooks"])
    return found


async def _called(here: Site, tenant: TenantId, call: CallId) -> str:
    started = CallStarted(
        id=EventId(new_id("evt")), tenant=tenant, call=call, sequence=1, at=NOW, direction="inbound",
        source="phone_gateway", agent=AgentId("a"), caller="+44123", caller_name="Anna",
    )  # fmt: skip
    taken = VoicemailTaken(
        id=EventId(new_id("evt")),
        tenant=tenant,
        call=call,
        sequence=2,
        at=NOW,
        path="",
        duration=1.0,
        text="Hello",
        why="key",
    )
    await here.happened(started, taken)
    async with here.as_user(
        await here.services.accounts.user_with(f"{await _slug(here, tenant)}@example.com")
    ) as client:
        items = (await client.get("/api/v1/voicemails")).json()["items"]
    return str(items[0]["id"])


async def _slug(here: Site, tenant: TenantId) -> str:
    return (await here.services.tenancy.get(tenant, tenant)).slug


async def _delivery(here: Site, tenant: TenantId, webhook: str) -> str:
    row = DeliveryRow(
        id=new_id("dlv"), tenant_id=tenant, webhook_id=webhook, number=1, event_id="evt_1", topic="voice.call.started",
        state="delivered", created=NOW, began=NOW, due=NOW, lease="", tries=1, attempts=[],
    )  # fmt: skip
    async with here.services.database.transaction(tenant) as session:
        session.add(row)
    return row.id


def _id(answer: httpx.Response) -> str:
    assert answer.is_success, answer.text
    body = answer.json()
    return str(
        body.get("id") or next(value["id"] for value in body.values() if isinstance(value, dict) and "id" in value)
    )
