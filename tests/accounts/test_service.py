from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select

from switchroom.accounts.model import UserRow
from switchroom.accounts.seed import EMAIL, seed_accounts
from switchroom.accounts.service import Accounts, User
from switchroom.errors import Conflict, Denied, Invalid, Limited, NotFound
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE
from tests.storage.stories import migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

SECRET = "a secret of the tests, long enough to be one"
CHEAP = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class CountingHasher(PasswordHash):
    """Counts verifications: whoever is unknown must cost as much as whoever is known."""

    def __init__(self) -> None:
        super().__init__((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
        self.verified = 0

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002 - the library's name
        self.verified += 1
        return super().verify(password, hash)


@asynccontextmanager
async def open_accounts(
    folder: Path, clock: Clock, hasher: PasswordHash = CHEAP
) -> AsyncIterator[tuple[Accounts, User, Database]]:
    async with migrated(folder) as database:
        accounts = Accounts(database, SECRET, clock, hasher=hasher)
        tenant = await accounts.create_tenant("acme", "Acme")
        user = await accounts.create_user(tenant.id, " Ann@Acme.example", "correct horse", name="Ann", role="admin")
        yield accounts, user, database


def test_the_right_password_logs_in_however_the_address_is_written(tmp_path: Path) -> None:
    async def main() -> None:
        async with open_accounts(tmp_path, Clock()) as (accounts, ann, _):
            assert await accounts.log_in("ANN@acme.example ", "correct horse", address="10.0.0.1") == ann
            assert accounts.identify(accounts.token(ann)).user == ann.id

    run_real(main())


def test_a_wrong_password_and_an_unknown_user_cost_and_say_the_same(tmp_path: Path) -> None:
    async def main() -> None:
        hasher = CountingHasher()
        async with open_accounts(tmp_path, Clock(), hasher) as (accounts, ann, _):
            said = []
            for email in (ann.email, "nobody@acme.example"):
                hasher.verified = 0
                with pytest.raises(Denied) as caught:
                    await accounts.log_in(email, "wrong", address="10.0.0.1")
                said.append((str(caught.value), caught.value.code, hasher.verified))
            assert said[0] == said[1] == ("e-mail address or password is wrong", "bad_credentials", 1)

    run_real(main())


def test_guessing_passwords_locks_the_account_for_that_address_only(tmp_path: Path) -> None:
    async def main() -> None:
        clock = Clock()
        async with open_accounts(tmp_path, clock) as (accounts, ann, _):
            for _try in range(5):
                with pytest.raises(Denied):
                    await accounts.log_in(ann.email, "wrong", address="10.0.0.1")
            with pytest.raises(Limited):
                await accounts.log_in(ann.email, "correct horse", address="10.0.0.1")
            assert await accounts.log_in(ann.email, "correct horse", address="10.0.0.2") == ann
            clock.now += 3600
            assert await accounts.log_in(ann.email, "correct horse", address="10.0.0.1") == ann

    run_real(main())


def test_one_address_cannot_try_one_password_on_everybody(tmp_path: Path) -> None:
    async def main() -> None:
        async with open_accounts(tmp_path, Clock()) as (accounts, ann, _):
            for number in range(50):
                with pytest.raises(Denied):
                    await accounts.log_in(f"user{number}@acme.example", "wrong", address="10.0.0.1")
            with pytest.raises(Limited):
                await accounts.log_in(ann.email, "correct horse", address="10.0.0.1")

    run_real(main())


def test_a_pin_says_who_speaks_and_three_wrong_ones_lock_for_a_growing_time(tmp_path: Path) -> None:
    async def main() -> None:
        clock = Clock()
        async with open_accounts(tmp_path, clock) as (accounts, ann, _):
            await accounts.set_pin(ann.id, "1234")
            assert await accounts.check_pin("1234", address="10.0.0.1") == ann
            locks: list[float] = []
            for _round in range(3):
                for _try in range(3 if not locks else 1):
                    with pytest.raises(Denied):
                        await accounts.check_pin("9999", address="10.0.0.1")
                with pytest.raises(Limited) as caught:
                    await accounts.check_pin("1234", address="10.0.0.1")
                locks.append(caught.value.retry_after)
                clock.now += caught.value.retry_after
            assert locks == sorted(set(locks))
            assert await accounts.check_pin("1234", address="10.0.0.1") == ann

    run_real(main())


def test_two_people_never_have_the_same_pin(tmp_path: Path) -> None:
    async def main() -> None:
        async with open_accounts(tmp_path, Clock()) as (accounts, ann, _):
            bob = await accounts.create_user(ann.tenant, "bob@acme.example", "12345678", name="Bob", role="agent")
            await accounts.set_pin(ann.id, "1234")
            with pytest.raises(Conflict):
                await accounts.set_pin(bob.id, "1234")
            await accounts.set_pin(ann.id, None)
            await accounts.set_pin(bob.id, "1234")

    run_real(main())


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12a4", "١٢٣٤"])
def test_a_pin_that_a_phone_cannot_dial_is_refused(tmp_path: Path, pin: str) -> None:
    async def main() -> None:
        async with open_accounts(tmp_path, Clock()) as (accounts, ann, _):
            with pytest.raises(Invalid):
                await accounts.set_pin(ann.id, pin)
            with pytest.raises(Denied):
                await accounts.check_pin(pin, address="10.0.0.1")

    run_real(main())


def test_neither_password_nor_pin_is_stored(tmp_path: Path) -> None:
    async def main() -> None:
        async with open_accounts(tmp_path, Clock()) as (accounts, ann, database):
            await accounts.set_pin(ann.id, "271828")
            async with database.snapshot(WHOLE_HOUSE) as session:
                row = await session.scalar(select(UserRow))
            assert row is not None
            assert row.password_hash.startswith("$argon2id$")
            assert "271828" not in f"{row.pin}"

    run_real(main())
    assert b"correct horse" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_what_is_taken_too_short_or_missing_is_said(tmp_path: Path) -> None:
    async def main() -> None:
        async with open_accounts(tmp_path, Clock()) as (accounts, ann, _):
            with pytest.raises(Conflict):
                await accounts.create_tenant("acme", "Another")
            with pytest.raises(Conflict):
                await accounts.create_user(ann.tenant, ann.email, "12345678", name="Ann", role="agent")
            with pytest.raises(Invalid):
                await accounts.set_password(ann.id, "short")
            with pytest.raises(NotFound):
                await accounts.tenant("nobody")
            await accounts.set_password(ann.id, "battery staple")
            assert await accounts.log_in(ann.email, "battery staple", address="10.0.0.1") == ann

    run_real(main())


def test_the_demo_account_is_made_once_and_its_login_is_what_was_announced(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            accounts = Accounts(database, SECRET, Clock(), hasher=CHEAP)
            first = await seed_accounts(accounts, "first password", "1234")
            again = await seed_accounts(accounts, "other password", "5678")
            assert again == first
            assert await accounts.log_in(EMAIL, "other password", address="10.0.0.1") == first.user
            assert await accounts.check_pin("5678", address="10.0.0.1") == first.user
            with pytest.raises(Denied):
                await accounts.log_in(EMAIL, "first password", address="10.0.0.1")

    run_real(main())
