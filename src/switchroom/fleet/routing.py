"""Calls in other processes: a command goes to the engine that carries the call, a new call to the one with most room.

Whose a call is stands in its first event in the journal; whether that engine is still there, in the registry.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import cast

from pydantic import TypeAdapter

from switchroom.errors import Conflict, NotFound, Unavailable
from switchroom.events.catalogue import CallStarted
from switchroom.fleet.post import Data, Handler, Post
from switchroom.fleet.registry import Listed, Registry
from switchroom.identity import CallId, TenantId
from switchroom.ports.control import CallCommand, CallControl, CallDesk, CallMaker, NewCall, packed, unpacked
from switchroom.storage.journal import Journal

DO, MAKE = "do", "make"

_FIRST = 3  # entries of a call among which the one is that begins it


class RoutedCalls:
    """Implements ports.control.CallDesk for calls carried anywhere. ``here`` carries those of this process."""

    def __init__(self, post: Post, registry: Registry, journal: Journal, me: str) -> None:
        self._post = post
        self._registry = registry
        self._journal = journal
        self._me = me
        self.here: CallDesk | None = None

    async def do(self, call: CallId, tenant: TenantId, command: CallCommand) -> None:
        """See ports.control.CallControl; raises Unavailable too if the engine does not answer in time."""
        engine = await self._engine_of(call, tenant)
        if self.here is not None and engine in (self._me, ""):
            await self.here.do(call, tenant, command)
            return
        if not engine:
            raise NotFound(f"call {call} does not go on")
        listed = await self._registry.find(engine)
        if listed is None or listed.lost is not None:
            raise Conflict(f"call {call} is over: the engine that carried it is gone", code="call_over")
        await self._post.ask(engine, DO, {"call": call, "tenant": tenant, "command": packed(command)})

    async def make(self, wanted: NewCall) -> None:
        """See ports.control.CallMaker; raises Unavailable too if no engine has room, or the one that was asked does not answer."""
        engines = [listed for listed in await self._registry.all() if listed.room > 0]
        if not engines:
            raise Unavailable("no engine has room for a call now: try again", code="no_engine", retry_after=5.0)
        engine = min(engines, key=_fullness).process.id
        if self.here is not None and engine == self._me:
            await self.here.make(wanted)
        else:
            await self._post.ask(engine, MAKE, asdict(wanted))

    async def _engine_of(self, call: CallId, tenant: TenantId) -> str:
        """Return whose call it is; empty if it has not begun, or is nobody's. Raises NotFound for another tenant's."""
        entries = await self._journal.of_call(call, most=_FIRST)
        if any(entry.tenant != tenant for entry in entries):
            raise NotFound(f"call {call} does not go on")
        started = [entry.event for entry in entries if isinstance(entry.event, CallStarted)]
        return started[0].engine if started else ""


def _fullness(listed: Listed) -> float:
    return listed.load.calls / listed.process.most


def of_calls(control: CallControl) -> Handler:
    """Return what carries out the commands that other processes send."""

    async def do(data: Data) -> Data:
        command = cast("Mapping[str, object]", data.get("command", {}))
        await control.do(CallId(str(data.get("call"))), TenantId(str(data.get("tenant"))), unpacked(command))
        return {}

    return do


def of_maker(maker: CallMaker) -> Handler:
    """Return what makes the calls that other processes ask for."""

    async def make(data: Data) -> Data:
        await maker.make(TypeAdapter(NewCall).validate_python(data))
        return {}

    return make
