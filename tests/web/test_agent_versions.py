"""Agents are made, drafted, published, rolled back and removed over HTTP."""

from pathlib import Path

import httpx

from switchroom.identity import UserId
from tests.virtual_time import run_real
from tests.web.site import Site, site

FLOW = """
flow: front
home: menu
nodes:
  start: {type: start, greeting: Hello, next: menu}
  menu: {type: classify, prompts: ["Well?"], routes: {bye: bye}, lost: bye}
  bye: {type: hang_up, text: Bye}
intents: {bye: [goodbye]}
"""


async def publish(here: Site) -> None:
    tenant = here.account.tenant.id
    await here.services.flows.create(tenant, "front", FLOW, UserId("usr_1"))
    await here.services.flows.publish(tenant, "front", UserId("usr_1"))


async def make(here: Site, client: httpx.AsyncClient, name: str = "Ada") -> dict[str, object]:
    made = await client.post("/api/v1/agents", json={"name": name, "flow": "front", "speed": 1.1})
    assert made.status_code == 201, made.text
    found: dict[str, object] = made.json()
    return found


def test_an_agent_is_made_with_a_published_flow_and_a_name_of_its_own(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            assert (await client.post("/api/v1/agents", json={"name": "Ada", "flow": "front"})).status_code == 404
            assert (await client.post("/api/v1/agents", json={"flow": "front"})).status_code == 422
            await publish(here)
            made = await make(here, client)
            assert (made["version"], made["speed"], made["language"]) == (1, 1.1, "en")
            again = await client.post("/api/v1/agents", json={"name": "Ada", "flow": "front"})
            assert (again.status_code, again.json()["code"]) == (409, "conflict")

    run_real(story())


def test_a_draft_answers_no_calls_until_it_is_published(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await publish(here)
            one = f"/api/v1/agents/{(await make(here, client))['id']}"
            draft = await client.patch(f"{one}/draft", json={"greeting": "Good day."})
            assert draft.json()["changes"] == [{"field": "greeting", "before": "", "after": "Good day."}]
            assert (await client.get(one)).json()["greeting"] == ""
            assert (await client.get(f"{one}/draft")).json()["agent"]["greeting"] == "Good day."
            published = await client.post(f"{one}/publish", json={"note": "polite"})
            assert (published.json()["version"], published.json()["greeting"]) == (2, "Good day.")
            assert (await client.post(f"{one}/publish")).status_code == 409
            await client.patch(f"{one}/draft", json={"speed": 2.0})
            assert (await client.delete(f"{one}/draft")).status_code == 204
            assert (await client.get(f"{one}/draft")).json()["changes"] == []

    run_real(story())


def test_every_change_is_a_version_that_can_be_read_compared_and_restored(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await publish(here)
            one = f"/api/v1/agents/{(await make(here, client))['id']}"
            for prompt in ("Be kind.", "Be quick."):
                await client.patch(one, json={"prompt": prompt, "languages": ["de"]})
            await client.patch(one, json={"prompt": "Be quick."})  # nothing new
            listed = (await client.get(f"{one}/versions")).json()
            assert [(v["number"], v["live"]) for v in listed["items"]] == [(3, True), (2, False), (1, False)]
            assert listed["items"][0]["created_by"] == here.account.user.id
            page = (await client.get(f"{one}/versions", params={"limit": 2})).json()
            rest = (await client.get(f"{one}/versions", params={"limit": 2, "cursor": page["next"]})).json()
            assert [v["number"] for v in rest["items"]] == [1]
            diff = (await client.get(f"{one}/versions/1/diff", params={"to": 2})).json()
            assert {d["field"]: d["after"] for d in diff} == {"prompt": "Be kind.", "languages": ["de"]}
            back = await client.post(f"{one}/versions/1/roll-back")
            assert (back.json()["version"], back.json()["prompt"], back.json()["languages"]) == (4, "", [])
            newest = (await client.get(f"{one}/versions/4")).json()
            assert (newest["restores"], newest["note"]) == (1, "back to version 1")
            assert (await client.post(f"{one}/versions/4/roll-back")).status_code == 409
            assert (await client.get(f"{one}/versions/9")).status_code == 404

    run_real(story())


def test_an_agent_that_is_needed_is_not_removed_and_what_needs_it_is_named(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await publish(here)
            ada = await make(here, client)
            one = f"/api/v1/agents/{ada['id']}"
            await client.post("/api/v1/numbers", json={"number": "100", "open": {"kind": "agent", "id": "Ada"}})
            overflow = {"kind": "agent", "agent": ada["id"]}
            assert (
                await client.post("/api/v1/queues", json={"name": "sales", "overflow": overflow})
            ).status_code == 201
            refused = await client.delete(one)
            assert refused.status_code == 409
            assert "100, queue sales" in refused.json()["detail"]
            await client.delete("/api/v1/numbers/100")
            await client.delete("/api/v1/queues/sales")
            assert (await client.delete(one)).status_code == 204
            assert (await client.get(one)).status_code == 404
            assert (await client.delete("/api/v1/agents/Receptionist")).status_code == 409  # answers demo

    run_real(story())


def test_versions_of_another_tenants_agent_are_not_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            one = f"/api/v1/agents/{here.agent.id}"
            async with here.as_user(await here.stranger()) as client:
                for path in ("/draft", "/versions", "/versions/1", "/versions/1/diff"):
                    assert (await client.get(one + path)).status_code == 404
                assert (await client.post(f"{one}/versions/1/roll-back")).status_code == 404
                assert (await client.delete(one)).status_code == 404

    run_real(story())
