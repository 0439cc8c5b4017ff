"""Who gets in: admission before answering, a session per call, and the drain at the end.

A call is answered only when everything it needs is there: a plan that says who answers, a free place, and the
greeting already spoken by the voice. Until then it rings; otherwise it is refused with the reason its transport can
say.
"""

import asyncio
import math
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, replace
from functools import partial

import structlog

from switchroom.calls.dialled_leg import DialledLeg
from switchroom.calls.equipment import Equipment
from switchroom.calls.metronome import RECENT, Metronome
from switchroom.calls.quotas import Quotas
from switchroom.calls.session import CallSession
from switchroom.errors import Denied, Limited, NotFound, SwitchroomError, Unavailable
from switchroom.identity import CallId, TenantId, new_id
from switchroom.ports import CallContext, CallOffer, CallPlan, Directory, HangUp, LegCommand, Party, Refuse
from switchroom.ports.control import CallCommand, Destination, NewCall

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    """What this process takes on."""

    calls: int = 200
    lateness: float = 0.06
    """New calls are refused while one tick in five of the last five seconds was later than this: a stall passes, overload stays."""
    call_seconds: float = 1800.0
    """No call lasts longer, whatever its plan allows."""


class Switchboard:
    """Admits, runs and ends calls."""

    def __init__(
        self, equipment: Equipment, directory: Directory, limits: Limits, metronome: Metronome | None = None
    ) -> None:
        self._equipment = equipment
        self._directory = directory
        self._limits = limits
        self._metronome = metronome
        self._tasks: asyncio.TaskGroup | None = None
        self._sessions: dict[CallId, CallSession] = {}
        self._admitted = 0
        self._draining = False
        self._closed = False
        self._empty = asyncio.Event()
        self._quotas = Quotas()
        self.refused: dict[str, int] = {}

    @property
    def calls(self) -> Iterable[CallId]:
        """The calls that are running."""
        return tuple(self._sessions)

    @property
    def count(self) -> int:
        """How many places are taken, calls that still ring included."""
        return self._admitted

    @property
    def draining(self) -> bool:
        """Whether new calls are refused because the house closes."""
        return self._draining

    async def run(self) -> None:
        """Run calls until drained. Cancelling ends every call at once; each still writes its end."""
        async with asyncio.TaskGroup() as self._tasks:
            await self._empty.wait()
        self._tasks = None

    def offer(self, offer: CallOffer) -> None:
        """Take or refuse a call; never waits. Transports call this. Raises Unavailable before and after ``run``."""
        if self._tasks is None:
            raise Unavailable("no calls are taken before the switchboard runs, nor after", code="not_running")
        reason = self._why_not()
        if reason is not None:
            refusal = Refuse("draining" if reason == "draining" else "overloaded", retry_after=5)
            self._tasks.create_task(self._refuse(offer, reason, refusal), name="refuse")
            return
        self._admitted += 1
        self._tasks.create_task(self._carry(offer, self._take(offer)), name="call")

    async def make(self, wanted: NewCall) -> None:
        """See ports.control.CallMaker."""
        reason = "not_running" if self._tasks is None else self._why_not()
        if self._tasks is None or reason is not None:
            raise Unavailable(f"no call can be made here now: {reason}", code="no_place", retry_after=5)
        self._admitted += 1
        try:
            offer, plan = self._offered(wanted, await self._directory.plan_to_call(wanted.agent, wanted.tenant))
            self._quotas.take(plan.quotas, asyncio.get_running_loop().time())
            session = self._session(offer, plan, wanted.call)
        except BaseException:
            self._leave()
            raise
        self._tasks.create_task(self._carry(offer, self._counted(plan, self._live(session))), name="call out")

    async def do(self, call: CallId, tenant: TenantId, command: CallCommand) -> None:
        """See ports.control.CallControl."""
        session = self._sessions.get(call)
        if session is None or session.tenant != tenant:
            raise NotFound(f"call {call} is not running here")
        await session.do(command)

    async def drain(self, limit: float) -> None:
        """Take no more calls, wait for the running ones up to ``limit`` seconds, then hang up."""
        self._draining = True
        self._check_empty()
        try:
            async with asyncio.timeout(limit):
                await self._empty.wait()
        except TimeoutError:
            log.warning("ending calls that outlived the drain", calls=self._admitted)
            self._closed = True
            for session in tuple(self._sessions.values()):
                session.end("drained")
            await self._empty.wait()

    def _why_not(self) -> str | None:
        if self._draining:
            return "draining"
        if self._equipment.problem():
            return "unhealthy"
        if self._admitted >= self._limits.calls:
            return "full"
        if self._metronome is not None and self._metronome.late(0.8, RECENT) > self._limits.lateness:
            return "overloaded"
        return None

    async def _take(self, offer: CallOffer) -> None:
        plan = await self._plan(offer)
        if plan is not None:
            await self._counted(plan, self._live(self._session(offer, plan, CallId(new_id("call")))))

    def _offered(self, wanted: NewCall, plan: CallPlan) -> tuple[CallOffer, CallPlan]:
        whom = Destination(wanted.tenant, wanted.to, wanted.caller, wanted.trunk)
        offer = CallOffer(
            DialledLeg(Party(wanted.to), partial(self._equipment.reach, whom)),
            wanted.to,
            "phone_gateway",
            "",
            CallContext(variables=wanted.variables),
            wanted.tenant,
            direction="outbound",
            calling=wanted.caller,
            metadata=wanted.metadata,
        )
        most = wanted.max_duration or plan.max_duration
        return offer, replace(plan, max_duration=min(plan.max_duration, most))

    async def _carry(self, offer: CallOffer, life: Coroutine[object, None, None]) -> None:
        """Live one call. Whatever breaks is this call's affair and nobody else's."""
        try:
            await life
        except Exception:
            log.exception("call could not be carried", peer=offer.peer)
            await self._tell(offer, HangUp())
        finally:
            self._leave()

    async def _counted(self, plan: CallPlan, life: Coroutine[object, None, None]) -> None:
        """Live one call that its tenants' quotas have let in."""
        try:
            await life
        finally:
            self._quotas.leave(plan.quotas)

    def _leave(self) -> None:
        self._admitted -= 1
        self._check_empty()

    async def _plan(self, offer: CallOffer) -> CallPlan | None:
        """Return who answers; None if the offer had to be refused."""
        try:
            plan = await self._directory.find(offer.dialled, offer.source)
            if offer.tenant in (None, plan.tenant):
                self._quotas.take(plan.quotas, asyncio.get_running_loop().time())
                return plan
            await self._refuse(offer, "other_tenant", Refuse("not_found"))  # a trunk reaches its own tenant's numbers
        except NotFound:
            await self._refuse(offer, "not_found", Refuse("not_found"))
        except Denied as error:
            suspended = error.code == "tenant_suspended"
            await self._refuse(offer, error.code, Refuse("suspended" if suspended else "not_allowed"))
        except Limited as error:
            await self._refuse(offer, error.code, Refuse("over_limit", retry_after=math.ceil(error.retry_after)))
        except SwitchroomError as error:
            log.error("nobody can answer", code=error.code, problem=str(error))  # noqa: TRY400 - it says what to do
            await self._refuse(offer, "no_plan", Refuse("no_agent"))
        return None

    async def _refuse(self, offer: CallOffer, reason: str, refusal: Refuse) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1
        log.warning("call refused", reason=reason, peer=offer.peer)
        await self._tell(offer, refusal)

    async def _tell(self, offer: CallOffer, command: LegCommand) -> None:
        """Tell a leg that has no session."""
        try:
            await offer.leg.do(command)
        except Exception:
            log.exception("leg broke", peer=offer.peer)

    def _session(self, offer: CallOffer, plan: CallPlan, call: CallId) -> CallSession:
        plan = replace(plan, max_duration=min(plan.max_duration, self._limits.call_seconds))
        session = self._sessions[call] = CallSession(call, offer, plan, self._equipment)
        if self._closed:
            session.end("drained")
        return session

    async def _live(self, session: CallSession) -> None:
        try:
            await session.run()
        finally:
            del self._sessions[session.id]

    def _check_empty(self) -> None:
        if self._draining and self._admitted == 0:
            self._empty.set()
