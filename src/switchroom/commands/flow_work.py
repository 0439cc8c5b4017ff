"""``switchroom flow`` at work: the database is written, and a running server answers accordingly from the next call on."""

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from switchroom.answering import FLOWS
from switchroom.catalogue.flow_desk import FlowDesk, FlowRecord, FlowVersion
from switchroom.catalogue.service import Catalogue
from switchroom.commands import house
from switchroom.errors import Invalid, NotFound
from switchroom.flow.changes import changes, text_changes
from switchroom.flow.file import parse
from switchroom.flow.problems import Problem
from switchroom.identity import TenantId, UserId
from switchroom.observability import set_up
from switchroom.receptions import Receptions
from switchroom.settings import Settings
from switchroom.storage.db import Database

OPERATOR = UserId("operator")
"""Who is written down for what is done at the command line."""


async def examined(file: Path) -> tuple[Problem, ...]:
    """Return what keeps a file from answering calls, without looking at any installation."""
    set_up("console", "error")
    database = Database("sqlite+aiosqlite:///:memory:")
    try:
        return await Receptions(database, FLOWS).examine_file(file, _read(file))
    except Invalid as error:
        return (Problem("", "file", str(error)),)
    finally:
        await database.close()


@dataclass(frozen=True, slots=True)
class Work:
    """The flows of one tenant, opened for a command that tells ``say`` what it did."""

    tenant: TenantId
    desk: FlowDesk
    catalogue: Catalogue
    say: Callable[[str], None]

    async def publish(self, file: Path, name: str, agent: str, note: str) -> None:
        """Publish a file under a name, and let an agent go by it. Raises Invalid, NotFound, Conflict."""
        agents = [one for one in await self.catalogue.agents(self.tenant) if one.name == agent or one.id == agent]
        if agent and not agents:
            raise NotFound(f"there is no agent {agent!r}")
        record = await self._drafted(name, _read(file))
        made = await self.desk.publish(self.tenant, record.id, OPERATOR, note, seen=record.revision)
        self.say(f"Published {made.name!r} version {made.number}.")
        for one in agents:
            await self.catalogue.save_agent(replace(one, flow=made.name))
            self.say(f"{one.name!r} goes by it from the next call on.")

    async def _drafted(self, name: str, text: str) -> FlowRecord:
        try:
            return await self.desk.change(self.tenant, name, text, OPERATOR)
        except NotFound:
            return await self.desk.create(self.tenant, name, text, OPERATOR)

    async def versions(self, name: str) -> None:
        """List what was published. Raises NotFound."""
        found = await self.desk.versions(self.tenant, name)
        for version in found:
            self.say(_line(version))
        if not found:
            self.say(f"{name!r} was never published.")

    async def roll_back(self, name: str, number: int, note: str) -> None:
        """Publish an older version again. Raises NotFound, Invalid, Conflict."""
        made = await self.desk.roll_back(self.tenant, name, number, OPERATOR, note)
        self.say(f"Published {made.name!r} version {made.number}, which is version {number} again.")

    async def compare(self, old: str, new: str, how: Literal["words", "text", "json"]) -> None:
        """Tell what turns one flow into the other. Raises Invalid, NotFound."""
        before, after = await self._text(old), await self._text(new)
        if how == "text":
            self.say(text_changes(before, after, old, new))
            return
        found = changes(parse(before), parse(after))
        if how == "json":
            self.say(json.dumps([{**asdict(change), "words": str(change)} for change in found], indent=2))
            return
        self.say("\n".join(map(str, found)) or "They do the same.")

    async def _text(self, which: str) -> str:
        if _is_file(which):
            return _read(Path(which))
        name, at, number = which.partition("@")
        if at and number != "draft" and not number.isdigit():
            raise Invalid(f"{which!r} is no version: write {name}, {name}@3 or {name}@draft")
        if number.isdigit():
            return await self.desk.text(self.tenant, name, int(number))
        record = await self.desk.get(self.tenant, name)
        return await self.desk.text(self.tenant, name, None if number == "draft" else record.published)


@asynccontextmanager
async def opened(settings: Settings, slug: str, say: Callable[[str], None]) -> AsyncIterator[Work]:
    """Open the database of the installation. Raises NotFound for a tenant that is not there."""
    async with house.opened(settings) as here:
        receptions = Receptions(here.database, FLOWS)
        desk = FlowDesk(here.database, receptions.examine, time.time, receptions.examine_users)
        yield Work(await here.tenant(slug), desk, Catalogue(here.database), say)


def _is_file(which: str) -> bool:
    return Path(which).is_file()


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} cannot be read: {error}") from error


def _line(version: FlowVersion) -> str:
    at = datetime.fromtimestamp(version.created, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{version.number}  {at}  {version.created_by}  {version.note}".rstrip()
