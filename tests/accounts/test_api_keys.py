"""API keys: made, used, guessed at, expired and revoked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from switchroom.accounts.api_keys import ApiKeys, Scope, allows
from switchroom.accounts.service import Accounts
from switchroom.accounts.tokens import Identity
from switchroom.errors import Denied, Invalid, Limited, NotFound
from switchroom.identity import TenantId, UserId
from tests.servers.databases import told
from tests.storage.stories import migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

ANNA = UserId("usr_anna")
HERE, THERE = "192.0.2.1", "192.0.2.2"


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[ApiKeys, TenantId, TenantId, list[float]]]:
    clock = [1_000_000.0]
    async with migrated(folder) as database:
        accounts = Accounts(database, "s" * 32, lambda: clock[0])
        ours, theirs = await accounts.create_tenant("ours", "Ours"), await accounts.create_tenant("theirs", "Theirs")
        yield ApiKeys(database, "s" * 32, lambda: clock[0]), ours.id, theirs.id, clock


def test_a_key_says_whose_it_is_and_what_it_may_and_is_not_in_the_database(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as (keys, ours, _, clock):
            made = await keys.create(ours, "CRM", ["calls:read", "mcp"], ANNA)
            assert made.text.startswith("sk_") and made.key.last_used is None
            who = await keys.identify(made.text, address=HERE)
            assert who == Identity(UserId(made.key.id), ours, "supervisor", scopes=frozenset({"calls:read", "mcp"}))
            assert (await keys.get(made.key.id, ours)).last_used == clock[0]
            stored = await told(tmp_path, "SELECT * FROM api_keys")
            assert "CRM" in stored and made.text.split("_", 2)[2] not in stored

    run_real(story())


def test_a_key_is_good_until_it_expires_or_is_revoked(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as (keys, ours, _, clock):
            short = await keys.create(ours, "Short", ["mcp"], ANNA, expires=clock[0] + 10.0)
            long = await keys.create(ours, "Long", ["mcp"], ANNA)
            clock[0] += 9.5
            await keys.identify(short.text, address=HERE)
            clock[0] += 0.5
            with pytest.raises(Denied) as expired:
                await keys.identify(short.text, address=HERE)
            assert expired.value.code == "key_expired"
            await keys.revoke(long.key.id, ours)
            with pytest.raises(Denied) as revoked:
                await keys.identify(long.text, address=HERE)
            assert revoked.value.code == "key_revoked"
            assert {key.name: key.revoked for key in await keys.all(ours)} == {"Short": None, "Long": clock[0]}

    run_real(story())


@pytest.mark.parametrize("spoilt", ["", "sk_", "sk_x", "sk_x_y", "sk_" + "0" * 22 + "_" + "a" * 43, "sk_ü_ü"])
def test_what_is_no_key_of_ours_is_refused_without_a_reason(tmp_path: Path, spoilt: str) -> None:
    async def story() -> None:
        async with opened(tmp_path) as (keys, ours, _, _clock):
            made = await keys.create(ours, "CRM", ["mcp"], ANNA)
            for text in (spoilt, made.text[:-1], made.text + "x"):
                with pytest.raises(Denied, match="not valid"):
                    await keys.identify(text, address=HERE)

    run_real(story())


def test_who_guesses_is_slowed_down_and_locks_out_nobody_who_has_a_key(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as (keys, ours, _, clock):
            made, unused = [await keys.create(ours, name, ["mcp"], ANNA) for name in ("CRM", "New")]
            await keys.identify(made.text, address=HERE)
            for _ in range(20):
                with pytest.raises(Denied):
                    await keys.identify("sk_wrong_key", address=HERE)
            with pytest.raises(Limited):
                await keys.identify("sk_wrong_key", address=HERE)
            with pytest.raises(Limited):
                await keys.identify(unused.text, address=HERE)
            await keys.identify(made.text, address=HERE)
            await keys.identify(unused.text, address=THERE)
            clock[0] += 86_401.0
            with pytest.raises(Denied):
                await keys.identify("sk_wrong_key", address=HERE)

    run_real(story())


def test_another_tenant_sees_and_revokes_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as (keys, ours, theirs, _):
            made = await keys.create(ours, "CRM", ["mcp"], ANNA)
            assert await keys.all(theirs) == []
            for work in (keys.get, keys.revoke):
                with pytest.raises(NotFound):
                    await work(made.key.id, theirs)
            assert (await keys.identify(made.text, address=HERE)).tenant == ours

    run_real(story())


@pytest.mark.parametrize(
    ("name", "scopes", "later", "complaint"),
    [
        ("", ["mcp"], None, "name: "),
        ("CRM", [], None, "scopes: none is given"),
        ("CRM", ["mcp", "everything"], None, "scopes: everything; there are calls:read"),
        ("CRM", ["mcp"], -1.0, "expires: a time to come"),
    ],
)
def test_what_cannot_be_a_key_is_refused(
    tmp_path: Path, name: str, scopes: list[str], later: float | None, complaint: str
) -> None:
    async def story() -> None:
        async with opened(tmp_path) as (keys, ours, _, clock):
            with pytest.raises(Invalid) as refused:
                await keys.create(ours, name, scopes, ANNA, expires=None if later is None else clock[0] + later)
            assert str(refused.value).startswith(complaint)

    run_real(story())


@pytest.mark.parametrize(
    ("held", "wanted", "may"),
    [
        (None, "admin:write", True),
        ({"calls:read"}, "calls:read", True),
        ({"calls:read"}, "calls:write", False),
        ({"calls:write"}, "calls:read", True),
        ({"calls:write"}, "admin:read", False),
        ({"mcp"}, "calls:read", False),
        (set(), "mcp", False),
    ],
)
def test_what_scopes_allow(held: set[str] | None, wanted: Scope, may: bool) -> None:
    who = Identity(ANNA, TenantId("tnt"), "admin", scopes=None if held is None else frozenset(held))
    assert allows(who, wanted) is may
