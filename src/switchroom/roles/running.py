"""The roles put together: what depends on something is opened after it and closed before it.

So the journal is there before the first event and after the last one.
"""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import assert_never

from switchroom.accounts.seed import seed_accounts
from switchroom.accounts.service import User
from switchroom.catalogue.service import seed_catalogue
from switchroom.errors import Invalid
from switchroom.history.latency import observe
from switchroom.hosting import hosting
from switchroom.installation import DemoLogin, demo_login
from switchroom.roles.engine import Engine, taking_calls
from switchroom.roles.minds import providing, thinking
from switchroom.roles.production import check
from switchroom.roles.records import Records, keeping_records
from switchroom.roles.remote_telephones import RemoteTelephones, remote_telephones
from switchroom.roles.remote_trunks import RemoteTrunks
from switchroom.roles.services import services_of_records, with_engine, with_minds
from switchroom.roles.worker import working
from switchroom.settings import Settings
from switchroom.speech import LocalSpeech, open_speech
from switchroom.web.app import create_app
from switchroom.web.server import serving
from switchroom.web.services import Services


@dataclass(frozen=True, slots=True)
class Running:
    """What a started program can be asked."""

    records: Records
    engine: Engine
    speech: LocalSpeech
    web: str
    sip: str
    login: DemoLogin | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a process of any role says of itself; ``engine`` is what is to be drained before it ends."""

    web: str
    engine: Engine | None = None
    login: DemoLogin | None = None


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Standing]:
    """Run the role that the settings name. Raises Invalid for one that cannot be run with them."""
    check(settings)
    _check(settings)
    async with AsyncExitStack() as stack:
        match settings.role:
            case "all":
                running = await stack.enter_async_context(everything(settings))
                yield Standing(running.web, running.engine, running.login)
            case "engine":
                yield await stack.enter_async_context(_engine(settings))
            case "api":
                yield await stack.enter_async_context(_api(settings))
            case "worker":
                yield await stack.enter_async_context(_worker(settings))
            case _:
                assert_never(settings.role)


@asynccontextmanager
async def everything(settings: Settings) -> AsyncIterator[Running]:
    """Run all roles in this process."""
    async with AsyncExitStack() as stack:
        records = await stack.enter_async_context(keeping_records(settings))
        login, user = await seed_demo(settings, records)
        speech = await stack.enter_async_context(open_speech(settings.speech))
        minds = await stack.enter_async_context(thinking(settings, records, speech))
        await stack.enter_async_context(working(settings, records))
        engine = await stack.enter_async_context(taking_calls(settings, records, speech, minds.directory))
        services = with_minds(services_of_records(settings, records, user), minds)
        web = await stack.enter_async_context(_served(with_engine(services, engine, records), records))
        yield Running(records, engine, speech, web, engine.address, login)


@asynccontextmanager
async def _engine(settings: Settings) -> AsyncIterator[Standing]:
    async with AsyncExitStack() as stack:
        records = await stack.enter_async_context(keeping_records(settings))
        speech = await stack.enter_async_context(open_speech(settings.speech))
        minds = await stack.enter_async_context(thinking(settings, records, speech))
        engine = await stack.enter_async_context(taking_calls(settings, records, speech, minds.directory))
        services = with_engine(services_of_records(settings, records), engine, records)
        yield Standing(await stack.enter_async_context(_served(services, records)), engine)


@asynccontextmanager
async def _api(settings: Settings) -> AsyncIterator[Standing]:
    async with AsyncExitStack() as stack:
        records = await stack.enter_async_context(keeping_records(settings))
        login, user = await seed_demo(settings, records)
        minds = await stack.enter_async_context(thinking(settings, records, None))
        services = with_minds(services_of_records(settings, records, user), minds)
        services = await stack.enter_async_context(_with_engines(services, records))
        yield Standing(await stack.enter_async_context(_served(services, records)), login=login)


@asynccontextmanager
async def _with_engines(services: Services, records: Records) -> AsyncIterator[Services]:
    """Yield the services of a process that asks the engines what it has not itself."""
    assert records.place.links is not None, "the settings were checked"
    post, registry, accounts = records.place.links.post, records.place.member.registry, records.sip_accounts
    trunks, telephones = RemoteTrunks(post, registry), RemoteTelephones(post, registry)
    await accounts.refresh()
    async with hosting(trunks.run()), hosting(accounts.follow()):
        phones = remote_telephones(accounts, telephones, services.settings.sip)
        yield replace(services, desk=trunks, telephones=phones)


@asynccontextmanager
async def _worker(settings: Settings) -> AsyncIterator[Standing]:
    async with AsyncExitStack() as stack:
        records = await stack.enter_async_context(keeping_records(settings))
        await stack.enter_async_context(providing(settings, records, None))
        await stack.enter_async_context(working(settings, records))
        yield Standing(await stack.enter_async_context(_served(services_of_records(settings, records), records)))


def _check(settings: Settings) -> None:
    if settings.role != "all" and settings.url.startswith("sqlite"):
        message = f"the role {settings.role!r} shares its database with other processes, and SQLite is one process's"
        raise Invalid(f"{message}: set SWITCHROOM_DATABASE_URL to PostgreSQL, or run the role all", code="role")
    if settings.role != "all" and not settings.redis_url:
        message = f"the role {settings.role!r} is one of several processes, which reach each other by Redis"
        raise Invalid(f"{message}: set SWITCHROOM_REDIS_URL, or run the role all", code="role")


async def seed_demo(settings: Settings, records: Records) -> tuple[DemoLogin | None, User | None]:
    """Make the demo tenant, its user and its receptionist, unless they are there or not wanted."""
    if not settings.demo:
        return None, None
    login = demo_login(settings.data)
    users: list[User] = []

    async def seed() -> None:
        account = await seed_accounts(records.accounts, login.password, login.pin)
        await seed_catalogue(records.catalogue, account.tenant.id, "examples/restaurant.yaml")
        users.append(account.user)

    await records.place.leases.under("seed", seed)
    return login, users[0]


@asynccontextmanager
async def _served(services: Services, records: Records) -> AsyncIterator[str]:
    """Serve the routes of the role, and tell the other processes where; yields where."""
    settings = services.settings
    async with (
        hosting(observe(services.bus, services.metrics)),
        serving(create_app(services), settings.web.host, settings.web.port) as port,
    ):
        takes = settings.engine.max_calls if settings.role in ("all", "engine") else 0
        place = records.place.member.registry.place
        await place(
            records.place.member.id, sip=services.sip_address, web=f"http://{_reached(settings)}:{port}", most=takes
        )
        yield f"http://{settings.web.host}:{port}"


def _reached(settings: Settings) -> str:
    """Return the host at which the other processes reach our web port."""
    host = settings.web.host
    return host if host not in ("0.0.0.0", "::", "") else settings.sip.advertise or socket.gethostname()  # noqa: S104
