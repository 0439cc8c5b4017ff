"""Numbers, business hours and queues over HTTP."""

from pathlib import Path

from tests.virtual_time import run_real
from tests.web.site import site

HOURS = {"name": "office", "zone": "Europe/Berlin", "week": {"monday": [{"opens": "09:00", "closes": "17:00"}]}}


def test_a_number_is_added_asked_changed_and_released(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            assert (await client.post("/api/v1/hours", json=HOURS)).status_code == 201
            queue = await client.post("/api/v1/queues", json={"name": "night", "person": "sip:night@192.0.2.1"})
            assert queue.status_code == 201
            wanted = {
                "number": "+49 30 123456",
                "hours": "office",
                "open": {"kind": "agent", "id": "Receptionist"},
                "closed": {"kind": "queue", "id": "night"},
            }
            made = await client.post("/api/v1/numbers", json=wanted)
            assert made.status_code == 201, made.text
            assert (made.json()["number"], made.json()["country"]) == ("+4930123456", "DE")
            assert (await client.post("/api/v1/numbers", json=wanted)).status_code == 409
            one = f"/api/v1/numbers/{made.json()['id']}"
            now = await client.get(f"{one}/now", params={"at": "2026-11-23T22:00:00Z"})
            assert now.json()["answers"] == {"kind": "queue", "id": queue.json()["id"]}
            assert now.json()["state"] == "closed"
            assert (await client.delete("/api/v1/queues/night")).status_code == 409
            assert "+4930123456" in (await client.delete("/api/v1/hours/office")).json()["detail"]
            changed = await client.patch(one, json={"hours": "", "closed": None, "label": "Front"})
            assert (changed.json()["closed"], changed.json()["label"]) == (None, "Front")
            assert (await client.delete("/api/v1/queues/night")).status_code == 204
            assert (await client.delete("/api/v1/hours/office")).status_code == 204
            assert (await client.delete(one)).status_code == 204
            assert (await client.get(one)).status_code == 404

    run_real(story())


def test_numbers_come_in_pages(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            for number in ("100", "101"):
                wanted = {"number": number, "open": {"kind": "agent", "id": "Receptionist"}}
                assert (await client.post("/api/v1/numbers", json=wanted)).status_code == 201
            seen, cursor = [], None
            while True:
                page = (
                    await client.get("/api/v1/numbers", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
                ).json()
                seen += [one["number"] for one in page["items"]]
                cursor = page["next"]
                if cursor is None:
                    break
            assert seen == ["demo", "100", "101"]

    run_real(story())


def test_a_form_that_cannot_be_is_refused_with_the_field(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            for path, values, field in (
                ("hours", {**HOURS, "zone": "Europe/Atlantis"}, "zone"),
                ("hours", {**HOURS, "week": {"monday": [{"opens": "25:00", "closes": "26:00"}]}}, "week"),
                ("queues", {"name": "x", "person": "somebody"}, "person"),
                ("queues", {"name": "x", "overflow": {"kind": "person"}}, "person"),
                ("numbers", {"number": "+4", "open": {"kind": "agent", "id": "Receptionist"}}, "number"),
            ):
                refused = await client.post(f"/api/v1/{path}", json=values)
                assert refused.status_code == 422
                assert field in refused.json()["detail"]

    run_real(story())


def test_nothing_of_another_tenant_is_seen_or_named(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await client.post("/api/v1/hours", json=HOURS)
            async with here.as_user(await here.stranger()) as stranger:
                for path in ("numbers/demo", "numbers/demo/now", "hours/office", "queues/none"):
                    assert (await stranger.get(f"/api/v1/{path}")).status_code == 404
                assert (await stranger.get("/api/v1/numbers")).json() == {"items": [], "next": None}
                wanted = {"number": "200", "open": {"kind": "agent", "id": here.agent.id}}
                assert (await stranger.post("/api/v1/numbers", json=wanted)).status_code == 422

    run_real(story())
