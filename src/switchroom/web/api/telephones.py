"""SIP accounts, the devices that are registered, and passes for browsers and desks."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from switchroom.accounts.passes import LIFETIME
from switchroom.accounts.phone_book import Digest
from switchroom.accounts.sip_accounts import DEVICES, MOST_DEVICES, Opened, SipAccount, Wishes
from switchroom.accounts.tokens import Identity
from switchroom.errors import Denied, NotFound, Unavailable
from switchroom.sip.peer import Transport
from switchroom.telephones import Telephones
from switchroom.transports.sip.trunks.devices import Device
from switchroom.web.auth import Asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1/sip", tags=["telephones"])

_SOCKETS: tuple[Transport, ...] = ("wss", "ws")


class NewAccount(BaseModel):
    """An account to be made. ``name`` is the user part of its address."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "anna", "display_name": "Anna Bell"}})

    name: str = Field(max_length=64)
    display_name: str = Field("", max_length=200)
    digest: Digest = "MD5"
    devices: int = Field(DEVICES, ge=1, le=MOST_DEVICES)


class AccountChanges(BaseModel):
    """What is to change; the rest stays."""

    display_name: str | None = Field(None, max_length=200)
    digest: Digest | None = None
    devices: int | None = Field(None, ge=1, le=MOST_DEVICES)
    disabled: bool | None = None


class Account(BaseModel):
    """An account as everybody of the tenant may know it."""

    id: str
    name: str
    uri: str
    realm: str
    display_name: str
    digest: Digest
    devices: int
    disabled: bool
    created: datetime


class AccountWithPassword(Account):
    """An account with its password, which is shown this once."""

    password: str


class Accounts(BaseModel):
    """The tenant's accounts by name."""

    accounts: list[Account]


class Registration(BaseModel):
    """A device that is registered. ``address`` is where it is, ``name`` what it says it is, ``expires_in`` in seconds."""

    id: str
    account: str
    contact: str
    transport: str
    address: str
    name: str
    expires_in: int
    q: float


class Registrations(BaseModel):
    """The tenant's devices by account."""

    devices: list[Registration]


class Credentials(BaseModel):
    """What a browser or a desk registers with: ``user`` and ``password`` answer the challenge, ``uri`` is registered."""

    uri: str
    user: str
    password: str
    realm: str
    display_name: str
    expires: datetime
    expires_in: int
    sockets: list[str]


async def everything(services: With) -> Telephones:
    """Return the telephones. Raises Unavailable where this process has none."""
    if services.telephones is None:
        raise Unavailable("this process is no registrar", code="no_registrar")
    return services.telephones


Phones = Annotated[Telephones, Depends(everything)]


@router.post("/credentials", summary="Get credentials for some minutes, to register a browser or a desk")
async def mint(asker: Asker, request: Request, phones: Phones) -> Credentials:
    """Answer with a pass for the asker's own account, which is made if there is none."""
    account = await phones.accounts.of_user(asker.user, asker.tenant)
    if account.disabled:
        raise Denied(f"the SIP account {account.name!r} is disabled: ask your administrator", code="account_disabled")
    made = phones.accounts.pass_for(account)
    return Credentials(
        uri=account.uri,
        user=made.user,
        password=made.password,
        realm=account.realm,
        display_name=account.display_name,
        expires=datetime.fromtimestamp(made.until, UTC),
        expires_in=int(LIFETIME),
        sockets=_sockets(phones, request.url.hostname or "localhost"),
    )


@router.get("/accounts", summary="List the SIP accounts")
async def accounts(asker: Asker, phones: Phones) -> Accounts:
    """List the tenant's accounts."""
    return Accounts(accounts=[_account(found) for found in await phones.accounts.all(asker.tenant)])


@router.post("/accounts", summary="Add a SIP account", status_code=201)
async def create(new: NewAccount, asker: Asker, phones: Phones) -> AccountWithPassword:
    """Add an account and answer with its password, this once."""
    wishes = Wishes(display_name=new.display_name, digest=new.digest, devices=new.devices)
    return _opened(await phones.accounts.create(asker.tenant, new.name, wishes))


@router.patch("/accounts/{account}", summary="Change or disable a SIP account")
async def change(account: str, changes: AccountChanges, asker: Asker, phones: Phones) -> Account:
    """Change what is given; the devices of an account that is disabled are let go."""
    found = await phones.accounts.get(account, asker.tenant)
    wishes = Wishes(
        display_name=found.display_name if changes.display_name is None else changes.display_name,
        digest=changes.digest or found.digest,
        devices=changes.devices or found.devices,
    )
    found = await phones.accounts.change(found.id, asker.tenant, wishes)
    if changes.disabled is not None:
        found = await phones.accounts.disable(found.id, asker.tenant, disabled=changes.disabled)
    return _account(found)


@router.post("/accounts/{account}/password", summary="Give a SIP account another password")
async def rotate(account: str, asker: Asker, phones: Phones) -> AccountWithPassword:
    """Answer with the new password, this once; devices with the old one are let go."""
    return _opened(await phones.accounts.rotate(account, asker.tenant))


@router.delete("/accounts/{account}", summary="Remove a SIP account", status_code=204)
async def delete(account: str, asker: Asker, phones: Phones) -> None:
    """Remove it; its devices are let go, calls that are up go on."""
    await phones.accounts.delete(account, asker.tenant)


@router.get("/devices", summary="List the devices that are registered")
async def devices(asker: Asker, phones: Phones) -> Registrations:
    """List where the tenant's people can be reached now."""
    found = sorted(await _theirs(asker, phones), key=lambda device: (device.record, device.id))
    return Registrations(devices=[_registration(device) for device in found])


@router.delete("/devices/{device}", summary="Let go of a device", status_code=204)
async def let_go(device: str, asker: Asker, phones: Phones) -> None:
    """Forget a device until it registers again; to keep it out, disable its account or change the password."""
    for found in await _theirs(asker, phones):
        if found.id == device:
            await phones.forget(found.record, found.contact)
            return
    raise NotFound(f"no device {device} is registered")


async def _theirs(asker: Identity, phones: Telephones) -> list[Device]:
    return list(await phones.devices(phones.accounts.book.home(asker.tenant)))


def _account(account: SipAccount) -> Account:
    return Account(
        id=account.id,
        name=account.name,
        uri=account.uri,
        realm=account.realm,
        display_name=account.display_name,
        digest=account.digest,
        devices=account.devices,
        disabled=account.disabled,
        created=datetime.fromtimestamp(account.created, UTC),
    )


def _opened(opened: Opened) -> AccountWithPassword:
    return AccountWithPassword(**_account(opened.account).model_dump(), password=opened.password)


def _registration(device: Device) -> Registration:
    return Registration(
        id=device.id,
        account=device.record.rpartition("@")[0],
        contact=device.contact,
        transport=device.transport,
        address=device.address,
        name=device.name,
        expires_in=max(0, round(device.expires)),
        q=device.q,
    )


def _sockets(phones: Telephones, host: str) -> list[str]:
    """Return where a page connects to, as it reached us, the secure one first."""
    host = f"[{host}]" if ":" in host else host
    return [f"{scheme}://{host}:{phones.ports[scheme]}" for scheme in _SOCKETS if scheme in phones.ports]
