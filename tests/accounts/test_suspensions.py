"""Suspended tenants: nobody answers for them and they call nobody, from the moment that it is said."""

from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from typer.testing import CliRunner

from switchroom.accounts.service import Accounts
from switchroom.accounts.suspensions import Suspensions
from switchroom.accounts.tenancy import Tenancy
from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.answering import FLOWS, Answering
from switchroom.catalogue.service import Catalogue, seed_catalogue
from switchroom.cli import app
from switchroom.errors import Denied
from switchroom.identity import TenantId
from switchroom.storage.db import Database
from tests.servers.databases import url_in
from tests.storage.stories import migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases


async def tenant(database: Database, slug: str) -> TenantId:
    hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    return (await Accounts(database, "s" * 32, lambda: 1.0, hasher=hasher).create_tenant(slug, slug)).id


def test_nobody_answers_for_a_tenant_that_is_suspended(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            ours = await tenant(database, "ours")
            catalogue, tenancy = Catalogue(database), Tenancy(database, lambda: 1.0)
            await seed_catalogue(catalogue, ours, "examples/restaurant.yaml")
            answering = Answering(catalogue, database, FLOWS)
            assert (await answering.find("demo", "phone_gateway")).tenant == ours
            await tenancy.suspend(PLATFORM, "ours")
            with pytest.raises(Denied) as caught:
                await answering.find("demo", "phone_gateway")
            assert caught.value.code == "tenant_suspended"
            await tenancy.suspend(PLATFORM, "ours", suspended=False)
            assert (await answering.find("demo", "browser")).tenant == ours

    run_real(main())


def test_only_the_tenant_that_is_named_is_suspended(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            ours, theirs = await tenant(database, "ours"), await tenant(database, "theirs")
            suspensions = Suspensions(database)
            await Tenancy(database, lambda: 1.0).suspend(PLATFORM, "theirs")
            await suspensions.check(ours)
            await suspensions.check(TenantId("tnt_unknown"))
            with pytest.raises(Denied):
                await suspensions.check(theirs)

    run_real(main())


def test_a_tenant_is_suspended_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> TenantId:
        async with migrated(tmp_path) as database:
            return await tenant(database, "ours")

    async def check(owner: TenantId) -> None:
        async with migrated(tmp_path) as database:
            await Suspensions(database).check(owner)

    owner = run_real(main())
    monkeypatch.setenv("SWITCHROOM_DATABASE_URL", url_in(tmp_path))
    said = CliRunner().invoke(app, ["tenant", "suspend", "ours"])
    assert (said.exit_code, said.output) == (0, "ours is suspended.\n")
    with pytest.raises(Denied):
        run_real(check(owner))
    assert CliRunner().invoke(app, ["tenant", "resume", "ours"]).exit_code == 0
    run_real(check(owner))
    assert CliRunner().invoke(app, ["tenant", "suspend", "nobody"]).exit_code == 1
