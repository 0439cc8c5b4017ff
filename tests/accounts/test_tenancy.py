"""The tenants of an installation, on both databases: found, listed, moved and suspended from above, unseen from beside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from switchroom.accounts.suspensions import Suspensions
from switchroom.accounts.tenancy import Tenancy, TenantRecord, Wanted
from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.cli import app
from switchroom.errors import Conflict, Denied, Invalid, NotFound
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal
from switchroom.storage.migrating import migrate
from switchroom.storage.scope import WHOLE_HOUSE
from tests.servers.databases import empty_in
from tests.storage.stories import migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases


@dataclass
class Tree:
    """The platform with two resellers; the first has two tenants, the second one."""

    database: Database
    tenancy: Tenancy
    north: TenantRecord
    south: TenantRecord
    dental: TenantRecord
    florist: TenantRecord
    bakery: TenantRecord


@asynccontextmanager
async def tree(folder: Path) -> AsyncIterator[Tree]:
    async with migrated(folder) as database:
        tenancy = Tenancy(database, lambda: 1.0)
        north = await tenancy.create(PLATFORM, "north", "North", "reseller")
        south = await tenancy.create(PLATFORM, "south", "South", "reseller")
        dental = await tenancy.create(north.id, "dental", "Dental")
        florist = await tenancy.create(north.id, "florist", "Florist")
        bakery = await tenancy.create(south.id, "bakery", "Bakery")
        yield Tree(database, tenancy, north, south, dental, florist, bakery)


def test_everybody_sees_themselves_and_what_is_below(tmp_path: Path) -> None:
    async def main() -> None:
        async with tree(tmp_path) as at:

            async def seen(asker: TenantRecord | None) -> list[str]:
                return [one.slug for one in (await at.tenancy.list(PLATFORM if asker is None else asker.id)).tenants]

            assert sorted(await seen(None)) == ["bakery", "dental", "florist", "north", "platform", "south"]
            assert await seen(at.north) == ["north", "dental", "florist"]
            assert await seen(at.bakery) == ["bakery"]
            children = await at.tenancy.list(PLATFORM, parent=at.north.id)
            assert [one.slug for one in children.tenants] == ["dental", "florist"]

    run_real(main())


def test_pages_follow_one_another(tmp_path: Path) -> None:
    async def main() -> None:
        async with tree(tmp_path) as at:
            first = await at.tenancy.list(at.north.id, limit=2)
            assert first.next is not None
            second = await at.tenancy.list(at.north.id, limit=2, cursor=first.next)
            assert [one.slug for one in (*first.tenants, *second.tenants)] == ["north", "dental", "florist"]
            assert second.next is None

    run_real(main())


def test_beside_and_above_nothing_exists(tmp_path: Path) -> None:
    async def main() -> None:
        async with tree(tmp_path) as at:
            assert (await at.tenancy.get(at.north.id, "dental")).parent == at.north.id
            assert (await at.tenancy.get(at.dental.id, at.dental.id)).parent is None
            for asker, other in (
                (at.dental, "florist"),
                (at.dental, "north"),
                (at.north, "bakery"),
                (at.north, PLATFORM),
            ):
                with pytest.raises(NotFound):
                    await at.tenancy.get(asker.id, other)
                with pytest.raises(NotFound):
                    await at.tenancy.change(asker.id, other, Wanted(name="Mine"))
                with pytest.raises(NotFound):
                    await at.tenancy.suspend(asker.id, other)

    run_real(main())


def test_whoever_is_suspended_takes_along_everybody_below(tmp_path: Path) -> None:
    async def main() -> None:
        async with tree(tmp_path) as at:
            suspensions = Suspensions(at.database)
            await at.tenancy.suspend(PLATFORM, "north")
            for tenant in (at.north, at.dental, at.florist):
                with pytest.raises(Denied):
                    await suspensions.check(tenant.id)
            await suspensions.check(at.bakery.id)
            assert (await at.tenancy.get(at.north.id, "dental")).state == "parent_suspended"
            assert (await at.tenancy.get(PLATFORM, "north")).state == "suspended"
            await at.tenancy.suspend(at.north.id, "dental")
            await at.tenancy.suspend(PLATFORM, "north", suspended=False)
            await suspensions.check(at.florist.id)
            with pytest.raises(Denied):
                await suspensions.check(at.dental.id)
            with pytest.raises(Denied):
                await at.tenancy.suspend(at.north.id, "north")

    run_real(main())


def test_what_is_changed_is_in_the_journal_with_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with tree(tmp_path) as at:
            await at.tenancy.change(PLATFORM, "dental", Wanted(parent="south", name="Smile"))
            await at.tenancy.suspend(PLATFORM, "dental")
            await at.tenancy.suspend(PLATFORM, "dental")
            await at.tenancy.suspend(PLATFORM, "dental", suspended=False)
            entries = await Journal(at.database).after(0)
            mine = [entry.topic for entry in entries if entry.tenant == at.dental.id and "tenant" in entry.topic]
            assert mine == ["tenant.created", "tenant.changed", "tenant.suspended", "tenant.resumed"]
            assert await at.tenancy.chain(at.dental.id) == (at.dental.id, at.south.id, PLATFORM)

    run_real(main())


def test_a_tenant_is_not_moved_out_of_sight_nor_below_itself(tmp_path: Path) -> None:
    async def main() -> None:
        async with tree(tmp_path) as at:
            with pytest.raises(NotFound):
                await at.tenancy.change(at.north.id, "dental", Wanted(parent="south"))
            with pytest.raises(Conflict):
                await at.tenancy.change(PLATFORM, "north", Wanted(parent="dental"))
            with pytest.raises(Denied):
                await at.tenancy.change(at.dental.id, "dental", Wanted(kind="reseller"))
            with pytest.raises(Conflict):
                await at.tenancy.change(PLATFORM, "north", Wanted(kind="tenant"))
            moved = await at.tenancy.change(PLATFORM, "dental", Wanted(parent="platform", kind="reseller"))
            assert (moved.parent, moved.kind) == (PLATFORM, "reseller")

    run_real(main())


def test_a_slug_is_one_tenants(tmp_path: Path) -> None:
    async def main() -> None:
        async with tree(tmp_path) as at:
            with pytest.raises(Conflict):
                await at.tenancy.create(at.south.id, "dental", "Dental")
            for slug in ("Dental", "-dental", "den tal", "", "d" * 64):
                with pytest.raises(Invalid):
                    await at.tenancy.create(at.south.id, slug, "Dental")

    run_real(main())


def test_tenants_of_before_are_hung_below_the_platform(tmp_path: Path) -> None:
    async def main() -> None:
        database = Database(empty_in(tmp_path))
        try:
            await migrate(database, "0016")
            columns = "(id, slug, name, parent_id, brand, created)"
            async with database.transaction(WHOLE_HOUSE) as session:
                for values in ("('t1', 'platform', 'Old', NULL, '{}', 1)", "('t2', 'child', 'Child', 't1', '{}', 1)"):
                    await session.execute(text(f"INSERT INTO tenants {columns} VALUES {values}"))
            await migrate(database)
            found = (await Tenancy(database, lambda: 1.0).list(PLATFORM)).tenants
            assert {one.slug: (one.kind, one.parent) for one in found} == {
                "platform-2": ("platform", None),
                "platform": ("reseller", PLATFORM),
                "child": ("tenant", "t1"),
            }
        finally:
            await database.close()

    run_real(main())


def test_the_operator_works_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_kind: str
) -> None:
    if database_kind != "sqlite":
        pytest.skip("the same commands")
    monkeypatch.setenv("SWITCHROOM_DATA", str(tmp_path))
    runner = CliRunner()
    assert runner.invoke(app, ["tenant", "add", "north", "--kind", "reseller", "--name", "North"]).exit_code == 0
    assert runner.invoke(app, ["tenant", "add", "dental", "--below", "north"]).exit_code == 0
    assert runner.invoke(app, ["tenant", "suspend", "north"]).exit_code == 0
    lines = runner.invoke(app, ["tenant", "list"]).output.splitlines()
    assert [len(line) - len(line.lstrip()) for line in lines] == [0, 4, 8]
    assert lines[2].endswith("tenant  dental  parent suspended")
    made = runner.invoke(app, ["tenant", "admin", "platform", "root@example.com"])
    assert (made.exit_code, "Password" in made.output) == (0, True)
    for wrong in (["add", "north"], ["add", "x", "--kind", "house"], ["suspend", "nobody"], ["suspend", "platform"]):
        assert runner.invoke(app, ["tenant", *wrong]).exit_code == 1, wrong
