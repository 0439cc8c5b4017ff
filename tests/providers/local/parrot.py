"""A worker for tests: does what the job tells it, also the worst."""

import os
import time
from pathlib import Path

from switchroom.providers.local.framing import Frame
from switchroom.providers.local.worker import Job, Missing, Send, Work, serve

known: set[str] = set()


def say(job: Job, send: Send) -> None:
    send(Frame({"said": job.frame.word("what")}, job.frame.body))


def count(job: Job, send: Send) -> None:
    for number in range(1_000_000):
        if job.abandoned:
            return
        send(Frame({"number": number}))
        time.sleep(0.001)


def die(job: Job, send: Send) -> None:
    died_before = Path(job.frame.word("unless") or "/nowhere/at/all")
    if died_before.exists():
        send(Frame({"said": "survived"}))
        return
    if died_before.parent.exists():
        died_before.touch()
    os._exit(1)


def hang(_job: Job, _send: Send) -> None:
    time.sleep(60)


def learn(job: Job, _send: Send) -> None:
    known.add(job.frame.word("what"))


def recite(job: Job, send: Send) -> None:
    if job.frame.word("what") not in known:
        raise Missing
    say(job, send)


TRICKS: dict[str, Work] = {"say": say, "count": count, "die": die, "hang": hang, "learn": learn, "recite": recite}


def work(job: Job, send: Send) -> None:
    """Do the trick that is asked for."""
    if job.frame.word("do") not in TRICKS:
        raise ValueError("I do not know that")
    TRICKS[job.frame.word("do")](job, send)


if __name__ == "__main__":
    serve(work, {"engine": "parrot"})
