"""The installation, opened for a command: its database, up to date, and its tenants. A running server sees what is written.

A command that wrote something is in the audit log of the tenants that it named, by its name and without what it was told.
"""

import re
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import takewhile

from sqlalchemy import event

from switchroom.accounts.audit import Audit, Deed
from switchroom.accounts.service import Accounts
from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.identity import TenantId
from switchroom.installation import secret_of
from switchroom.observability import set_up
from switchroom.settings import Settings
from switchroom.storage.db import Database
from switchroom.storage.schema import upgrade

_NAME = re.compile("[a-z][a-z-]*")
_WRITING = frozenset({"INSERT", "UPDATE", "DELETE"})


@dataclass(frozen=True, slots=True)
class House:
    """What a command may use."""

    settings: Settings
    database: Database
    secret: str
    named: set[TenantId] = field(default_factory=set)

    async def tenant(self, slug: str) -> TenantId:
        """Return the tenant of that short name. Raises NotFound."""
        found = (await Accounts(self.database, self.secret, time.time).tenant(slug)).id
        self.named.add(found)
        return found


@asynccontextmanager
async def opened(settings: Settings, log: str = "error") -> AsyncIterator[House]:
    """Open the installation; errors alone are logged, unless ``log`` says otherwise."""
    set_up("console", log)
    database = Database(settings.url, settings.database)
    try:
        await upgrade(database)
        house = House(settings, database, secret_of(settings))
        with writes(database) as written:
            yield house
        if written:
            await _note(house)
    finally:
        await database.close()


@contextmanager
def writes(database: Database) -> Iterator[list[str]]:
    """Give a list that is not empty as soon as something was written."""
    found: list[str] = []

    def look(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        word = statement.lstrip()[:6].upper()
        if word in _WRITING and not found:
            found.append(word)

    event.listen(database.engine.sync_engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", look)


def command(words: Sequence[str]) -> str:
    """Return which command runs: its one or two words, and nothing of what it was told."""
    names = takewhile(_NAME.fullmatch, words[1:3])
    return " ".join(("switchroom", *names))


async def _note(house: House) -> None:
    audit, action = Audit(house.database, time.time), command(sys.argv)
    for tenant in house.named or {PLATFORM}:
        await audit.write(Deed(tenant, action, actor="operator", actor_kind="command"))
