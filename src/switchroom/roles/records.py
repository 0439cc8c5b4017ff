"""What is remembered: the database, the journal, and everything that reads or writes them."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from switchroom.accounts.api_keys import ApiKeys
from switchroom.accounts.branding import branded
from switchroom.accounts.people import People, Rules, people
from switchroom.accounts.service import Accounts
from switchroom.accounts.sip_accounts import SipAccounts
from switchroom.accounts.tenancy import Tenancy
from switchroom.catalogue.credentials import Credentials
from switchroom.catalogue.mcp_servers import McpServers
from switchroom.catalogue.outbound_calls import OutboundCalls
from switchroom.catalogue.service import Catalogue
from switchroom.catalogue.trunks import Trunks
from switchroom.errors import Unavailable
from switchroom.events.bus import Bus
from switchroom.history.archive import CallArchive, archive
from switchroom.history.reader import HistoryReader
from switchroom.history.service import CallHistory
from switchroom.hooks.endpoints import Webhooks
from switchroom.hosting import hosting
from switchroom.installation import secret_of
from switchroom.knowledge.library import Library
from switchroom.ports import Publish
from switchroom.roles.place import Place, placed, signing
from switchroom.roles.reading import following
from switchroom.roles.watching import traced
from switchroom.settings import Settings
from switchroom.storage.blob_store import open_blobs
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from switchroom.storage.journal_writer import writing
from switchroom.storage.kept_answers import KeptAnswers
from switchroom.storage.schema import upgrade
from switchroom.storage.vault import Vault
from switchroom.usage.desk import UsageDesk, usage_desk

log = structlog.get_logger()

READERS = frozenset({"all", "worker"})
"""The roles that read the journal for everybody."""


@dataclass(frozen=True, slots=True)
class Records:
    """The database and everything that reads or writes it."""

    place: Place
    publish: Publish
    """As ``bus`` does, with this process's name on the calls that begin here."""
    database: Database
    bus: Bus
    journal: Journal
    reader: HistoryReader
    history: CallHistory
    accounts: Accounts
    people: People
    keys: ApiKeys
    tenancy: Tenancy
    catalogue: Catalogue
    mcp_servers: McpServers
    trunks: Trunks
    outbound_calls: OutboundCalls
    sip_accounts: SipAccounts
    library: Library
    answers: KeptAnswers
    webhooks: Webhooks
    usage: UsageDesk
    archive: CallArchive
    problem: Callable[[], str]
    """Why nothing more should happen that wants to be remembered; empty if all is well."""


@asynccontextmanager
async def keeping_records(settings: Settings) -> AsyncIterator[Records]:
    """Open the database, bring it up to date, and write down what happens; a role that reads follows the events too."""
    database = await _open_database(settings)
    bus, journal = Bus(), Journal(database)
    secret = secret_of(settings)
    reader, accounts = HistoryReader(journal), Accounts(database, secret, time.time)
    tenancy = Tenancy(database, time.time, journal)
    try:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(traced(settings, bus))
            read = await accounts.revoked.load(journal)
            await stack.enter_async_context(hosting(accounts.revoked.follow(journal, read)))
            place = await stack.enter_async_context(placed(settings, bus, journal))
            if settings.role in READERS:
                await stack.enter_async_context(following(reader, journal, bus, place))
            writer = await stack.enter_async_context(writing(bus, journal.write))
            yield Records(
                place,
                signing(bus.publish, place.member.id),
                database,
                bus,
                journal,
                reader,
                CallHistory(database, journal),
                accounts,
                _people(settings, journal, accounts, tenancy),
                ApiKeys(database, secret, time.time),
                tenancy,
                Catalogue(database),
                _mcp_servers(database, secret, settings, tenancy),
                Trunks(database, Vault(secret), time.time),
                OutboundCalls(database, time.time, settings.dial),
                SipAccounts(database, secret, time.time),
                Library(database, time.time),
                KeptAnswers(database, Vault(secret), time.time),
                Webhooks(journal, Vault(secret), time.time, settings.webhooks),
                usage_desk(journal, tenancy.chain, time.time),
                _archive(settings, journal, Vault(secret)),
                writer.problem,
            )
    finally:
        await database.close()


def _people(settings: Settings, journal: Journal, accounts: Accounts, tenancy: Tenancy) -> People:
    rules = Rules(settings.open_registration, settings.home)
    brands = branded(tenancy.settings, settings.home)
    return people(journal, accounts, secret_of(settings), time.time, rules, brands)


def _mcp_servers(database: Database, secret: str, settings: Settings, tenancy: Tenancy) -> McpServers:
    vault = Vault(secret)
    credentials = Credentials(database, vault, time.time, tenancy.chain)
    return McpServers(database, vault, time.time, settings.mcp, credentials)


async def _open_database(settings: Settings) -> Database:
    """Return the database, up to date. Raises Unavailable."""
    database = Database(settings.url, settings.database)
    try:
        await upgrade(database)
    except (SQLAlchemyError, OSError) as error:
        await database.close()
        reason = str(error).splitlines()[0]
        message = f"the database cannot be used: {reason}; `switchroom doctor` says what to do"
        raise Unavailable(message, code="database") from error
    return database


def _archive(settings: Settings, journal: Journal, vault: Vault) -> CallArchive:
    return archive(journal, open_blobs(settings.blobs, settings.data), vault, settings.recordings, time.time)
