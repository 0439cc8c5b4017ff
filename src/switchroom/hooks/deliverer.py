"""The worker: takes deliveries that are due, sends them side by side, and stores what came of them, many in one transaction.

One task looks at the database a few times a second at most; between two looks every endpoint's lane decides by itself what is
begun. All queues are bounded by what was taken, and what is taken by what was written down: with a database that stands still
nothing more is sent. A worker that ends puts back what it holds; one that is killed leaves leases, which end by themselves.
"""

import asyncio
import random
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from switchroom.hooks import claims, signing
from switchroom.hooks.lane import Lane
from switchroom.hooks.ledger import Ledger, Wish
from switchroom.hooks.outcome import Job, Outcome, Work, attempted, put_back
from switchroom.hooks.sending import Answer, Reach, Verdict
from switchroom.hooks.targets import Targets
from switchroom.identity import new_id
from switchroom.observability import get_logger
from switchroom.storage.journal import Journal, within
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.storage.vault import Vault

SWEEP = 1.0
"""How soon, in seconds, is noticed what is due by its time, or was made by another process."""

CONCURRENCY = 8
"""Attempts at one endpoint at once, by one worker."""

MOST_BUSY = 256
"""Attempts at all endpoints at once."""

RETRY = 1.0
GIVE_UP = 5.0

log = get_logger(__name__)


class Deliverer:
    """Of one process; there may be several."""

    def __init__(
        self, journal: Journal, vault: Vault, wall: Callable[[], float], reach: Reach, *, pace: float = 0.1
    ) -> None:
        self._database = journal.database
        self._ledger = Ledger(journal, new_id("wrk"))
        self._targets = Targets(vault, reach, CONCURRENCY)
        self._wall = wall
        self._pace = pace
        self._done: list[Outcome] = []
        self._running: dict[str, Job] = {}
        self._awake = asyncio.Event()
        self._swept = -SWEEP

    def notice(self, webhooks: set[str]) -> None:
        """Learn that there are new deliveries for these endpoints."""
        for webhook in webhooks:
            if lane := self._targets.lanes.get(webhook):
                lane.more = True
            else:
                self._swept = -SWEEP
        self._awake.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                await self._work(group)
        finally:
            await self._leave()

    async def _work(self, group: asyncio.TaskGroup) -> None:
        while True:
            try:
                await self._look()
            except SQLAlchemyError as error:
                log.warning("webhook deliveries cannot be stored, trying again", error=type(error).__name__)
                await asyncio.sleep(RETRY)
                continue
            for lane in list(self._targets.lanes.values()):
                self._begin(lane, group)
            await within(SWEEP, self._awake)
            self._awake.clear()
            await asyncio.sleep(self._pace)

    async def _look(self) -> None:
        """Store what is done, and take what there is room for."""
        now = self._wall()
        swept = await self._sweep(now)
        lanes = self._targets.lanes
        rooms = {id_: room for id_, lane in lanes.items() if lane.more and (room := lane.room(now))}
        resting = [id_ for id_, lane in lanes.items() if swept and lane.rests()]
        done = tuple(self._done)
        if not (done or rooms or resting):
            return
        for id_ in rooms:
            lanes[id_].more = False
        wish = Wish(rooms, resting, {id_: lane.target.personal for id_, lane in lanes.items()})
        try:
            work, lost = await self._ledger.turn(done, wish, now)
        except SQLAlchemyError:
            for id_ in rooms:
                lanes[id_].more = True
            raise
        del self._done[: len(done)]
        self._written(done)
        self._done += lost
        self._take(work, rooms)

    async def _sweep(self, now: float) -> bool:
        clock = asyncio.get_running_loop().time()
        if clock - self._swept < SWEEP:
            return False
        async with self._database.snapshot(WHOLE_HOUSE) as session:
            due = await claims.next_due(session)
            dropped = await self._targets.update(session, due, now)
        self._done += [put_back(job, now, now) for job in dropped]
        self._swept = clock
        return True

    def _written(self, done: tuple[Outcome, ...]) -> None:
        for outcome in done:
            if outcome.attempt is not None and (lane := self._targets.lanes.get(outcome.job.webhook)):
                lane.unwritten = max(0, lane.unwritten - 1)

    def _take(self, work: list[Work], rooms: dict[str, int]) -> None:
        taken = dict.fromkeys(rooms, 0)
        for one in work:
            taken[one.job.webhook] += 1
            self._targets.lanes[one.job.webhook].waiting.append(one)
        for id_, room in rooms.items():
            lane = self._targets.lanes[id_]
            lane.looked()
            lane.more |= taken[id_] == room

    def _begin(self, lane: Lane, group: asyncio.TaskGroup) -> None:
        """Begin what the lane allows."""
        now = self._wall()
        while len(self._running) < MOST_BUSY:
            work, back = lane.next(now)
            due = max(now, lane.back or now)
            self._done += [put_back(job, now, due) for job in back]
            if work is None:
                return
            self._running[work.job.id] = work.job
            group.create_task(self._send(lane, work, group))

    async def _send(self, lane: Lane, work: Work, group: asyncio.TaskGroup) -> None:
        job, target = work.job, lane.target
        wall = self._wall()
        headers = signing.headers(signing.good(target.box, wall), job.event, wall, work.body)
        try:
            answer = await lane.sender.post(work.body, headers, wall)
        except asyncio.CancelledError:
            lane.abandoned(self._wall())
            raise
        except Exception as error:  # one endpoint that breaks something of ours must not stop the others
            log.exception("a webhook delivery broke", webhook=target.id)
            answer = Answer(Verdict.REFUSED, None, 0.0, problem=f"broke on our side: {type(error).__name__}")
        now = self._wall()
        lane.answered(answer, now)
        lane.unwritten += 1
        del self._running[job.id]
        self._done.append(attempted(job, answer, now, random.random()))  # noqa: S311 - no secret
        self._awake.set()
        self._begin(lane, group)

    async def _leave(self) -> None:
        """Store what is done and put the rest back; what cannot be is put back by the end of its lease."""
        now = self._wall()
        waiting = self._targets.close()
        self._done += [put_back(job, now, now) for job in (*waiting, *self._running.values())]
        try:
            async with asyncio.timeout(GIVE_UP):
                await self._ledger.turn(self._done, Wish({}, (), {}), now)
        except (SQLAlchemyError, TimeoutError) as error:
            log.warning("webhook deliveries were left to their leases", error=type(error).__name__)
