"""One call from the command line: all that is to be said is made ready, then a number is dialled and the conversation held.

The caller is a whole telephone of its own (SIP endpoint, media plane with one row, voice detection), so it calls any SIP
address, and what it measures is what a caller hears.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from switchroom.caller.conversation import Conversation, Show
from switchroom.caller.far_end import ANYTHING, FarEnd
from switchroom.caller.report import CallReport
from switchroom.caller.steps import PlayFile, PressKeys, SayText, Step, WaitSeconds
from switchroom.caller.tape import Tape
from switchroom.errors import SwitchroomError, Unavailable
from switchroom.media import wav
from switchroom.media.frame import TICK, Samples
from switchroom.media.plane import Plane
from switchroom.ports import HangUp, Hints, Leg, SpeechToText, TextToSpeech, Voice
from switchroom.settings import SipSettings
from switchroom.sip.commands import Credentials
from switchroom.sip.description.policy import DEFAULT, MediaPolicy
from switchroom.transports.sip.endpoint import Dialling, SipEndpoint

_GOODBYE = 2.0


Dial = Callable[[Dialling], Awaitable[Leg]]
By = Callable[[Dial, Callable[[int], None]], Awaitable[Leg]]
"""Another way to call: given what dials and what wants to know that it rings, returns the leg once it is answered."""


@dataclass(frozen=True, slots=True)
class CallOptions:
    """What to call and what to do there. Times are seconds; ``by`` decides how to call, if not straight away."""

    target: str
    steps: tuple[Step, ...] = ()
    voice: Voice = field(default_factory=Voice)
    record: Path | None = None
    max_seconds: float = 120.0
    answer_within: float = 30.0
    host: str = "0.0.0.0"  # noqa: S104 - a call may go anywhere
    credentials: Credentials | None = None
    policy: MediaPolicy = DEFAULT
    by: By | None = None
    trust: Path | None = None


@dataclass(frozen=True, slots=True)
class Engines:
    """What the caller speaks and hears with.

    Without ``stt`` the other side's words are not known; ``expected`` is what it may say.
    """

    tts: TextToSpeech | None = None
    stt: SpeechToText | None = None
    make_plane: Callable[[], Plane] = Plane
    expected: Hints = ANYTHING


async def place_call(options: CallOptions, engines: Engines, show: Show) -> CallReport:
    """Make the call and return how it went; a call that failed is a report too. Cancelling it hangs up."""
    if not options.target.strip():
        return CallReport(failure="nobody to call: give a SIP address such as sip:demo@127.0.0.1", code="no_target")
    try:
        async with asyncio.timeout(options.max_seconds + options.answer_within):
            script = [(step, await _prepare(step, options.voice, engines.tts)) for step in options.steps]
            return await _Caller(options, engines, show).call(script)
    except TimeoutError:
        return CallReport(failure=f"not over after {options.max_seconds:.0f} seconds of talking", code="timeout")
    except SwitchroomError as error:
        return CallReport(failure=str(error), code=error.code)


class _Caller:
    """The telephone for one call."""

    def __init__(self, options: CallOptions, engines: Engines, show: Show) -> None:
        self._options = options
        self._engines = engines
        self._show = show
        self._ringing: float | None = None

    async def call(self, script: Sequence[tuple[Step, Samples]]) -> CallReport:
        """Dial, talk, hang up."""
        host, trust = self._options.host, self._options.trust
        settings = SipSettings(host=host, port=0, rtp_first=30000, rtp_last=39998, trust=trust)
        endpoint = SipEndpoint(settings, lambda _: None)  # nobody knows its port, so nobody calls it
        await endpoint.open()
        report = CallReport()
        failure: SwitchroomError | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                serving = tasks.create_task(endpoint.run(), name="sip")
                await asyncio.sleep(0)  # it makes connections from here on
                try:
                    report = await self._dial(endpoint, script)
                finally:
                    serving.cancel()
        except* SwitchroomError as errors:
            failure = _first(errors)
        finally:
            endpoint.close()
        if failure is not None:
            raise failure
        return report

    async def _dial(self, endpoint: SipEndpoint, script: Sequence[tuple[Step, Samples]]) -> CallReport:
        clock = asyncio.get_running_loop().time
        began = clock()

        def ringing(_status: int) -> None:
            if self._ringing is None:
                self._ringing = clock() - began
                self._show(f"ringing after {self._ringing:.2f}s")

        options = self._options
        self._show(f"calling {options.target}")
        dialling = Dialling(options.target, credentials=options.credentials, ringing=ringing, policy=options.policy)
        try:
            async with asyncio.timeout(options.answer_within):
                way = endpoint.dial(dialling) if options.by is None else options.by(endpoint.dial, ringing)
                leg = await way
        except TimeoutError:
            raise Unavailable(f"nobody answered within {options.answer_within:.0f} seconds", code="no_answer") from None
        answered = clock() - began
        self._show(f"answered after {answered:.2f}s")
        report = await self._talk(leg, script)
        return replace(report, ringing=self._ringing, answered=answered)

    async def _talk(self, leg: Leg, script: Sequence[tuple[Step, Samples]]) -> CallReport:
        plane = self._engines.make_plane()
        connected = asyncio.get_running_loop().time()
        engines, language = self._engines, self._options.voice.language
        far_end = FarEnd(engines.stt, language, lambda *told: conversation.told(*told), engines.expected)
        record = self._options.record
        with Tape(record, leg.encoding.rate) if record is not None else contextlib.nullcontext() as tape:
            row = plane.add(leg, far_end, tap=tape)
            conversation = Conversation(leg, far_end, row.playout, connected, self._show)
            leg.attach(conversation.signalled)
            async with asyncio.TaskGroup() as tasks:
                ticking = tasks.create_task(_tick(plane), name="tick")
                try:
                    report = await self._converse(conversation, far_end, script)
                    report = await _say_goodbye(leg, conversation, far_end, report)
                finally:
                    ticking.cancel()
                    plane.remove(row)
            greeted = far_end.starts[0] - connected if far_end.starts else None
            return replace(
                report,
                greeted=greeted,
                lines=tuple(sorted(conversation.lines, key=lambda line: line.start)),
                media=leg.media(),
            )

    async def _converse(
        self, conversation: Conversation, far_end: FarEnd, script: Sequence[tuple[Step, Samples]]
    ) -> CallReport:
        try:
            async with asyncio.timeout(self._options.max_seconds):
                sounded = await conversation.hold(script)
        except TimeoutError:
            message = f"not over after {self._options.max_seconds:.0f} seconds"
            return CallReport(failure=message, code="timeout", latencies=tuple(conversation.latencies))
        await far_end.settle()
        if not sounded:
            return CallReport(failure="the other side answered, but no audio came from it", code="no_audio")
        return CallReport(latencies=tuple(conversation.latencies))


def _first(errors: BaseExceptionGroup[SwitchroomError]) -> SwitchroomError:
    error = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


async def _say_goodbye(leg: Leg, conversation: Conversation, far_end: FarEnd, report: CallReport) -> CallReport:
    ended = "they" if conversation.left else "you"
    if not conversation.left:
        await leg.do(HangUp())
        await far_end.until(lambda: conversation.left, _GOODBYE)
    far_end.close()
    return replace(report, ended=ended)


async def _tick(plane: Plane) -> None:
    clock = asyncio.get_running_loop().time
    due = clock() + TICK
    while True:
        await asyncio.sleep(due - clock())
        plane.tick(due)
        due += TICK


async def _prepare(step: Step, voice: Voice, tts: TextToSpeech | None) -> Samples:
    """Return what a step sounds like. Raises Invalid for an unusable file, Unavailable without a voice."""
    match step:
        case SayText(text):
            if tts is None:
                raise Unavailable("there is no voice on this machine to say anything with: use --wav", code="no_voice")
            async with aclosing(tts.speak(text, voice)) as pieces:
                return np.concatenate([piece async for piece in pieces] or [np.zeros(0, np.int16)])
        case PlayFile(path):
            return wav.read(await asyncio.to_thread(path.read_bytes))
        case PressKeys() | WaitSeconds():
            return np.zeros(0, np.int16)
