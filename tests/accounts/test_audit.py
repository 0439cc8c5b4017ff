"""What the audit log holds, finds and forgets; security events write into it by themselves."""

from dataclasses import replace
from pathlib import Path

import pytest

from switchroom.accounts.audit import DAY, Audited, Deed, Sought
from switchroom.accounts.sessions import GRACE
from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.errors import Denied
from switchroom.identity import TenantId
from tests.accounts.story import HERE, PASSWORD, House, house
from tests.virtual_time import run_real


async def lines(here: House, tenant: TenantId | None = None, **sought: str | float) -> list[Audited]:
    wanted = replace(Sought(), **sought)  # type: ignore[arg-type] # as named there
    return (await here.accounts.audit.all(tenant or here.ann.tenant, wanted, limit=100, cursor=None))[0]


def test_a_line_is_found_by_actor_action_subject_and_time(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            audit, began = here.accounts.audit, here.clock.now
            for number in range(3):
                await audit.write(Deed(here.ann.tenant, "PATCH /a_b", f"thing_{number}", here.ann.id, "user"))
                here.clock.now += 10
            await audit.write(Deed(here.ann.tenant, "PATCH /axb", "other", "key_1", "key"))
            assert [line.deed.subject for line in await lines(here)] == ["other", "thing_2", "thing_1", "thing_0"]
            assert len(await lines(here, actor="key_1")) == 1
            assert len(await lines(here, action="PATCH /a_")) == 3  # not a pattern
            assert len(await lines(here, subject="thing_1")) == 1
            found = await lines(here, since=began + 10, until=began + 20)
            assert [line.deed.subject for line in found] == ["thing_1"]
            assert await lines(here, TenantId("tnt_elsewhere")) == []
            first, cursor = await audit.all(here.ann.tenant, Sought(), limit=3, cursor=None)
            rest, end = await audit.all(here.ann.tenant, Sought(), limit=3, cursor=cursor)
            assert (len(first), len(rest), end) == (3, 1, None)

    run_real(main())


def test_lines_go_when_they_are_too_old(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            await here.accounts.audit.write(Deed(here.ann.tenant, "old"))
            here.clock.now += 31 * DAY
            await here.accounts.audit.write(Deed(here.ann.tenant, "new"))
            assert await here.accounts.audit.prune(30) == 1
            assert [line.deed.action for line in await lines(here)] == ["new"]

    run_real(main())


def test_wrong_passwords_are_written_down_where_their_user_is_and_unknown_ones_at_the_platform(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            for email in (*[here.ann.email] * 5, "nobody@acme.example"):
                with pytest.raises(Denied):
                    await here.accounts.log_in(email, "wrong", address=HERE)
            found = [line.deed for line in await lines(here)]
            assert [deed.action for deed in found] == ["login.locked", *["login.failed"] * 4]
            assert {(deed.subject, deed.address, deed.outcome) for deed in found} == {(here.ann.id, HERE, "refused")}
            (unknown,) = await lines(here, PLATFORM)
            assert (unknown.deed.action, unknown.deed.subject) == ("login.failed", "")

    run_real(main())


def test_a_reused_refresh_token_is_written_down_with_the_session(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            made = await here.people.sessions.begin(here.ann)
            await here.people.sessions.refresh(made.refresh, address=HERE)
            here.clock.now += GRACE
            for _ in range(2):
                with pytest.raises(Denied):
                    await here.people.sessions.refresh(made.refresh, address="192.0.2.66")
            (line,) = await lines(here)
            deed = line.deed
            assert (deed.action, deed.subject, deed.actor) == ("session.reused", made.session, here.ann.id)
            assert (deed.address, deed.outcome) == ("192.0.2.66", "refused")

    run_real(main())


def test_nothing_that_was_typed_is_in_the_log(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            with pytest.raises(Denied):
                await here.accounts.log_in("secret@acme.example", "typed " + PASSWORD, address=HERE)
            text = repr(await lines(here, PLATFORM))
            assert "secret@" not in text
            assert PASSWORD not in text

    run_real(main())
