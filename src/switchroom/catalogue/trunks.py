"""The trunks of all tenants, as stored: made, changed, listed, and read as the one table that calls are matched by.

The table is rebuilt when ``stamp`` tells that somebody, in whichever process, has written; a trunk whose secrets cannot be
opened is left out of it, since without them it would let in who should not be.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.catalogue.model import NumberRow, TrunkRow
from switchroom.catalogue.trunk_form import SECRETS, TrunkForm, build, filled, lacking, read
from switchroom.catalogue.writings import Writings
from switchroom.errors import Conflict, Invalid, NotFound, SwitchroomError, Unavailable
from switchroom.identity import TenantId, new_id
from switchroom.sip.trunks.trunk import Network, Trunk
from switchroom.sip.trunks.trunk_table import TrunkTable
from switchroom.storage.db import Database, take_turn
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.storage.vault import Vault

log = structlog.get_logger()

Stamp = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class TrunkRecord:
    """A stored trunk; of its secrets only which there are."""

    id: str
    tenant: TenantId
    form: TrunkForm
    secrets: frozenset[str] = frozenset()


class Trunks:
    """Every method that takes a tenant sees that tenant's trunks alone."""

    def __init__(self, database: Database, vault: Vault, wall: Callable[[], float]) -> None:
        self._database = database
        self._vault = vault
        self._wall = wall
        self.writings = Writings()

    async def create(self, tenant: TenantId, values: Mapping[str, object]) -> TrunkRecord:
        """Add a trunk of these fields of a TrunkForm, and of what is usual for its kind where they say nothing.

        Raises Invalid, or Conflict if its name or its user is taken.
        """
        return await self._store(TrunkRecord(new_id("trk"), tenant, filled(values)), {})

    async def change(self, trunk: str, tenant: TenantId, values: Mapping[str, object]) -> TrunkRecord:
        """Change these fields; a secret of "" is forgotten. Raises NotFound, Invalid, Conflict."""
        row = await self._row(trunk, tenant)
        return await self._store(TrunkRecord(row.id, tenant, read({**_fields(row), **values})), self._kept(row))

    async def delete(self, trunk: str, tenant: TenantId) -> None:
        """Remove a trunk; calls that are up go on. Raises NotFound."""
        async with self._database.transaction(tenant) as session:
            row = await _find(session, trunk, tenant)
            await session.delete(row)
        self.writings.note()

    async def all(self, tenant: TenantId) -> list[TrunkRecord]:
        """Return the tenant's trunks, oldest first."""
        return [self._record(row) for row in await self._rows(tenant)]

    async def usable(self, tenant: TenantId) -> list[Trunk]:
        """Return the tenant's trunks with their secrets, oldest first, but not those that lack something or are switched off."""
        found = (self._usable(row) for row in await self._rows(tenant))
        return [trunk for trunk in found if trunk is not None and trunk.enabled]

    async def get(self, trunk: str, tenant: TenantId) -> TrunkRecord:
        """Return one trunk, by its id or its name. Raises NotFound."""
        return self._record(await self._row(trunk, tenant))

    async def built(self, trunk: str, tenant: TenantId) -> Trunk:
        """Return one trunk, by its id or its name, with its secrets, for use and not for show. Raises NotFound, Unavailable."""
        row = await self._row(trunk, tenant)
        return _built(row, _read(row), self._opened(row))

    async def stamp(self) -> Stamp:
        """Return something that differs after every write, in this process or another; a number never changes its tenant."""
        trunks = select(func.count(), func.max(TrunkRow.changed))
        numbers = select(func.count(), func.max(NumberRow.id))
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            written = (await session.execute(trunks.select_from(TrunkRow))).one()
            return (self.writings.count, *written, *(await session.execute(numbers.select_from(NumberRow))).one())

    async def table(self) -> TrunkTable:
        """Return all trunks of all tenants, and whose the numbers are."""
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            rows = list(await session.scalars(select(TrunkRow)))
            numbers = await session.execute(select(NumberRow.address, NumberRow.tenant_id))
            owners = {address: TenantId(tenant) for address, tenant in numbers}
        return TrunkTable([trunk for row in rows if (trunk := self._usable(row)) is not None], owners)

    def _usable(self, row: TrunkRow) -> Trunk | None:
        try:
            form, secrets = _read(row), self._opened(row)
            missing = lacking(form, secrets)
            if missing:
                log.error("trunk cannot be used", trunk=row.id, problem=missing)
                return None
            return _built(row, form, secrets)
        except SwitchroomError as error:
            log.error("trunk cannot be used", trunk=row.id, problem=str(error))  # noqa: TRY400 - it says what to do
            return None

    async def _store(self, record: TrunkRecord, kept: Mapping[str, str]) -> TrunkRecord:
        form = record.form
        secrets = {name: secret for name, secret in {**kept, **form.secrets()}.items() if secret}
        missing = lacking(form, secrets)
        if missing:
            raise Invalid(missing)
        row = TrunkRow(
            id=record.id,
            tenant_id=record.tenant,
            name=form.name,
            inbound_user=form.inbound_user or None,
            form=form.model_dump(mode="json"),
            sealed=self._vault.seal(secrets, record.id),
            changed=self._wall(),
        )
        try:
            async with self._database.transaction(WHOLE_HOUSE) as session:
                await take_turn(session, "trunks")
                await _refuse_twins(session, record)
                await _refuse_greed(session, record)
                await session.merge(row)
        except IntegrityError as error:
            message = (
                f"there is a trunk {form.name!r} already, or another trunk's calls prove to be {form.inbound_user!r}"
            )
            raise Conflict(f"{message}: choose another name or inbound_user") from error
        self.writings.note()
        return TrunkRecord(record.id, record.tenant, read(row.form), frozenset(secrets))

    async def _rows(self, tenant: TenantId) -> list[TrunkRow]:
        query = select(TrunkRow).where(TrunkRow.tenant_id == tenant).order_by(TrunkRow.id)
        async with self._database.snapshot(tenant) as session:
            return list(await session.scalars(query))

    async def _row(self, trunk: str, tenant: TenantId) -> TrunkRow:
        async with self._database.snapshot(tenant) as session:
            return await _find(session, trunk, tenant)

    def _record(self, row: TrunkRow) -> TrunkRecord:
        try:
            form = _read(row)
        except Invalid:  # written by another version: to be entered anew
            form = TrunkForm(name=row.name, enabled=False)
        return TrunkRecord(row.id, TenantId(row.tenant_id), form, frozenset(self._kept(row)))

    def _kept(self, row: TrunkRow) -> Mapping[str, str]:
        """Return the secrets that can still be opened."""
        try:
            return self._opened(row)
        except Unavailable:
            return {}

    def _opened(self, row: TrunkRow) -> Mapping[str, str]:
        return {name: secret for name, secret in self._vault.open(row.sealed, row.id).items() if name in SECRETS}


