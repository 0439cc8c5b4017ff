"""Transfer by REFER (RFC 3515) as it is asked of us: the far side wants us to call somebody else, and to hear how that goes.

Each REFER has a name of its own and the table of ``subscription.py``; it may outlive its call, whose dialog still carries the
NOTIFYs after a BYE (RFC 5057 §4.2). Whether to call the target, and to do it, is the driver's business.

Of one subscription, one NOTIFY is under way at a time: the newest news wait for its answer, and replace older ones that still
wait.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import assert_never

from switchroom.sip.calls.call import Call, Phase
from switchroom.sip.calls.replaces import embedded
from switchroom.sip.calls.session import Sessions
from switchroom.sip.calls.subscription import SPANS, START, STEPS, Action, Event, State, Step
from switchroom.sip.commands import AcceptRefer, ReferNews, RefuseRefer
from switchroom.sip.messages.grammar import Malformed
from switchroom.sip.messages.message import Request, Response
from switchroom.sip.messages.replies import REASONS, Reply, clean
from switchroom.sip.messages.uri import Uri, parse_address
from switchroom.sip.outputs import ReferSettled, TransferRequested
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.exchanges import Exchange
from switchroom.sip.transactions.stack import Stack

_DECLINED = Reply(603)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a REFER asks for; ``replaces`` is the text of the header that the new call is to carry."""

    target: Uri
    replaces: str
    referred_by: str


@dataclass(slots=True)
class _Refer:
    name: str
    call: Call
    exchange: Exchange
    wish: Wish
    event: str
    state: State = State.ASKED
    status: int = 100
    refusal: Reply = _DECLINED
    telling: bool = False
    """A NOTIFY of ours has no answer yet."""
    waiting: tuple[str, int] | None = None
    """What to tell once it has: the state of the subscription and the status of the call to the target."""


