"""Taking a message: what the caller says is written to a file and understood, until a machine says that it is complete.

While a message is taken the caller's voice and keys come here and not to the turn machine, which is told that they are away. The
file holds everything since the beep; the text is put together of utterances, each ended by a pause for which the recogniser
found time to answer. A caller who hangs up in the middle has left a message, too.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from switchroom.calls.chronicle import Chronicle
from switchroom.calls.ears import Ears
from switchroom.calls.recorder import Recorder
from switchroom.conversation.message import Input, MessageMachine, MessageOver
from switchroom.conversation.moves import CallerLeft, DigitPressed, VoiceStarted, VoiceStopped
from switchroom.events import catalogue as happened
from switchroom.events.catalogue import MessageEnd
from switchroom.media.frame import TICK, Samples
from switchroom.ports import Heard, HearingFailed, MessageTaken, TakeMessage

UNDERSTANDING = 4.5
"""So many seconds the last words of a message may take to be understood."""

OpenEars = Callable[[Callable[[Heard | HearingFailed], None]], Ears]
OpenFile = Callable[[int], Recorder | None]
"""Opens the file of the call's n-th message; None: none are kept."""


class Voicemail:
    """The messages of one call, one at a time. It is a Tap of the caller's row."""

    def __init__(self, chronicle: Chronicle, open_ears: OpenEars, open_file: OpenFile) -> None:
        self._tell = chronicle.tell
        self._open_ears = open_ears
        self._open_file = open_file
        self._count = 0
        self._machine: MessageMachine | None = None
        self._file: Recorder | None = None
        self._ears: Ears | None = None
        self._speaking = False
        self._owed = False  # the recogniser has not answered the last pause
        self._texts: list[str] = []
        self._over: asyncio.Future[MessageEnd] | None = None
        self._understood = asyncio.Event()

    @property
    def taking(self) -> bool:
        """Whether the caller speaks to us, and not with the agent."""
        return self._machine is not None

    @property
    def _listens(self) -> bool:
        """Whether what is said belongs to a message."""
        return self._over is not None and not self._over.done()

    async def take(self, wanted: TakeMessage) -> MessageTaken:
        """Take a message that begins now; return it once it is stored and understood. Safe to cancel: the file stays playable."""
        loop = asyncio.get_running_loop()
        self._count += 1
        self._speaking, self._owed, self._texts = False, False, []
        self._over = loop.create_future()
        began = loop.time()
        self._machine = MessageMachine(wanted.limit, wanted.silence, began)
        self._ears = self._open_ears(self._reported)
        self._file = self._open_file(self._count)
        try:
            why = await self._over
            lasted = loop.time() - began
            await self._understand()
        finally:
            file, self._file, self._machine = self._file, None, None
            self._ears.close()
        return await self._stored(file, lasted, why)

    def write(self, heard: Samples, spoken: Samples) -> None:
        """Take one tick of the row, at the rate of the wire."""
        if self._file is not None and self._listens:
            self._file.write(heard, spoken)

    def voice_started(self, at: float, now: float, before: Samples) -> None:
        """The caller's voice began."""
        if self._ears is None or not self._listens:
            return
        self._ears.start(before, now)
        self._feed(VoiceStarted(at), now)
        self._speaking = True

    def voice(self, samples: Samples, now: float) -> None:
        """20 ms of it."""
        if not self._speaking:  # it began before the beep had ended
            self.voice_started(now, now, samples)
        elif self._ears is not None:
            self._ears.take(samples, now)

    def voice_stopped(self, at: float, now: float) -> None:
        """The caller fell silent."""
        if self._speaking and self._ears is not None:
            self._pause(self._ears)
        self._feed(VoiceStopped(at), now)

    def pressed(self, digit: str, now: float) -> None:
        """The caller pressed a key."""
        self._feed(DigitPressed(digit), now)

    def left(self, now: float) -> None:
        """The caller is gone: what they said is the message."""
        self._feed(CallerLeft(), now)

    def ticked(self, now: float) -> None:
        """A tick is over."""
        deadline = None if self._machine is None else self._machine.deadline
        if self._machine is not None and deadline is not None and deadline - TICK / 2 <= now:
            self._end(self._machine.expire(max(now, deadline)))

    def _feed(self, what: Input, now: float) -> None:
        if self._machine is not None:
            self._end(self._machine.handle(what, now))

    def _end(self, decisions: list[MessageOver]) -> None:
        for decision in decisions:
            if self._over is not None and not self._over.done():
                self._over.set_result(decision.why)

    def _pause(self, ears: Ears) -> None:
        self._speaking, self._owed = False, True
        self._understood.clear()
        ears.pause()

    def _reported(self, report: Heard | HearingFailed) -> None:
        if isinstance(report, HearingFailed):
            error = report.error
            failed = partial(happened.ProviderFailed, provider="stt", capability="stt")
            self._tell(partial(failed, code=error.code, message=str(error)))
        elif not report.final or self._speaking:
            return  # more of the same utterance comes, and then all of it is told
        elif report.text:
            self._texts.append(report.text)
        if self._ears is not None and not self._speaking:
            self._ears.committed(goes_on=False)
            self._owed = False
            self._understood.set()

    async def _understand(self) -> None:
        if self._speaking and self._ears is not None:
            self._pause(self._ears)
        if self._owed:
            with suppress(TimeoutError):
                async with asyncio.timeout(UNDERSTANDING):
                    await self._understood.wait()

    async def _stored(self, file: Recorder | None, lasted: float, why: MessageEnd) -> MessageTaken:
        if file is not None:
            await file.close()
        if why == "nothing":
            if file is not None:
                file.discard()
            return MessageTaken(0.0)
        path = str(file.path) if file is not None and not file.broken else ""
        duration, text = round(lasted, 3), " ".join(self._texts)
        self._tell(partial(happened.VoicemailTaken, path=path, duration=duration, text=text, why=why))
        return MessageTaken(duration, text, path)
