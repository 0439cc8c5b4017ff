"""The web application on a real database in a fresh file, with an engine that a test plays itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from switchroom.accounts.api_keys import ApiKeys
from switchroom.accounts.people import Rules, people
from switchroom.accounts.seed import EMAIL, DemoAccount, seed_accounts
from switchroom.accounts.service import Accounts, User
from switchroom.accounts.tenancy import Tenancy
from switchroom.catalogue.flow_desk import FlowDesk
from switchroom.catalogue.mcp_servers import McpServers
from switchroom.catalogue.outbound_calls import OutboundCalls
from switchroom.catalogue.service import AgentRecord, Catalogue, seed_catalogue
from switchroom.catalogue.trunks import Trunks
from switchroom.errors import SwitchroomError
from switchroom.events.bus import Bus
from switchroom.events.catalogue import Event
from switchroom.history.archive import archive
from switchroom.history.reader import HistoryReader
from switchroom.history.service import CallHistory
from switchroom.hooks.deliveries import Deliveries
from switchroom.hooks.endpoints import Webhooks
from switchroom.identity import CallId, TenantId
from switchroom.observability import Metrics
from switchroom.ports import CallOffer
from switchroom.ports.control import CallCommand, HangUp, NewCall
from switchroom.providers.mcp.servers import ToolServers
from switchroom.receptions import Receptions
from switchroom.settings import BlobSettings, McpSettings, Settings, SipSettings, WebhookSettings
from switchroom.storage.blob_store import open_blobs
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from switchroom.storage.kept_answers import KeptAnswers
from switchroom.storage.vault import Vault
from switchroom.transports.sip.endpoint import SipEndpoint
from switchroom.usage.desk import usage_desk
from switchroom.web.app import create_app
from switchroom.web.services import EngineState, Services
from tests.storage.stories import migrated

PASSWORD, PIN = "correct horse battery", "4711"
NOW = 1_800_000_000.0
SECRET = "s" * 32
CHEAP = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))


@dataclass
class ScriptedControl:
    """Carries every call it is asked about, unless it was told what to answer."""

    done: list[tuple[CallId, CallCommand]] = field(default_factory=list)
    made: list[NewCall] = field(default_factory=list)
    refuses: SwitchroomError | None = None

    async def do(self, call: CallId, _tenant: TenantId, command: CallCommand) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.done.append((call, command))

    async def make(self, wanted: NewCall) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.made.append(wanted)

    @property
    def hung_up(self) -> list[CallId]:
        return [call for call, command in self.done if isinstance(command, HangUp)]


@dataclass
class Site:
    """The application and what is behind it."""

    services: Services
    account: DemoAccount
    agent: AgentRecord
    journal: Journal
    offers: list[CallOffer]
    offered: asyncio.Event
    clock: list[float] = field(default_factory=lambda: [NOW])
    endpoint: SipEndpoint = field(kw_only=True)
    control: ScriptedControl = field(kw_only=True)

    @property
    def app(self) -> FastAPI:
        return create_app(self.services)

    def client(self, **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://switchroom.test", headers=headers)

    def as_user(self, user: User | None = None) -> httpx.AsyncClient:
        """Return a client that is signed in, by bearer token."""
        token = self.services.accounts.token(user or self.account.user)
        return self.client(authorization=f"Bearer {token}")

    def in_browser(self, user: User | None = None) -> httpx.AsyncClient:
        """Return a client that is signed in, by cookie."""
        client = self.client(accept="text/html")
        client.cookies.set("switchroom_session", self.services.accounts.token(user or self.account.user))
        return client

    async def with_key(self, *scopes: str) -> httpx.AsyncClient:
        """Return a client with an API key of the demo tenant."""
        user = self.account.user
        made = await self.services.keys.create(user.tenant, "Test", scopes, user.id)
        return self.client(authorization=f"Bearer {made.text}")

    async def stranger(self) -> User:
        """Return a user of another tenant."""
        tenant = await self.services.accounts.create_tenant("other", "Somebody else")
        return await self.services.accounts.create_user(
            tenant.id, "eve@example.com", PASSWORD, name="Eve", role="admin"
        )

    async def happened(self, *events: Event) -> None:
        """Write events into journal and history."""
        await self.journal.write(events)
        await HistoryReader(self.journal, linger=0).catch_up()


@asynccontextmanager
async def site(folder: Path, *, demo: bool = False, mcp: McpSettings | None = None) -> AsyncIterator[Site]:
    async with migrated(folder) as database:
        clock = [NOW]
        services = _services(database, folder, lambda: clock[0], mcp or McpSettings())
        account = await seed_accounts(services.accounts, PASSWORD, PIN)
        agent = await seed_catalogue(services.catalogue, account.tenant.id, "restaurant.yaml")
        endpoint = SipEndpoint(SipSettings(host="127.0.0.1", port=0), lambda _: None)
        offers: list[CallOffer] = []
        offered, control = asyncio.Event(), ScriptedControl()

        def accept(offer: CallOffer) -> None:
            offers.append(offer)
            offered.set()

        services = replace(
            services,
            accept=accept,
            control=control,
            desk=endpoint.trunks,
            demo_user=account.user if demo else None,
        )
        journal = Journal(database)
        yield Site(services, account, agent, journal, offers, offered, clock, endpoint=endpoint, control=control)


def _services(database: Database, folder: Path, wall: Callable[[], float], mcp: McpSettings) -> Services:
    """Return what there is without an engine."""
    accounts = Accounts(database, SECRET, wall, hasher=CHEAP)
    journal, receptions = Journal(database), Receptions(database, folder)
    tenancy = Tenancy(database, wall, journal)
    return Services(
        accounts=accounts,
        people=people(journal, accounts, SECRET, wall, Rules(registration=True)),
        tenancy=tenancy,
        usage=usage_desk(journal, tenancy.chain, wall),
        archive=archive(journal, open_blobs(BlobSettings(), folder), Vault(SECRET), folder / "recordings", wall),
        answers=KeptAnswers(database, Vault(SECRET), wall),
        keys=ApiKeys(database, SECRET, wall),
        catalogue=Catalogue(database),
        history=CallHistory(database, journal),
        database=database,
        bus=Bus(),
        metrics=Metrics(),
        accept=lambda _offer: None,
        engine=EngineState,
        settings=Settings(data=folder, secret=SECRET),
        flows=FlowDesk(database, receptions.examine, wall, receptions.examine_users),
        receptions=receptions,
        mcp_servers=McpServers(database, Vault(SECRET), wall, mcp),
        tools=ToolServers(),
        webhooks=Webhooks(Journal(database), Vault(SECRET), wall, WebhookSettings()),
        deliveries=Deliveries(database, wall),
        trunks=Trunks(database, Vault(SECRET), wall),
        outbound_calls=OutboundCalls(database, wall),
        desk=SipEndpoint(SipSettings(host="127.0.0.1", port=0), lambda _: None).trunks,
        sip_address="sip:demo@192.0.2.10:5060",
        wall=wall,
    )


__all__ = ["EMAIL", "NOW", "PASSWORD", "PIN", "Site", "site"]
