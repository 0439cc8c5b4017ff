"""One endpoint at work: what waits, what is on its way, and whether it is worth asking.

Deliveries begin in the order of the journal, so many at once; one that fails waits for its time and is overtaken. A receiver that
needs an order reads ``sequence``, which counts within a call.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from switchroom.breaker import Abandoned, Answered, Asked, Breaker, Decision, Failed, Rest, State
from switchroom.hooks.outcome import Job, Work
from switchroom.hooks.sending import Answer, Sender, Verdict
from switchroom.hooks.window import Window

REST = Rest(failures=5, first=5.0, longest=300.0, furthest=3600.0)
MARGIN = 20.0
"""A job whose lease ends sooner is not begun: an attempt may take that long."""


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint as it is now; ``box`` holds its secrets."""

    id: str
    tenant: str
    url: str
    personal: bool
    box: Mapping[str, str]
    changed: float


class Lane:
    """Deciding only; who drives it sends."""

    def __init__(self, target: Target, sender: Sender, concurrency: int) -> None:
        self.target = target
        self.sender = sender
        self.window = Window(concurrency)
        self.waiting: deque[Work] = deque()
        self.busy = 0
        self.unwritten = 0
        """Outcomes that are not stored yet: they take room too, so that a database that stands still stops us."""
        self.more = True
        """Whether there may be deliveries that are due."""
        self.delivered: float | None = None
        self._concurrency = concurrency
        self._breaker = Breaker(REST)
        self._taken = 0

    def room(self, now: float) -> int:
        """Return how many deliveries to take now."""
        self._breaker.expire(now)
        match self._breaker.state:
            case State.OPEN | State.PROBING:
                return 0
            case State.HALF_OPEN:
                return 0 if self.busy or self.waiting else 1
            case State.CLOSED:
                return max(0, self.window.size - len(self.waiting) - self.busy - self.unwritten)

    def rests(self) -> bool:
        """Return whether the endpoint is left alone."""
        return self._breaker.state is State.OPEN

    @property
    def back(self) -> float | None:
        """When an endpoint at rest is asked again."""
        return self._breaker.deadline

    def looked(self) -> None:
        """Learn that the database was looked at."""
        self.window.looked(self._taken, len(self.waiting))
        self._taken = 0

    def next(self, now: float) -> tuple[Work | None, list[Job]]:
        """Return the work to begin now, if any, and jobs to put back."""
        back: list[Job] = []
        while self.waiting and self.busy < self._concurrency:
            work = self.waiting.popleft()
            if work.job.until - now < MARGIN:
                back.append(work.job)
            elif Decision.ADMIT in self._breaker.handle(Asked(), now):
                self.busy += 1
                self._taken += 1
                return work, back
            else:
                back += [work.job, *self.drop()]
        return None, back

    def drop(self) -> list[Job]:
        """Let go of what waits, and return it."""
        jobs = [work.job for work in self.waiting]
        self.waiting.clear()
        return jobs

    def answered(self, answer: Answer, now: float) -> None:
        """Learn what came of a job that was begun."""
        self.busy -= 1
        match answer.verdict:
            case Verdict.TAKEN:
                self._breaker.handle(Answered(), now)
            case Verdict.REFUSED:
                self._breaker.handle(Failed(answer.retry_after), now)
            case Verdict.GONE:
                self._breaker.handle(Failed(final=True), now)

    def abandoned(self, now: float) -> None:
        """Learn that a job that was begun is not brought to its end."""
        self.busy -= 1
        self._breaker.handle(Abandoned(), now)
