"""Flows over the API: from a draft with mistakes to a version that answers, and back."""

from pathlib import Path

from tests.test_receptions import TEXT
from tests.virtual_time import run_real
from tests.web.site import site
from tests.web.test_trunks import agent

SUNNY = TEXT.replace("It rains.", "The sun shines.")


def test_a_flow_is_drafted_corrected_published_and_rolled_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            made = await client.post(
                "/api/v1/flows", json={"name": "door", "text": TEXT.replace("next: menu", "next: m")}
            )
            assert (made.status_code, made.json()["published"], made.json()["revision"]) == (201, 0, 1)
            refused = await client.post("/api/v1/flows/door/publish", json={})
            assert (refused.status_code, refused.json()["code"]) == (422, "flow_invalid")
            assert refused.json()["problems"][0] == {
                "node": "start", "field": "next", "message": "there is no node 'm'; did you mean 'menu'?", "line": 6,
            }  # fmt: skip
            changed = await client.put("/api/v1/flows/door/draft", json={"text": TEXT, "revision": 1})
            assert changed.json()["revision"] == 2
            late = await client.put("/api/v1/flows/door/draft", json={"text": "x", "revision": 1})
            assert (late.status_code, late.json()["code"]) == (409, "draft_changed")
            first = await client.post("/api/v1/flows/door/publish", json={"note": "first"})
            assert (first.status_code, first.json()["number"], first.json()["text"]) == (201, 1, TEXT)
            await client.put("/api/v1/flows/door/draft", json={"text": SUNNY})
            await client.post("/api/v1/flows/door/publish", json={})
            back = await client.post("/api/v1/flows/door/roll-back", json={"number": 1})
            assert (back.json()["number"], back.json()["restores"]) == (3, 1)
            listed = (await client.get("/api/v1/flows/door/versions")).json()
            assert [(v["number"], v["note"]) for v in listed] == [(3, "back to version 1"), (2, ""), (1, "first")]
            assert listed[0]["created_by"] == here.account.user.id
            assert (await client.get("/api/v1/flows/door/versions/2")).json()["text"] == SUNNY
            (shown,) = (await client.get("/api/v1/flows")).json()
            assert (shown["name"], shown["published"]) == ("door", 3)
            assert "draft" not in shown

    run_real(story())


def test_what_is_wrong_with_a_text_is_told_without_storing_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            good = await client.post("/api/v1/flows/validate", json={"text": TEXT})
            assert good.json() == {"usable": True, "problems": []}
            bad = (await client.post("/api/v1/flows/validate", json={"text": TEXT.replace("prompts", "promts")})).json()
            assert not bad["usable"]
            assert [(p["node"], p["field"], p["line"]) for p in bad["problems"]] == [
                ("menu", "prompts", 7),
                ("menu", "promts", 7),
            ]
            assert (await client.get("/api/v1/flows")).json() == []

    run_real(story())


def test_two_versions_are_compared_in_words_as_data_and_line_by_line(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await client.post("/api/v1/flows", json={"name": "door", "text": TEXT})
            await client.post("/api/v1/flows/door/publish", json={})
            same = (await client.get("/api/v1/flows/door/diff")).json()
            assert same == {"same": True, "changes": [], "text": ""}
            await client.put("/api/v1/flows/door/draft", json={"text": SUNNY})
            found = (await client.get("/api/v1/flows/door/diff", params={"from": 1})).json()
            assert found["changes"] == [
                {
                    "how": "changed", "what": "node", "name": "weather", "field": "text", "before": "'It rains.'",
                    "after": "'The sun shines.'", "words": "node weather: text was 'It rains.', is 'The sun shines.'",
                }
            ]  # fmt: skip
            assert '+  weather: {type: say, text: "The sun shines.", next: menu}' in found["text"]
            await client.put("/api/v1/flows/door/draft", json={"text": "flow: ["})
            unreadable = await client.get("/api/v1/flows/door/diff")
            assert (unreadable.status_code, unreadable.json()["code"]) == (422, "flow_unreadable")

    run_real(story())


def test_another_tenant_finds_no_flow_and_only_an_administrator_writes(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            made = (await client.post("/api/v1/flows", json={"name": "door", "text": TEXT})).json()
            await client.post("/api/v1/flows/door/publish", json={})
            async with here.as_user(await here.stranger()) as stranger:
                assert (await stranger.get("/api/v1/flows")).json() == []
                where = f"/api/v1/flows/{made['id']}"
                for answer in (
                    await stranger.get(where),
                    await stranger.get(f"{where}/versions/1"),
                    await stranger.get(f"{where}/diff"),
                    await stranger.put(f"{where}/draft", json={"text": "x"}),
                    await stranger.post(f"{where}/publish", json={}),
                ):
                    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            async with here.as_user(await agent(here)) as other:
                assert (await other.get("/api/v1/flows/door")).status_code == 200
                assert (await other.put("/api/v1/flows/door/draft", json={"text": "x"})).status_code == 403
                assert (await other.post("/api/v1/flows/door/publish", json={})).status_code == 403

    run_real(story())


def test_the_format_is_given_as_json_schema(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            described = (await client.get("/api/v1/flows/schema")).json()
            assert described["required"] == ["flow", "home", "nodes"]
            assert "_Transfer" in described["$defs"]

    run_real(story())


def test_an_agent_goes_by_a_flow_once_it_is_published_and_by_no_file_of_the_machine(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            where = f"/api/v1/agents/{here.agent.id}"
            for flow in ("door", "/etc/passwd", "../other.yaml"):
                assert (await client.patch(where, json={"flow": flow})).status_code == 404
            await client.post("/api/v1/flows", json={"name": "door", "text": TEXT})
            early = await client.patch(where, json={"flow": "door"})
            assert (early.status_code, early.json()["code"]) == (409, "flow_missing")
            await client.post("/api/v1/flows/door/publish", json={})
            assert (await client.patch(where, json={"flow": "door"})).json()["flow"] == "door"
            assert (await client.patch(where, json={"flow": "door", "speed": 1.1})).status_code == 200

    run_real(story())
