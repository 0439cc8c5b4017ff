from pathlib import Path

import pytest

from switchroom.errors import Conflict, NotFound
from switchroom.ports import control
from tests.virtual_time import run_real
from tests.web.site import NOW, site
from tests.web.story import call


def test_a_call_that_goes_on_is_hung_up(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await here.happened(*call(here, "call_1", NOW, ends=""))
            assert (await client.post("/api/v1/calls/call_1/hang-up")).status_code == 204
            assert here.control.hung_up == ["call_1"]

    run_real(story())


def test_a_call_that_is_over_says_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await here.happened(*call(here, "call_1", NOW))
            answer = await client.post("/api/v1/calls/call_1/hang-up")
            assert answer.status_code == 409
            assert answer.json()["code"] == "call_ended" and "ended" in answer.json()["detail"]
            assert here.control.done == []

    run_real(story())


def test_a_call_that_ends_while_it_is_asked_is_a_conflict_and_not_unknown(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await here.happened(*call(here, "call_1", NOW, ends=""))
            here.control.refuses = NotFound("call call_1 is not running here")
            assert (await client.post("/api/v1/calls/call_1/hang-up")).status_code == 409
            here.control.refuses = Conflict("a call that is held cannot hold", code="illegal_call_input")
            answer = await client.post("/api/v1/calls/call_1/hang-up")
            assert answer.status_code == 409 and "held" in answer.json()["detail"]

    run_real(story())


def test_another_tenants_call_cannot_be_hung_up(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await here.happened(*call(here, "call_1", NOW, ends=""))
            async with here.as_user(await here.stranger()) as eve:
                assert (await eve.post("/api/v1/calls/call_1/hang-up")).status_code == 404
            assert here.control.done == []

    run_real(story())


def test_an_agent_is_told_to_call_somebody(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            wanted = {
                "agent": here.agent.id,
                "to": "+442079460009",
                "from": "+442079460000",
                "variables": {"name": "Anna"},
                "metadata": {"ticket": "7"},
                "max_duration": 60,
            }
            answer = await client.post("/api/v1/calls", json=wanted)
            assert answer.status_code == 202
            begun = answer.json()
            assert begun["state"] == "dialing" and answer.headers["location"] == f"/api/v1/calls/{begun['id']}"
            [made] = here.control.made
            assert (made.call, made.agent, made.to, made.caller) == (
                begun["id"], here.agent.id, "+442079460009", "+442079460000",
            )  # fmt: skip
            assert (made.variables, made.metadata, made.max_duration) == ({"name": "Anna"}, {"ticket": "7"}, 60.0)

    run_real(story())


@pytest.mark.parametrize(
    "wrong",
    [{"to": ""}, {"agent": ""}, {"max_duration": 0}, {"max_duration": -1}, {"variables": {"a b": "x"}}, {"what": 1}],
)
def test_a_call_that_cannot_be_meant_is_not_made(tmp_path: Path, wrong: dict[str, object]) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            answer = await client.post("/api/v1/calls", json={"agent": "Receptionist", "to": "anna", **wrong})
            assert answer.status_code == 422
            assert here.control.made == []

    run_real(story())


COMMANDS: list[tuple[str, dict[str, object] | None, int, control.CallCommand]] = [
    ("hold", None, 204, control.Hold()),
    ("resume", None, 204, control.Resume()),
    ("transfer", {"target": "anna", "mode": "warm"}, 202, control.Transfer("anna", "warm")),
    ("conference", {"target": "anna"}, 202, control.Conference("anna")),
    ("digits", {"digits": "12#"}, 204, control.SendDigits("12#")),
    ("say", {"text": "Hello", "protected": True}, 204, control.Say("Hello", protected=True)),
    ("whisper", {"text": "Be kind."}, 204, control.Whisper("Be kind.")),
    ("give-back", {"note": "Done."}, 204, control.GiveBack("Done.")),
]


def test_what_is_asked_of_a_call_is_what_its_engine_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await here.happened(*call(here, "call_1", NOW, ends=""))
            for path, body, status, _ in COMMANDS:
                answer = await client.post(f"/api/v1/calls/call_1/{path}", json=body)
                assert answer.status_code == status, answer.text
            assert [command for _, command in here.control.done] == [command for *_, command in COMMANDS]
            await client.post("/api/v1/calls/call_1/take-over", json={"target": "anna"})
            assert here.control.done[-1][1] == control.TakeOver("anna", here.account.user.id)
            for path, wrong in (("digits", {"digits": "12a"}), ("say", {"text": ""}), ("transfer", {"mode": "blind"})):
                assert (await client.post(f"/api/v1/calls/call_1/{path}", json=wrong)).status_code == 422

    run_real(story())
