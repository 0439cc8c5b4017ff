"""SIP accounts and devices over the API: who may see and change them, and passes for whoever is signed in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from switchroom.accounts.sip_accounts import SipAccounts
from switchroom.sip.authentication.digest import ha1
from switchroom.telephones import Telephones
from switchroom.transports.sip.trunks.devices import Device
from tests.virtual_time import run_real
from tests.web.site import PASSWORD, Site, site

REALM = "demo.sip.local"


@dataclass
class Switch:
    """The site with a registrar behind it that has these devices."""

    site: Site
    accounts: SipAccounts
    devices: list[Device] = field(default_factory=list)
    forgotten: list[tuple[str, str]] = field(default_factory=list)


@asynccontextmanager
async def switch(folder: Path) -> AsyncIterator[Switch]:
    async with site(folder) as here:
        accounts = SipAccounts(here.services.database, "s" * 32, here.services.wall)
        await accounts.refresh()
        made = Switch(here, accounts)

        async def devices(realm: str) -> list[Device]:
            return [device for device in made.devices if device.record.endswith(realm)]

        async def forget(record: str, contact: str) -> None:
            made.forgotten.append((record, contact))

        telephones = Telephones(accounts, devices, forget, {"udp": 5060, "wss": 7443, "ws": 80})
        made.site = replace(here, services=replace(here.services, telephones=telephones))
        yield made


def test_an_account_is_made_shown_changed_and_removed(tmp_path: Path) -> None:
    async def story() -> None:
        async with switch(tmp_path) as at, at.site.as_user() as client:
            made = await client.post("/api/v1/sip/accounts", json={"name": "anna", "devices": 2, "digest": "both"})
            assert made.status_code == 201
            account, secret = made.json(), made.json()["password"]
            assert (account["uri"], account["devices"]) == ("sip:anna@demo.sip.local", 2)
            assert at.accounts.book.ha1("anna", REALM, "MD5") == ha1("anna", REALM, secret)
            listed = (await client.get("/api/v1/sip/accounts")).json()["accounts"]
            assert [found["name"] for found in listed] == ["anna"]
            assert secret not in str(listed)
            changed = await client.patch(f"/api/v1/sip/accounts/{account['id']}", json={"display_name": "Anna"})
            assert (changed.json()["display_name"], changed.json()["devices"]) == ("Anna", 2)
            off = await client.patch("/api/v1/sip/accounts/anna", json={"disabled": True})
            assert off.json()["disabled"] is True
            assert at.accounts.book.person("anna", REALM) is None
            rotated = await client.post("/api/v1/sip/accounts/anna/password")
            assert rotated.json()["password"] != secret
            assert (await client.delete("/api/v1/sip/accounts/anna")).status_code == 204
            assert (await client.delete("/api/v1/sip/accounts/anna")).status_code == 404

    run_real(story())


def test_what_cannot_be_an_account_is_said_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with switch(tmp_path) as at, at.site.as_user() as client:
            for wrong in ({"name": "a b"}, {"name": "x", "devices": 0}, {"name": "x", "digest": "SHA-1"}, {}):
                answer = await client.post("/api/v1/sip/accounts", json=wrong)
                assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
            await client.post("/api/v1/sip/accounts", json={"name": "anna"})
            assert (await client.post("/api/v1/sip/accounts", json={"name": "Anna"})).status_code == 409

    run_real(story())


def test_whoever_is_signed_in_gets_a_pass_for_an_account_of_their_own(tmp_path: Path) -> None:
    async def story() -> None:
        async with switch(tmp_path) as at, at.site.as_user() as client:
            answer = await client.post("/api/v1/sip/credentials")
            assert answer.status_code == 200
            made = answer.json()
            assert (made["uri"], made["realm"], made["expires_in"]) == ("sip:demo@demo.sip.local", REALM, 600)
            assert made["sockets"] == ["wss://switchroom.test:7443", "ws://switchroom.test:80"]
            book = at.accounts.book
            assert book.ha1(made["user"], REALM, "MD5") == ha1(made["user"], REALM, made["password"])
            assert book.person(made["user"], REALM) == "demo"
            again = (await client.post("/api/v1/sip/credentials")).json()
            assert again["uri"] == made["uri"]
            await client.patch("/api/v1/sip/accounts/demo", json={"disabled": True})
            refused = await client.post("/api/v1/sip/credentials")
            assert (refused.status_code, refused.json()["code"]) == (403, "account_disabled")

    run_real(story())


def test_an_agent_gets_a_pass_and_sees_no_accounts(tmp_path: Path) -> None:
    async def story() -> None:
        async with switch(tmp_path) as at:
            tenant = at.site.account.tenant.id
            agent = await at.site.services.accounts.create_user(
                tenant, "seat@example.com", PASSWORD, name="Seat", role="agent"
            )
            async with at.site.as_user(agent) as client:
                assert (await client.post("/api/v1/sip/credentials")).status_code == 200
                for path in ("accounts", "devices"):
                    assert (await client.get(f"/api/v1/sip/{path}")).status_code == 403
            async with at.site.client() as stranger:
                assert (await stranger.post("/api/v1/sip/credentials")).status_code == 401

    run_real(story())


def test_only_the_tenants_own_devices_are_seen_and_let_go(tmp_path: Path) -> None:
    async def story() -> None:
        async with switch(tmp_path) as at:
            eve = await at.site.stranger()
            await at.accounts.refresh()
            at.devices += [
                Device("d1", "anna@demo.sip.local", "sip:a@192.0.2.7", "udp", "192.0.2.7:5060", "Desk 3", 61.4),
                Device("d2", "eve@other.sip.local", "sip:e@192.0.2.9", "tls", "192.0.2.9:5061", "", 99.0, 0.5),
            ]
            async with at.site.as_user() as client:
                (device,) = (await client.get("/api/v1/sip/devices")).json()["devices"]
                assert device == {
                    "id": "d1", "account": "anna", "contact": "sip:a@192.0.2.7", "transport": "udp",
                    "address": "192.0.2.7:5060", "name": "Desk 3", "expires_in": 61, "q": 1.0,
                }  # fmt: skip
                assert (await client.delete("/api/v1/sip/devices/d2")).status_code == 404
                assert (await client.delete("/api/v1/sip/devices/d1")).status_code == 204
            assert at.forgotten == [("anna@demo.sip.local", "sip:a@192.0.2.7")]
            async with at.site.as_user(eve) as client:
                assert [found["id"] for found in (await client.get("/api/v1/sip/devices")).json()["devices"]] == ["d2"]

    run_real(story())


def test_a_process_without_a_registrar_says_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            answer = await client.get("/api/v1/sip/devices")
            assert (answer.status_code, answer.json()["code"]) == (503, "no_registrar")

    run_real(story())
