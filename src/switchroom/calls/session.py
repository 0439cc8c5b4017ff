"""One call, from the offer to the last event.

Everything a call starts lives in the task group of ``run``; when it returns, nothing of the call is left. The call
rings until its greeting is rendered, is answered, talks (``floor``'s part) and ends for exactly one reason, whoever
gave it first. The caller's last words are waited for before the journal is closed.
"""

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import structlog

from switchroom.calls.bookends import ended, not_taken, started
from switchroom.calls.bridge import Bridge
from switchroom.calls.call import Call, CallInput, CallState
from switchroom.calls.chronicle import Chronicle
from switchroom.calls.ears import Ears
from switchroom.calls.equipment import Equipment
from switchroom.calls.errands import TaskErrands
from switchroom.calls.floor import Floor
from switchroom.calls.guard import Guard, GuardedLeg
from switchroom.calls.guests import Guests
from switchroom.calls.listening import Listening
from switchroom.calls.live_control import LiveControl, Stage
from switchroom.calls.meter import MeteredRecogniser, MeteredVoice, heard, unmetered
from switchroom.calls.mind import Mind
from switchroom.calls.minutes import Minutes
from switchroom.calls.mouth import Mouth
from switchroom.calls.own_voice import OwnVoice
from switchroom.calls.parts import Parts
from switchroom.calls.paying import Paying, drained
from switchroom.calls.reply import Line, Rendered, Replier
from switchroom.calls.speculating import Speculating
from switchroom.calls.tapes import Tapes
from switchroom.calls.taps import Taps
from switchroom.calls.tongue import Tongue
from switchroom.calls.transfer import Transfers
from switchroom.calls.voicemail import Voicemail
from switchroom.calls.watch import Stock, Watch
from switchroom.calls.whole_turns import WholeTurns
from switchroom.conversation import turns
from switchroom.conversation.speculation import Speculation
from switchroom.conversation.spoken_language import LanguageWatch
from switchroom.conversation.turns import TurnMachine
from switchroom.errors import Conflict, SwitchroomError
from switchroom.events import catalogue as happened
from switchroom.events.catalogue import EndReason
from switchroom.identity import CallId, TenantId
from switchroom.media.frame import Samples
from switchroom.media.playout import Playout
from switchroom.ports import (
    Answer,
    CallDetails,
    CallOffer,
    CallPlan,
    Capability,
    Digit,
    FarEndRings,
    HangUp,
    Heard,
    HearingFailed,
    Held,
    Interrupted,
    Left,
    PartyChanged,
    Refuse,
    Resumed,
    Ring,
    SendDigits,
    Signal,
    SpeechToText,
    TransferProgress,
    Transferred,
    Typed,
    control,
)

log = structlog.get_logger()

LAST_WORDS = 4.5
"""How long a call that is over waits for the transcript of what was said last."""
_GRACE = 5.0
_DRAIN = 0.15  # what is still in the leg's jitter buffer when the caller hangs up


@dataclass(slots=True)
class _End:
    """Why a call is over, once it is: the first reason given, or what broke."""

    reason: EndReason | None = None
    broken: Exception | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)


