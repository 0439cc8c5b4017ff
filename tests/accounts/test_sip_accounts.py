"""SIP accounts: what is stored, what the phone book says of it at once, and passes for browsers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text

from switchroom.accounts import passes
from switchroom.accounts.service import Accounts, Tenant
from switchroom.accounts.sip_accounts import SipAccounts, Wishes
from switchroom.errors import Conflict, Invalid, NotFound
from switchroom.sip.authentication.digest import ha1
from switchroom.storage.db import Database
from switchroom.storage.scope import WHOLE_HOUSE
from tests.accounts.test_service import CHEAP, SECRET, Clock
from tests.storage.stories import migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

REALM = "acme.sip.local"


@dataclass
class Office:
    accounts: Accounts
    phones: SipAccounts
    tenant: Tenant
    clock: Clock
    database: Database
    gone: list[str] = field(default_factory=list)

    def another_process(self) -> SipAccounts:
        return SipAccounts(self.database, SECRET, self.clock)

    def proves(self, user: str, password: str, algorithm: str = "MD5", realm: str = REALM) -> bool:
        return self.phones.book.ha1(user, realm, algorithm) == ha1(user, realm, password, algorithm)


@asynccontextmanager
async def office(folder: Path) -> AsyncIterator[Office]:
    clock = Clock()
    async with migrated(folder) as database:
        accounts = Accounts(database, SECRET, clock, hasher=CHEAP)
        tenant = await accounts.create_tenant("acme", "Acme")
        phones = SipAccounts(database, SECRET, clock)
        await phones.refresh()
        made = Office(accounts, phones, tenant, clock, database)
        phones.book.gone = made.gone.append
        yield made


def test_a_new_account_proves_itself_at_once_by_either_algorithm(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as at:
            opened = await at.phones.create(at.tenant.id, "Anna", Wishes(display_name="Anna Bell"))
            assert opened.account.uri == "sip:anna@acme.sip.local"
            assert at.proves("anna", opened.password)
            assert at.proves("anna", opened.password, "SHA-256")
            assert not at.proves("anna", "guessed")
            assert at.phones.book.person("anna", REALM) == "anna"
            assert await at.phones.all(at.tenant.id) == [opened.account]

    run_real(main())


def test_the_password_is_nowhere_in_the_database_nor_in_what_is_printed(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as at:
            opened = await at.phones.create(at.tenant.id, "anna")
            async with at.database.snapshot(WHOLE_HOUSE) as session:
                row = (await session.execute(text("SELECT * FROM sip_accounts"))).one()
            assert opened.password not in str(row)
            assert opened.password not in repr(opened)

    run_real(main())


@pytest.mark.parametrize("name", ["", "anna bell", "anna@acme", "anna~1", "-anna", "x" * 65, "ännä"])
def test_a_name_that_is_no_user_part_is_refused(tmp_path: Path, name: str) -> None:
    async def main() -> None:
        async with office(tmp_path) as at:
            with pytest.raises(Invalid):
                await at.phones.create(at.tenant.id, name)

    run_real(main())


def test_two_tenants_may_have_the_same_name_and_one_may_not(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as at:
            other = await at.accounts.create_tenant("other", "Other")
            ours = await at.phones.create(at.tenant.id, "anna")
            theirs = await at.phones.create(other.id, "anna")
            with pytest.raises(Conflict):
                await at.phones.create(at.tenant.id, "ANNA")
            assert at.proves("anna", ours.password)
            assert not at.proves("anna", theirs.password)
            assert at.proves("anna", theirs.password, realm="other.sip.local")
            with pytest.raises(NotFound):
                await at.phones.get(theirs.account.id, at.tenant.id)

    run_real(main())


def test_a_disabled_account_is_nobody_and_its_devices_are_let_go(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as at:
            opened = await at.phones.create(at.tenant.id, "anna")
            await at.phones.disable("anna", at.tenant.id)
            assert at.phones.book.person("anna", REALM) is None
            assert at.gone == ["anna@acme.sip.local"]
            await at.phones.disable(opened.account.id, at.tenant.id, disabled=False)
            assert at.phones.book.person("anna", REALM) == "anna"

    run_real(main())


def test_a_new_password_ends_the_old_one(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as at:
            old = await at.phones.create(at.tenant.id, "anna")
            new = await at.phones.rotate("anna", at.tenant.id)
            assert at.proves("anna", new.password)
            assert not at.proves("anna", old.password)
            assert at.gone == ["anna@acme.sip.local"]

    run_real(main())


def test_a_deleted_account_is_not_known_any_more(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as at:
            await at.phones.create(at.tenant.id, "anna")
            await at.phones.delete("anna", at.tenant.id)
            assert at.phones.book.ha1("anna", REALM, "MD5") is None
            assert at.gone == ["anna@acme.sip.local"]
            with pytest.raises(NotFound):
                await at.phones.get("anna", at.tenant.id)

    run_real(main())


def test_what_another_process_wrote_is_seen_at_the_next_look(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as at:
            opened = await at.another_process().create(at.tenant.id, "anna")
            assert at.phones.book.ha1("anna", REALM, "MD5") is None
            await at.phones.refresh()
            assert at.proves("anna", opened.password)
            await at.another_process().change("anna", at.tenant.id, Wishes(devices=2, digest="both"))
            await at.phones.refresh()
            assert at.phones.book.places("anna", REALM) == 2
            assert at.phones.book.algorithms("anna", REALM) == ("SHA-256", "MD5")
            assert at.gone == []
            await at.another_process().disable("anna", at.tenant.id)
            await at.phones.refresh()
            assert at.gone == ["anna@acme.sip.local"]

    run_real(main())


def test_devices_and_digests_out_of_range_are_refused(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as at:
            for wishes in (Wishes(devices=0), Wishes(devices=11), Wishes(digest="SHA-1")):  # type: ignore[arg-type]
                with pytest.raises(Invalid):
                    await at.phones.create(at.tenant.id, "anna", wishes)

    run_real(main())


def test_a_domain_of_ones_own_is_another_name_for_the_same_realm(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as at:
            opened = await at.phones.create(at.tenant.id, "anna")
            await at.phones.set_domain(at.tenant.id, "Phones.Acme.example.")
            assert at.phones.book.realm("phones.acme.example") == at.phones.book.realm(REALM) == REALM
            assert (await at.phones.get("anna", at.tenant.id)).uri == "sip:anna@phones.acme.example"
            assert at.proves("anna", opened.password)
            other = await at.accounts.create_tenant("other", "Other")
            with pytest.raises(Conflict):
                await at.phones.set_domain(other.id, "phones.acme.example")
            for wrong in (REALM, "192.0.2.1 x", "localhost", "-a.example"):
                with pytest.raises(Invalid):
                    await at.phones.set_domain(other.id, wrong)
            await at.phones.set_domain(at.tenant.id, "")
            assert at.phones.book.realm("phones.acme.example") == ""

    run_real(main())


def test_our_bare_address_is_the_only_tenants_and_nobodys_among_several(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as at:
            book = at.phones.book
            assert book.realm("192.0.2.1") == book.realm("[2001:db8::1]") == book.realm("localhost") == REALM
            assert book.realm("pbx.example") == ""
            assert (book.is_domain("acme.sip.local"), book.is_domain("192.0.2.1")) == (True, False)
            await at.accounts.create_tenant("other", "Other")
            await at.phones.refresh()
            assert book.realm("192.0.2.1") == ""
            assert book.realm("other.sip.local") == "other.sip.local"

    run_real(main())


def test_a_pass_is_good_for_ten_minutes_for_its_account_alone(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as at:
            opened = await at.phones.create(at.tenant.id, "anna")
            await at.phones.create(at.tenant.id, "bob")
            made = at.phones.pass_for(opened.account)
            book = at.phones.book
            assert at.proves(made.user, made.password)
            assert at.proves(made.user, made.password, "SHA-256")
            assert book.person(made.user, REALM) == "anna"
            assert not at.proves(made.user.replace("anna", "bob"), made.password)
            later = f"anna~{passes.issue('anna', REALM, SECRET, at.clock.now + 999).user.split('~')[1]}"
            assert not at.proves(later, made.password), "who stretches the time needs another password"
            assert not at.proves(passes.issue("anna", REALM, "another secret", at.clock.now).user, "x")
            at.clock.now += passes.LIFETIME
            assert book.person(made.user, REALM) is None
            assert at.proves(made.user, made.password), "it is still told from a guess"

    run_real(main())


def test_a_pass_of_a_disabled_account_is_worth_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as at:
            opened = await at.phones.create(at.tenant.id, "anna")
            made = at.phones.pass_for(opened.account)
            await at.phones.disable("anna", at.tenant.id)
            assert at.phones.book.person(made.user, REALM) is None

    run_real(main())


@pytest.mark.parametrize("user", ["~", "anna~", "anna~!", "anna~" + "z" * 40, "nobody~zzzzzz", "anna~１"])
def test_what_only_looks_like_a_pass_is_nobodys(tmp_path: Path, user: str) -> None:
    async def main() -> None:
        async with office(tmp_path) as at:
            await at.phones.create(at.tenant.id, "anna")
            assert at.phones.book.ha1(user, REALM, "MD5") is None
            assert at.phones.book.person(user, REALM) is None

    run_real(main())


def test_somebody_who_signs_in_has_an_account_of_their_own(tmp_path: Path) -> None:
    async def main() -> None:
        async with office(tmp_path) as at:
            ann = await at.accounts.create_user(at.tenant.id, "Ann@acme.example", "12345678", name="Ann", role="agent")
            account = await at.phones.of_user(ann.id, at.tenant.id)
            assert (account.name, account.display_name, account.user) == ("ann", "Ann", ann.id)
            assert await at.phones.of_user(ann.id, at.tenant.id) == account
            other = await at.accounts.create_user(at.tenant.id, "ann@b.example", "12345678", name="Ann B", role="agent")
            namesake = await at.phones.of_user(other.id, at.tenant.id)
            assert namesake.name.startswith("ann.")
            with pytest.raises(NotFound):
                await at.phones.of_user(ann.id, (await at.accounts.create_tenant("other", "Other")).id)

    run_real(main())
