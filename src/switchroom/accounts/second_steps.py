"""The second step of signing in: a code that an app shows (RFC 6238), or one of ten recovery codes.

    step       by                        then
    enrolled   the password              a secret and recovery codes, shown once; signing in asks for nothing yet
    confirmed  the first right code      signing in asks for a code
    off        the password              all of it is gone

A code counts once: none is taken whose step is not after the last one's. A recovery code is gone when it was used. Guessing is
slowed down by person, because whoever guesses here has the password already.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from switchroom.accounts.audit import Audit, Deed
from switchroom.accounts.limiter import Limiter
from switchroom.accounts.links import digest
from switchroom.accounts.model import SecondStepRow
from switchroom.accounts.service import User
from switchroom.errors import Conflict, Denied
from switchroom.identity import TenantId, UserId
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.storage.vault import Vault

RECOVERY_CODES = 10
_SECONDS = 30
_AROUND = (0, -1, 1)
"""Steps that a telephone's clock may be off."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What is shown once: what an app reads, the same as text, and the codes for the day the app is gone."""

    uri: str
    secret: str
    recovery: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SecondStep:
    """How it stands with somebody's second step."""

    on: bool
    recovery_left: int


class SecondSteps:
    """The second steps of all users."""

    def __init__(self, database: Database, audit: Audit, secret: str, wall: Callable[[], float]) -> None:
        self._database = database
        self._audit = audit
        self._vault = Vault(secret)
        self._secret = secret
        self._wall = wall
        self._users = Limiter(free=5)

    async def of(self, user: UserId) -> SecondStep:
        """Return how it stands."""
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            row = await session.get(SecondStepRow, user)
        on = row is not None and row.confirmed is not None
        return SecondStep(on, len(row.recovery) if row is not None and on else 0)

    async def enrol(self, user: User, issuer: str) -> Enrolment:
        """Make a secret for somebody who has just shown their password. Raises Conflict if they have one that counts."""
        import pyotp  # noqa: PLC0415 - few ever need it

        secret, codes = pyotp.random_base32(), tuple(secrets.token_hex(5) for _ in range(RECOVERY_CODES))
        async with self._database.transaction(WHOLE_HOUSE) as session:
            row = await session.get(SecondStepRow, user.id)
            if row is not None and row.confirmed is not None:
                raise Conflict("there is a second step already: switch it off first", code="totp_on")
            if row is None:
                row = SecondStepRow(user_id=user.id, tenant_id=user.tenant, step=0)
                session.add(row)
            row.box = self._vault.seal({"secret": secret}, _owner(user.id))
            row.recovery = [self._digest(code) for code in codes]
            row.confirmed = None
        uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=issuer)
        return Enrolment(uri, secret, codes)

    async def confirm(self, user: UserId, code: str) -> None:
        """Let a second step count from now on. Raises Denied for a wrong code, Conflict if none was begun, Limited."""
        now = self._wall()
        self._users.check(user, now)
        async with self._database.transaction(WHOLE_HOUSE) as session:
            row = await session.get(SecondStepRow, user, with_for_update=True)
            if row is None or row.confirmed is not None:
                raise Conflict("there is nothing to confirm: enrol first", code="totp_not_begun")
            right = self._right(row, code, now)
            if right:
                row.confirmed = now
        self._judge(user, now, right=right)

    async def check(self, user: User, code: str, *, address: str) -> None:
        """Take a code, or a recovery code. Raises Denied for one that is wrong or was used, Limited."""
        now = self._wall()
        self._users.check(user.id, now)
        async with self._database.transaction(WHOLE_HOUSE) as session:
            row = await session.get(SecondStepRow, user.id, with_for_update=True)
            right = row is not None and (self._right(row, code, now) or self._recovered(row, code))
            if not right:
                refused = Deed(user.tenant, "totp.failed", user.id, outcome="refused", address=address)
                self._audit.add(session, refused)
        self._judge(user.id, now, right=right)

    async def remove(self, user: UserId, tenant: TenantId) -> None:
        """Ask for no second step any more; by whoever has shown their password, or an administrator of ``tenant``."""
        async with self._database.transaction(tenant) as session:
            row = await session.get(SecondStepRow, user)
            if row is not None and row.tenant_id == tenant:
                await session.delete(row)

    def _right(self, row: SecondStepRow, code: str, now: float) -> bool:
        import pyotp  # noqa: PLC0415 - few ever need it

        app = pyotp.TOTP(self._vault.open(row.box, _owner(row.user_id))["secret"])
        present = int(now) // _SECONDS
        for step in (present + off for off in _AROUND):
            if step > row.step and secrets.compare_digest(app.generate_otp(step).encode(), code.strip().encode()):
                row.step = step
                return True
        return False

    def _recovered(self, row: SecondStepRow, code: str) -> bool:
        shown = self._digest(code)
        if row.confirmed is None or shown not in row.recovery:
            return False
        row.recovery = [left for left in row.recovery if left != shown]
        return True

    def _judge(self, user: UserId, now: float, *, right: bool) -> None:
        if not right:
            self._users.failed(user, now)
            raise Denied("this code is wrong, or it was used: wait for the next one", code="bad_code")
        self._users.succeeded(user)

    def _digest(self, code: str) -> str:
        return digest(code.strip().lower(), "recovery", self._secret)


def _owner(user: str) -> str:
    return f"second step of {user}"
