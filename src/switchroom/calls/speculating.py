"""Replies that are prepared before the caller's turn is over: one draft at a time, adopted at its Commit or dropped.

``Speculation`` decides; here a draft is begun, kept until its turn is committed, and handed to the floor then. What became of one
that was not needed is told, because it was paid for.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from switchroom.calls.chronicle import Chronicle
from switchroom.calls.draft import Draft
from switchroom.calls.mind import Mind
from switchroom.calls.reply import Guesses, Reply
from switchroom.conversation import moves
from switchroom.conversation.moves import Commit, Dismiss
from switchroom.conversation.speculation import Adopt, Drop, DropReason, Speculate, Speculation
from switchroom.events import catalogue as happened
from switchroom.ports import CallerSaid, Utterance

Begin = Callable[[Reply, Sequence[Utterance]], asyncio.Task[None]]


@dataclass(slots=True)
class _Prepared:
    reply: Reply
    draft: Draft
    task: asyncio.Task[None]
    attempt: int


class Speculating:
    """Thinks ahead in one call. ``context`` is the conversation as the brain would be shown it if that turn were committed."""

    def __init__(
        self, machine: Speculation, mind: Mind, chronicle: Chronicle, context: Callable[[Commit], Sequence[Utterance]]
    ) -> None:
        self._machine = machine
        self._mind = mind
        self._tell = chronicle.tell
        self._context = context
        self._prepared: _Prepared | None = None
        self._guesses = Guesses()

    def heed(self, told: moves.Input | moves.Decision, now: float) -> None:
        """Take what happened, or what the turn machine decided; a Commit goes to ``take``."""
        for decided in self._machine.handle(told, now):
            if isinstance(decided, Drop):
                self._drop(decided.why, now)
        if isinstance(told, Dismiss):
            self.account()

    def account(self) -> Guesses:
        """The turn is over: return what was guessed of it, and begin to count anew."""
        counted, self._guesses = self._guesses, Guesses()
        return counted

    def think(self, now: float, turn: int, begin: Begin) -> None:
        """Begin a draft if it is time to; ``turn`` is the number that the turn would have."""
        deadline = self._machine.deadline
        if deadline is None or now < deadline:
            return
        for guess in self._machine.expire(now):
            if self._mind.able:
                self._begin(guess, now, turn, begin)

    def take(self, commit: Commit, now: float) -> tuple[Reply, asyncio.Task[None]] | None:
        """The turn was committed: return the reply that was prepared for it and the task that makes it, None if there is none."""
        prepared = self._prepared
        for decided in self._machine.handle(commit, now):
            if not isinstance(decided, Adopt):
                self._drop(decided.why, now)
            elif prepared is not None and not prepared.draft.failed:
                self._prepared = None
                reply = prepared.reply
                reply.turn, reply.prompt, reply.since = (
                    commit.turn,
                    CallerSaid(commit.text, commit.confidence, commit.carried),
                    commit.ended,
                )
                return reply, prepared.task
        if self._prepared is not None:
            self._drop("changed", now)  # what made it fail may not happen again
        return None

    def _begin(self, guess: Speculate, now: float, turn: int, begin: Begin) -> None:
        draft = Draft(now)
        self._guesses.made += 1
        said = replace(guess.turn, turn=turn)
        reply = Reply(turn, CallerSaid(said.text, said.confidence, said.carried), now, draft=draft)
        self._prepared = _Prepared(reply, draft, begin(reply, self._context(said)), guess.attempt)

    def _drop(self, why: DropReason, now: float) -> None:
        prepared, self._prepared = self._prepared, None
        if prepared is None:
            return
        prepared.task.cancel()
        draft = prepared.draft
        self._guesses.wasted += draft.letters
        if self._mind.able:
            self._tell(
                partial(
                    happened.SpeculationDropped,
                    turn=prepared.reply.turn,
                    attempt=prepared.attempt,
                    why="failed" if draft.failed else why,
                    took=round(now - draft.since, 3),
                    letters=draft.letters,
                    rendered=len(draft.text),
                )
            )
