"""The operator's view of bans: over the API, and from the command line of the same machine."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from switchroom.accounts.tokens import Identity, issue
from switchroom.commands.bans import lift_ban, list_bans
from switchroom.errors import Denied, NotFound, Unavailable
from switchroom.events.catalogue import Event, SourceBanned, SourceReleased
from switchroom.identity import TenantId, UserId
from switchroom.settings import Settings, WebSettings
from switchroom.storage.journal import Journal
from switchroom.transports.sip.wire.bans import Bans
from switchroom.transports.sip.wire.guard import FAILURES, FIRST_BAN, Guard
from switchroom.web.app import create_app
from switchroom.web.server import serving
from tests.interop.ports import free_block
from tests.virtual_time import run_real
from tests.web.site import NOW, Site, site

SECRET = "s" * 32
OPERATOR = Identity(UserId("operator"), TenantId(""), "admin")


def with_bans(made: Site, events: list[Event], *hosts: str) -> Site:
    guard = Guard()
    bans = Bans(guard, events.append, lambda: 0.0, lambda: NOW)
    for host in hosts:
        for _ in range(FAILURES):
            guard.blame(host, 0.0)
    return replace(made, services=replace(made.services, bans=bans))


async def listed(settings: Settings) -> list[str]:
    """List the bans as soon as the program answers."""
    while True:
        try:
            return await asyncio.to_thread(list_bans, settings)
        except Unavailable:
            await asyncio.sleep(0.01)


def test_the_operator_sees_who_is_banned_and_lifts_it(tmp_path: Path) -> None:
    async def main() -> None:
        events: list[Event] = []
        async with site(tmp_path) as made:
            here = with_bans(made, events, "192.0.2.66", "2001:db8::1")
            token = issue(OPERATOR, "operator", SECRET, NOW)
            async with here.client(authorization=f"Bearer {token}") as client:
                found = (await client.get("/api/v1/security/bans")).json()["bans"]
                assert {ban["source"] for ban in found} == {"192.0.2.66", "2001:db8::/64"}
                assert {ban["reason"] for ban in found} == {"wrong_credentials"}
                gone = await client.delete(f"/api/v1/security/bans/{quote('2001:db8::/64', safe='')}")
                assert gone.status_code == 204
                again = await client.delete("/api/v1/security/bans/2001:db8::5")
                assert (again.status_code, again.json()["code"]) == (404, "ban_not_found")
                assert len((await client.get("/api/v1/security/bans")).json()["bans"]) == 1

    run_real(main())


def test_bans_are_not_for_users_not_even_for_administrators_of_a_tenant(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as made:
            here = with_bans(made, [], "192.0.2.66")
            async with here.as_user() as client, here.client() as nobody, here.in_browser() as browser:
                for asker, status in ((client, 403), (nobody, 401), (browser, 403)):
                    assert (await asker.get("/api/v1/security/bans")).status_code == status
                    assert (await asker.delete("/api/v1/security/bans/192.0.2.66")).status_code in (401, 403)

    run_real(main())


def test_bans_are_written_into_the_journal(tmp_path: Path) -> None:
    async def main() -> None:
        events: list[Event] = []
        async with site(tmp_path) as made:
            here = with_bans(made, events, "192.0.2.66")
            assert here.services.bans is not None
            here.services.bans.lift("192.0.2.66", "operator")
            await here.happened(*events)
            topics = [SourceBanned.topic, SourceReleased.topic]
            journal = Journal(made.services.database)
            banned, released = [entry.event for entry in await journal.after(0, topics=topics)]
            assert isinstance(banned, SourceBanned)
            assert (banned.source, banned.reason, banned.until) == ("192.0.2.66", "wrong_credentials", NOW + FIRST_BAN)
            assert isinstance(released, SourceReleased)
            assert (released.source, released.by) == ("192.0.2.66", "operator")

    run_real(main())


def test_the_command_line_lists_bans_and_lifts_them(tmp_path: Path) -> None:
    async def main() -> None:
        port = free_block(2)
        settings = Settings(data=tmp_path, secret=SECRET, web=WebSettings(port=port))
        async with site(tmp_path) as made:
            made.clock[0] = time.time()
            here = with_bans(made, [], "192.0.2.66")
            async with serving(create_app(here.services), "127.0.0.1", port):
                (line,) = await listed(settings)
                assert line.startswith("192.0.2.66 ")
                await asyncio.to_thread(lift_ban, settings, "192.0.2.66")
                assert await asyncio.to_thread(list_bans, settings) == []
                with pytest.raises(NotFound):
                    await asyncio.to_thread(lift_ban, settings, "192.0.2.66")
                with pytest.raises(Denied):
                    await asyncio.to_thread(list_bans, Settings(data=tmp_path, secret="x" * 32, web=settings.web))
        with pytest.raises(Unavailable):
            list_bans(settings)

    run_real(main())
