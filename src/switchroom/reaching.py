"""Whom a word on a screen means: one of the tenant's SIP accounts by its name, or else a number, by a trunk and its guards.

An address of somebody else's house is nobody's: what may be called is decided by the trunks' guards, not by whoever asks.
"""

from collections.abc import Awaitable, Callable

from switchroom.accounts.sip_accounts import SipAccount, SipAccounts
from switchroom.errors import Invalid, NotFound, Unavailable
from switchroom.identity import TenantId
from switchroom.ports import Leg
from switchroom.ports.control import Destination, Reach
from switchroom.transports.sip.legs.dialling import Dialling


async def _closed(_: Dialling) -> Leg:
    raise Unavailable("nobody can be called before the telephones are open", code="not_running")


async def _no_trunks(_wanted: Destination, _ringing: Callable[[int], None]) -> Leg:
    raise Unavailable("nobody can be called before the trunks are open", code="not_running")


class Reaching:
    """Implements ports.control.Reach, once it knows by what."""

    def __init__(self, accounts: SipAccounts) -> None:
        self._accounts = accounts
        self.dial: Callable[[Dialling], Awaitable[Leg]] = _closed
        self.by_trunk: Reach = _no_trunks

    async def __call__(self, wanted: Destination, ringing: Callable[[int], None]) -> Leg:
        """See Reach."""
        account = await self._account(wanted.tenant, wanted.target)
        if account is None:
            return await self.by_trunk(wanted, ringing)
        try:
            return await self.dial(Dialling(f"sip:{account.name}@{account.realm}", ringing=ringing))
        except Unavailable as error:
            if error.code != "sip_no_route":  # a realm of ours has no address but those of its telephones
                raise
            message = "that telephone is not registered: switch it on, or look at its account and password"
            raise Unavailable(message, code="not_registered") from error

    async def _account(self, tenant: TenantId, target: str) -> SipAccount | None:
        scheme, _, rest = target.strip().partition(":")
        name, _, host = (rest if scheme.lower() in ("sip", "sips") else target.strip()).partition("@")
        try:
            account = await self._accounts.get(name.lower(), tenant)
        except NotFound:
            account = None
        if account is not None and host in ("", account.realm, account.domain):
            return account
        if host or not any(sign.isdigit() for sign in name):
            raise Invalid("only numbers and SIP accounts of your own can be called", code="no_such_target")
        return None
