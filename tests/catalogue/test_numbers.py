"""Numbers are answered by business hours, and a lookup goes by them at the moment of the call."""

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from switchroom.answering import FLOWS, Answering
from switchroom.catalogue.dialled import Address, address_of
from switchroom.catalogue.flow_desk import FlowDesk
from switchroom.catalogue.hours import HoursForm, hours_of
from switchroom.catalogue.named_forms import NamedForms
from switchroom.catalogue.number import Target
from switchroom.catalogue.numbers import NumberChange, Numbers
from switchroom.catalogue.opening_hours import State
from switchroom.catalogue.queues import QueueForm, queues_of
from switchroom.catalogue.service import AgentRecord, Catalogue
from switchroom.errors import Conflict, Invalid, NotFound
from switchroom.identity import TenantId, UserId
from switchroom.storage.db import Database
from switchroom.storage.migrating import migrate
from switchroom.storage.scope import WHOLE_HOUSE
from tests.servers.databases import empty_in
from tests.storage.stories import TENANT, migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

NOON, NIGHT = datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 23, 22, tzinfo=UTC)
OFFICE: Mapping[str, object] = {
    "name": "office",
    "zone": "Europe/Berlin",
    "week": {"monday": [{"opens": "09:00", "closes": "17:00"}]},
    "holidays": [{"name": "Founders' day", "first": "2026-11-30"}],
}


@dataclass
class House:
    database: Database
    answering: Answering
    numbers: Numbers
    hours: NamedForms[HoursForm]
    queues: NamedForms[QueueForm]
    day: AgentRecord
    night: AgentRecord
    clock: list[datetime]

    async def greeting(self, number: str) -> str:
        return (await self.answering.find(number, "phone_gateway")).greeting

    async def add(self, number: str, hours: str = "", **who: Target) -> str:
        answers: dict[State, Target | None] = {}
        for state, target in who.items():
            answers[state] = target  # type: ignore[index]
        return (await self.numbers.create(TENANT, number, NumberChange(hours=hours or None, answers=answers))).address


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    shutil.copy(FLOWS / "examples" / "restaurant.yaml", folder / "flow.yaml")
    async with migrated(folder) as database:
        catalogue, clock = Catalogue(database), [NOON]
        day = await catalogue.create_agent(TENANT, "Day", "flow.yaml")
        night = await catalogue.create_agent(TENANT, "Night", "flow.yaml")
        for agent in (day, night):
            await catalogue.save_agent(_greeting(agent))
        yield House(
            database,
            Answering(catalogue, database, folder, now=lambda: clock[0]),
            Numbers(database),
            hours_of(database, lambda: 0.0),
            queues_of(database, lambda: 0.0),
            day,
            night,
            clock,
        )


def _greeting(agent: AgentRecord) -> AgentRecord:
    return replace(agent, greeting=f"This is {agent.name}.")


def agent(one: AgentRecord) -> Target:
    return Target("agent", one.id)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("+49 30 123456", Address("+4930123456", "DE", "fixed_line")),
        ("tel:+1-202-555-0142", Address("+12025550142", "US", "fixed_line_or_mobile")),
        ("demo", Address("demo")),
        ("sip:100@host", Address("100")),
    ],
)
def test_a_number_is_known_by_its_plan_and_a_name_by_itself(written: str, address: Address) -> None:
    assert address_of(written) == address


@pytest.mark.parametrize("written", ["+4", "+999123456789", "+493012345678901234", "", "two words", "+49 30 12ab"])
def test_what_cannot_be_dialled_is_refused(written: str) -> None:
    with pytest.raises(Invalid, match="number"):
        address_of(written)


