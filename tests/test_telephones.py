"""Accounts of the database at a real endpoint: who registers, who is let go, and whose calls are whose."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from switchroom.accounts import passes
from switchroom.accounts.service import Accounts, Tenant
from switchroom.accounts.sip_accounts import Opened, Wishes
from switchroom.cli import app
from switchroom.errors import Denied, SwitchroomError
from switchroom.ports import Answer, CallOffer, HangUp, Leg, Signal, Transfer, Transferred
from switchroom.sip.commands import Credentials, Register
from switchroom.sip.outputs import Registered, RegistrationFailed
from switchroom.sip.peer import Peer
from switchroom.telephones import Telephones, registrar, telephones
from switchroom.transports.sip.endpoint import Dialling, SipEndpoint
from tests.accounts.test_service import CHEAP, SECRET, Clock
from tests.accounts.test_sip_accounts import Office, office
from tests.storage.stories import migrated
from tests.transports.sip.test_registered_calls import serving, until
from tests.virtual_time import run_real


@dataclass
class House:
    """A registrar with the accounts of a database, one telephone, and what reaches either."""

    office: Office
    endpoint: SipEndpoint
    offers: "asyncio.Queue[CallOffer]"
    phone: SipEndpoint
    rings: "asyncio.Queue[CallOffer]"
    telephones: Telephones
    registrations: int = 0

    def registers(self, name: str, proof: Credentials, domain: str = "acme.sip.local") -> None:
        host, port = self.endpoint.address
        sender = f"sip:{name}@{domain}"
        self.registrations += 1
        self.phone.send(
            Register(
                f"r{self.registrations}", f"sip:{domain}", name, Peer("udp", host, port), proof, sender, f"p{name}", 600
            )
        )

    async def outcome(self, name: str, proof: Credentials, domain: str = "acme.sip.local") -> str:
        """Register and return the name of what came of it."""
        good, bad = Registered.__name__, RegistrationFailed.__name__
        before = {kind: self.phone.counters().get(kind, 0) for kind in (good, bad)}
        self.registers(name, proof, domain)
        await until(lambda: any(self.phone.counters().get(kind, 0) > before[kind] for kind in before))
        return next(kind for kind in before if self.phone.counters().get(kind, 0) > before[kind])

    def registered(self) -> list[str]:
        return [device.record for device in self.endpoint.devices("acme.sip.local")]

    async def calls(self, caller: str, proof: Credentials | None) -> CallOffer:
        """Call ``demo`` as ``caller`` and return what reached us."""
        host, port = self.endpoint.address
        target = Dialling(f"sip:demo@{host}:{port}", f"sip:{caller}", credentials=proof)

        async def called() -> SwitchroomError | None:
            try:
                leg = await self.phone.dial(target)
            except SwitchroomError as error:
                return error
            await leg.do(HangUp())
            return None

        async with asyncio.TaskGroup() as tasks:
            calling, arriving = tasks.create_task(called()), tasks.create_task(self.offers.get())
            await asyncio.wait([calling, arriving], return_when=asyncio.FIRST_COMPLETED)
            if arriving.done():
                await arriving.result().leg.do(Answer())
            else:
                arriving.cancel()
        if error := calling.result():
            raise error
        return arriving.result()


def proof(opened: Opened) -> Credentials:
    return Credentials(opened.account.name, opened.password)


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    async with (
        asyncio.timeout(15.0),
        office(folder) as at,
        serving(registrar(at.phones.book)) as (endpoint, offers),
        serving(None) as (phone, rings),
    ):
        yield House(at, endpoint, offers, phone, rings, telephones(at.phones, endpoint))


async def another_tenant(at: Office) -> Tenant:
    tenant = await at.accounts.create_tenant("other", "Other")
    await at.phones.refresh()
    return tenant


@pytest.mark.parametrize("domain", ["acme.sip.local", "127.0.0.1"])
def test_an_account_registers_by_its_domain_or_by_our_address(tmp_path: Path, domain: str) -> None:
    async def main() -> None:
        async with house(tmp_path) as at:
            opened = await at.office.phones.create(at.office.tenant.id, "anna")
            assert await at.outcome("anna", proof(opened), domain) == "Registered"
            assert at.registered() == ["anna@acme.sip.local"]
            (device,) = at.endpoint.devices("acme.sip.local")
            assert (device.transport, device.name) == ("udp", "Switchroom")
            assert 590 < device.expires <= 600

    run_real(main())


def test_nobody_registers_with_another_tenant(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as at:
            opened = await at.office.phones.create(at.office.tenant.id, "anna")
            await another_tenant(at.office)
            for domain in ("other.sip.local", "nowhere.example", "127.0.0.1"):
                assert await at.outcome("anna", proof(opened), domain) == "RegistrationFailed"
            assert at.registered() == []

    run_real(main())


def test_a_disabled_account_is_let_go_at_once_and_kept_out(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as at:
            opened = await at.office.phones.create(at.office.tenant.id, "anna")
            assert await at.outcome("anna", proof(opened)) == "Registered"
            await at.office.phones.disable("anna", at.office.tenant.id)
            assert at.registered() == []
            assert await at.outcome("anna", proof(opened)) == "RegistrationFailed"
            assert at.endpoint.counters().get("dropped_wrong credentials", 0) == 0, (
                "who knows the password is no guesser"
            )

    run_real(main())


def test_a_pass_registers_until_it_has_run_out_and_the_call_goes_on(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as at:
            opened = await at.office.phones.create(at.office.tenant.id, "anna")
            made = at.office.phones.pass_for(opened.account)
            brief = Credentials(made.user, made.password)
            assert await at.outcome("anna", brief) == "Registered"
            async with asyncio.TaskGroup() as tasks:
                calling = tasks.create_task(at.endpoint.dial(Dialling("sip:anna@acme.sip.local")))
                await (await at.rings.get()).leg.do(Answer())
            at.office.clock.now += passes.LIFETIME
            assert await at.outcome("anna", brief) == "RegistrationFailed"
            assert at.endpoint.calls == 1, "the call that is up goes on"
            assert at.registered() == ["anna@acme.sip.local"], "and so does the registration, for as long as it said"
            await calling.result().do(HangUp())

    run_real(main())


def test_a_call_of_a_user_is_the_tenants_and_of_nobody_else(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as at:
            opened = await at.office.phones.create(at.office.tenant.id, "anna")
            offer = await at.calls("anna@acme.sip.local", proof(opened))
            assert (offer.tenant, offer.dialled) == (at.office.tenant.id, "demo")
            for caller, known in (
                ("anna@acme.sip.local", None),
                ("anna@127.0.0.1", None),
                ("boss@acme.sip.local", proof(opened)),
                ("anna@acme.sip.local", Credentials("anna", "guessed")),
            ):
                with pytest.raises(Denied):
                    await at.calls(caller, known)

    run_real(main())


@pytest.mark.parametrize(("owner", "status"), [("acme", 200), ("other", 403)])
def test_a_user_transfers_to_telephones_of_the_same_tenant_alone(tmp_path: Path, owner: str, status: int) -> None:
    async def main() -> None:
        async with house(tmp_path) as at, serving(None) as (desk, at_desk):
            anna = await at.office.phones.create(at.office.tenant.id, "anna")
            tenant = await another_tenant(at.office) if owner == "other" else at.office.tenant
            bob = await at.office.phones.create(tenant.id, "bob")
            host, port = at.endpoint.address
            peer, domain = Peer("udp", host, port), f"{owner}.sip.local"
            desk.send(Register("d", f"sip:{domain}", "bob", peer, proof(bob), f"sip:bob@{domain}", "desk", 600))
            await until(lambda: desk.counters().get("Registered"))
            signals: asyncio.Queue[Signal] = asyncio.Queue()
            rung: list[Leg] = []
            target = Dialling(f"sip:demo@{host}:{port}", "sip:anna@acme.sip.local", credentials=proof(anna))
            async with asyncio.TaskGroup() as tasks:
                calling = tasks.create_task(at.phone.dial(target))
                await (await at.offers.get()).leg.do(Answer())
                leg = await calling
                leg.attach(signals.put_nowait)
                await leg.do(Transfer(f"sip:bob@{domain}"))
                if status == 200:
                    rung.append((await at_desk.get()).leg)
                    await rung[0].do(Answer())
                while not isinstance(signal := await signals.get(), Transferred):
                    pass
            assert signal.status == status
            assert at_desk.empty()
            await leg.do(HangUp())
            for other in rung:
                await other.do(HangUp())
            await until(lambda: not (at.endpoint.calls or at.phone.calls or desk.calls))

    run_real(main())


def test_who_claims_to_be_none_of_us_calls_as_a_stranger(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as at:
            await at.office.phones.create(at.office.tenant.id, "anna")
            for caller in ("anna@elsewhere.example", "bob@127.0.0.1"):
                assert (await at.calls(caller, None)).tenant is None

    run_real(main())


def test_the_oldest_device_makes_room(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as at:
            opened = await at.office.phones.create(at.office.tenant.id, "anna", Wishes(devices=1))
            assert await at.outcome("anna", proof(opened)) == "Registered"
            (first,) = at.endpoint.devices("acme.sip.local")
            async with serving(None) as (desk, _):
                host, port = at.endpoint.address
                peer = Peer("udp", host, port)
                desk.send(Register("d", "sip:acme.sip.local", "anna", peer, proof(opened), "", "desk", 600))
                await until(lambda: desk.counters().get("Registered"))
                (second,) = at.endpoint.devices("acme.sip.local")
                assert first.id != second.id

    run_real(main())


def test_the_command_line_adds_lists_and_disables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHROOM_DATA", str(tmp_path))
    monkeypatch.setenv("SWITCHROOM_SECRET", SECRET)
    monkeypatch.setenv("SWITCHROOM_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/test.db")
    runner = CliRunner()

    async def prepared() -> None:
        async with migrated(tmp_path) as database:
            await Accounts(database, SECRET, Clock(), hasher=CHEAP).create_tenant("demo", "Demo")

    run_real(prepared())
    added = runner.invoke(app, ["sip-account", "add", "anna", "--display", "Anna Bell", "--devices", "2"])
    assert added.exit_code == 0, added.output
    secret = next(line.split()[1] for line in added.output.splitlines() if line.startswith("Password"))
    assert "sip:anna@demo.sip.local  MD5, 2 devices  Anna Bell" in runner.invoke(app, ["sip-account", "list"]).output
    assert runner.invoke(app, ["sip-account", "disable", "anna"]).exit_code == 0
    assert "disabled" in runner.invoke(app, ["sip-account", "list"]).output
    assert runner.invoke(app, ["sip-account", "enable", "anna"]).exit_code == 0
    again = runner.invoke(app, ["sip-account", "password", "anna"]).output
    assert "Password" in again
    assert secret not in again
    named = runner.invoke(app, ["sip-account", "domain", "sip.acme.example"])
    assert "register at sip.acme.example" in named.output
    assert "sip:anna@sip.acme.example" in runner.invoke(app, ["sip-account", "list"]).output
    assert "at demo.sip.local" in runner.invoke(app, ["sip-account", "domain", "-"]).output
    assert runner.invoke(app, ["sip-account", "remove", "anna"]).exit_code == 0
    for wrong in (["remove", "anna"], ["add", "a b"], ["list", "--tenant", "nobody"], ["add", "b", "--devices", "0"]):
        failed = runner.invoke(app, ["sip-account", *wrong])
        assert failed.exit_code == 1
        assert failed.output.strip()
        assert failed.exception is None or isinstance(failed.exception, SystemExit)
