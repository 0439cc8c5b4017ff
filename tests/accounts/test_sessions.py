"""Refresh tokens are exchanged once; whoever shows one again later has a copy, and the session is over."""

import asyncio
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select

from switchroom.accounts.model import RefreshTokenRow, SessionRow, UserRow
from switchroom.accounts.sessions import GRACE, LIFETIME, judge
from switchroom.accounts.tokens import LIFETIMES
from switchroom.errors import Denied, Limited
from switchroom.events.accounts import SessionEnded
from switchroom.storage.scope import WHOLE_HOUSE
from tests.accounts.story import CHEAP, HERE, PASSWORD, House, house
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases


def a_session(
    *, used: float | None = None, expires: float = LIFETIME, ended: float | None = None
) -> tuple[RefreshTokenRow, SessionRow]:
    return RefreshTokenRow(used=used, expires=expires), SessionRow(ended=ended)


def test_what_becomes_of_a_refresh_token() -> None:
    assert judge(*a_session(), 1.0, last=True) == "rotate"
    assert judge(*a_session(), LIFETIME, last=True) == "over"
    assert judge(*a_session(ended=0.5), 1.0, last=True) == "over"
    assert judge(*a_session(used=1.0), 1.0 + GRACE - 0.1, last=True) == "repeat"
    assert judge(*a_session(used=1.0), 1.0 + GRACE - 0.1, last=False) == "reuse"
    assert judge(*a_session(used=1.0), 1.0 + GRACE, last=True) == "reuse"
    assert judge(*a_session(used=1.0, ended=2.0), 100.0, last=True) == "over"


async def refused(here: House, access: str) -> str:
    with pytest.raises(Denied) as caught:
        here.accounts.identify(access)
    return caught.value.code


def test_a_refresh_token_is_exchanged_for_another_and_lives_seven_days(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            first = await here.people.sessions.begin(here.ann)
            assert here.accounts.identify(first.access).session == first.session
            here.clock.now += LIFETIME - 1
            second = await here.people.sessions.refresh(first.refresh, address=HERE)
            assert (second.session, second.user) == (first.session, here.ann)
            assert second.refresh != first.refresh
            here.clock.now += LIFETIME
            with pytest.raises(Denied):
                await here.people.sessions.refresh(second.refresh, address=HERE)

    run_real(main())


def test_a_refresh_token_used_twice_ends_the_family(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            first = await here.people.sessions.begin(here.ann)
            other = await here.people.sessions.begin(here.ann)
            second = await here.people.sessions.refresh(first.refresh, address=HERE)
            here.clock.now += GRACE
            with pytest.raises(Denied):
                await here.people.sessions.refresh(first.refresh, address=HERE)
            with pytest.raises(Denied):  # nor does the honest one go on
                await here.people.sessions.refresh(second.refresh, address=HERE)
            assert await refused(here, second.access) == "signed_out"
            *_, entry = await here.journal.after(0)
            assert isinstance(entry.event, SessionEnded)
            assert (entry.event.why, entry.event.session) == ("reuse", first.session)
            await here.people.sessions.refresh(other.refresh, address=HERE)  # another session is another matter

    run_real(main())


def test_a_lost_answer_and_a_second_tab_get_the_same_token(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            first = await here.people.sessions.begin(here.ann)
            async with asyncio.TaskGroup() as tasks:
                both = [
                    tasks.create_task(where.people.sessions.refresh(first.refresh, address=HERE))
                    for where in (here, here.neighbour())
                ]
            assert both[0].result().refresh == both[1].result().refresh
            await here.people.sessions.refresh(both[0].result().refresh, address=HERE)
            with pytest.raises(Denied):  # its next token was used: there is no honest reason any more
                await here.people.sessions.refresh(first.refresh, address=HERE)

    run_real(main())


def test_no_token_is_stored_as_it_is(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            made = await here.people.sessions.begin(here.ann)
            async with here.database.snapshot(WHOLE_HOUSE) as session:
                row = (await session.scalars(select(RefreshTokenRow))).one()
            assert made.refresh not in row.digest
            assert len(row.digest) == 64

    run_real(main())


def test_guessing_refresh_tokens_locks_the_address(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            for _ in range(20):
                with pytest.raises(Denied):
                    await here.people.sessions.refresh("rt_guess", address=HERE)
            with pytest.raises(Limited):
                await here.people.sessions.refresh("rt_guess", address=HERE)

    run_real(main())


def test_signing_out_refuses_the_access_token_of_this_session_alone(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            one, two = [await here.people.sessions.begin(here.ann) for _ in range(2)]
            await here.people.sessions.end(one.session)
            assert await refused(here, one.access) == "signed_out"
            assert here.accounts.identify(two.access).user == here.ann.id

    run_real(main())


def test_signing_out_everywhere_counts_in_every_process_and_after_a_restart(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            there = here.neighbour()
            read = await there.accounts.revoked.load(there.journal)
            made = await here.people.sessions.begin(here.ann)
            voice = here.accounts.token(made.user, "voice")
            await here.people.sessions.end_all(here.ann.id)
            assert await refused(here, made.access) == "signed_out"
            assert there.accounts.identify(made.access).user == here.ann.id  # it has not looked yet
            assert await there.accounts.revoked.catch_up(there.journal, read) > read
            assert await refused(there, made.access) == "signed_out"
            with pytest.raises(Denied):
                there.accounts.identify(voice, "voice")
            restarted = here.neighbour()
            await restarted.accounts.revoked.load(restarted.journal)
            assert await refused(restarted, made.access) == "signed_out"
            with pytest.raises(Denied):
                await there.people.sessions.refresh(made.refresh, address=HERE)
            again = await there.people.sessions.begin(
                await there.accounts.log_in(here.ann.email, PASSWORD, address=HERE)
            )
            assert here.accounts.identify(again.access).user == here.ann.id

    run_real(main())


def test_what_is_refused_is_forgotten_when_no_token_can_be_left(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            made = await here.people.sessions.begin(here.ann)
            await here.people.sessions.end(made.session)
            here.clock.now += LIFETIMES["access"] + 1
            await here.people.sessions.end_all(here.ann.id)
            assert await refused(here, made.access) == "token_expired"
            assert not here.accounts.revoked.knows(made.session)

    run_real(main())


def test_a_password_hashed_cheaper_than_today_is_hashed_anew_at_the_next_login(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            stored = select(UserRow.password_hash)
            async with here.database.snapshot(WHOLE_HOUSE) as session:
                before = await session.scalar(stored)
            await here.accounts.log_in(here.ann.email, PASSWORD, address=HERE)
            dearer = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=16, parallelism=1),))
            there = type(here.accounts)(here.database, "x" * 32, here.clock, hasher=dearer)
            async with here.database.snapshot(WHOLE_HOUSE) as session:
                assert await session.scalar(stored) == before
            await there.log_in(here.ann.email, PASSWORD, address=HERE)
            async with here.database.snapshot(WHOLE_HOUSE) as session:
                renewed = await session.scalar(stored) or ""
            assert "m=16,t=2" in renewed
            assert CHEAP.verify(PASSWORD, renewed)

    run_real(main())
