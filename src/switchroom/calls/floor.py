"""The conversation of one call: what happens goes to the turn machine, what it decides is done.

Everything enters through ``feed``, on the event loop, and is applied at once without awaiting; so the conversation's
state cannot change between reading it and acting on it. Only replies take time, one at a time, in tasks of the call's
group.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Literal, assert_never

from switchroom.calls.gone import gone
from switchroom.calls.keys import Keys
from switchroom.calls.parts import Parts
from switchroom.calls.reply import Rendered, Reply, prompted
from switchroom.calls.voicemail import Voicemail
from switchroom.calls.watch import Line
from switchroom.conversation import turns
from switchroom.conversation.deadlines import Stall
from switchroom.conversation.turns import Agent, Caller, Commit, Decision, Input
from switchroom.events.catalogue import EndReason
from switchroom.media.frame import TICK
from switchroom.ports import (
    CallerSilent,
    CallOpened,
    Digit,
    Heard,
    HearingFailed,
    Patience,
    Say,
    TakeMessage,
    ToolFinished,
    TransferFailed,
    TransferProgress,
    Transferred,
    TransferTo,
    Utterance,
)

_SILENT, *_ALL_OURS = ((Caller.QUIET, agent) for agent in (Agent.SILENT, Agent.OWED, Agent.SPEAKING))

KeptAway = Literal["held", "hold", "transfer", "message", "takeover"]
"""Why the agent does not hear a caller: their side has us on hold, or we have them; they are being handed over, or leave a message;
or a person talks with them."""


class Floor:
    """Who speaks, in one call. ``end`` is called when the conversation is over."""

    def __init__(self, parts: Parts, tasks: asyncio.TaskGroup, end: Callable[[EndReason], None]) -> None:
        self._turns = parts.turns
        self._mouth = parts.mouth
        self._with = parts
        self._tasks = tasks
        self._end = end
        self._reply: Reply | None = None
        self._making: list[asyncio.Task[None]] = []  # the last is the reply's; those before it are being broken off
        self._keys = Keys()
        self._kept_away: set[KeptAway] = set()
        self._settled: asyncio.Event | None = None
        self._dictated: Say | None = None
        self._clock = asyncio.get_running_loop().time

    @property
    def voicemail(self) -> Voicemail:
        """What takes the caller's messages: a tap of their row."""
        return self._with.voicemail

    def open(self, greeting: Rendered) -> None:
        """Begin: greet with what is rendered, then with what the brain says to a call that was opened."""
        now = self._clock()
        self._mouth.play(greeting.text, greeting.samples)
        self._start(Reply(0, CallOpened(), now, text=greeting.text), self._answer)
        self.feed(turns.ReplyOwed(), now)

    def feed(self, happened: Input, now: float) -> None:
        """Take what happened and do what follows from it."""
        self._with.ahead.heed(happened, now)
        self._apply(self._turns.handle(happened, now), now)
        self._bridge(now)
        self._think_ahead(now)

    def pressed(self, digit: Digit, now: float) -> None:
        """The caller pressed a key."""
        if not self._keys.counts(digit, now):
            return
        self._with.minutes.pressed(digit)
        if self._with.transfers.under_way:
            return  # it is meant for somebody else
        if self._with.voicemail.taking:
            self._with.voicemail.pressed(digit.digit, now)
            return
        self.feed(turns.DigitPressed(digit.digit), now)

    def typed(self, text: str, now: float) -> None:
        """The caller said something in writing."""
        self.feed(turns.CallerWrote(text), now)

    def keep_away(self, why: KeptAway, now: float, *, away: bool) -> None:
        """The caller is not to be heard, or is again, unless there is another reason."""
        (self._kept_away.add if away else self._kept_away.discard)(why)
        self.feed(turns.Held() if self._kept_away else turns.Resumed(), now)

    def dictate(self, say: Say, now: float) -> bool:
        """Say this in the place of what is being said; False if that must not be interrupted. It is said until it is heard."""
        self.feed(turns.CallerInterrupted(), now)
        if self._turns.state[1] is not Agent.SILENT:
            return False
        self._dictated = say
        self._recite(say, now)
        return True

    def hand_over(self, wanted: TransferTo, now: float) -> None:
        """Hand the caller over, whatever is being said."""
        self.stand_back(wanted, now)
        self._tasks.create_task(self._hand_over(wanted.target), name="transfer")

    def stand_back(self, wanted: TransferTo, now: float) -> None:
        """The caller is being handed over, whoever does it."""
        if self._with.transfers.begin(wanted):
            self.keep_away("transfer", now, away=True)
            self._cut(now)
            self.feed(turns.AgentStopped(), now)
            self._with.minutes.status("transferring")

    def transferring(self, what: TransferProgress | Transferred, now: float) -> None:
        """The caller is being handed over, or is not."""
        transfers = self._with.transfers
        if isinstance(what, TransferProgress):
            transfers.ringing()
        elif transfers.ended(what):
            if what.outcome == "done":
                self._end("transfer")
                return
            self.keep_away("transfer", now, away=False)
            self._start(Reply(self._turns.next_turn - 1, TransferFailed(what.outcome), now), self._answer)
            self.feed(turns.ReplyOwed(), now)

    async def close(self, limit: float) -> None:
        """Stop talking, and wait up to ``limit`` seconds until the caller's last words are understood."""
        now = self._clock()
        self._settled = asyncio.Event()
        self._with.transfers.abandon()
        self._with.voicemail.left(now)
        self._cut(now)
        self._with.ears.pause()
        self.feed(turns.CallerLeft(), now)
        if self._turns.deadline is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(limit):
                    await self._settled.wait()
        self._with.ears.close()
        for task in self._making[-1:]:
            task.cancel()

    # The plane's Listener, for the caller's row.

    def digit(self, digit: str, now: float) -> None:
        """A key was heard in the sound."""
        self.pressed(Digit(digit, "inband"), now)

    def playing(self, playing: bool, now: float) -> None:  # noqa: FBT001 - the plane's Listener
        """The agent's voice began to sound on the wire, or all of it was heard."""
        reply = self._reply
        if not playing or reply is None:
            self._with.bridge.playing(now, playing=playing)
            return
        if not reply.audible:
            reply.audible = True
            self._dictated = None if reply.dictated is not None else self._dictated
            reply.reached("sent", max(now, reply.since))
            self._with.minutes.reply_started(reply)
        reply.protected = self._mouth.protected
        self.feed(turns.AgentStarted(protected=reply.protected), now)

    def ticked(self, now: float) -> None:
        """A tick is over."""
        self._mouth.ticked()
        self._with.voicemail.ticked(now)
        reply = self._reply
        if reply is not None and reply.audible and reply.protected is not self._mouth.protected:
            self.playing(True, now)  # noqa: FBT003 - the next sentence is as good as another beginning
        deadline = self._turns.deadline
        if deadline is not None and deadline - TICK / 2 <= now:  # the next tick would be later than this one is early
            self._apply(self._turns.expire(max(now, deadline)), now)
        if self._turns.state == _SILENT and not self._kept_away and not self._settled and self._with.mind.news():
            self._start(Reply(self._turns.next_turn - 1, ToolFinished(), now), self._answer)
            self.feed(turns.ReplyOwed(), now)
        if self._dictated is not None and self._reply is None and not self._kept_away and not self._settled:
            self._recite(self._dictated, now)
        self._think_ahead(now)
        reply = self._reply or self._bridge(now)
        stall = self._with.watch.ticked(reply, "free" if self._reply is None else self._line, now)
        if stall is not None and self._reply is not None:
            self._replace(self._reply, stall, now)

    # The recogniser.

    def reported(self, report: Heard | HearingFailed) -> None:
        """The recogniser said something."""
        now = self._clock()
        self._with.tongue.heard(report)
        match report:
            case Heard():
                heard = self._with.own.without(report, now)
                if heard.text and not heard.final:
                    self._with.minutes.partial(self._turns.next_turn, heard.text)
                self.feed(heard, now)
            case HearingFailed(error):
                self._with.minutes.failed("stt", error)
                self.feed(turns.Missed(error.code), now)

    # What the turn machine decides.

    def _apply(self, decisions: list[Decision], now: float) -> None:
        for decision in decisions:
            if not isinstance(decision, Commit):
                self._with.ahead.heed(decision, now)
            match decision:
                case turns.PauseSpeech() | turns.ResumeSpeech() | turns.StopSpeech() | turns.Withdraw():
                    self._steer(decision, now)
                case turns.AskFinal() | turns.Dismiss() | Commit():
                    self._listen(decision, now)
                case turns.Nudge(count):
                    self._start(Reply(self._turns.next_turn - 1, CallerSilent(count), now), self._answer)
                case turns.GiveUp():
                    self._start(Reply(self._turns.next_turn - 1, CallerSilent(0), now), self._take_leave)
                case _:
                    assert_never(decision)
        if self._settled is not None and self._turns.deadline is None:
            self._settled.set()

    def _steer(
        self, decision: turns.PauseSpeech | turns.ResumeSpeech | turns.StopSpeech | turns.Withdraw, now: float
    ) -> None:
        match decision:
            case turns.PauseSpeech():
                self._mouth.pause()
                self._with.minutes.paused(self._reply)
            case turns.ResumeSpeech():
                self._mouth.resume()
                self._with.minutes.resumed(self._reply)
            case _:
                self._cut(now)

    def _listen(self, decision: turns.AskFinal | turns.Dismiss | Commit, now: float) -> None:
        if isinstance(decision, turns.AskFinal):
            self._with.ears.cut(now)
            return
        # A voice without a word for as long as a turn may be is noise until it ends: else nobody would ever be nudged.
        since = self._with.ears.committed(goes_on=isinstance(decision, Commit))
        if isinstance(decision, Commit):
            self._commit(decision, now)
        for happened in since:
            self.feed(happened, now)

    def _commit(self, commit: Commit, now: float) -> None:
        self._with.minutes.committed(commit, now)
        self._with.tongue.committed(commit, now)
        prepared = self._with.ahead.take(commit, now)
        if self._settled is not None:
            return
        if self._with.transfers.under_way:  # said before they were to be handed over, and understood too late
            self.feed(turns.AgentStopped(), now)
            return
        reply = Reply(commit.turn, prompted(commit), commit.ended) if prepared is None else prepared[0]
        reply.guesses = self._with.ahead.account()
        reply.short = self._with.mind.brain.expecting.patience is Patience.SHORT
        reply.answering(commit, self._with.minutes.noticed, now)
        bridged = self._with.bridge.cross(reply)
        if prepared is None:
            self._start(reply, self._answer)
        else:
            self._adopt(*prepared)
        if bridged:
            self.playing(True, now)  # noqa: FBT003 - it is heard already

    def _start(self, reply: Reply, make: Callable[[Reply], Coroutine[object, None, None]]) -> None:
        self._with.minutes.status("thinking")
        self._reply = reply
        self._making = [task for task in self._making if not task.done()]
        task = self._tasks.create_task(self._after(self._making, reply, make), name=f"reply {reply.turn}")
        self._making = [*self._making, task]

    def _recite(self, say: Say, now: float) -> None:
        """Begin what is dictated, unless somebody speaks who is not to be spoken over."""
        if self._turns.state == _SILENT or say.protected:
            self._start(Reply(self._turns.next_turn - 1, ToolFinished(), now, dictated=say), self._with.replier.recite)
            self.feed(turns.ReplyOwed(), now)

    def _bridge(self, now: float) -> Reply | None:
        return self._with.bridge.look(now, away=bool(self._kept_away) or self._settled is not None)

    def _think_ahead(self, now: float) -> None:
        self._with.ahead.think(now, self._turns.next_turn, self._prepare)

    def _prepare(self, reply: Reply, context: Sequence[Utterance]) -> asyncio.Task[None]:
        """Begin a reply that is none yet: no other waits for it, and it is not this floor's until it is adopted."""
        before = [task for task in self._making if not task.done()]
        made = self._after(before, reply, lambda reply: self._with.replier.speak(reply, context))
        return self._tasks.create_task(made, name=f"draft of {reply.turn}")

    def _adopt(self, reply: Reply, task: asyncio.Task[None]) -> None:
        """What was prepared is the reply."""
        self._with.minutes.status("thinking")
        self._reply = reply
        self._making = [*(task for task in self._making if not task.done()), task]
        if reply.draft is not None:
            self._with.replier.adopt(reply.draft)

    async def _after(
        self,
        before: list[asyncio.Task[None]],
        reply: Reply,
        make: Callable[[Reply], Coroutine[object, None, None]],
    ) -> None:
        """Make a reply once those before are quite gone: a brain answers one prompt at a time."""
        await gone(before)
        await make(reply)
        if reply.draft is not None and reply.draft.failed:
            return
        now = self._clock()
        self._reply = None
        self._with.minutes.reply_ended(reply, self._mouth.cut(), now, interrupted=False)
        self._expect(reply.text, now)
        self.feed(turns.AgentStopped(), now)
        if reply.ends_call:
            self._end(reply.leaves_for)
        elif reply.transfer is not None and self._with.transfers.possible:
            self.hand_over(reply.transfer, now)
        elif reply.message is not None and self._settled is None:
            self.keep_away("message", now, away=True)
            self._tasks.create_task(self._take_message(reply.message), name="message")

    async def _hand_over(self, target: str) -> None:
        if (failed := await self._with.transfers.ask(target)) is not None:
            self.transferring(failed, self._clock())

    async def _take_message(self, wanted: TakeMessage) -> None:
        taken = await self._with.voicemail.take(wanted)
        if self._settled is None:
            now = self._clock()
            self.keep_away("message", now, away=False)
            self._start(Reply(self._turns.next_turn - 1, taken, now), self._answer)
            self.feed(turns.ReplyOwed(), now)

    @property
    def _line(self) -> Line:
        """Whether something may be said to the caller now."""
        if self._kept_away:
            return "away"
        return "free" if self._turns.state in _ALL_OURS else "busy"

    def _replace(self, reply: Reply, stall: Stall, now: float) -> None:
        """The reply will not come: apologise in its place, or give the agent up if that was not the first time."""
        self._making[-1].cancel()
        self._mouth.stop()
        self._with.minutes.reply_ended(reply, self._mouth.cut(), now, interrupted=True)
        instead, sentence = self._with.watch.instead(reply, stall, now)
        self._reply = instead
        if sentence is not None:
            self._mouth.play(sentence.text, sentence.samples)
        lost = instead.transfer is not None or instead.ends_call
        before = [] if lost else self._making  # whoever does not even break off is waited for no more
        task = self._tasks.create_task(self._after(before, instead, self._drain), name=f"apology {reply.turn}")
        self._making = [*self._making, task]

    async def _drain(self, _reply: Reply) -> None:
        await self._mouth.drained()

    async def _answer(self, reply: Reply) -> None:
        await self._with.replier.speak(reply, self._with.minutes.utterances)

    async def _take_leave(self, reply: Reply) -> None:
        reply.text = self._with.farewell.text
        self._mouth.play(reply.text, self._with.farewell.samples)
        await self._mouth.drained()
        self._end("timeout")

    def _expect(self, said: str, now: float) -> None:
        expecting = self._with.mind.brain.expecting
        self.feed(turns.Expected(expecting.patience, expecting.digits, said), now)

    def _cut(self, now: float) -> None:
        """End the reply that is being made or heard."""
        reply, self._reply = self._reply, None
        if reply is None:
            return
        self._making[-1].cancel()
        self._mouth.stop()
        cut = self._mouth.cut()
        self._with.minutes.reply_ended(reply, cut, now, interrupted=True)
        self._expect(cut[0], now)