class Referred:
    """The transfers that others ask of us."""

    def __init__(self, stack: Stack, sessions: Sessions) -> None:
        self._stack = stack
        self._sessions = sessions
        self._refers: dict[str, _Refer] = {}

    def referred(self, call: Call, exchange: Exchange, now: float) -> None:
        """Take their REFER."""
        request = exchange.request
        wish = read_refer(request)
        if isinstance(wish, Reply):
            self._stack.respond(exchange, wish, call.tag, now)
            return
        if call.phase is not Phase.TALKING or call.dialog is None:
            self._stack.respond(exchange, Reply(491), call.tag, now)
            return
        call.dialog = call.dialog.retargeted(request)
        # The first REFER of a dialog needs no id; those after it are told apart by theirs (RFC 3515 §2.4.6).
        event = f"refer;id={request.cseq.number}" if call.refers else "refer"
        call.refers += 1
        refer = _Refer(self._stack.token(), call, exchange, wish, event)
        self._refers[refer.name] = refer
        self._take(refer, START, now)

    def do(self, command: AcceptRefer | RefuseRefer | ReferNews, now: float) -> None:
        """Do what the driver asks for one of them; nothing if it is over."""
        refer = self._refers.get(command.refer)
        if refer is None:
            return
        match command:
            case AcceptRefer():
                self._happen(refer, Event.ACCEPT_QUIETLY if _is_quiet(refer.exchange.request) else Event.ACCEPT, now)
            case RefuseRefer(status=status, reason=reason):
                refer.refusal = Reply(status if 300 <= status < 700 else 603, reason)
                self._happen(refer, Event.REFUSE, now)
            case ReferNews(status=status) if status != refer.status:  # the same twice is told once
                refer.status = status
                self._happen(refer, Event.FINAL if status >= 200 else Event.PROGRESS, now)
            case ReferNews():
                pass
            case _:
                assert_never(command)

    def _happen(self, refer: _Refer, event: Event, now: float) -> None:
        step = STEPS.get((refer.state, event))
        if step is not None:
            self._take(refer, step, now)

    def _take(self, refer: _Refer, step: Step, now: float) -> None:
        refer.state = step.state
        if step.state in (State.OVER, State.CLOSING):
            self._stack.alarms.cancel(("referred", refer.name))
        if step.state is State.OVER:
            del self._refers[refer.name]
        for action in step.actions:
            self._do(refer, action, now)

    def _do(self, refer: _Refer, action: Action, now: float) -> None:
        acts: dict[Action, Callable[[], object]] = {
            "202": lambda: self._answer(refer, _accepted(refer), now),
            "refusal": lambda: self._answer(refer, refer.refusal, now),
            "pass up": lambda: self._stack.emit(_requested(refer)),
            "notify": lambda: self._notify(refer, f"active;expires={SPANS[State.ACTIVE]:.0f}", now),
            "notify last": lambda: self._notify(refer, "terminated;reason=noresource", now),
            "notify timeout": lambda: self._notify(refer, "terminated;reason=timeout", now),
            "start": lambda: self._start(refer, now),
            "settled": lambda: self._stack.emit(ReferSettled(refer.call.name, refer.name)),
        }
        acts[action]()

    def _answer(self, refer: _Refer, reply: Reply, now: float) -> None:
        call, request = refer.call, refer.exchange.request
        reply = replace(reply, contact=self._stack.contact_within(request, call.peer, request.uri.user))
        self._stack.respond(refer.exchange, reply, call.tag, now)

    def _start(self, refer: _Refer, now: float) -> None:
        due = now + SPANS[refer.state]
        self._stack.alarms.set(("referred", refer.name), due, lambda at: self._happen(refer, Event.EXPIRED, at))

    def _notify(self, refer: _Refer, state: str, now: float) -> None:
        refer.waiting = (state, refer.status)
        if not refer.telling:
            self._tell(refer, refer.waiting, now)

    def _tell(self, refer: _Refer, news: tuple[str, int], now: float) -> None:
        state, status = news
        call, dialog = refer.call, refer.call.dialog
        assert dialog is not None
        headers = (
            ("Event", refer.event),
            ("Subscription-State", state),
            *self._stack.capabilities(),
            ("Content-Type", "message/sipfrag;version=2.0"),
        )
        body = f"SIP/2.0 {status} {REASONS.get(status, 'Unknown')}\r\n".encode()
        request = dialog.request("NOTIFY", call.numbers.next(), clean(headers), body)
        request = self._stack.with_contact(request, call.peer, dialog.local.uri.user)
        refer.telling, refer.waiting = True, None
        last = refer.state is State.CLOSING

        def heard(response: Response, _source: Peer | None, at: float) -> None:
            if response.status >= 200:
                self._heard(refer, response, at, last=last)

        self._sessions.ask(call, request, heard, now)

    def _heard(self, refer: _Refer, response: Response, now: float, *, last: bool) -> None:
        """Our NOTIFY was answered, or nobody did: then they want no other."""
        refer.telling = False
        waiting, refer.waiting = refer.waiting, None
        if response.status >= 300:
            self._happen(refer, Event.UNWANTED, now)
        elif last:
            self._happen(refer, Event.DELIVERED, now)
        elif waiting is not None:
            self._tell(refer, waiting, now)


def read_refer(request: Request) -> Wish | Reply:
    """Return what a REFER asks for, or the refusal it deserves (RFC 3515 §2.4.2)."""
    targets = request.headers.all("refer-to")
    if len(targets) != 1:
        return Reply(400, "One Refer-To is needed")
    try:
        uri = parse_address(targets[0]).uri
        if not uri.is_sip:
            return Reply(416)
        wanted = embedded(uri)
    except Malformed as malformed:
        return Reply(400, f"Bad Refer-To: {malformed}")
    if (uri.params.get("method") or "INVITE").upper() != "INVITE":
        return Reply(400, "Refer-To asks for something else than a call")
    target = replace(uri, params=uri.params.without("method"), headers="")
    return Wish(target, wanted, request.headers.get("referred-by", ""))


def _is_quiet(request: Request) -> bool:
    return request.headers.get("refer-sub", "").partition(";")[0].strip().lower() == "false"


def _accepted(refer: _Refer) -> Reply:
    quiet = refer.state is State.QUIET
    return Reply(202, headers=(("Refer-Sub", "false"),) if quiet else ())  # RFC 4488 §4


def _requested(refer: _Refer) -> TransferRequested:
    call, wish = refer.call, refer.wish
    ours = "" if call.dialog is None else str(call.dialog.local.uri)
    return TransferRequested(call.name, refer.name, str(wish.target), wish.replaces, wish.referred_by, ours)
