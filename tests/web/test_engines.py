"""The operator's list of processes."""

from dataclasses import replace
from pathlib import Path

from switchroom.accounts.tokens import issue
from switchroom.commands.engines import line
from switchroom.fleet.registry import Listed, Load, Process
from tests.virtual_time import run_real
from tests.web.site import NOW, site
from tests.web.test_security import OPERATOR, SECRET

ENGINE = Process("eng_1", "engine", "sip-1", "0.5", NOW - 60, "sip:demo@192.0.2.10", "http://192.0.2.10:8080", 200)
LOST = Process("eng_0", "engine", "sip-0", "0.5", NOW - 90)


async def processes() -> list[Listed]:
    return [Listed(LOST, Load(), NOW - 9, NOW - 5), Listed(ENGINE, Load(7, draining=True), NOW, None)]


def test_the_operator_sees_who_is_there_and_who_was_lost_and_nobody_else_does(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path) as made:
            here = replace(made, services=replace(made.services, processes=processes))
            token = issue(OPERATOR, "operator", SECRET, NOW)
            async with here.client(authorization=f"Bearer {token}") as client:
                lost, engine = (await client.get("/api/v1/engines")).json()["engines"]
            assert (lost["id"], lost["state"], lost["lost"]) == ("eng_0", "lost", "2027-01-15T07:59:55Z")
            assert (engine["state"], engine["calls"], engine["limit"]) == ("draining", 7, 200)
            async with here.as_user() as user:
                assert (await user.get("/api/v1/engines")).status_code == 403
            async with here.as_user(here.account.operator) as admin:
                assert len((await admin.get("/api/v1/engines")).json()["engines"]) == 2

    run_real(main())


def test_a_process_is_told_in_one_line() -> None:
    lost, engine = Listed(LOST, Load(), NOW - 9, NOW - 5), Listed(ENGINE, Load(7), NOW, None)
    assert line(lost) == "eng_0  engine  sip-0  lost 2027-01-15T07:59:55+00:00  since 2027-01-15T07:58:30+00:00"
    told = "eng_1  engine  sip-1  running  since 2027-01-15T07:59:00+00:00  sip:demo@192.0.2.10  7 of 200 calls"
    assert line(engine) == told
    assert "  draining  " in line(Listed(ENGINE, Load(7, draining=True), NOW, None))
