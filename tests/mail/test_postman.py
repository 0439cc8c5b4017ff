"""Mail survives a restart, is tried again and given up, and is sent by one process only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from switchroom.errors import Invalid, SwitchroomError, Unavailable
from switchroom.events.mail import MailGivenUp
from switchroom.identity import TenantId
from switchroom.mail.letters import Letter
from switchroom.mail.outbox import Outbox
from switchroom.mail.postman import LEASE, TRIES, Postman, pause
from switchroom.mail.tables import MailRow
from switchroom.storage.journal import Journal
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.storage.vault import Vault
from tests.accounts.story import Clock
from tests.storage.stories import migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

LETTER = Letter("bo@example.com", "Hello", "the secret link", "<p>the secret link</p>", "", "Acme")


@dataclass
class ScriptedCarrier:
    """Sends nothing, and fails as often as it is told to."""

    failures: list[SwitchroomError] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    holding: asyncio.Event | None = None

    async def send(self, mail: str, letter: Letter) -> None:
        if self.failures:
            raise self.failures.pop(0)
        if self.holding is not None:
            await self.holding.wait()
        self.sent.append(letter.to)


@dataclass
class Office:
    clock: Clock
    journal: Journal
    outbox: Outbox

    def postman(self, carrier: ScriptedCarrier) -> Postman:
        return Postman(self.journal, self.outbox, carrier, self.clock)

    async def put(self, *, breaking: bool = False) -> None:
        async with self.journal.database.transaction(WHOLE_HOUSE) as session:
            self.outbox.put(session, TenantId("tnt_1"), "reset", LETTER)
            _ = 1 / (not breaking)

    async def row(self) -> MailRow:
        async with self.journal.database.snapshot(WHOLE_HOUSE) as session:
            return (await session.scalars(select(MailRow))).one()


@asynccontextmanager
async def office(folder: Path) -> AsyncIterator[Office]:
    async with migrated(folder) as database:
        clock = Clock()
        yield Office(clock, Journal(database), Outbox(Vault("s" * 32), clock))


def test_a_mail_is_sealed_until_it_is_sent_and_emptied_then(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            await here.put()
            assert "secret" not in (await here.row()).box
            carrier = ScriptedCarrier()
            assert await here.postman(carrier).round() == 1
            assert carrier.sent == ["bo@example.com"]
            row = await here.row()
            assert (row.box, row.due, row.outcome) == ("", None, "sent")
            assert await here.postman(carrier).round() == 0

    run_real(main())


def test_a_server_that_is_away_is_asked_again_ever_more_rarely(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            await here.put()
            carrier = ScriptedCarrier([Unavailable("away")] * (TRIES - 1))
            postman = here.postman(carrier)
            for tries in range(1, TRIES):
                assert await postman.round() == 0
                here.clock.now += pause(tries) - 1
                assert await postman.round() == 0
                assert len(carrier.failures) == TRIES - 1 - tries
                here.clock.now += 1
            assert await postman.round() == 1
            assert [pause(tries) for tries in (1, 2, 8, 50)] == [30.0, 60.0, 3600.0, 3600.0]

    run_real(main())


def test_a_mail_is_given_up_with_an_event(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            await here.put()
            postman = here.postman(ScriptedCarrier([Unavailable("away", code="mail_server")] * TRIES))
            for _ in range(TRIES):
                await postman.round()
                here.clock.now += 3600.0
            (entry,) = await here.journal.after(0)
            assert isinstance(entry.event, MailGivenUp)
            assert (entry.event.code, entry.event.tries) == ("mail_server", TRIES)
            assert (await here.row()).box == ""

    run_real(main())


def test_what_can_never_work_is_given_up_at_once(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            await here.put()
            await here.postman(ScriptedCarrier([Invalid("no such mailbox", code="smtp_550")])).round()
            row = await here.row()
            assert (row.due, row.tries, row.outcome) == (None, 1, "smtp_550")

    run_real(main())


def test_two_postmen_do_not_send_the_same_mail_and_one_that_died_leaves_it_to_the_other(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            await here.put()
            slow, quick = ScriptedCarrier(holding=asyncio.Event()), ScriptedCarrier()
            async with asyncio.TaskGroup() as tasks:
                dying = tasks.create_task(here.postman(slow).round())
                while (await here.row()).tries == 0:
                    await asyncio.sleep(0)
                assert await here.postman(quick).round() == 0
                dying.cancel()
            here.clock.now += LEASE
            assert await here.postman(quick).round() == 1

    run_real(main())


def test_a_mail_of_a_transaction_that_failed_is_not_sent(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            with pytest.raises(ZeroDivisionError):
                await here.put(breaking=True)
            assert await here.postman(ScriptedCarrier()).round() == 0

    run_real(main())


def test_a_mail_that_is_put_wakes_the_postman(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as here:
            carrier = ScriptedCarrier()
            async with asyncio.TaskGroup() as tasks:
                task = tasks.create_task(here.postman(carrier).run())
                await here.put()
                while not carrier.sent:
                    await asyncio.sleep(0.005)
                task.cancel()

    run_real(main())
