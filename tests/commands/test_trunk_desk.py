"""``switchroom trunk`` and calls by a trunk: run as a person runs them, on an installation of their own."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from switchroom.accounts.seed import seed_accounts
from switchroom.accounts.service import Accounts
from switchroom.caller import CallOptions
from switchroom.catalogue.model import OutboundCallRow
from switchroom.catalogue.trunk_form import TrunkForm
from switchroom.commands.trunk_desk import Desk, add, call_by_trunk, opened, probe, show
from switchroom.commands.words import fields
from switchroom.errors import Denied, Invalid, NotFound
from switchroom.ports import HangUp
from switchroom.settings import Settings
from switchroom.sip.commands import Credentials
from switchroom.storage.db import Database
from switchroom.storage.journal import JournalRow
from switchroom.storage.schema import upgrade
from switchroom.storage.scope import WHOLE_HOUSE
from tests.transports.sip.trunk_rig import House, answered_by, house, trunk
from tests.virtual_time import run_real

SECRET = "s" * 32


async def installation(folder: Path) -> Settings:
    settings = Settings(data=folder, secret=SECRET)
    database = Database(settings.url)
    await upgrade(database)
    await seed_accounts(Accounts(database, SECRET, lambda: 1.0), "correct horse battery", "4711")
    await database.close()
    return settings


def at_desk(folder: Path, work: Callable[[Desk], Awaitable[None]]) -> None:
    async def main() -> None:
        async with opened(await installation(folder), "demo") as desk:
            await work(desk)

    run_real(main())


def test_a_trunk_is_added_listed_and_said_to_call_nowhere_yet(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        said: list[str] = []
        await add(desk, {"name": "Box", "kind": "fritzbox", "user": "620", "password": "secret"}, said.append)
        await show(desk, said.append)
        assert said[0].startswith("Added 'Box' (trk_")
        assert said[1:] == [
            "It may call nowhere yet: set allow, such as --set allow=+44.",
            "Box  fritzbox  fritz.box  registers",
        ]

    at_desk(tmp_path, work)


def test_fields_are_words_lists_by_commas_and_headers_as_json() -> None:
    found = fields(TrunkForm, ["allow=+44, +1", "max_calls=3", 'headers={"X-A": "1"}', "user=620", "colour=red"])
    assert found == {"allow": ["+44", "+1"], "max_calls": "3", "headers": {"X-A": "1"}, "user": "620", "colour": "red"}
    with pytest.raises(Invalid, match="write name=value"):
        fields(TrunkForm, ["allow"])
    with pytest.raises(Invalid, match="headers: 'x' is no JSON"):
        fields(TrunkForm, ["headers=x"])


def test_a_tenant_that_is_not_there_is_said(tmp_path: Path) -> None:
    async def main() -> None:
        with pytest.raises(NotFound):
            async with opened(await installation(tmp_path), "nobody"):
                pass

    run_real(main())


def test_a_trunk_is_asked_from_the_command_line(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        async with house("127.0.0.2") as carrier:
            host, port = carrier.endpoint.address
            said: list[str] = []
            await add(desk, {"name": "there", "proxies": [f"sip:{host}:{port}"], "allow": ["+44"]}, said.append)
            assert await probe(desk, "there", said.append)
            assert said[-1].startswith(f"udp:{host}:{port}: 200 OK (") and said[-1].endswith(
                "It is there: nothing to do."
            )

    at_desk(tmp_path, work)


def test_a_trunk_without_an_address_is_told_what_it_lacks(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        said: list[str] = []
        await add(desk, {"name": "t1"}, said.append)
        assert not await probe(desk, "t1", said.append)
        assert said[-1] == "t1: there is no address to ask. Set proxies, a domain or a registrar."

    at_desk(tmp_path, work)


def test_a_call_by_a_trunk_proves_itself_is_guarded_and_is_kept(tmp_path: Path) -> None:
    pbx = trunk("pbx", credentials=Credentials("us", "wonder"))

    async def main() -> None:
        settings = await installation(tmp_path)
        async with house("127.0.0.2", pbx) as carrier, opened(settings, "demo") as desk:
            host, port = carrier.endpoint.address
            way = {
                "proxies": [f"sip:{host}:{port}"],
                "allow": ["+1"],
                "callers": ["+15550999"],
                "user": "us",
                "password": "wonder",
            }
            await desk.trunks.create(desk.tenant, {"name": "Carrier", "domain": "sip.example.com", **way})
            async with house("127.0.0.1") as us:
                assert await place(settings, carrier, us, "+15550100") == (0, ["sip:+15550999@sip.example.com"])
                assert await place(settings, carrier, us, "+33123456789") == (1, [])
        database = Database(settings.url)
        async with database.snapshot(WHOLE_HOUSE) as session:
            (row,) = await session.scalars(select(OutboundCallRow))
            topics = list(await session.scalars(select(JournalRow.topic)))
        await database.close()
        assert (row.number, row.caller, row.outcome, row.cost) == ("+15550100", "+15550999", "completed", 100_000)
        assert [topic for topic in topics if topic != "catalogue.changed"] == ["outbound.refused"]

    run_real(main())


async def place(settings: Settings, carrier: House, us: House, number: str) -> tuple[int, list[str]]:
    """Call a number by the trunk and hang up; return the exit status and who the carrier saw calling."""
    seen: list[str] = []

    async def through(options: CallOptions) -> int:
        assert options.by is not None
        by = options.by(us.endpoint.dial, lambda _: None)
        try:
            async with asyncio.timeout(10.0):
                call = await answered_by(carrier, by)
        except Denied:
            return 1
        seen.append(call.offer.leg.party.address)
        await call.leg.do(HangUp())
        while us.endpoint.calls:
            await asyncio.sleep(0.01)
        return 0

    return await call_by_trunk(settings, ("demo", "any", ""), CallOptions(number), through), seen
