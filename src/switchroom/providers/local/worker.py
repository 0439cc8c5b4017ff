"""The life of a worker process: take a job from standard input, answer it on standard output, end when the input ends.

A thread reads, so that a job can be called off while it runs and so that the worker ends with its parent even in the
middle of one. A job whose input makes no sense is answered with an error; anything unforeseen ends the process, and
its pool starts a fresh one.
"""

import os
import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from switchroom.providers.local.framing import BrokenFrame, Frame, Head, pack, read

MOST_WAITING = 64
NICENESS = 3
"""Workers yield to the process that drives the calls: a late word is better than a late tick."""

_BROKEN = 3


class Missing(Exception):
    """The job needs what this worker was never taught; its pool teaches it and asks again."""


class Job:
    """What is to be done; ``abandoned`` turns true once nobody waits for it any more."""

    def __init__(self, frame: Frame) -> None:
        self.id = int(frame.number("job", -1))
        self.frame = frame
        self.abandoned = False


Send = Callable[[Frame], None]
Work = Callable[[Job, Send], None]
"""Answers a job by sending any number of frames. Raises Missing, or ValueError, RuntimeError or OSError for a job
that cannot be done."""


def serve(work: Work, hello: Head) -> None:
    """Work until standard input ends. ``hello`` is reported first."""
    os.nice(NICENESS)
    out = _private_output()
    jobs: queue.Queue[Job] = queue.Queue(MOST_WAITING)
    running: dict[int, Job] = {}
    threading.Thread(target=_listen, args=(sys.stdin.buffer, jobs, running), daemon=True).start()
    _send(out, Frame({"hello": dict(hello), **memory()}))
    while True:
        job = jobs.get()
        _answer(out, work, job)
        running.pop(job.id, None)


def memory() -> dict[str, object]:
    """Return what this process occupies: ``rss`` in kilobytes."""
    status = Path("/proc/self/status")
    if not status.exists():
        return {}
    lines = status.read_text(encoding="ascii", errors="replace").splitlines()
    resident = next((line for line in lines if line.startswith("VmRSS:")), "VmRSS: 0")
    return {"rss": int(resident.split()[1])}


def _private_output() -> BinaryIO:
    """Keep standard output to ourselves: what a library prints goes to standard error instead."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def _listen(pipe: BinaryIO, jobs: "queue.Queue[Job]", running: dict[int, Job]) -> None:
    try:
        while (frame := read(pipe)) is not None:
            if "abandon" in frame.head:
                job = running.get(int(frame.number("abandon")))
                if job is not None:
                    job.abandoned = True
                continue
            job = Job(frame)
            running[job.id] = job
            jobs.put(job)
    except BrokenFrame:
        os._exit(_BROKEN)
    os._exit(0)


def _answer(out: BinaryIO, work: Work, job: Job) -> None:
    end: dict[str, object] = {"job": job.id, "done": True}
    try:
        if not job.abandoned:
            work(job, lambda frame: _send(out, Frame({**frame.head, "job": job.id}, frame.body)))
    except Missing:
        end["missing"] = True
    except (ValueError, RuntimeError, OSError) as error:
        end["error"] = f"{type(error).__name__}: {error}"
    _send(out, Frame({**end, **memory()}))


def _send(out: BinaryIO, frame: Frame) -> None:
    try:
        out.write(pack(frame))
        out.flush()
    except BrokenPipeError:
        os._exit(0)
