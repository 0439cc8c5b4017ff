"""The minutes of a conversation: who said what and when, as events and as the context that the brain gets.

Only what was heard is written. Times in utterances are seconds since the call was connected.
"""

from functools import partial
from typing import Literal

from switchroom.calls.chronicle import Chronicle
from switchroom.calls.reply import Reply
from switchroom.conversation.turns import Commit
from switchroom.errors import SwitchroomError
from switchroom.events import catalogue as happened
from switchroom.ports import Digit, Utterance

REMEMBERED = 200
"""Utterances that the brain is shown; a call that says more forgets its beginning, the journal does not."""


class Minutes:
    """Keeps them for one call."""

    def __init__(self, chronicle: Chronicle) -> None:
        self._tell = chronicle.tell
        self._connected = 0.0
        self._status = ""
        self._last: Commit | None = None
        self.noticed: float | None = None
        """When it was noticed that the caller had fallen silent."""
        self.utterances: list[Utterance] = []

    def begin(self, connected: float) -> None:
        """The call was connected, in the event loop's time."""
        self._connected = connected

    def voice(self, now: float, *, speaking: bool) -> None:
        """The caller's voice began or ended."""
        self._tell(partial(happened.VoiceActivity, speaking=speaking))
        self.noticed = None if speaking else now

    def status(self, status: Literal["listening", "thinking", "speaking", "transferring"]) -> None:
        """Somebody else has the floor."""
        if status != self._status:
            self._status = status
            self._tell(partial(happened.StatusChanged, status=status))

    def noted(self, text: str, now: float) -> None:
        """The brain is to know this, and nobody on the line."""
        at = now - self._connected
        self._remember(Utterance("note", text, at, at))

    def pressed(self, digit: Digit) -> None:
        """The caller pressed a key."""
        self._tell(partial(happened.DigitPressed, digit=digit.digit, how=digit.how))

    def partial(self, turn: int, text: str) -> None:
        """The caller seems to be saying this."""
        self._tell(partial(happened.TranscriptPartial, turn=turn, text=text))

    def failed(self, capability: str, error: SwitchroomError) -> None:
        """A provider did not do its part."""
        self._tell(
            partial(
                happened.ProviderFailed,
                provider=capability,
                capability=capability,
                code=error.code,
                message=str(error),
            )
        )

    def committed(self, commit: Commit, now: float) -> None:
        """The caller's turn is complete."""
        self._tell(partial(happened.TurnStarted, turn=commit.turn), ago=now - commit.started)
        new = self._new_words(commit)
        if new:  # keys count for more, but what was said with them was said
            self._understood(commit, new)
        text = commit.digits or commit.text
        self._tell(partial(happened.TurnEnded, turn=commit.turn, text=text, waited=round(now - commit.ended, 3)))
        if commit.digits or new:
            self._remember(self._utterance(commit))
        self._last = commit

    def supposing(self, commit: Commit) -> list[Utterance]:
        """Return the conversation as it would be if this turn were committed."""
        return [*self.utterances, self._utterance(commit)][-REMEMBERED:]

    def _utterance(self, commit: Commit) -> Utterance:
        return Utterance("caller", commit.digits or self._new_words(commit), *self._span(commit))

    def _understood(self, commit: Commit, new: str) -> None:
        start, end = self._span(commit)
        self._tell(
            partial(
                happened.TranscriptFinal,
                turn=commit.turn,
                text=new,
                confidence=round(commit.confidence, 3),
                start=round(start, 3),
                end=round(end, 3),
            )
        )

    def _span(self, commit: Commit) -> tuple[float, float]:
        start = commit.started if commit.continues is None or self._last is None else self._last.ended
        return max(start - self._connected, 0.0), commit.ended - self._connected

    def _new_words(self, commit: Commit) -> str:
        """Return what was not written down with the withdrawn turn that this one continues."""
        if commit.continues is None or self._last is None or not commit.text.startswith(self._last.text):
            return commit.text
        return commit.text.removeprefix(self._last.text).strip()

    def reply_started(self, reply: Reply) -> None:
        """The first sample of a reply went out."""
        self.status("speaking")
        self._tell(partial(happened.ReplyStarted, turn=reply.turn, answers=reply.answers, text=reply.text))
        if reply.answers == "turn" and not reply.timed:
            reply.timed = True
            wait = reply.latency()
            self._tell(
                partial(
                    happened.TurnTimed,
                    turn=reply.turn,
                    whole=wait.whole,
                    stages=wait.stages,
                    shares=wait.shares,
                    guesses=reply.guesses.made,
                    adopted=reply.draft is not None,
                    wasted=reply.guesses.wasted,
                )
            )

    def paused(self, reply: Reply | None) -> None:
        """The agent fell silent at a sound."""
        self._tell(partial(happened.ReplyPaused, turn=reply.turn if reply else 0))

    def resumed(self, reply: Reply | None) -> None:
        """It was nothing: the agent goes on."""
        self._tell(partial(happened.ReplyResumed, turn=reply.turn if reply else 0))

    def reply_ended(self, reply: Reply, said: tuple[str, str], now: float, *, interrupted: bool) -> None:
        """A reply is over; ``said`` is what was heard of it and what was not."""
        self.status("listening")
        heard, unheard = said
        if not reply.audible:
            return
        start, end = reply.stages["sent"] - self._connected, now - self._connected
        made = partial(
            happened.ReplyInterrupted if interrupted else happened.ReplySpoken,
            turn=reply.turn,
            answers=reply.answers,
            heard=heard,
            start=round(start, 3),
            end=round(end, 3),
            timings=reply.latency().stages,
        )
        self._tell(partial(made, unheard=unheard) if interrupted else made)
        if heard:
            self._remember(Utterance("agent", heard, start, end, interrupted))

    def bridged(self, reply: Reply, heard: str, now: float) -> None:
        """The caller went on while a late transcript was bridged: ``heard`` stands for itself."""
        if reply.audible and heard:
            start, end = reply.stages["sent"] - self._connected, now - self._connected
            self._remember(Utterance("agent", heard, start, end, interrupted=True))

    def _remember(self, utterance: Utterance) -> None:
        self.utterances.append(utterance)
        del self.utterances[:-REMEMBERED]
