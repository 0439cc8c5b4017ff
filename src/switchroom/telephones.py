"""The telephones of all tenants: the SIP accounts of the database at the endpoint, and what the web may see and do of both."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from switchroom.accounts.phone_book import PhoneBook
from switchroom.accounts.sip_accounts import SipAccounts
from switchroom.sip.commands import Forget
from switchroom.sip.peer import Transport
from switchroom.transports.sip.endpoint import SipEndpoint
from switchroom.transports.sip.trunks.accounts import Accounts
from switchroom.transports.sip.trunks.devices import Device


def registrar(book: PhoneBook) -> Accounts:
    """Return who may register, as the phone book says it."""
    return Accounts(
        ha1=book.ha1,
        realm=book.realm,
        is_domain=book.is_domain,
        person=book.person,
        algorithms=book.algorithms,
        places=book.places,
        tenant=book.tenant,
    )


async def _none(_realm: str) -> Sequence[Device]:
    return ()


async def _nothing(_record: str, _contact: str) -> None:
    return


@dataclass(frozen=True, slots=True)
class Telephones:
    """``devices(realm)`` are registered now; ``forget(record, contact)`` lets go of one.

    ``ports`` is where each transport listens.
    """

    accounts: SipAccounts
    devices: Callable[[str], Awaitable[Sequence[Device]]] = _none
    forget: Callable[[str, str], Awaitable[None]] = _nothing
    ports: Mapping[Transport, int] = field(default_factory=dict)


def telephones(accounts: SipAccounts, endpoint: SipEndpoint) -> Telephones:
    """Join the accounts and the endpoint: whoever is disabled, or has another password, is let go at once."""
    accounts.book.gone = lambda record: endpoint.send(Forget(record))
    ports = {transport: address[1] for transport, address in endpoint.addresses.items()}

    async def devices(realm: str) -> Sequence[Device]:
        return endpoint.devices(realm)

    async def forget(record: str, contact: str) -> None:
        endpoint.send(Forget(record, contact))

    return Telephones(accounts, devices, forget, ports)
