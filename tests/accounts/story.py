"""People of one tenant on a real database, and a clock that a test turns."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from switchroom.accounts.people import People, Rules, people
from switchroom.accounts.service import Accounts, User
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from tests.storage.stories import migrated

SECRET = "a secret of the tests, long enough to be one"
PASSWORD = "correct horse"
CHEAP = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
HERE = "192.0.2.1"


class Clock:
    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@dataclass
class House:
    """A process of the installation."""

    clock: Clock
    database: Database
    journal: Journal
    accounts: Accounts
    people: People
    ann: User

    def neighbour(self) -> "House":
        """Return another process on the same database."""
        journal = Journal(self.database)
        accounts = Accounts(self.database, SECRET, self.clock, hasher=CHEAP)
        made = people(journal, accounts, SECRET, self.clock, Rules(registration=True))
        return House(self.clock, self.database, journal, accounts, made, self.ann)


@asynccontextmanager
async def house(folder: Path, *, rules: Rules | None = None) -> AsyncIterator[House]:
    async with migrated(folder) as database:
        clock, journal = Clock(), Journal(database)
        accounts = Accounts(database, SECRET, clock, hasher=CHEAP)
        tenant = await accounts.create_tenant("acme", "Acme")
        ann = await accounts.create_user(tenant.id, "ann@acme.example", PASSWORD, name="Ann", role="admin")
        made = people(journal, accounts, SECRET, clock, rules or Rules(registration=True))
        yield House(clock, database, journal, accounts, made, ann)
