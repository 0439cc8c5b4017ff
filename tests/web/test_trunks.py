"""Trunks over the API: who sees and changes what, that secrets stay, and what a probe finds."""

import asyncio
from pathlib import Path

from switchroom.accounts.service import User
from tests.interop.ports import free_block
from tests.virtual_time import run_real
from tests.web.site import PASSWORD, Site, site

TWILIO = {
    "name": "Twilio",
    "kind": "twilio",
    "domain": "x.pstn.twilio.com",
    "allow": ["+44"],
    "user": "us",
    "password": "sesame",
}


def test_a_trunk_is_added_shown_changed_and_removed(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            added = await client.post("/api/v1/trunks", json=TWILIO)
            assert added.status_code == 201
            trunk = added.json()
            assert trunk["settings"]["networks"][0] == "54.172.60.0/30"
            assert trunk["secrets"] == ["password"]
            assert (trunk["line"]["state"], trunk["calls_in"], trunk["calls_out"]) == ("off", 0, 0)
            where = f"/api/v1/trunks/{trunk['id']}"
            changed = await client.patch(where, json={"max_calls": 3, "password": "other"})
            assert (changed.json()["settings"]["max_calls"], changed.json()["secrets"]) == (3, ["password"])
            shown = await client.get(where)
            listed = await client.get("/api/v1/trunks")
            assert listed.json() == [shown.json()] == [changed.json()]
            assert "sesame" not in added.text + shown.text and "other" not in shown.text
            assert (await client.delete(where)).status_code == 204
            assert (await client.get(where)).status_code == 404

    run_real(story())


def test_what_is_wrong_with_a_trunk_is_a_problem_that_names_the_field(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            wrong = await client.post("/api/v1/trunks", json={**TWILIO, "networks": ["10.0.0.1/8"]})
            assert (wrong.status_code, wrong.headers["content-type"]) == (422, "application/problem+json")
            assert "networks.0: '10.0.0.1/8' is no network" in wrong.json()["detail"]
            nameless = await client.post("/api/v1/trunks", json={"kind": "twilio"})
            assert "name: Field required" in nameless.json()["detail"]
            await client.post("/api/v1/trunks", json=TWILIO)
            twin = await client.post("/api/v1/trunks", json={**TWILIO, "networks": []})
            assert (twin.status_code, twin.json()["code"]) == (409, "conflict")
            line = await client.post("/api/v1/trunks", json={"name": "OVH", "kind": "ovh", "user": "0033972"})
            assert "password: it is needed" in line.json()["detail"]

    run_real(story())


def test_another_tenant_sees_and_changes_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client, here.as_user(await here.stranger()) as stranger:
            where = f"/api/v1/trunks/{(await client.post('/api/v1/trunks', json=TWILIO)).json()['id']}"
            assert (await stranger.get("/api/v1/trunks")).json() == []
            for answer in (
                await stranger.get(where),
                await stranger.patch(where, json={"enabled": False}),
                await stranger.delete(where),
                await stranger.post(f"{where}/test"),
                await stranger.get(f"{where}/capabilities"),
            ):
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    run_real(story())


def test_only_an_administrator_changes_trunks_and_guards(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client, here.as_user(await agent(here)) as other:
            where = f"/api/v1/trunks/{(await client.post('/api/v1/trunks', json=TWILIO)).json()['id']}"
            assert (await other.get(where)).status_code == 200
            for answer in (
                await other.post("/api/v1/trunks", json=TWILIO),
                await other.patch(where, json={"enabled": False}),
                await other.delete(where),
                await other.post(f"{where}/test"),
                await other.put("/api/v1/dial-guard", json={}),
            ):
                assert (answer.status_code, answer.json()["code"]) == (403, "role")
            async with here.client() as nobody:
                assert (await nobody.get("/api/v1/trunks")).status_code == 401

    run_real(story())


def test_what_a_trunk_s_headers_say_is_for_administrators_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client, here.as_user(await agent(here)) as other:
            made = await client.post("/api/v1/trunks", json={**TWILIO, "headers": {"X-Key": "open sesame"}})
            assert made.json()["settings"]["headers"] == {"X-Key": "open sesame"}
            where = f"/api/v1/trunks/{made.json()['id']}"
            assert (await other.get(where)).json()["settings"]["headers"] == {"X-Key": ""}
            assert "open sesame" not in (await other.get("/api/v1/trunks")).text
            assert (await client.get(where)).json()["settings"]["headers"] == {"X-Key": "open sesame"}

    run_real(story())


def test_a_guard_wider_than_the_operator_s_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            refused = await client.put("/api/v1/dial-guard", json={"concurrent": 101})
            assert refused.status_code == 422 and "more than the 100 that the operator lets" in refused.json()["detail"]

    run_real(story())


def test_what_a_trunk_can_do_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            trunk = (await client.post("/api/v1/trunks", json=TWILIO)).json()
            can = (await client.get(f"/api/v1/trunks/{trunk['id']}/capabilities")).json()
            assert can["recognised_by"] == ["address"]
            assert (can["inbound"], can["outbound"], can["authenticates"]) == (True, True, True)
            assert (can["codecs"], can["accepts_refer"], can["calls_per_second"]) == (["PCMU", "PCMA"], True, 30.0)
            assert "sesame" not in str(can)
            kinds = (await client.get("/api/v1/trunk-kinds")).json()
            assert kinds["ovh"]["registers"] is True

    run_real(story())


def test_a_probe_says_what_it_found_and_what_to_do(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client, asyncio.timeout(20.0):
            await here.endpoint.open()
            serving = asyncio.get_running_loop().create_task(here.endpoint.run())
            await asyncio.sleep(0)
            try:
                host, port = here.endpoint.address
                there = await client.post("/api/v1/trunks", json={"name": "there", "proxies": [f"sip:{host}:{port}"]})
                found = (await client.post(f"/api/v1/trunks/{there.json()['id']}/test")).json()
                assert (found["answered"], found["status"], found["where"]) == (True, 200, f"udp:{host}:{port}")
                assert found["advice"] == "it is there: nothing to do"
                gone = {"proxies": [f"sip:127.0.0.1:{free_block(2)};transport=tcp"]}
                await client.patch(f"/api/v1/trunks/{there.json()['id']}", json=gone)
                found = (await client.post(f"/api/v1/trunks/{there.json()['id']}/test")).json()
                assert (found["answered"], found["status"]) == (False, 503)
                assert "nothing listens there" in found["advice"]
                nowhere = await client.post("/api/v1/trunks", json={"name": "nowhere"})
                found = (await client.post(f"/api/v1/trunks/{nowhere.json()['id']}/test")).json()
                assert (found["reason"], found["where"]) == ("there is no address to ask", "")
                assert found["advice"] == "set proxies, a domain or a registrar"
            finally:
                serving.cancel()
                await asyncio.wait([serving])

    run_real(story())


def test_a_guard_is_shown_and_replaced(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            before = (await client.get("/api/v1/dial-guard")).json()
            assert (before["guard"]["concurrent"], before["running"], before["spent"]) == (10, 0, 0)
            wanted = {"concurrent": 2, "spend_per_day": 5_000_000, "rates": {"+44": 12_000}, "allow": ["+44"]}
            after = (await client.put("/api/v1/dial-guard", json=wanted)).json()
            assert after["guard"]["rates"] == {"+44": 12_000}
            wrong = await client.put("/api/v1/dial-guard", json={"rates": {"44": 1}})
            assert wrong.status_code == 422 and "'44' is no beginning of a number" in wrong.json()["detail"]

    run_real(story())


def test_the_page_shows_each_trunk_and_tells_what_a_test_found(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.in_browser() as client:
            empty = await client.get("/trunks")
            assert "There are no trunks." in empty.text
            tenant = here.account.tenant.id
            made = await here.services.trunks.create(
                tenant, {"name": "<b>Box</b>", "kind": "fritzbox", "user": "6", "password": "sesame"}
            )
            bare = await here.services.trunks.create(tenant, {"name": "bare", "enabled": False, "allow": ["+44"]})
            shown = (await client.get("/trunks")).text
            assert "&lt;b&gt;Box&lt;/b&gt;" in shown and "sesame" not in shown
            assert "fritz.box" in shown and "nowhere yet" in shown and "switched off" in shown
            assert "today 0.00 EUR of 20.00 EUR" in shown
            tested = await client.post("/trunks", data={"trunk": bare.id})
            assert "there is no address to ask" in tested.text
            assert (await client.post("/trunks", data={"trunk": "trk_other"})).status_code == 404
            assert made.id in tested.text
        (tmp_path / "other").mkdir()
        async with site(tmp_path / "other") as here, here.in_browser(await agent(here)) as client:
            assert (await client.post("/trunks", data={"trunk": "x"})).status_code == 403

    run_real(story())


def test_the_api_document_shows_the_fields_of_a_trunk(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            document = (await client.get("/openapi.json")).json()
            body = document["paths"]["/api/v1/trunks"]["post"]["requestBody"]["content"]["application/json"]["schema"]
            assert {"networks", "password", "allow"} <= set(body["properties"])

    run_real(story())


async def agent(here: Site) -> User:
    return await here.services.accounts.create_user(
        here.account.tenant.id, "al@example.com", PASSWORD, name="Al", role="agent"
    )