class CallSession:
    """Runs one call."""

    def __init__(self, call: CallId, offer: CallOffer, plan: CallPlan, equipment: Equipment) -> None:
        self.id = call
        self._offer = offer
        self._plan = plan
        self._state = Call(ours=offer.direction == "outbound")
        self._chronicle = Chronicle(plan.tenant, call, equipment.publish)
        speech = plan.open_speech(self._chronicle.tell)
        stt: SpeechToText = MeteredRecogniser(speech.stt or equipment.stt, self._chronicle.meter, speech.hears)
        stt = stt if equipment.end_of_turn is None else WholeTurns(stt, equipment.end_of_turn)
        tts = MeteredVoice(speech.tts or equipment.tts, self._chronicle.meter, speech.speaks)
        self._with = replace(equipment, stt=stt, tts=tts)
        self._tapes = Tapes(call, plan.tenant, offer.leg, self._with, self._chronicle)
        self._guard: Guard | None = None
        self._control: LiveControl | None = None
        self._end = _End()
        self._connected: float | None = None

    @property
    def tenant(self) -> TenantId:
        """Whose call it is."""
        return self._plan.tenant

    async def run(self) -> None:
        """Live the call. Cancelling it still writes the end and hangs up."""
        self._chronicle.tell(started(self._offer, self._plan))
        self._offer.leg.attach(self._signalled)
        failure: SwitchroomError | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._live(tasks)
        except* SwitchroomError as errors:
            failure = _first(errors)
        except* Exception as errors:
            log.exception("call broke", call=self.id)
            failure = SwitchroomError(repr(errors.exceptions[0]), code="bug")
        finally:
            self._tell_ended(failure)
            if self._end.reason != "caller_hangup":
                await self._offer.leg.do(HangUp() if self._connected is not None else self._refusal())

    def end(self, reason: EndReason) -> None:
        """End the call; the first reason given is the one that counts."""
        if self._end.reason is None:
            self._end.reason = reason
        self._end.over.set()

    async def do(self, command: control.CallCommand) -> None:
        """Carry out what somebody asks of the call from outside. Raises Conflict."""
        if self._state.state is CallState.ENDED or self._end.over.is_set():
            raise Conflict(f"call {self.id} is ended", code="call_ended")
        match command:
            case control.HangUp():
                self.end("agent_hangup")
            case _ if self._control is None:
                state = self._state.state.value
                raise Conflict(f"the call is {state}: it must be connected for that", code="illegal_call_input")
            case _:
                await self._control.do(command)

    def _refusal(self) -> Refuse:
        if self._end.reason == "credit":
            return Refuse("no_credit")
        return Refuse("draining", retry_after=5) if self._end.reason == "drained" else Refuse("unavailable")

    @staticmethod
    def _clock() -> float:
        return asyncio.get_running_loop().time()

    def _broke(self, error: Exception) -> None:
        self._end.broken = error
        self._end.over.set()

    async def _live(self, tasks: asyncio.TaskGroup) -> None:
        began = self._clock()
        paying = Paying(self._with.credit, self._chronicle)
        if not await paying.reserve(self._plan.tenant, self.id):
            self.end("credit")
            return
        plan = self._plan
        if self._offer.direction == "inbound":
            await self._offer.leg.do(Ring())
            self._rings()
        rendered = [await self._render(text) for text in (plan.greeting, plan.apology, plan.farewell)]
        playout, errands = Playout(), TaskErrands(tasks)
        parts = self._parts(playout, errands, rendered)  # what can be refused is refused before the answer
        if self._end.over.is_set():
            return
        await self._answer()
        if self._end.over.is_set():  # whoever leaves the offer to us may hang up instead of answering it
            return
        self._connected = self._clock()
        self._state.apply(CallInput.ANSWER)
        self._chronicle.tell(partial(happened.CallConnected, after=round(self._connected - began, 4)))
        parts.minutes.begin(self._connected)
        self._chronicle.meter.begin()
        heard(self._with.tts, plan.greeting)
        charging = tasks.create_task(paying.run(partial(self._part, parts.mouth)), name="paying")
        preparing = tasks.create_task(parts.watch.stock.prepare(), name="sentences")
        await self._talk(parts, tasks, playout, errands, rendered[0])
        preparing.cancel()
        charging.cancel()
        self._with.habits.keep(plan.tenant, self._offer.leg.party, parts.turns.pauses)

    async def _part(self, mouth: Mouth) -> None:
        """Credit has run out: say so in a way that is no affair of the caller's, and end."""
        with suppress(SwitchroomError):  # what must not be interrupted, or a caller who is on hold, is left as it is
            await self.do(control.Say(self._plan.parting, protected=True))
            await drained(lambda: mouth.sounding)
        self.end("credit")

    def _rings(self) -> None:
        if self._state.allows(CallInput.RING):
            self._state.apply(CallInput.RING)
            self._chronicle.tell(happened.CallRinging)

    async def _answer(self) -> None:
        """Answer, or wait until they do, unless it is over before."""
        async with asyncio.TaskGroup() as tasks:
            over = tasks.create_task(self._end.over.wait(), name="over")
            answer = tasks.create_task(self._offer.leg.do(Answer()), name="answer")
            await asyncio.wait({over, answer}, return_when=asyncio.FIRST_COMPLETED)
            over.cancel()
            answer.cancel()

    async def _talk(
        self, parts: Parts, tasks: asyncio.TaskGroup, playout: Playout, errands: TaskErrands, greeting: Rendered
    ) -> None:
        leg, plane, recorder = self._offer.leg, self._with.plane, self._tapes.record() if self._plan.record else None
        taps = Taps([tap for tap in (recorder, parts.voicemail) if tap is not None])
        floor = Floor(parts, tasks, self.end)
        self._guard = Guard(floor, Listening(parts, floor.feed), self._broke)
        row = plane.add(GuardedLeg(leg, self._broke), self._guard, tap=taps, playout=playout)
        party, encoding = leg.party.address, leg.codec
        self._chronicle.tell(partial(happened.LegAdded, leg=leg.id, party=party, encoding=encoding))
        guests = Guests(plane, row, self._chronicle, self._with.reach)
        stage = Stage(self.tenant, leg, self._state, floor, parts.minutes, guests, self._chronicle, tasks, self._music)
        self._control = LiveControl(stage)
        try:
            floor.open(greeting)
            await self._last(floor, errands)
        finally:
            await self._control.close()
            self._chronicle.settle(errands.back, self._clock())
            plane.remove(row)
            self._chronicle.tell(partial(happened.LegLeft, leg=leg.id, media=dict(leg.media())))
            if recorder is not None:
                await self._tapes.store(recorder)

    async def _last(self, floor: Floor, errands: TaskErrands) -> None:
        """Wait until the call is over, and for what was said last in it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._plan.max_duration):
                await self._end.over.wait()
        if self._end.broken is not None:
            raise self._end.broken
        self.end("timeout")
        if self._end.reason == "caller_hangup":
            await asyncio.sleep(_DRAIN)
        await floor.close(LAST_WORDS)
        await errands.finish(_GRACE)

    def _parts(self, playout: Playout, errands: TaskErrands, rendered: list[Rendered]) -> Parts:
        plan, offer = self._plan, self._offer
        tongue = Tongue(LanguageWatch(plan.language, plan.languages), self._chronicle)
        brain = plan.open_brain(self._details(errands, tongue))
        mind, minutes = Mind(brain, errands), Minutes(self._chronicle)
        mouth = Mouth(playout, self._with.tts, plan.voice)
        ears = Ears(
            self._with.stt,
            plan.language,
            lambda: mind.brain.expecting.hints,
            self._reported,
        )
        timing = replace(self._with.timing, silence=plan.silence, nudges=plan.nudges)
        machine = TurnMachine(timing, language=plan.language, pauses=self._with.habits.of(plan.tenant, offer.leg.party))
        ahead = Speculation(replace(self._with.eagerness, most=plan.guesses), language=plan.language)
        tongue.follow += [machine.change_language, ahead.change_language, ears.listen_in, partial(_speak, mouth)]
        watch = self._watch(mouth, rendered[1])
        return Parts(
            turns=machine,
            tongue=tongue,
            ears=ears,
            mouth=mouth,
            own=OwnVoice(playout, mouth.ledger.heard),
            mind=mind,
            replier=Replier(mind, mouth, self._chronicle, rendered[1], Line(self._music(), self._press)),
            ahead=Speculating(ahead, mind, self._chronicle, minutes.supposing),
            minutes=minutes,
            transfers=Transfers(offer.leg, self._chronicle, self._state),
            voicemail=Voicemail(
                self._chronicle,
                lambda report: Ears(self._with.stt, plan.language, lambda: mind.brain.expecting.hints, report),
                self._tapes.message,
            ),
            watch=watch,
            bridge=Bridge(machine, mind, mouth, minutes, watch),
            farewell=rendered[2],
        )

    def _details(self, errands: TaskErrands, tongue: Tongue) -> CallDetails:
        offer, pace = self._offer, self._with.paces.of(self._plan.agent)
        return CallDetails(
            self.id,
            offer.leg.party,
            offer.dialled,
            offer.source,
            errands,
            offer.context,
            self._chronicle.tell,
            lambda: tongue.language,
            hurried=lambda: pace.late(self._plan.no_silence),
        )

    def _watch(self, mouth: Mouth, apology: Rendered) -> Watch:
        stock = Stock(self._plan, unmetered(self._with.tts), self._with.sentences)
        return Watch(stock, self._with.paces.of(self._plan.agent), mouth, self._chronicle, apology)

    async def _render(self, text: str) -> Rendered:
        pieces = [np.zeros(0, np.int16)]
        if text:
            async with aclosing(unmetered(self._with.tts).speak(text, self._plan.voice)) as speech:
                pieces += [piece async for piece in speech]
        return Rendered(text, np.concatenate(pieces))

    def _reported(self, report: Heard | HearingFailed) -> None:
        if self._guard is not None:
            self._guard.run(self._guard.floor.reported, report)

    def _signalled(self, signal: Signal) -> None:
        """Take what the leg reports; never waits."""
        if isinstance(signal, Left):
            self.end("caller_hangup")
        elif isinstance(signal, FarEndRings):
            self._rings()
        if self._guard is not None and not self._end.over.is_set():
            self._guard.run(self._pass_on, signal, self._guard.floor)

    def _pass_on(self, signal: Signal, floor: Floor) -> None:
        now = self._clock()
        match signal:
            case Digit():
                floor.pressed(signal, now)
            case Interrupted():
                floor.feed(turns.CallerInterrupted(), now)
            case Typed(text):
                floor.typed(text, now)
            case Held() | Resumed():
                self._hold(floor, now, held=isinstance(signal, Held))
            case TransferProgress() | Transferred():
                self._transferring(signal, floor, now)
            case PartyChanged(party, media):
                self._chronicle.tell(partial(happened.CallTransferred, party=party.address, media=dict(media)))
            case Left() | FarEndRings():
                pass

    def _transferring(self, what: TransferProgress | Transferred, floor: Floor, now: float) -> None:
        if self._control is not None:
            self._control.transferring(what)
        floor.transferring(what, now)

    def _hold(self, floor: Floor, now: float, *, held: bool) -> None:
        what, told = (CallInput.HOLD, happened.CallHeld) if held else (CallInput.RESUME, happened.CallResumed)
        if self._state.allows(what):
            self._state.apply(what)
            self._chronicle.tell(told)
        floor.keep_away("held", now, away=held)

    def _tell_ended(self, failure: SwitchroomError | None) -> None:
        if self._connected is None and self._offer.direction == "outbound" and (end := not_taken(failure)) is not None:
            self._end.reason, failure = self._end.reason or end, None
        if failure is not None:
            self._end.reason = "error"
        self._state.apply(CallInput.END)
        duration = round(self._clock() - self._connected, 3) if self._connected is not None else 0.0
        self._chronicle.tell_used()
        for make in ended(self.id, self._end.reason or "drained", failure, duration):
            self._chronicle.tell(make)

    def _music(self) -> Samples:
        return self._with.music if self._plan.music is None else self._plan.music

    async def _press(self, digits: str) -> None:
        if Capability.SEND_DIGITS in self._offer.leg.can:
            await self._offer.leg.do(SendDigits(digits))
        else:
            log.warning("keys cannot be pressed on this line", call=self.id)


def _first(errors: BaseExceptionGroup[SwitchroomError]) -> SwitchroomError:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, SwitchroomError) else SwitchroomError(repr(error), code="bug")


def _speak(mouth: Mouth, language: str) -> None:
    mouth.voice = replace(mouth.voice, language=language)
