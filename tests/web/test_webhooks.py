"""Webhooks over the API: who sees and changes what, that secrets stay, the log of deliveries, and sending again."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import jsonschema
from sqlalchemy import update

from switchroom.events.topics import TOPICS
from switchroom.hooks.deliverer import Deliverer
from switchroom.hooks.fanout import FanOut
from switchroom.hooks.model import WebhookRow
from switchroom.hooks.sending import Reach
from switchroom.hosting import hosting
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.storage.vault import Vault
from tests.hooks.receiver import receiving, replying
from tests.storage.stories import Story
from tests.virtual_time import run_real
from tests.web.site import PASSWORD, Site, site

WHERE = "/api/v1/webhooks"
N8N = {"url": "https://n8n.example.com/hook", "topics": ["voice.*", "call.ended"], "description": "n8n"}


def test_an_endpoint_is_added_shown_changed_and_removed_and_its_secret_is_shown_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            added = await client.post(WHERE, json=N8N)
            assert added.status_code == 201, added.text
            secret, id_ = added.json()["secret"], added.json()["id"]
            assert secret.startswith("whsec_")
            assert added.json()["topics"] == ["call.ended", "voice.*"]
            changed = await client.patch(f"{WHERE}/{id_}", json={"enabled": False, "topics": ["*"]})
            assert (changed.json()["enabled"], changed.json()["topics"]) == (False, ["*"])
            listed = (await client.get(WHERE)).json()
            shown = await client.get(f"{WHERE}/{id_}")
            assert listed == {"items": [shown.json()], "next": None}
            rotated = await client.post(f"{WHERE}/{id_}/rotate")
            assert rotated.json()["secret"] not in (secret, "")
            assert "whsec_" not in changed.text + shown.text + (await client.get(WHERE)).text
            assert (await client.delete(f"{WHERE}/{id_}")).status_code == 204
            assert (await client.get(f"{WHERE}/{id_}")).status_code == 404

    run_real(story())


def test_what_cannot_be_used_is_refused_with_its_reason(tmp_path: Path) -> None:
    wrong: dict[str, dict[str, object]] = {
        "begin with https": {"url": "http://example.com/x"},
        "public internet": {"url": "https://169.254.169.254/latest"},
        "no password": {"url": "https://a:b@example.com/"},
        "names no host": {"url": "https:///x"},
        "no event is called calls.*": {"topics": ["calls.*"]},
    }

    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            for reason, fields in wrong.items():
                answer = await client.post(WHERE, json={**N8N, **fields})
                assert answer.status_code == 422, fields
                assert reason in answer.json()["detail"]

    run_real(story())


def test_only_administrators_of_the_tenant_see_its_webhooks(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            async with here.as_user() as client:
                id_ = (await client.post(WHERE, json=N8N)).json()["id"]
                delivery = (await client.post(f"{WHERE}/{id_}/test")).json()["delivery"]
            paths = [
                ("GET", f"{WHERE}/{id_}"),
                ("PATCH", f"{WHERE}/{id_}"),
                ("DELETE", f"{WHERE}/{id_}"),
                ("POST", f"{WHERE}/{id_}/rotate"),
                ("POST", f"{WHERE}/{id_}/test"),
                ("POST", f"{WHERE}/{id_}/replay"),
                ("GET", f"{WHERE}/{id_}/deliveries"),
                ("GET", f"{WHERE}/deliveries/{delivery}"),
                ("POST", f"{WHERE}/deliveries/{delivery}/replay"),
            ]
            accounts = here.services.accounts
            mine = here.account.tenant.id
            worker = await accounts.create_user(mine, "w@example.com", PASSWORD, name="W", role="agent")
            for user, status in ((await here.stranger(), 404), (worker, 403)):
                async with here.as_user(user) as client:
                    for method, path in paths:
                        body: dict[str, object] | None = {} if method in ("PATCH", "POST") else None
                        assert (await client.request(method, path, json=body)).status_code == status, path

    run_real(story())


def test_the_log_tells_of_each_attempt_and_events_are_sent_again(tmp_path: Path) -> None:
    async def story() -> None:
        gone = replying((410, {}, b"nobody here"))
        async with site(tmp_path) as here, here.as_user() as client, receiving(gone) as receiver:
            made = (await client.post(WHERE, json={**N8N, "topics": ["voice.*"]})).json()
            log = f"{WHERE}/{made['id']}/deliveries"
            await _point(here, made["id"], receiver.url)
            await here.journal.write(Story("call_1", here.account.tenant.id).whole())
            async with worker(here):
                await receiver.received(2)
            answer = (await client.get(log, params={"state": "failed"})).json()
            [failed] = answer["items"]
            [attempt] = failed["attempts"]
            assert (failed["status"], attempt["excerpt"]) == (
                410,
                "nobody here",
            )  # of the two, whichever was answered first
            assert (await client.get(WHERE)).json()["items"][0]["disabled_why"] == "gone"
            again = f"{WHERE}/deliveries/{failed['id']}/replay"
            assert (await client.post(again)).status_code == 409  # it is switched off
            await client.patch(f"{WHERE}/{made['id']}", json={"enabled": True})
            replayed = await client.post(again)
            assert (replayed.status_code, replayed.json()["state"]) == (202, "pending")
            async with worker(here):
                await receiver.received(3)
            assert receiver.posts[2].headers["webhook-id"] == failed["event"]
            assert (await client.post(f"{WHERE}/{made['id']}/replay", json={})).json() == {"count": 0}
            everything = await client.post(f"{WHERE}/{made['id']}/replay", json={"what": "all"})
            assert everything.json() == {"count": 2}
            late = {"what": "all", "since": "2027-01-16T00:00:00Z"}
            assert (await client.post(f"{WHERE}/{made['id']}/replay", json=late)).json() == {"count": 0}
            first = (await client.get(log, params={"limit": 1})).json()
            second = (await client.get(log, params={"limit": 1, "cursor": first["next"]})).json()
            assert [page["items"][0]["topic"] for page in (first, second)] == [
                "voice.call.completed",
                "voice.call.started",
            ]
            assert second["next"] is None
            assert (await client.get(log, params={"cursor": "x"})).status_code == 422

    run_real(story())


def test_a_test_event_goes_to_that_endpoint_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client, receiving() as receiver:
            ids = [(await client.post(WHERE, json=N8N | {"topics": ["*"]})).json()["id"] for _ in range(2)]
            for id_ in ids:
                await _point(here, id_, receiver.url)
            sent = await client.post(f"{WHERE}/{ids[0]}/test")
            assert sent.status_code == 202
            async with worker(here):
                [post] = await receiver.received(1)
                told = json.loads(post.body)
            assert (told["type"], told["data"]) == ("webhook.tested", {"webhook": ids[0]})
            delivery = await client.get(f"{WHERE}/deliveries/{sent.json()['delivery']}")
            assert (delivery.json()["state"], delivery.json()["tries"]) == ("delivered", 1)
            assert len(receiver.posts) == 1

    run_real(story())


def test_every_topic_is_listed_with_a_schema_that_its_events_meet(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            listed = {kind["topic"]: kind for kind in (await client.get("/api/v1/events")).json()["items"]}
            assert set(listed) == set(TOPICS)
            await here.journal.write(Story("call_1").whole())
            for entry in await here.journal.after(0):
                jsonschema.validate(dict(entry.data), listed[entry.topic]["data"])
            assert listed["transcript.final"]["personal"] == ["text"]
            assert listed["transcript.partial"]["ephemeral"]

    run_real(story())


async def _point(here: Site, webhook: str, url: str) -> None:
    """Let the endpoint be on this machine, which the API does not allow."""
    async with here.services.database.transaction(WHOLE_HOUSE) as session:
        await session.execute(update(WebhookRow).where(WebhookRow.id == webhook).values(url=url))


@asynccontextmanager
async def worker(here: Site) -> AsyncIterator[None]:
    """Deliver while the context is open."""
    journal, wall = here.journal, here.services.wall
    deliverer = Deliverer(journal, Vault("s" * 32), wall, Reach(private=True), pace=0.01)
    async with hosting(deliverer.run()), hosting(FanOut(journal, wall, deliverer.notice, linger=0.01).run()):
        yield
