"""Writes that are sent again: once done, once answered."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from switchroom.errors import Unavailable
from switchroom.storage.kept_answers import KEPT, LEASE, Answered, Begun, OtherRequest, UnderWay
from switchroom.web.routes import routed
from tests.virtual_time import run_real
from tests.web.site import NOW, Site, site

pytestmark = pytest.mark.databases

CALL = {"agent": "Receptionist", "to": "+442079460009"}


def keyed(key: str) -> dict[str, str]:
    return {"idempotency-key": key}


def test_the_same_request_again_is_answered_as_the_first_time_and_done_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            first = await client.post("/api/v1/calls", json=CALL, headers=keyed("one"))
            again = await client.post("/api/v1/calls", json=CALL, headers=keyed("one"))
            assert first.status_code == again.status_code == 202
            assert first.json() == again.json() and first.headers["location"] == again.headers["location"]
            assert "idempotent-replayed" not in first.headers and again.headers["idempotent-replayed"] == "true"
            other = await client.post("/api/v1/calls", json=CALL, headers=keyed("two"))
            assert other.json() != first.json()
            assert len(here.control.made) == 2

    run_real(story())


def test_a_key_is_for_one_request_of_one_asker(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await client.post("/api/v1/calls", json=CALL, headers=keyed("one"))
            answer = await client.post("/api/v1/calls", json={**CALL, "to": "anna"}, headers=keyed("one"))
            assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_reused")
            async with await here.with_key("calls:write") as program:
                assert (await program.post("/api/v1/calls", json=CALL, headers=keyed("one"))).status_code == 422
            async with here.as_user(await here.stranger()) as eve:  # her tenant's keys are other keys
                answer = await eve.post("/api/v1/calls", json=CALL, headers=keyed("one"))
                assert answer.status_code == 404 and "agent" in answer.json()["detail"]
            assert len(here.control.made) == 1

    run_real(story())


def test_a_key_counts_for_every_write_and_for_no_read(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            wanted = {"name": "Program", "scopes": ["calls:read"]}
            first = await client.post("/api/v1/auth/api-keys", json=wanted, headers=keyed("one"))
            again = await client.post("/api/v1/auth/api-keys", json=wanted, headers=keyed("one"))
            assert first.status_code == 201 and again.json() == first.json()  # the secret that is shown once, too
            found = await client.get("/api/v1/auth/api-keys", headers=keyed("one"))
            assert len(found.json()) == 1

    run_real(story())


def test_a_request_that_is_worked_on_is_not_begun_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            hurry, go_on = asyncio.Event(), asyncio.Event()
            make = here.control.make

            async def slowly(wanted: object) -> None:
                hurry.set()
                await go_on.wait()
                await make(wanted)  # type: ignore[arg-type]

            here.control.make = slowly  # type: ignore[method-assign]
            async with asyncio.TaskGroup() as tasks:
                first = tasks.create_task(client.post("/api/v1/calls", json=CALL, headers=keyed("one")))
                await hurry.wait()
                answer = await client.post("/api/v1/calls", json=CALL, headers=keyed("one"))
                assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_progress")
                assert answer.headers["retry-after"] == "1"
                go_on.set()
            assert first.result().status_code == 202
            assert len(here.control.made) == 1

    run_real(story())


def test_what_broke_on_our_side_may_be_tried_again_and_what_was_refused_stays_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            here.control.refuses = Unavailable("full", code="no_place", retry_after=5)
            assert (await client.post("/api/v1/calls", json=CALL, headers=keyed("one"))).status_code == 503
            here.control.refuses = None
            assert (await client.post("/api/v1/calls", json=CALL, headers=keyed("one"))).status_code == 202
            nobody = {**CALL, "agent": "Nobody"}
            first = await client.post("/api/v1/calls", json=nobody, headers=keyed("two"))
            again = await client.post("/api/v1/calls", json=nobody, headers=keyed("two"))
            assert first.status_code == again.status_code == 404 and again.json() == first.json()
            assert "idempotent-replayed" in again.headers

    run_real(story())


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            answer = await client.post("/api/v1/calls", json=CALL, headers=keyed("x" * 201))
            assert answer.json()["code"] == "bad_idempotency_key"
            async with here.client() as nobody:
                assert (await nobody.post("/api/v1/calls", json=CALL, headers=keyed("one"))).status_code == 401

    run_real(story())


async def begun(here: Site, request: str = "digest") -> Begun | OtherRequest | UnderWay | Answered:
    assert here.services.answers is not None
    return await here.services.answers.begin(here.account.tenant.id, "key", request)


def test_whoever_died_over_a_request_does_not_keep_it_for_ever(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            first = await begun(here)
            assert (
                isinstance(first, Begun)
                and await begun(here) == UnderWay()
                and await begun(here, "else") == OtherRequest()
            )
            here.clock[0] = NOW + LEASE - 1
            assert await begun(here) == UnderWay()
            here.clock[0] = NOW + LEASE
            second = await begun(here)
            assert isinstance(second, Begun)
            assert here.services.answers is not None
            tenant, late = here.account.tenant.id, Answered(200, {}, "too late")
            await here.services.answers.keep(tenant, "key", first, late)
            here.clock[0] += 1
            assert await begun(here) == UnderWay()  # the first one's answer is nobody's any more
            await here.services.answers.keep(tenant, "key", second, Answered(200, {}, "in time"))
            assert await begun(here) == Answered(200, {}, "in time")

    run_real(story())


def test_an_answer_is_kept_for_a_day_and_sealed(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            first = await begun(here)
            assert isinstance(first, Begun) and here.services.answers is not None
            await here.services.answers.keep(
                here.account.tenant.id, "key", first, Answered(201, {}, "a canary of the coal mine")
            )
            here.clock[0] = NOW + KEPT
            assert await begun(here) == Answered(201, {}, "a canary of the coal mine")
            async with here.services.database.snapshot(here.account.tenant.id) as session:
                assert "canary" not in str(list(await session.execute(text("SELECT * FROM idempotency_keys"))))
            here.clock[0] = NOW + KEPT + 1
            assert isinstance(await begun(here), Begun)

    run_real(story())


def test_the_document_says_that_every_write_takes_a_key() -> None:
    document = routed().openapi()
    writes = [
        (path, method, {parameter["name"].lower() for parameter in operation.get("parameters", [])})
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in ("post", "put", "patch", "delete")
    ]
    assert len(writes) > 50
    assert [(path, method) for path, method, names in writes if "idempotency-key" not in names] == []
