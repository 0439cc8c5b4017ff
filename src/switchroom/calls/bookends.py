"""The first and the last that is told of a call as a whole.

A call that we made and that nobody took has not failed: busy, unanswered or declined is an end like any other, and the code of
what came in place of an answer says which.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import structlog

from switchroom.errors import SwitchroomError
from switchroom.events import catalogue as happened
from switchroom.events.catalogue import EndReason, Event
from switchroom.identity import CallId
from switchroom.ports import CallOffer, CallPlan

log = structlog.get_logger()

_NOT_TAKEN: Mapping[str, EndReason] = {
    "sip_busy": "busy",
    "sip_no_answer": "no_answer",
    "sip_silent": "no_answer",
    "sip_cancelled": "no_answer",
    "no_answer": "no_answer",
    "sip_declined": "rejected",
    "sip_not_found": "rejected",
    "sip_no_common_audio": "rejected",
}


def started(offer: CallOffer, plan: CallPlan) -> Callable[..., Event]:
    """Return the first event of a call."""
    party, facts, ours = offer.leg.party, offer.context.facts, offer.direction == "outbound"
    return partial(
        happened.CallStarted,
        direction=offer.direction,
        source=offer.source,
        agent=plan.agent,
        caller=offer.calling if ours else party.address,
        caller_name="" if ours else party.name,
        dialled=offer.dialled,
        peer=offer.peer,
        verification=facts["verification"],
        diverted_from=facts["diverted_from"],
        diverted_why=facts["diverted_why"],
        user_to_user=facts["user_to_user"],
        headers=dict(offer.context.headers),
        flow=plan.flow,
        flow_version=plan.flow_version,
        agent_version=plan.agent_version,
        flow_parts=dict(plan.flow_parts),
        metadata=dict(offer.metadata),
    )


def not_taken(failure: SwitchroomError | None) -> EndReason | None:
    """Return the end of a call of ours that nobody took; None if something broke."""
    return None if failure is None else _NOT_TAKEN.get(failure.code)


def ended(
    call: CallId, reason: EndReason, failure: SwitchroomError | None, duration: float
) -> Iterator[Callable[..., Event]]:
    """Yield the last events of a call."""
    yield partial(happened.CallEnded, reason=reason)
    if failure is None:
        yield partial(happened.CallCompleted, reason=reason, duration=duration)
    else:
        log.error("call failed", call=call, code=failure.code, message=str(failure))
        yield partial(happened.CallFailed, code=failure.code, message=str(failure), duration=duration)
