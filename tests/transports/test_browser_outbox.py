"""What waits for a slow browser: bounded, in order, the oldest sound dropped first."""

import asyncio

from switchroom.transports.browser.outbox import MOST_MESSAGES, MOST_SOUND, Message, Outbox, Sound
from tests.virtual_time import run


def test_messages_and_sound_keep_their_order() -> None:
    async def story() -> None:
        outbox = Outbox()
        outbox.tell({"type": "status"})
        outbox.play(b"a")
        outbox.tell({"type": "tool"})
        assert await outbox.take() == [{"type": "status"}, Sound(1, b"a"), {"type": "tool"}]

    run(story())


def test_a_browser_that_is_behind_hears_the_newest_and_every_message() -> None:
    async def story() -> None:
        outbox = Outbox()
        outbox.tell({"type": "first"})
        for number in range(MOST_SOUND + 10):
            outbox.play(bytes([number % 256]))
        outbox.tell({"type": "last"})
        taken = await outbox.take()
        assert (taken[0], taken[-1]) == ({"type": "first"}, {"type": "last"})
        sounds = [item.sequence for item in taken if isinstance(item, Sound)]
        assert sounds == list(range(11, MOST_SOUND + 11))
        assert outbox.dropped == 10

    run(story())


def test_clearing_drops_sound_and_tells_the_browser_to() -> None:
    async def story() -> None:
        outbox = Outbox()
        outbox.play(b"a")
        outbox.tell({"type": "status"})
        outbox.play(b"b")
        outbox.clear()
        outbox.play(b"c")
        assert await outbox.take() == [{"type": "status"}, {"type": "clear"}, Sound(3, b"c")]

    run(story())


def test_a_browser_that_reads_nothing_is_given_up() -> None:
    async def story() -> None:
        outbox = Outbox()
        for number in range(MOST_MESSAGES + 1):
            outbox.tell({"type": "status", "elapsed": number})
        outbox.play(b"a")
        assert outbox.stuck
        assert await outbox.take() == []

    run(story())


def test_drained_means_sent_and_not_only_taken() -> None:
    async def story() -> None:
        outbox = Outbox()
        taken: list[Message | Sound] = []

        async def send() -> None:
            taken.extend(await outbox.take())
            await asyncio.sleep(2)
            outbox.sent()

        async with asyncio.TaskGroup() as tasks:
            outbox.tell({"type": "ended"})
            tasks.create_task(send())
            await outbox.drained()
            assert asyncio.get_running_loop().time() == 2
        assert taken == [{"type": "ended"}]

    run(story())


def test_an_abandoned_outbox_takes_nothing_and_is_drained() -> None:
    async def story() -> None:
        outbox = Outbox()
        outbox.tell({"type": "status"})
        outbox.abandon()
        outbox.play(b"a")
        await outbox.drained()

    run(story())
