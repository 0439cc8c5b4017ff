"""``switchroom webhook listen``: what webhooks would get, at the terminal and at a program that is being written."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from switchroom.commands.webhook_desk import Desk
from switchroom.hooks import signing
from switchroom.hooks.message import body
from switchroom.hooks.sending import Answer, Reach, Sender
from switchroom.hooks.topics import matches
from switchroom.storage.journal import Entry


@dataclass(frozen=True, slots=True)
class Ear:
    """What to listen to, and whom to tell."""

    topics: tuple[str, ...]
    forward: str = ""
    personal: bool = False


async def listen(desk: Desk, ear: Ear, say: Callable[[str], None], count: int | None = None) -> None:
    """Print events from now on, until cancelled or so many were heard; what is forwarded is sent once and never again."""
    number = await desk.journal.last()
    secret = signing.new_secret()
    sender = Sender(ear.forward, Reach(private=True)) if ear.forward else None
    if sender is not None:
        say(f"Signed with {secret} while this command runs.")
    heard = 0
    try:
        while count is None or heard < count:
            for entry in await desk.journal.follow(number):
                number = entry.number
                if entry.tenant == desk.tenant and any(matches(pattern, entry.topic) for pattern in ear.topics):
                    heard += 1
                    await _tell(entry, ear, sender, secret, say)
    finally:
        if sender is not None:
            sender.close()


async def _tell(entry: Entry, ear: Ear, sender: Sender | None, secret: str, say: Callable[[str], None]) -> None:
    text = body(entry, personal=ear.personal)
    say(text.decode())
    if sender is not None:
        now = time.time()
        answer = await sender.post(text, signing.headers([secret], entry.id, now, text), now)
        say(f"  -> {_came(answer)}")


def _came(answer: Answer) -> str:
    return answer.problem or f"{answer.status} in {answer.took:.3f} s"