def test_who_answers_changes_with_the_hours_without_anything_being_written(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            await here.hours.create(TENANT, OFFICE)
            number = await here.add("+4930123456", "office", open=agent(here.day), closed=agent(here.night))
            for moment, name in ((NOON, "Day"), (NIGHT, "Night"), (NOON, "Day")):
                here.clock[0] = moment
                assert await here.greeting(number) == f"This is {name}."
            here.clock[0] = datetime(2026, 11, 30, 12, tzinfo=UTC)  # a holiday is as closed, if nothing is said
            assert await here.greeting(number) == "This is Night."

    run_real(main())


def test_hours_that_change_count_from_the_next_call_on_for_all_numbers_that_keep_them(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            await here.hours.create(TENANT, OFFICE)
            who = {"open": agent(here.day), "closed": agent(here.night)}
            numbers = [await here.add(number, "office", **who) for number in ("100", "101")]
            assert [await here.greeting(number) for number in numbers] == ["This is Day."] * 2
            await here.hours.change(TENANT, "office", {"week": {}})
            assert [await here.greeting(number) for number in numbers] == ["This is Night."] * 2

    run_real(main())


def test_why_is_said(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            await here.hours.create(TENANT, OFFICE)
            number = await here.add("100", "office", open=agent(here.day), closed=agent(here.night))
            _, by_day = await here.numbers.decision(TENANT, number, NOON)
            _, feast = await here.numbers.decision(TENANT, number, datetime(2026, 11, 30, 12, tzinfo=UTC))
            assert by_day.standing.why == "Monday 2026-11-23 13:00 in Europe/Berlin: open 09:00-17:00"
            assert feast.standing.why.endswith("Founders' day")
            assert (by_day.target, feast.target) == (agent(here.day), agent(here.night))

    run_real(main())


def test_a_flow_speaks_with_the_oldest_agent(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            desk = FlowDesk(here.database, here.answering.receptions.examine, lambda: 0.0)
            flow = (tmp_path / "flow.yaml").read_text(encoding="utf-8")
            await desk.create(TENANT, "front", flow, UserId("usr_1"))
            with pytest.raises(Invalid, match="published"):
                await here.add("100", open=Target("flow", "front"))
            await desk.publish(TENANT, "front", UserId("usr_1"))
            await here.add("100", open=Target("flow", "front"))
            plan = await here.answering.find("100", "phone_gateway")
            assert (plan.agent, plan.flow, plan.flow_version) == (here.day.id, "front", 1)
            assert "Copper Table" in plan.greeting

    run_real(main())


@pytest.mark.parametrize(
    "overflow",
    [
        {"kind": "goodbye"},
        {"kind": "voicemail", "text": "Leave a message."},
        {"kind": "person", "person": "sip:night@192.0.2.1", "text": "One moment."},
    ],
)
def test_a_queue_greets_and_is_made_into_a_flow_that_runs(tmp_path: Path, overflow: dict[str, str]) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            values = {"name": "sales", "greeting": "Acme.", "person": "sip:sales@192.0.2.1", "overflow": overflow}
            queue = await here.queues.create(TENANT, values)
            await here.add("100", open=Target("queue", "sales"))
            plan = await here.answering.find("100", "phone_gateway")
            assert (plan.greeting, plan.flow, plan.agent) == ("Acme.", "queue sales", here.day.id)
            await here.queues.change(TENANT, queue.id, {"name": "support"})
            assert (await here.answering.find("100", "phone_gateway")).flow == "queue support"

    run_real(main())


def test_what_is_named_must_be_there_and_ones_own(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            other = TenantId("tnt_other")
            with pytest.raises(Invalid, match="open"):
                await here.add("100", open=Target("agent", "nobody"))
            with pytest.raises(Invalid, match="open: there is no"):
                await here.numbers.create(other, "100", NumberChange(answers={"open": agent(here.day)}))
            with pytest.raises(Invalid, match="open: say who"):
                await here.add("100")
            await here.hours.create(TENANT, OFFICE)
            with pytest.raises(Invalid, match="closed: say who"):
                await here.add("100", "office", open=agent(here.day))
            with pytest.raises(Invalid, match="need business hours"):
                await here.add("100", open=agent(here.day), closed=agent(here.night))
            await here.add("100", open=agent(here.day))
            with pytest.raises(Conflict, match="100 is taken"):
                await here.add("100", open=agent(here.night))
            with pytest.raises(NotFound):
                await here.numbers.get(other, "100")
            await here.numbers.delete(TENANT, "100")
            with pytest.raises(NotFound):
                await here.greeting("100")

    run_real(main())


def test_numbers_of_before_keep_their_agent(tmp_path: Path) -> None:
    async def main() -> None:
        database = Database(empty_in(tmp_path))
        try:
            await migrate(database, "0014")
            columns = "id, tenant_id, name, flow, voice, speed, language, greeting, apology, farewell, record, max_duration, silence, nudges, models, recognisers, voice_providers, voices, languages, prompt, guesses, no_silence, stalled, fillers"  # noqa: E501
            values = "'a1', 't1', 'Ada', 'f.yaml', '', 1, 'en', '', '', '', true, 60, 7, 3, '[]', '[]', '[]', '{}', '[]', '', 3, 1.2, 8, '[]'"  # noqa: E501
            async with database.transaction(WHOLE_HOUSE) as session:
                await session.execute(text(f"INSERT INTO agents ({columns}) VALUES ({values})"))
                await session.execute(
                    text("INSERT INTO numbers (id, tenant_id, address, agent_id) VALUES ('n1', 't1', '100', 'a1')")
                )
            await migrate(database)
            record = await Numbers(database).get(TenantId("t1"), "100")
            assert record.answers == {"open": Target("agent", "a1")}
        finally:
            await database.close()

    run_real(main())


def test_a_queue_that_overflows_to_an_agent_speaks_with_that_one(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            desk = FlowDesk(here.database, here.answering.receptions.examine, lambda: 0.0)
            await desk.create(TENANT, "front", (tmp_path / "flow.yaml").read_text(encoding="utf-8"), UserId("usr_1"))
            await desk.publish(TENANT, "front", UserId("usr_1"))
            await Catalogue(here.database).save_agent(replace(here.night, flow="front"))
            overflow = {"kind": "agent", "agent": here.night.id}
            await here.queues.create(TENANT, {"name": "sales", "greeting": "Acme.", "overflow": overflow})
            await here.add("100", open=Target("queue", "sales"))
            plan = await here.answering.find("100", "phone_gateway")
            assert (plan.greeting, plan.agent, plan.flow_parts) == ("Acme.", here.night.id, {})

    run_real(main())
