"""Events on their way to real HTTP servers on loopback."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from switchroom.hooks import signing
from switchroom.hooks.deliverer import Deliverer
from switchroom.hooks.endpoints import Wanted
from switchroom.hooks.fanout import FanOut
from switchroom.hooks.model import DELIVERED, FAILED, PENDING, DeliveryRow
from switchroom.hooks.schedule import SPAN
from switchroom.hooks.sending import Reach
from switchroom.identity import TenantId
from switchroom.storage.vault import Vault
from tests.hooks.house import NOW, SECRET, House, house
from tests.hooks.receiver import receiving, replying
from tests.storage.stories import TENANT, Story, stored
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases


def all_are(state: str, count: int = 1) -> Callable[[list[DeliveryRow]], bool]:
    return lambda rows: len(rows) >= count and all(row.state == state for row in rows)


def _tried(count: int) -> Callable[[list[DeliveryRow]], bool]:
    return lambda rows: bool(rows) and rows[0].tries == count


def test_every_event_that_an_endpoint_wants_arrives_signed_and_once(tmp_path: Path) -> None:
    events = Story().whole()

    async def story() -> None:
        async with house(tmp_path) as here, receiving() as receiver:
            _, secret = await here.hook(receiver.url)
            await here.journal.write(events)
            async with here.worker():
                posts = await receiver.received(len(stored(events)))
                rows = await here.until(all_are(DELIVERED))
            for post in posts:
                stamp = post.headers["webhook-timestamp"]
                assert stamp == str(int(NOW))
                good = signing.sign([secret], post.headers["webhook-id"], NOW, post.body)
                assert post.headers["webhook-signature"] == good
            told = {json.loads(post.body)["id"]: json.loads(post.body) for post in posts}
            assert len(posts) == len(told) == len(rows)
            for event in stored(events):
                one = told[event.id]
                assert (one["type"], one["call"], one["tenant"]) == (event.topic, event.call, TENANT)
                assert (one["sequence"], one["version"]) == (event.sequence, 1)
            assert told["evt_call_1_1"]["timestamp"] == "1970-01-01T00:16:41.000Z"

    run_real(story())


def test_what_a_person_said_is_left_out_unless_it_is_asked_for(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here, receiving() as discreet, receiving() as curious:
            await here.hook(discreet.url, "transcript.final", "voice.call.started")
            await here.hook(curious.url, "transcript.final", "voice.call.started", personal=True)
            await here.journal.write(Story().whole())
            async with here.worker():
                await discreet.received(2)
                await curious.received(2)
            told = {json.loads(post.body)["type"]: json.loads(post.body)["data"] for post in discreet.posts}
            whole = {json.loads(post.body)["type"]: json.loads(post.body)["data"] for post in curious.posts}
            assert "text" in whole["transcript.final"] and "caller" in whole["voice.call.started"]
            assert "text" not in told["transcript.final"] and "caller" not in told["voice.call.started"]
            assert told["transcript.final"]["turn"] == whole["transcript.final"]["turn"]

    run_real(story())


def test_an_endpoint_hears_of_its_tenant_and_its_topics_from_when_it_was_made(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here, receiving() as receiver:
            await here.journal.write(Story("call_before").whole())
            await here.hook(receiver.url, "voice.*")
            await here.journal.write(Story("call_other", TenantId("tnt_2")).whole())
            await here.journal.write(Story("call_after").whole())
            async with here.worker():
                await here.until(all_are(DELIVERED, 2))
            assert [row.event_id.startswith("evt_call_after") for row in await here.deliveries()] == [True, True]

    run_real(story())


def test_what_fails_is_tried_again_later_with_the_same_id_and_the_same_bytes(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here, receiving(replying(500, 302, (503, {}, b"busy"))) as receiver:
            await here.hook(receiver.url, "voice.call.started")
            await here.journal.write(Story().whole())
            async with here.worker():
                for attempt in (1, 2, 3):
                    [row] = await here.until(_tried(attempt))
                    assert row.state == PENDING
                    assert row.due > here.clock[0]
                    here.clock[0] = row.due + 1
                [row] = await here.until(all_are(DELIVERED))
            assert row.tries == 4
            assert [attempt["status"] for attempt in row.attempts] == [500, 302, 503, 204]
            assert row.attempts[2]["excerpt"] == "busy"
            assert len({post.headers["webhook-id"] for post in receiver.posts}) == 1
            assert len({post.body for post in receiver.posts}) == 1
            assert len({post.headers["webhook-timestamp"] for post in receiver.posts}) == 4

    run_real(story())


def test_a_receiver_that_says_when_to_come_back_is_not_asked_before(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here, receiving(replying((429, {"retry-after": "600"}, b""))) as receiver:
            await here.hook(receiver.url, "voice.*")
            await here.journal.write(Story().whole())
            async with here.worker():
                rows = await here.until(lambda rows: any(row.tries for row in rows))
                tried = next(row for row in rows if row.tries)
                assert tried.due == NOW + 600

    run_real(story())


def test_after_three_days_a_delivery_is_given_up_and_the_endpoint_with_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here, receiving(lambda _post: (500, {}, b"")) as receiver:
            hook, _ = await here.hook(receiver.url, "voice.call.started")
            await here.journal.write(Story().whole())
            async with here.worker():
                await here.until(_tried(1))
                here.clock[0] = NOW + SPAN + 1
                [row] = await here.until(all_are(FAILED))
            assert row.tries == 2
            failed, disabled = await here.journal.after(0, topics=["webhook.delivery.failed", "webhook.disabled"])
            assert (failed.data["delivery"], failed.data["status"], failed.data["attempts"]) == (row.id, 500, 2)
            assert disabled.data == {"webhook": hook.id, "reason": "failing"}
            seen = await here.webhooks.get(hook.id, TENANT)
            assert (seen.enabled, seen.disabled_why) == (False, "failing")

    run_real(story())


def test_an_endpoint_that_is_gone_is_switched_off_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here, receiving(replying(410)) as receiver:
            hook, _ = await here.hook(receiver.url, "voice.call.started")
            await here.journal.write(Story().whole())
            async with here.worker():
                await here.until(all_are(FAILED))
                await here.journal.write(Story("call_2").whole())
                await fanned_out(here)
            assert (await here.webhooks.get(hook.id, TENANT)).disabled_why == "gone"
            assert len(await here.deliveries()) == len(receiver.posts) == 1

    run_real(story())


def test_one_endpoint_that_hangs_keeps_no_other_waiting(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here, receiving() as stuck, receiving() as good:
            stuck.hold = asyncio.Event()
            await here.hook(stuck.url)
            await here.hook(good.url)
            events = [event for call in range(20) for event in Story(f"call_{call}").whole()]
            await here.journal.write(events)
            async with here.worker():
                await good.received(len(stored(events)))
                assert len(stuck.posts) <= 8

    run_real(story())


def test_a_dead_endpoint_is_left_alone_and_gets_everything_when_it_is_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here, receiving(lambda _post: (500, {}, b"")) as receiver:
            await here.hook(receiver.url)
            events = [event for call in range(10) for event in Story(f"call_{call}").whole()]
            await here.journal.write(events)
            async with here.worker():
                await here.until(lambda rows: sum(row.tries for row in rows) >= 5)
                await asyncio.sleep(0.2)
                assert len(receiver.posts) <= 8 + 5  # those that were on their way, and no more
                receiver.answer = lambda _post: (204, {}, b"")
                here.clock[0] += 400
                await here.until(all_are(DELIVERED, len(stored(events))))

    run_real(story())


def test_a_secret_that_is_replaced_signs_along_and_an_address_that_is_changed_counts_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here, receiving() as old, receiving() as new:
            hook, first = await here.hook(old.url, "voice.call.started")
            async with here.worker():
                await here.journal.write(Story("call_1").whole())
                await old.received(1)
                second = await here.webhooks.rotate(hook.id, TENANT)
                await here.webhooks.change(hook.id, TENANT, Wanted(url=new.url))
                await asyncio.sleep(1.1)  # the worker looks once a second
                await here.journal.write(Story("call_2").whole())
                [post] = await new.received(1)
            keys = [second, first]
            assert post.headers["webhook-signature"] == signing.sign(keys, post.headers["webhook-id"], NOW, post.body)

    run_real(story())


def test_a_private_address_is_not_reached_whatever_its_name(tmp_path: Path) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async def story() -> None:
        async with house(tmp_path) as here, receiving() as receiver:
            await here.hook(f"http://hooks.example:{receiver.port}/x", "voice.call.started")
            await here.journal.write(Story().whole())
            async with here.worker(Reach(private=False, resolve=resolve)):
                [row] = await here.until(_tried(1))
            assert "no address of the public internet" in str(row.attempts[0]["problem"])
            assert receiver.connections == 0

    run_real(story())


def test_two_workers_share_the_work_and_send_nothing_twice(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here, receiving() as receiver:
            await here.hook(receiver.url)
            events = [event for call in range(30) for event in Story(f"call_{call}").whole()]
            await here.journal.write(events)
            async with here.worker(), here.worker():
                await here.until(all_are(DELIVERED, len(stored(events))))
            ids = [post.headers["webhook-id"] for post in receiver.posts]
            assert sorted(ids) == sorted(event.id for event in stored(events))

    run_real(story())


def test_a_worker_that_ends_in_the_middle_puts_back_what_it_holds(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here, receiving() as receiver:
            receiver.hold = asyncio.Event()
            await here.hook(receiver.url)
            await here.journal.write(Story().whole())
            async with here.worker():
                await receiver.received(8)
            rows = await here.deliveries()
            assert {(row.state, row.lease, row.due, row.tries) for row in rows} == {(PENDING, "", NOW, 0)}
            receiver.hold.set()
            async with here.worker():
                await here.until(all_are(DELIVERED))

    run_real(story())


def test_a_worker_that_was_killed_leaves_leases_that_end(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here, receiving() as receiver:
            await here.hook(receiver.url, "voice.*")
            await here.journal.write(Story().whole())
            await FanOut(here.journal, here.wall).catch_up()
            killed = Deliverer(here.journal, Vault(SECRET), here.wall, Reach(private=True))
            await killed._look()  # it took what is due, and is never heard of again
            async with here.worker():
                await asyncio.sleep(0.1)
                assert receiver.posts == []
                here.clock[0] += 61
                await here.until(all_are(DELIVERED, 2))
            killed._targets.close()

    run_real(story())


async def fanned_out(here: House) -> None:
    """Wait until every event is fanned out."""
    await FanOut(here.journal, here.wall).catch_up()


def test_a_webhook_is_taken_by_the_library_of_receivers(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path) as here, receiving() as receiver:
            here.clock[0] = time.time()
            _, secret = await here.hook(receiver.url, "voice.call.started")
            await here.journal.write(Story().whole())
            async with here.worker():
                [post] = await receiver.received(1)
            assert Webhook(secret).verify(post.body, post.headers)["type"] == "voice.call.started"

    run_real(story())
