"""Calling somebody who has several devices: all ring at once, and whoever answers first has the call (RFC 3261 §16.6-16.7).

    devices of the highest q     ring together; if none takes the call, those of the next q
    flows of one device          are ways to the same bell: tried one after the other, the freshest first (RFC 5626 §6)
    one answers                  the others stop ringing, and are told that the call was completed elsewhere (RFC 3326 §2)
    one answers a moment later   is hung up at once
    all refuse                   the refusal that says most stands for all

Nothing is left ringing when ``ring`` returns, whatever way it returns.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby
from typing import TypeVar

import structlog

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.sip.registration.registrar import Binding

log = structlog.get_logger()

ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'

_LOST_FLOW = frozenset({"sip_unreachable", "sip_silent", "sip_no_service"})
_SAYS_MOST = ("sip_declined", "sip_busy", "sip_no_answer", "sip_no_common_audio", "sip_failed")

Answered = TypeVar("Answered")
Dial = Callable[[Binding], Awaitable[Answered]]
Flows = Sequence[Binding]


def devices(bindings: Sequence[Binding]) -> list[list[Flows]]:
    """Return the devices to ring together, group by group, each as its flows; ``bindings`` come by q and freshness."""
    return [_by_device(list(group)) for _, group in groupby(bindings, key=lambda binding: binding.q)]


def _by_device(bindings: Sequence[Binding]) -> list[Flows]:
    found: dict[object, list[Binding]] = {}
    for binding in bindings:
        device = object() if binding.flow is None else binding.flow[0]
        found.setdefault(device, []).append(binding)
    return list(found.values())


async def ring(bindings: Sequence[Binding], dial: Dial[Answered]) -> Answered:
    """Return what ``dial`` returned for whoever answered first; for the others it is cancelled with ELSEWHERE as the message.

    Cancelling it stops all. Raises the error that says most about why nobody answered.
    """
    failures: list[SwitchroomError] = []
    for group in devices(bindings):
        answered = await _ring_together(group, dial, failures)
        if answered:
            return answered[0]
    raise max(failures, key=_weight, default=Unavailable("nobody is registered there", code="sip_unreachable"))


async def _ring_together(
    group: Sequence[Flows], dial: Dial[Answered], failures: list[SwitchroomError]
) -> list[Answered]:
    answered: list[Answered] = []

    async def bell(flows: Flows) -> None:
        try:
            answered.append(await _by_one_flow(flows, dial))
        except SwitchroomError as error:
            failures.append(error)
            return
        for other in bells:  # whose answer crossed with this one is cancelled before it is heard of
            if other is not asyncio.current_task():
                other.cancel(ELSEWHERE)

    async with asyncio.TaskGroup() as tasks:
        bells = [tasks.create_task(bell(flows), name="bell") for flows in group]
    return answered


async def _by_one_flow(flows: Flows, dial: Dial[Answered]) -> Answered:
    for binding in flows[:-1]:
        try:
            return await dial(binding)
        except Unavailable as error:
            if error.code not in _LOST_FLOW:
                raise
            log.info("flow of a device passed over", device=binding.device, reason=error.code)
    return await dial(flows[-1])


def _weight(error: SwitchroomError) -> int:
    return len(_SAYS_MOST) - _SAYS_MOST.index(error.code) if error.code in _SAYS_MOST else 0
