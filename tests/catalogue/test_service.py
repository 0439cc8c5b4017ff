from dataclasses import replace
from pathlib import Path

import pytest

from switchroom.catalogue.dialled import normalised
from switchroom.catalogue.number import Target
from switchroom.catalogue.service import AgentRecord, Catalogue, seed_catalogue
from switchroom.errors import Conflict, Invalid, NotFound
from switchroom.identity import TenantId
from tests.storage.stories import TENANT, migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

OTHER = TenantId("tnt_2")


async def answering(catalogue: Catalogue, dialled: str) -> AgentRecord:
    who = await catalogue.answers(dialled, "phone_gateway")
    return await catalogue.answerer(who.answers["open"], who.tenant_id)


@pytest.mark.parametrize(
    ("dialled", "address"),
    [
        ("demo", "demo"),
        ("sip:Demo@127.0.0.1:5060;transport=udp", "demo"),
        ("SIPS:demo@host", "demo"),
        ("tel:+1-555-0100", "+15550100"),
        ("+1 (555) 0100", "+15550100"),
        ("sip:+15550100;ext=7@host", "+15550100"),
        ("front-desk", "front-desk"),
        ("  ", ""),
    ],
)
def test_the_same_address_is_one_however_it_is_written(dialled: str, address: str) -> None:
    assert normalised(dialled) == address


def test_a_number_is_answered_by_the_agent_bound_to_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            catalogue = Catalogue(database)
            agent = await catalogue.create_agent(TENANT, "Ada", "flow.yaml")
            await catalogue.bind("+1 555 0100", agent)
            assert await answering(catalogue, "sip:+15550100@host") == agent
            assert [number.address for number in await catalogue.numbers(TENANT)] == ["+15550100"]

    run_real(main())


def test_what_nobody_answers_is_not_found(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            with pytest.raises(NotFound, match="nobody answers '4711'"):
                await Catalogue(database).answers("4711", "phone_gateway")

    run_real(main())


def test_a_browser_may_name_an_agent_and_a_phone_may_not(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            catalogue = Catalogue(database)
            agent = await catalogue.create_agent(TENANT, "Ada", "flow.yaml")
            await catalogue.bind("demo", agent)
            assert (await catalogue.answers(agent.id, "browser")).answers == {"open": Target("agent", agent.id)}
            with pytest.raises(NotFound):
                await catalogue.answers(agent.id, "phone_gateway")

    run_real(main())


def test_a_change_counts_from_the_next_call_on(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            catalogue = Catalogue(database)
            agent = await catalogue.create_agent(TENANT, "Ada", "flow.yaml")
            await catalogue.bind("demo", agent)
            await catalogue.answers("demo", "phone_gateway")
            louder = replace(agent, greeting="Hello!", speed=1.2, record=False)
            await catalogue.save_agent(louder)
            assert await answering(catalogue, "demo") == louder
            second = await catalogue.create_agent(TENANT, "Bob", "flow.yaml")
            await catalogue.bind("DEMO", second)
            assert await answering(catalogue, "demo") == second

    run_real(main())


def test_a_tenant_can_neither_see_nor_take_what_is_anothers(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            catalogue = Catalogue(database)
            ours = await catalogue.create_agent(TENANT, "Ada", "flow.yaml")
            theirs = await catalogue.create_agent(OTHER, "Eve", "flow.yaml")
            await catalogue.bind("demo", ours)
            with pytest.raises(Conflict):
                await catalogue.bind("demo", theirs)
            with pytest.raises(NotFound):
                await catalogue.agent(ours.id, OTHER)
            assert await catalogue.agent(ours.id, TENANT) == ours
            assert await catalogue.agents(OTHER) == [theirs]

    run_real(main())


def test_a_number_needs_an_address_and_an_agent_that_exists(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            catalogue = Catalogue(database)
            agent = await catalogue.create_agent(TENANT, "Ada", "flow.yaml")
            with pytest.raises(Invalid):
                await catalogue.bind("sip:@host", agent)
            with pytest.raises(Conflict):
                await catalogue.bind("demo", replace(agent, id=agent.id + "x"))  # type: ignore[arg-type]

    run_real(main())


def test_the_receptionist_is_made_once_and_keeps_what_was_changed(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            catalogue = Catalogue(database)
            first = await seed_catalogue(catalogue, TENANT, "examples/restaurant.yaml")
            await catalogue.save_agent(replace(first, speed=0.9))
            again = await seed_catalogue(catalogue, TENANT, "examples/restaurant.yaml")
            assert again == replace(first, speed=0.9)
            assert await answering(catalogue, "demo") == again

    run_real(main())
