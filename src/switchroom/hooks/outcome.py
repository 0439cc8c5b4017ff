"""What an attempt comes to: taken, to be tried again at some time, or given up; and whether the endpoint is to be left alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from switchroom.events.webhooks import Disabling
from switchroom.hooks.model import DELIVERED, FAILED, PENDING, Attempt
from switchroom.hooks.schedule import next_attempt
from switchroom.hooks.sending import Answer, Verdict


@dataclass(frozen=True, slots=True)
class Job:
    """A delivery that is ours until ``until``."""

    id: str
    webhook: str
    tenant: str
    number: int
    event: str
    topic: str
    tries: int
    began: float
    status: int | None
    attempts: Sequence[Attempt]
    lease: str
    until: float


@dataclass(frozen=True, slots=True)
class Work:
    """A job with the bytes to send."""

    job: Job
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: ``due`` if it is tried again; otherwise it is delivered, or given up. No attempt: it is put back."""

    job: Job
    state: str
    now: float
    due: float | None = None
    status: int | None = None
    attempt: Attempt | None = None
    disables: Disabling | None = None


def attempted(job: Job, answer: Answer, now: float, chance: float) -> Outcome:
    """Return what follows from an answer; ``chance`` is in [0, 1)."""
    attempt: Attempt = {
        "at": now,
        "status": answer.status,
        "duration": round(answer.took, 4),
        "excerpt": answer.excerpt,
        "problem": answer.problem,
    }
    match answer.verdict:
        case Verdict.TAKEN:
            return Outcome(job, DELIVERED, now, status=answer.status, attempt=attempt)
        case Verdict.GONE:
            return Outcome(job, FAILED, now, status=answer.status, attempt=attempt, disables="gone")
        case Verdict.REFUSED:
            due = next_attempt(job.tries + 1, job.began, now, chance, answer.retry_after)
            if due is None:
                return Outcome(job, FAILED, now, status=answer.status, attempt=attempt, disables="failing")
            return Outcome(job, PENDING, now, due=due, status=answer.status, attempt=attempt)


def put_back(job: Job, now: float, due: float) -> Outcome:
    """Return a job that was not begun, or not brought to its end: somebody takes it again."""
    return Outcome(job, PENDING, now, due=due)


def given_up(job: Job, now: float, problem: str, *, disables: Disabling | None = None) -> Outcome:
    """Return a job that is not tried any more, for a reason that is no answer."""
    attempt: Attempt = {"at": now, "status": None, "duration": 0.0, "excerpt": "", "problem": problem}
    return Outcome(job, FAILED, now, status=job.status, attempt=attempt, disables=disables)
