"""``switchroom webhook``: on an installation of its own."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from switchroom.commands.webhook_desk import Desk, add, log, opened, replay, show
from switchroom.commands.webhook_listen import Ear, listen
from switchroom.errors import Invalid
from switchroom.hooks.endpoints import Wanted
from switchroom.hooks.fanout import FanOut
from tests.commands.test_trunk_desk import installation
from tests.hooks.receiver import receiving
from tests.storage.stories import Story
from tests.virtual_time import run_real


def at_desk(folder: Path, work: Callable[[Desk], Awaitable[None]]) -> None:
    async def main() -> None:
        async with opened(await installation(folder), "demo") as desk:
            await work(desk)

    run_real(main())


def test_an_endpoint_is_added_listed_and_its_deliveries_are_printed_and_sent_again(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        said: list[str] = []
        await show(desk, said.append)
        await add(desk, Wanted(url="https://example.com/x", topics=("voice.*",)), said.append)
        assert said[0] == "There are no webhooks."
        assert said[-1].startswith("Its secret, shown this once: whsec_")
        [hook] = await desk.webhooks.all(desk.tenant)
        await show(desk, said.append)
        assert said[-1] == f"{hook.id}  https://example.com/x  voice.*  last delivered: never"
        await log(desk, hook.id, "", 20, said.append)
        assert said[-1] == "There are no deliveries."
        await desk.journal.write(Story("call_1", desk.tenant).whole())
        await FanOut(desk.journal, lambda: 0.0).catch_up()
        said.clear()
        await log(desk, hook.id, "pending", 20, said.append)
        assert ["  voice.call.completed  pending  0 tries  next 1970" in said[0], len(said)] == [True, 2]
        await replay(desk, said[0].split("  ")[1], said.append, everything=False)
        await replay(desk, hook.id, said.append, everything=True)
        assert said[-2:] == ["Sent again: 1.", "Sent again: 0."]  # what still waits is left as it is
        with pytest.raises(Invalid, match="'lost' is none"):
            await log(desk, hook.id, "lost", 20, said.append)

    at_desk(tmp_path, work)


def test_who_listens_sees_events_as_webhooks_get_them_and_may_have_them_forwarded(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        said: list[str] = []
        async with receiving() as receiver, asyncio.TaskGroup() as group:
            ear = Ear(("voice.*",), receiver.url)
            listening = group.create_task(listen(desk, ear, said.append, count=2))
            while not said:
                await asyncio.sleep(0.01)
            await desk.journal.write(Story("call_1", desk.tenant).whole())
            await listening
        secret = said[0].split(" ")[2]
        told = [json.loads(line) for line in said[1:] if line.startswith("{")]
        assert [event["type"] for event in told] == ["voice.call.started", "voice.call.completed"]
        assert "caller" not in told[0]["data"]
        assert [Webhook(secret).verify(post.body, post.headers) for post in receiver.posts] == told
        assert said[2].startswith("  -> 204 in")

    at_desk(tmp_path, work)