def _fields(row: TrunkRow) -> Mapping[str, object]:
    """Return what is stored of a form, without fields that this version does not know."""
    return {name: value for name, value in row.form.items() if name in TrunkForm.model_fields}


def _read(row: TrunkRow) -> TrunkForm:
    return read(_fields(row))


def _built(row: TrunkRow, form: TrunkForm, secrets: Mapping[str, str]) -> Trunk:
    """Return the record; one trunk that gives none may not take the others with it. Raises Invalid."""
    try:
        return build(row.id, TenantId(row.tenant_id), form, secrets)
    except ValueError as error:
        raise Invalid(f"trunk {row.name!r} cannot be used: {error}") from error


async def _find(session: AsyncSession, trunk: str, tenant: TenantId) -> TrunkRow:
    mine = select(TrunkRow).where(TrunkRow.tenant_id == tenant)
    row = await session.scalar(mine.where((TrunkRow.id == trunk) | (TrunkRow.name == trunk)))
    if row is None:
        raise NotFound(f"there is no trunk {trunk!r}")
    return row


async def _refuse_twins(session: AsyncSession, record: TrunkRecord) -> None:
    """Raise Conflict if another trunk of the tenant recognises the same calls; other tenants' are told apart by the number."""
    marks = _marks(record.form)
    if not marks or not record.form.enabled:
        return
    for row in await session.scalars(select(TrunkRow).where(TrunkRow.tenant_id == record.tenant)):
        try:
            other = _read(row)
        except Invalid:
            continue  # it recognises nothing
        shared = marks & _marks(other) if row.id != record.id and other.enabled else frozenset()
        if shared:
            network = next(iter(shared))[0]
            message = f"networks: {network} is recognised by trunk {row.name!r} too"
            raise Conflict(f"{message}: tell them apart by inbound_user, token, prefix, domain or numbers")


async def _refuse_greed(session: AsyncSession, record: TrunkRecord) -> None:
    """Raise Conflict if a trunk takes all calls of a network that another tenant's trunk names, and nothing tells its own."""
    form = record.form
    told_apart = form.inbound_user or form.inbound_token_header or form.inbound_prefix or form.numbers
    if not (form.number and form.networks and form.enabled) or told_apart:
        return
    mine = [ip_network(text) for text in form.networks]
    for row in await session.scalars(select(TrunkRow).where(TrunkRow.tenant_id != record.tenant)):
        try:
            other_form = _read(row)
        except Invalid:
            continue  # it recognises nothing
        theirs = [ip_network(text) for text in other_form.networks if other_form.enabled]
        shared = next((net for net in mine for other in theirs if _overlap(net, other)), None)
        if shared is not None:
            message = f"number: {shared} is named by a trunk of another tenant, so not all its calls are yours"
            raise Conflict(
                f"{message}: leave number out and add the number itself to your tenant, or say which numbers"
            )


def _overlap(one: Network, other: Network) -> bool:
    """Return whether an address is in both."""
    return any(net.version == wide.version and net.subnet_of(wide) for net, wide in ((one, other), (other, one)))  # type: ignore[arg-type]


def _marks(form: TrunkForm) -> frozenset[tuple[str, ...]]:
    """Return what calls of a trunk show, once per network; none if they prove what they are."""
    if form.inbound_user or form.inbound_token_header:
        return frozenset()
    shown = (form.inbound_prefix, form.inbound_domain.lower(), *sorted(form.numbers))
    return frozenset((network, *shown) for network in form.networks)
