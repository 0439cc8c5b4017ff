"""A telephone call as a leg: commands become SIP, what SIP reports becomes signals, audio goes through the media session.

state      input                          next      does
offered    do(Ring)                       offered   180
offered    do(Answer)                     talking   200 with our answer; or with our offer, and waits for theirs in the ACK
offered    do(Refuse), do(HangUp)         offered   a final refusal; CallEnded follows
offered    CallCancelled                  over      Left("cancelled")
dialling   CallRinging                    dialling  early media is heard
dialling   CallAnswered                   talking
dialling   CallFailed                     over      Left("error"), and the dialler learns why
talking    SessionOffered                 talking   Accept or RefuseOffer; Held or Resumed
talking    do(Transfer)                   talking   REFER
talking    ReferProgress                  talking   TransferProgress, once it rings
talking    ReferEnded                     talking   Transferred
talking    take_over                      talking   another call's party and media; PartyChanged
talking    do(HangUp)                     talking   BYE; CallEnded follows
any        CallEnded                      over      Left("hangup"), Left("lost")
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, assert_never

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.identity import LegId, new_id
from switchroom.media.frame import Encoding
from switchroom.ports import (
    Answer,
    Capability,
    Digit,
    HangUp,
    Held,
    Left,
    LegCommand,
    Party,
    PartyChanged,
    Refuse,
    Resumed,
    Ring,
    SendDigits,
    Signal,
    Transfer,
    TransferProgress,
    Transferred,
)
from switchroom.sip import commands as sip
from switchroom.sip import outputs as told
from switchroom.sip.description.offer import Agreement, Unacceptable
from switchroom.transports.sip.legs.refusing import refusal, refusing, silence
from switchroom.transports.sip.media.keys import Keys, Road
from switchroom.transports.sip.media.session import MediaPlace, MediaSession

CallOutput = (
    told.CallRinging
    | told.CallAnswered
    | told.CallConfirmed
    | told.CallCancelled
    | told.CallEnded
    | told.CallFailed
    | told.SessionOffered
    | told.SessionAnswered
    | told.OfferRefused
    | told.DigitReceived
    | told.InfoReceived
    | told.InfoAnswered
    | told.ReferProgress
    | told.ReferEnded
)

_LOST = 60.0  # a party whose phone lost its power says neither a word nor goodbye
_ENDED = "ended"
_CONFIRMATION = (
    35.0  # longer than the 64*T1 after which the user agent gives up waiting for the ACK (RFC 3261 §13.3.1.4)
)


@dataclass(frozen=True, slots=True)
class Line:
    """What a leg needs of its endpoint. ``call_of`` gives the call of another leg, "" for none.

    ``credentials`` prove who we are to whoever calls us.
    """

    send: Callable[[sip.Command], None]
    clock: Callable[[], float]
    place: MediaPlace
    call_of: Callable[[LegId], str] = lambda _: ""
    credentials: sip.Credentials | None = None


class RtpLeg:
    """One call over SIP and RTP. ``offer`` is the caller's SDP, None if they want ours."""

    encoding: Encoding = Encoding.PCMU

    def __init__(self, call: str, party: Party, line: Line, offer: str | None = None) -> None:
        self.id = LegId(new_id("leg"))
        self.party = party
        self.ringing: Callable[[int], None] = lambda _: None
        self.call = call
        self.line = line
        self._offer = offer
        self._session = MediaSession(line.place, line.clock, lambda digit: self._pressed(digit, "rfc4733"))
        self._mail = _Mail()
        self._stands = asyncio.Event()
        self._failure: SwitchroomError | None = None
        self._keys = Keys(line.place.policy.digits, self._inform)

    @property
    def can(self) -> frozenset[Capability]:
        """What it can be asked to do."""
        return frozenset({Capability.SEND_DIGITS, Capability.REFER})

    def attach(self, report: Callable[[Signal], None]) -> None:
        """Report signals to ``report``, those first that came before."""
        self._mail.deliver_to(report)

    def reserve(self) -> Agreement | Unacceptable | None:
        """Take the ports for its media before anybody is told that it rings, and return what comes of the caller's offer.

        Raises Unavailable when none is free.
        """
        self._session.reserve()
        return None if self._offer is None else self._session.foresee(self._offer)

    @property
    def over(self) -> bool:
        """Whether it has left."""
        return self._mail.closed

    @property
    def delay(self) -> float:
        """Seconds for which what ``hear`` gives has waited."""
        stream = self._session.stream
        return 0.0 if stream is None else stream.delay

    @property
    def codec(self) -> str:
        """What travels on the wire now."""
        stream = self._session.stream
        return self.encoding.label if stream is None else stream.terms.codec.label

    @property
    def keys_in_sound(self) -> bool:
        """Whether the sound is to be listened to for keys."""
        return self._keys.heard.in_sound(self._session.stream)

    def hear(self, now: float) -> bytes | None:
        """Return 20 ms of what the party said."""
        stream = self._session.stream
        if stream is None:
            return None
        payload = stream.hear(now)
        silent = self._session.held or not stream.terms.hears  # as they said they would be
        if payload is None and stream.deaf_for(now) > _LOST and not silent:
            self.line.send(sip.HangUp(self.call, {"Reason": 'SIP;cause=408;text="media lost"'}))  # RFC 3326
            self._leave("lost")
        return payload

    def speak(self, payload: bytes, now: float) -> None:  # noqa: ARG002 - paced by the tick itself
        """Send 20 ms to the party."""
        stream = self._session.stream
        if stream is not None:
            stream.speak(payload)

    def media(self) -> Mapping[str, float]:
        """Return counters of the audio, the last ones once the call is over."""
        return self._session.media()

    async def do(self, command: LegCommand) -> None:
        """Carry out a command; one for a call that is over does nothing. Safe to cancel. Raises Unavailable."""
        if self._mail.closed:
            return
        match command:
            case Answer():
                await self._answer()
            case Ring() | Refuse() | HangUp() | Transfer():
                self._say(command)
            case SendDigits(digits):
                if not self._keys.sent.press(digits, self._session.stream):
                    raise Unavailable("there is no way to send these keys in this call now", code="no_digits")
            case _:
                assert_never(command)

    def _say(self, command: Ring | Refuse | HangUp | Transfer) -> None:
        match command:
            case Ring():
                self.line.send(sip.Progress(self.call))
            case Refuse():
                self.line.send(refusing(self.call, command))
            case HangUp():
                self.line.send(sip.HangUp(self.call))
            case Transfer(target, replaces):
                other = "" if replaces is None else self.line.call_of(replaces)
                self.line.send(sip.Refer(self.call, target, other))
            case _:
                assert_never(command)

    async def dial(self, invite: Callable[[str], sip.Invite]) -> None:
        """Call by the Invite made for our SDP and wait for the answer. Raises what came in its place.

        Cancelling it hangs up, with the message of the cancellation as the Reason (RFC 3326).
        """
        try:
            self.line.send(invite(self._session.offer()))
            await self._stands.wait()
        except asyncio.CancelledError as cancelled:
            headers = {"Reason": str(cancelled.args[0])} if cancelled.args else {}
            self.line.send(sip.HangUp(self.call, headers))
            raise
        except SwitchroomError:
            self._leave("error")
            raise
        if self._failure is not None:
            raise self._failure

    def describe(self) -> str:
        """Return our answer to the caller's offer, or our own offer if there was none. Raises Unavailable."""
        if self._offer is None:
            return self._session.offer()
        answer = self._session.answer(self._offer)
        if isinstance(answer, Unacceptable):
            raise Unavailable(f"the caller's audio cannot be used: {answer.reason}", code="no_common_audio")
        self._adopt()
        return answer

    def take_over(self, fresh: "RtpLeg") -> None:
        """Go on over the call and the media of ``fresh``, which is this one from now on; our own media ends."""
        self._session.close()
        before = self._session.media()
        self.call, self.line, self.party = fresh.call, fresh.line, fresh.party
        self._session, self._keys = fresh._session, fresh._keys
        self._offer, self._stands, self._failure = fresh._offer, fresh._stands, None
        fresh._mail = self._mail  # the keys that its media reports are ours
        self._mail.put(PartyChanged(self.party, before))
        self._tell_hold()

    def take(self, output: CallOutput) -> None:
        """Take what the user agent reports of this call."""
        match output:
            case told.CallRinging() | told.CallAnswered() | told.CallConfirmed():
                self._progressed(output)
            case told.CallCancelled() | told.CallEnded() | told.CallFailed():
                self._over(output)
            case told.SessionOffered(sdp=sdp):
                self._renegotiate(sdp)
            case told.SessionAnswered(sdp=sdp):
                self._session.settle(sdp)
                self._keys.heard.anew()
                self._tell_hold()
            case _:
                self._heard(output)

    def _heard(
        self,
        output: told.DigitReceived
        | told.InfoReceived
        | told.InfoAnswered
        | told.OfferRefused
        | told.ReferProgress
        | told.ReferEnded,
    ) -> None:
        match output:
            case told.DigitReceived(digit=digit):
                self._pressed(digit, "info")
            case told.InfoAnswered(status=status):
                self._keys.sent.answered(status, self._session.stream)
            case told.ReferEnded(outcome=outcome, status=status):
                self._mail.put(Transferred(outcome, status))
            case told.ReferProgress(status=status) if status >= 180:
                self._mail.put(TransferProgress())
            case told.ReferProgress() | told.OfferRefused() | told.InfoReceived():
                pass
            case _:
                assert_never(output)

    async def _answer(self) -> None:
        if self._offer is None:
            self.line.send(sip.Answer(self.call, self.describe(), credentials=self.line.credentials))
            try:
                async with asyncio.timeout(_CONFIRMATION):
                    await self._stands.wait()
            except TimeoutError:
                raise Unavailable("the caller never answered our offer of audio", code="no_answer_to_offer") from None
            if self._failure is not None and self._failure.code != _ENDED:  # who hung up has not failed: they have left
                raise self._failure
            return
        self.line.send(sip.Answer(self.call, self.describe(), credentials=self.line.credentials))

    def _progressed(self, output: told.CallRinging | told.CallAnswered | told.CallConfirmed) -> None:
        problem = self._session.settle(output.sdp) if output.sdp is not None else None
        self._adopt()
        if isinstance(output, told.CallRinging):
            self.ringing(output.status)
            return
        if problem is not None or self._session.stream is None:
            reason = problem.reason if problem is not None else "no answer to our offer of audio"
            self._failure = Unavailable(f"no audio with the other side: {reason}", code="no_common_audio")
            self.line.send(sip.HangUp(self.call))
        self._stands.set()

    def _over(self, output: told.CallCancelled | told.CallEnded | told.CallFailed) -> None:
        match output:
            case told.CallCancelled():
                self._failure = Unavailable("the caller gave up before the answer", code="cancelled")
                self._leave("cancelled")
            case told.CallEnded(by=by):
                self._failure = self._failure or Unavailable("the call ended before the answer", code=_ENDED)
                self._leave("lost" if by == "loss" else "hangup")
            case told.CallFailed(status=status, reason=reason, headers=headers):
                self._failure = self._failure or (
                    silence(status) if headers is None else refusal(status, reason, headers)
                )
                self._leave("error")

    def _leave(self, reason: Literal["hangup", "cancelled", "lost", "error"]) -> None:
        self._session.close()
        self._mail.put(Left(reason))
        self._stands.set()

    def _renegotiate(self, sdp: str | None) -> None:
        if sdp is None:
            self.line.send(sip.Accept(self.call, self._session.offer()))
            return
        answer = self._session.answer(sdp)
        if isinstance(answer, Unacceptable):
            self.line.send(sip.RefuseOffer(self.call, answer.status))
            return
        self.line.send(sip.Accept(self.call, answer))
        self._keys.heard.anew()
        self._tell_hold()

    def _tell_hold(self) -> None:
        self._mail.hold(held=self._session.held)

    def _adopt(self) -> None:
        if self._session.stream is not None:
            self.encoding = self._session.stream.encoding

    def _pressed(self, digit: str, road: Road) -> None:
        if self._keys.heard.tells(digit, road, self.line.clock()):
            self._mail.put(Digit(digit, road))

    def _inform(self, digit: str) -> None:
        body = f"Signal={digit}\r\nDuration=160\r\n"
        self.line.send(sip.SendInfo(self.call, "application/dtmf-relay", body))


class _Mail:
    """Signals on their way: kept until somebody is attached, none after Left, and no hold twice."""

    def __init__(self) -> None:
        self.closed = False
        self._kept: list[Signal] = []
        self._report: Callable[[Signal], None] | None = None
        self._held = False

    def deliver_to(self, report: Callable[[Signal], None]) -> None:
        self._report = report
        kept, self._kept = self._kept, []
        for signal in kept:
            report(signal)

    def put(self, signal: Signal) -> None:
        if self.closed:
            return
        self.closed = isinstance(signal, Left)
        if self._report is None:
            self._kept.append(signal)
        else:
            self._report(signal)

    def hold(self, *, held: bool) -> None:
        if held != self._held:
            self._held = held
            self.put(Held() if held else Resumed())
